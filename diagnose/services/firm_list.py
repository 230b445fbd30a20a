"""企业列表: the firms somebody may manage, filtered, a page at a time, each page one query."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, select
from sqlalchemy.orm import Session, aliased

from diagnose.access import Right, asker, in_scope
from diagnose.models import Account, Assessment, Assignment, Diagnosis, Division, Enterprise, EnterpriseDivision, Visit
from diagnose.models.assessment import DRAFT, SUBMITTED
from diagnose.models.visit import ENDED, FINAL

PAGE = 50
CODE_LENGTH = 18
SURELY_A_CODE = 8
NO_VERDICT = "none"
SELF_STATES = ("waiting", "filling", "submitted", "returned")
ONSITE_STATES = ("waiting", "going", "done")


@dataclass(frozen=True)
class Filters:
    """What is asked for; empty texts ask for nothing. ``below``: a division's path; ``level``: a number or none."""

    text: str = ""
    below: str = ""
    status: str = ""
    verified: str = ""
    self_state: str = ""
    onsite: str = ""
    level: str = ""


@dataclass(frozen=True)
class Verdict:
    """The newest verdict of one kind, as the list shows it."""

    level: int
    as_of: date
    edition: str


@dataclass(frozen=True)
class Row:
    """One firm of the list; ``above`` is the name of the division over ``place``, its path ``above_path``."""

    id: int
    public_id: str
    name: str
    credit_code: str
    status: str
    verified: bool
    synthetic: bool
    contact_name: str
    contact_phone: str
    place: str
    above: str
    above_path: str
    self_state: str
    onsite_state: str
    advisor: str
    specialist: str
    own: Verdict | None
    onsite: Verdict | None


@dataclass(frozen=True)
class Page:
    """Rows, newest firms first; ``older`` and ``newer``: where the next page each way begins, None at the end."""

    rows: Sequence[Row]
    newer: int | None
    older: int | None


def page(
    session: Session, who: Account, scheme: str, filters: Filters, older: int | None = None, newer: int | None = None
) -> Page:
    """The page after the firm ``older`` (an id), before ``newer``, or the first. ``scheme`` is whose level is shown."""
    ids = _ids(who, scheme, filters, older, newer)
    found = session.execute(_rows(ids, scheme), asker(who)).mappings().all()
    more = len(found) > PAGE
    rows = [_row(dict(one)) for one in found]
    rows = rows[-PAGE:] if newer is not None else rows[:PAGE]
    if not rows:
        return Page((), None, None)
    before = more if newer is not None else older is not None
    after = more if newer is None else True
    return Page(rows, rows[0].id if before else None, rows[-1].id if after else None)


def one(session: Session, firm: Enterprise, scheme: str) -> Row:
    """The row of one firm that the caller may see."""
    return _row(
        dict(session.execute(_rows(select(Enterprise.id).where(Enterprise.id == firm.id), scheme)).mappings().one())
    )


def _ids(who: Account, scheme: str, filters: Filters, older: int | None, newer: int | None) -> Select[Any]:
    """The ids of one page and one more; what the columns need is looked up for these only."""
    query = select(Enterprise.id).where(in_scope(who, Right.CONTACT), *wanted(scheme, filters)).limit(PAGE + 1)
    if newer is not None:
        return query.where(Enterprise.id > newer).order_by(Enterprise.id)
    if older is not None:
        query = query.where(Enterprise.id < older)
    return query.order_by(Enterprise.id.desc())


def wanted(scheme: str, filters: Filters) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if filters.text:
        asked.append(_matches(filters.text))
    if filters.below:
        asked.append(_below(filters.below))
    if filters.status:
        asked.append(Enterprise.status == filters.status)
    if filters.verified:
        asked.append(Enterprise.verified.is_(filters.verified == "yes"))
    if filters.self_state:
        asked.append(_self_state() == filters.self_state)
    if filters.onsite:
        asked.append(_onsite_state() == filters.onsite)
    if filters.level:
        asked.append(_level(scheme, filters.level))
    return asked


def _matches(text: str) -> ColumnElement[bool]:
    """The beginning of a credit code, or a part of the name; a long row of digits and letters is a code."""
    named = Enterprise.name.icontains(text, autoescape=True)
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not re.fullmatch(r"[0-9A-Z]{1,18}", code):
        return named
    # A range, which an index answers on both databases; all codes have the same length.
    coded = Enterprise.credit_code.between(code.ljust(CODE_LENGTH, "0"), code.ljust(CODE_LENGTH, "Z"))
    return coded if len(code) >= SURELY_A_CODE else coded | named


def _below(path: str) -> ColumnElement[bool]:
    there = select(EnterpriseDivision.enterprise_id).join(Division)
    return Enterprise.id.in_(there.where(EnterpriseDivision.valid_to.is_(None), Division.path.startswith(path)))


def _filling(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Assessment.enterprise_id == Enterprise.id, Assessment.kind == "self", *more)


