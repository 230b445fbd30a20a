"""数据体检: what looks doubtful, and how it was settled."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField
from wtforms.validators import DataRequired, Length

from diagnose import wording
from diagnose.access import Right
from diagnose.jobs import queue
from diagnose.models import Account
from diagnose.services import checkup, flags, jobs
from diagnose.services.checkup_rules import RULES
from diagnose.texts import say
from diagnose.web import here, login
from diagnose.web.addresses import row_number
from diagnose.web.firm_form import Readable

blueprint = Blueprint("checkup", __name__, url_prefix="/district/checkup")
NOTE_LENGTH = 1000


class NoteForm(Form):
    """How a doubt was settled."""

    note = TextAreaField(
        say("label_settle_note"),
        filters=[lambda text: " ".join((text or "").split())],
        validators=[
            DataRequired(say("settle_note_missing")),
            Length(max=NOTE_LENGTH, message=say("text_long", length=NOTE_LENGTH)),
            Readable(),
        ],
    )


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """The rules with their numbers; of one rule or firm the flags themselves. All of it stands in the address."""
    who = _officer()
    state, code = request.args.get("state", ""), request.args.get("rule", "")
    firm = request.args.get("firm", "").replace("\0", "")
    state, code = state if state in flags.STATES else "open", code if code in RULES else ""
    with here.reading() as db:
        job = checkup.last_run(db, who.id)
        return render_template(
            "checkup/show.html",
            counts=flags.counts(db, who),
            page=flags.page(db, who, state, code, firm, _before()) if code or firm else None,
            state=state,
            rule=RULES.get(code),
            firm=here.enterprise_or_404(db, firm, Right.MANAGE) if firm else None,
            today=wording.today(),
            job=job,
            job_state=jobs.state(job, wording.now()) if job else "",
        )


def _officer() -> Account:
    """An officer with a division."""
    who = login.person("officer")
    return who if who.division else abort(404)


def _before() -> int | None:
    return row_number(request.args.get("before", ""))


@blueprint.post("/run")
def run() -> ResponseReturnValue:
    """Let the worker look at the own firms, unless it does so already."""
    who = _officer()
    with here.writing() as db:
        job = checkup.last_run(db, who.id)
        busy = job is not None and jobs.state(job, wording.now()) == "running"
        if not busy:
            here.record(db, "checkup")
    if not busy:
        queue().start_checkup(who.id)
    return redirect(url_for(".show", done="run"))


@blueprint.route("/settle/<row:flag_id>", methods=["GET", "POST"])
def settle(flag_id: int) -> ResponseReturnValue:
    """What it was, in a note; the flag stays to be read."""
    who = _officer()
    form = NoteForm(request.form or None)
    if request.method == "POST" and form.validate():
        with here.writing() as db:
            line = flags.one(db, who, flag_id) or abort(404)
            if flags.settle(line.flag, form.note.data or "", who.id, wording.now()):
                here.record(db, "flag_settled", line.firm, flag=flag_id, code=line.rule.code)
        return redirect(url_for(".show", rule=line.rule.code, done="settled"))
    with here.reading() as db:
        line = flags.one(db, who, flag_id) or abort(404)
    return render_template("checkup/settle.html", line=line, form=form), 422 if form.errors else 200
