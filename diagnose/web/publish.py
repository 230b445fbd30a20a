"""发布: what a division makes public, and the public pages. The first need an officer, the others nobody."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.models import Account, Division, Publication
from diagnose.models.span import BEST, ONSITE, SELF
from diagnose.services import firm_list, publish, publish_view
from diagnose.services.publish import Changed, Prepared, Refused
from diagnose.services.publish_rules import RULES
from diagnose.services.publish_truth import DIAGNOSED, SCOPE, Cell
from diagnose.texts import say
from diagnose.web import here, login
from diagnose.web.district_forms import tree
from scoring.ruleset import Ruleset

blueprint = Blueprint("publish", __name__)

BASES = {str(basis): say(f"publish_basis_{basis}") for basis in (SELF, ONSITE, BEST)}
FRESH = 300  # seconds that anybody may keep a public page


def month_ends(today: date) -> list[date]:
    """The ends of the months that are over, newest first."""
    first, found = today.replace(day=1), []
    for _ in range(RULES.months):
        found.append(first - timedelta(days=1))
        first = found[-1].replace(day=1)
    return found


class Asked:
    """What an officer wants to publish; 404 for a division that is not theirs."""

    def __init__(self, session: Session, who: Account, sent: dict[str, str]) -> None:
        self.division = _own_division(session, who, sent.get("division", ""))
        self.days = month_ends(wording.today())
        self.day = next((day for day in self.days if day.isoformat() == sent.get("day")), None)
        rulesets = here.catalog().rulesets
        self.ruler: Ruleset = rulesets.get(sent.get("ruler", "")) or rulesets[here.catalog().first_form.schemes[0]]
        self.basis = int(sent["basis"]) if sent.get("basis") in BASES else BEST


def _own_division(session: Session, who: Account, number: str) -> Division:
    """A division of the own subtree, the top of it when none is named."""
    return here.division_or_404(session, who, number) if number else who.division or abort(404)


@blueprint.get("/district/publish")
def show() -> ResponseReturnValue:
    """Choose, and see what would go out; nothing is published yet."""
    who = login.person("officer")
    return _page(who, request.args.to_dict())


def _page(who: Account, sent: dict[str, str], said: str = "", status: int = 200) -> ResponseReturnValue:
    prepared, trouble = None, say("publish_day_wrong") if sent.get("day") else ""
    with here.reading() as session:
        asked = Asked(session, who, sent)
        if asked.day:
            try:
                prepared = publish.prepare(session, here.catalog(), asked.division, asked.day, asked.ruler, asked.basis)
                trouble = ""
            except Refused as refused:
                trouble, status = _because(refused), 409 if status == 200 and request.method == "POST" else status
        answer = render_template(
            "publish/choose.html",
            asked=asked,
            places=tree(firm_list.divisions_below(session, asked_place(who), closed=False)),
            rulers=here.catalog().rulesets.values(),
            bases=BASES,
            prepared=prepared,
            preview=Preview(prepared) if prepared else None,
            trouble=trouble,
            said=said,
            earlier=_published(session, asked_place(who)),
            view=publish_view,
        )
    return answer, status


def asked_place(who: Account) -> str:
    """The path of the officer's subtree."""
    return who.division.path if who.division else abort(404)


def _because(refused: Refused) -> str:
    if refused.key != "publish_not_safe":
        return say(refused.key)
    what = refused.cell[4] if refused.cell else "other"
    name = what if what in (SCOPE, DIAGNOSED) else "level" if what.isdecimal() else "other"
    return say(refused.key, what=say(f"publish_what_{name}"))


class Preview:
    """Why a count is withheld, and what the proof has shown, for the page."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self.told = sum(1 for row in prepared.content["rows"] for count in _counts(row) if count is not None)
        self.few = self._number("few")
        self.complement = self._number("complement")
        self.checked = prepared.proof["checked"]
        self.earlier = prepared.proof["earlier"]
        self.means = {mean: say(f"publish_mean_{why}") for mean, why in prepared.means.items() if why}

    def _number(self, reason: str) -> int:
        return sum(1 for cell, why in self._prepared.reasons.items() if why == reason and _in_a_row(cell))

    def why(self, place: int, what: str) -> str:
        """The reason of one withheld count."""
        truth = self._prepared.truth
        reason = self._prepared.reasons.get(truth.cell(truth.rows[place], what), "few")
        return say(f"publish_why_{reason}")


def _counts(row: dict[str, object]) -> list[object]:
    levels = row["levels"]
    return [row[SCOPE], row[DIAGNOSED], *(levels if isinstance(levels, Sequence) else ())]


def _in_a_row(cell: Cell) -> bool:
    return cell[4] in (SCOPE, DIAGNOSED) or cell[4].isdecimal()


def _published(session: Session, path: str) -> Sequence[tuple[Publication, str, str]]:
    """What was published in a subtree, newest first, with the division's name and who did it."""
    query = (
        select(Publication, Division.name, Account.name)
        .join(Division, Division.id == Publication.division_id)
        .outerjoin(Account, Account.id == Publication.by_id)
        .where(Division.path.startswith(path))
        .order_by(Publication.id.desc())
    )
    return [(row, place, by or "") for row, place, by in session.execute(query)]