def _self_state() -> ColumnElement[str]:
    """自评: returned while the newest submission of a form is one that was sent back."""
    later = aliased(Assessment)
    answered = exists().where(
        later.enterprise_id == Assessment.enterprise_id,
        later.kind == "self",
        later.form == Assessment.form,
        later.status == SUBMITTED,
        later.submitted_at > Assessment.submitted_at,
    )
    returned = _filling(Assessment.status == SUBMITTED, Assessment.returned_at.is_not(None), ~answered)
    return case(
        (returned, "returned"),
        (_filling(Assessment.status == SUBMITTED), "submitted"),
        (_filling(Assessment.status == DRAFT), "filling"),
        else_="waiting",
    )


def _onsite_state() -> ColumnElement[str]:
    visit = Visit.enterprise_id == Enterprise.id
    going = exists().where(visit, Visit.state.not_in(ENDED))
    return case((going, "going"), (exists().where(visit, Visit.state == FINAL), "done"), else_="waiting")


def _newest(kind: str, scheme: str, column: Any) -> Any:
    """One column of a firm's newest verdict of this kind."""
    return (
        select(column)
        .where(Diagnosis.enterprise_id == Enterprise.id, Diagnosis.kind == kind, Diagnosis.scheme == scheme)
        .order_by(Diagnosis.as_of.desc(), Diagnosis.known_at.desc(), Diagnosis.id.desc())
        .limit(1)
        .correlate(Enterprise)
        .scalar_subquery()
    )


def _level(scheme: str, level: str) -> ColumnElement[bool]:
    newest: ColumnElement[Any] = _newest("self", scheme, Diagnosis.level)
    return newest.is_(None) if level == NO_VERDICT else newest == int(level)


def _rows(ids: Select[Any], scheme: str) -> Select[Any]:
    place, above, own, onsite = aliased(Division), aliased(Division), aliased(Diagnosis), aliased(Diagnosis)
    advisor, specialist = aliased(Account), aliased(Account)
    query = (
        select(
            *_columns(Enterprise, ("id", "public_id", "name", "credit_code", "status", "verified", "synthetic")),
            *_columns(Enterprise, ("contact_name", "contact_phone")),
            place.name.label("place"),
            above.name.label("above"),
            above.path.label("above_path"),
            _self_state().label("self_state"),
            _onsite_state().label("onsite_state"),
            advisor.name.label("advisor"),
            specialist.name.label("specialist"),
            *_verdict_columns("own", own),
            *_verdict_columns("onsite", onsite),
        )
        .where(Enterprise.id.in_(select(ids.subquery().c.id)))
        .join(
            EnterpriseDivision,
            and_(EnterpriseDivision.enterprise_id == Enterprise.id, EnterpriseDivision.valid_to.is_(None)),
        )
        .join(place, place.id == EnterpriseDivision.division_id)
        .outerjoin(above, above.id == place.parent_id)
        .outerjoin(own, own.id == _newest("self", scheme, Diagnosis.id))
        .outerjoin(onsite, onsite.id == _newest("onsite", scheme, Diagnosis.id))
        .order_by(Enterprise.id.desc())
    )
    for role, person in (("advisor", advisor), ("specialist", specialist)):
        query = _with_person(query, role, person)
    return query


def _columns(model: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(model, name) for name in names]


def _verdict_columns(kind: str, verdict: Any) -> list[Any]:
    return [getattr(verdict, name).label(f"{kind}_{name}") for name in ("level", "as_of", "edition")]


def _with_person(query: Select[Any], role: str, person: Any) -> Select[Any]:
    current = aliased(Assignment)
    mine = and_(current.enterprise_id == Enterprise.id, current.role == literal(role), current.ended_at.is_(None))
    return query.outerjoin(current, mine).outerjoin(person, person.id == current.account_id)


def _row(found: dict[str, Any]) -> Row:
    verdicts = {kind: _verdict(found, kind) for kind in ("own", "onsite")}
    named = {name: found[name] or "" for name in ("advisor", "specialist", "above", "above_path")}
    kept = {name: found[name] for name in Row.__annotations__ if name in found}
    return Row(**(kept | named | verdicts))


def _verdict(found: dict[str, Any], kind: str) -> Verdict | None:
    level, as_of, edition = (found[f"{kind}_{name}"] for name in ("level", "as_of", "edition"))
    return None if level is None else Verdict(level, as_of, edition)


def divisions_below(session: Session, path: str, closed: bool = True) -> list[tuple[int, str, int]]:
    """(id, name, depth below the top) of a subtree, top first, each branch in the order of the codes.

    ``closed``: with the divisions where nothing new is put any more.
    """
    query = select(Division).where(Division.path.startswith(path))
    if not closed:
        query = query.where(Division.closed_on.is_(None))
    found = {one.path: one for one in session.scalars(query)}
    order = {one.id: (one.code or "~", one.id) for one in found.values()}
    top = path.count("/")

    def place(one: Division) -> list[tuple[str, int]]:
        return [order[int(part)] for part in one.path.strip("/").split("/") if int(part) in order]

    return [(one.id, one.name, one.path.count("/") - top) for one in sorted(found.values(), key=place)]
