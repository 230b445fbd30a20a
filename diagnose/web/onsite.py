"""现场核验: the onsite form of a visit, and its answers one by one."""

import re

from flask import Blueprint, Response, abort, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.access import Right
from diagnose.models import Account, Enterprise, Visit
from diagnose.models.people import ADVISOR
from diagnose.models.visit import ADOPTED, VERIFIED
from diagnose.services import onsite, visits
from diagnose.services.onsite import CLOSED, CONFLICT, SAME, Outcome
from diagnose.services.onsite_draft import onsite_draft
from diagnose.texts import say
from diagnose.web import errors, here, login
from diagnose.web.onsite_view import onsite_view
from diagnose.web.visits import visit_or_404
from questionnaires.forms import question_form
from questionnaires.schema import Indicator

blueprint = Blueprint("onsite", __name__, url_prefix="/visits/<row:visit_id>")
CHOICES = ("", VERIFIED, SAME, ADOPTED)
NOTE_LENGTH = 2000
CHANGE = re.compile(r"[0-9a-f]{32}")
VERSION = re.compile(r"[0-9]{1,9}")


@blueprint.get("/form")
def form(visit_id: int) -> ResponseReturnValue:
    """All questions on one page; only the visit's advisor can write, and only while visiting."""
    with here.reading() as db:
        visit = visit_or_404(db, visit_id)
        draft = onsite_draft(db, here.catalog(), visit)
    return render_template(
        "onsite/form.html",
        visit=visit,
        enterprise=visit.enterprise,
        view=onsite_view(here.catalog(), draft),
        writable=_writable(visit, here.account()),
        note_length=NOTE_LENGTH,
        refused=request.args.get("refused"),
    )


@blueprint.post("/answer/<question>")
def answer(visit_id: int, question: str) -> ResponseReturnValue:
    """Keep one answer; to a script in JSON, else back to the question. Two people who differ are shown both answers."""
    login.person(ADVISOR)
    if not _well_formed():
        abort(400)
    note = _note()
    if len(note) > NOTE_LENGTH:
        current_app.logger.warning("refused %s", "onsite note too long")
        return errors.page("onsite_note", 422, sent=errors.sent())
    with here.writing() as db:
        visit = visit_or_404(db, visit_id, ADVISOR)
        if Right.VISIT not in g.rights:  # no longer assigned: reading is all that is left
            return _closed({"closed": True, "message": say("onsite_closed")})
        questions = here.catalog().forms[visit.assessment.form_name].questions
        asked = next((one for one in questions if one.code == question), None) or abort(404)
        enterprise = visit.enterprise
        outcome = _save(db, visit, asked, note)
        if outcome.fresh:
            found = outcome.body["questions"][question]
            what = {"visit": visit.id, "question": question, "choice": found["choice"], "version": found["version"]}
            here.record(db, "onsite_answer", enterprise, **what)
    return _told(visit_id, enterprise, asked, outcome)


def _save(db: Session, visit: Visit, asked: Indicator, note: str) -> Outcome:
    form, questionnaire = request.form, here.catalog().forms[visit.assessment.form_name]
    return onsite.save(
        db,
        here.catalog(),
        visit,
        asked,
        question_form(questionnaire, (asked,))(form).typed(),
        form.get("choice", ""),
        note,
        int(form["version"]),
        form.get("change", ""),
        here.account_id(),
        wording.now(),
    )


def _writable(visit: Visit, account: Account | None) -> bool:
    return visits.writable(visit, account) and Right.VISIT in g.rights


def _well_formed() -> bool:
    """What our own pages and scripts send."""
    sent = request.form
    change = sent.get("change", "")
    number = VERSION.fullmatch(sent.get("version", ""))
    return bool(number) and sent.get("choice", "") in CHOICES and (not change or bool(CHANGE.fullmatch(change)))


def _note() -> str:
    return request.form.get("note", "").replace("\r\n", "\n").replace("\x00", "\ufffd").strip()


def _told(visit_id: int, enterprise: Enterprise, asked: Indicator, outcome: Outcome) -> ResponseReturnValue:
    if outcome.status == CLOSED:
        return _closed(outcome.body)
    if outcome.status == CONFLICT:
        return _conflict(visit_id, enterprise, asked, outcome)
    if _wants_json():
        return jsonify(outcome.body)
    refused = asked.code if outcome.body["questions"][asked.code]["error"] else None
    back = url_for(".form", visit_id=visit_id, refused=refused, _anchor=f"q-{asked.code}")
    return redirect(back, 303)


def _conflict(visit_id: int, enterprise: Enterprise, asked: Indicator, outcome: Outcome) -> ResponseReturnValue:
    current_app.logger.warning("refused %s", "onsite answer to an older version")
    if _wants_json():
        return _json(outcome, 409)
    page = render_template(
        "onsite/conflict.html",
        visit_id=visit_id,
        enterprise=enterprise,
        question=asked,
        theirs=outcome.body["theirs"],
        mine=outcome.body["mine"],
    )
    return page, 409


def _closed(body: dict[str, object]) -> Response:
    current_app.logger.warning("refused %s", "answer to a visit that takes none")
    if _wants_json():
        return _json(Outcome(CLOSED, body), 410)
    return errors.page("onsite_closed", 410, sent=errors.sent())


def _json(outcome: Outcome, status: int) -> Response:
    response = jsonify(outcome.body)
    response.status_code = status
    return response


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