@blueprint.post("/district/publish")
def send() -> ResponseReturnValue:
    """Publish exactly what the officer has seen; when the numbers have moved since, show them again."""
    who, sent = login.person("officer"), request.form.to_dict()
    with here.reading() as session:
        asked = Asked(session, who, sent)
        if asked.day is None:
            return _page(who, sent, status=422)
        try:
            prepared = publish.prepare(session, here.catalog(), asked.division, asked.day, asked.ruler, asked.basis)
        except Refused:
            return _page(who, sent, status=409)
    if prepared.sha256 != sent.get("sha256"):
        return _page(who, sent, say("publish_changed"), 409)
    return _let_out(who, sent, asked.division.id, prepared)


def _let_out(who: Account, sent: dict[str, str], division_id: int, prepared: Prepared) -> ResponseReturnValue:
    try:
        with here.writing() as session:
            division = session.get_one(Division, division_id)
            made = publish.publish(session, division, prepared, who.id, wording.now())
            here.record(session, "publish", division=division_id, publication=made.id, sha256=made.sha256)
    except Changed:
        return _page(who, sent, say("publish_changed"), 409)
    except Refused as refused:
        return _page(who, sent, say(refused.key), 409)
    return redirect(url_for(".show", done="publish"))


@blueprint.get("/district/publish/<row:publication_id>/withdraw")
def ask_withdraw(publication_id: int) -> ResponseReturnValue:
    """Ask why, and whether the officer is sure."""
    who = login.person("officer")
    with here.reading() as session:
        row = _own(session, who, publication_id)
    return render_template("publish/withdraw.html", row=row, view=publish_view, trouble="", typed="")


@blueprint.post("/district/publish/<row:publication_id>/withdraw")
def withdraw(publication_id: int) -> ResponseReturnValue:
    """Take it down; a reason is needed."""
    who = login.person("officer")
    reason = " ".join(request.form.get("reason", "").replace("\0", "").split())
    with here.writing() as session:
        row = _own(session, who, publication_id)
        trouble = "" if reason else say("publish_reason_missing")
        if len(reason) > RULES.reason_length:
            trouble = say("publish_reason_long", length=RULES.reason_length)
        if trouble:
            page = render_template("publish/withdraw.html", row=row, view=publish_view, trouble=trouble, typed=reason)
            return page, 422
        if publish.withdraw(row, who.id, reason, wording.now()):
            here.record(session, "publish_withdraw", division=row.division_id, publication=row.id)
    return redirect(url_for(".show", done="withdraw"))


def _own(session: Session, who: Account, publication_id: int) -> Publication:
    found = session.get(Publication, publication_id, with_for_update=request.method == "POST" or None)
    place = session.get_one(Division, found.division_id) if found else abort(404)
    return found if found and access.oversees(who, place.path) else abort(404)


@blueprint.get("/public/")
def divisions() -> ResponseReturnValue:
    """The divisions that have published, each with its newest."""
    query = (
        select(Publication, Division)
        .join(Division, Division.id == Publication.division_id)
        .where(Publication.withdrawn_at.is_(None))
        .order_by(Division.path, Publication.as_of.desc(), Publication.id.desc())
    )
    with here.reading() as session:
        newest: dict[int, Publication] = {}
        for row, place in session.execute(query):
            newest.setdefault(place.id, row)
    return _open(render_template("publish/divisions.html", rows=list(newest.values()), view=publish_view, account=None))


@blueprint.get("/public/<row:division_id>")
def newest(division_id: int) -> ResponseReturnValue:
    """The newest publication of a division."""
    return _public(division_id, None)


@blueprint.get("/public/<row:division_id>/<row:publication_id>")
def earlier(division_id: int, publication_id: int) -> ResponseReturnValue:
    """An older one, as it went out."""
    return _public(division_id, publication_id)


def _public(division_id: int, publication_id: int | None) -> ResponseReturnValue:
    rows = _standing(division_id)
    row = rows[0] if publication_id is None else _one(rows, publication_id)
    page = render_template("publish/public.html", row=row, others=rows, view=publish_view, account=None)
    return _open(page)


@blueprint.get("/public/<row:division_id>/<row:publication_id>/tables.csv")
def sheet(division_id: int, publication_id: int) -> ResponseReturnValue:
    """The same tables for a spreadsheet."""
    row = _one(_standing(division_id), publication_id)
    answer = _open(publish_view.sheet(row.content))
    answer.mimetype = "text/csv"
    name = f"public-{division_id}-{row.as_of:%Y%m%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _standing(division_id: int) -> Sequence[Publication]:
    """Everything of a division that is not withdrawn, newest first; 404 when there is nothing."""
    query = select(Publication).where(Publication.division_id == division_id, Publication.withdrawn_at.is_(None))
    with here.reading() as session:
        rows = session.scalars(query.order_by(Publication.as_of.desc(), Publication.id.desc())).all()
    return rows or abort(404)


def _one(rows: Sequence[Publication], publication_id: int) -> Publication:
    return next((row for row in rows if row.id == publication_id), None) or abort(404)


def _open(body: str | bytes) -> Response:
    """An answer that anybody may keep for a while; of whoever sent a cookie only their own browser."""
    answer = Response(body)
    answer.cache_control.max_age = FRESH
    answer.cache_control.public = not request.cookies
    answer.cache_control.private = bool(request.cookies) or None
    answer.add_etag()
    answer.make_conditional(request)
    return answer
