"""企业列表: the firms an officer may manage, filtered, a page at a time, each page from few queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from time import thread_time
from typing import Any

from sqlalchemy import Select, and_, literal, select
from sqlalchemy.orm import Session, aliased

from diagnose.access import Right, asker, in_scope
from diagnose.models import Account, Assignment, Diagnosis, Division, Enterprise, EnterpriseDivision
from diagnose.services.firm_filters import NO_VERDICT, ONSITE_STATES, RULES, SELF_STATES, Filters
from diagnose.services.firm_find import Found, Search, Start, Total, count
from diagnose.services.firm_states import newest, onsite_state, self_state, wanted

PAGE: int = RULES["page"]
BUDGET = RULES["find_ms"] / 1000
VERDICT = ("level", "as_of", "edition", "score")

__all__ = [
    "NO_VERDICT",
    "ONSITE_STATES",
    "PAGE",
    "SELF_STATES",
    "Filters",
    "Page",
    "Row",
    "Total",
    "Verdict",
    "count",
    "divisions_below",
    "one",
    "page",
    "rows",
    "wanted",
]


@dataclass(frozen=True)
class Verdict:
    """The newest verdict of one kind, as the list shows it; ``score`` as in Diagnosis."""

    level: int
    as_of: date
    edition: str
    score: int


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
    """Rows, newest firms first; ``older`` and ``newer``: where the next page each way begins, None at the end.

    ``unfinished``: the time was up before all firms were looked through; the next page goes on from there. ``gone``:
    firms that fulfilled the filter on its day, but belong to another place by now, and are not shown.
    """

    rows: Sequence[Row]
    newer: int | None
    older: int | None
    total: Total
    unfinished: bool = False
    gone: int = 0


def page(
    session: Session, who: Account, scheme: str, filters: Filters, older: int | None = None, newer: int | None = None
) -> Page:
    """The page after the firm ``older`` (an id), before ``newer``, or the first. ``scheme`` is whose level is shown."""
    began, search = thread_time(), Search(session, who, scheme, filters)
    found = search.find(Start(older, newer), PAGE + 1)
    total = _total(search, found, older is None and newer is None, BUDGET - (thread_time() - began))
    more = len(found.ids) > PAGE
    ids = found.ids[-PAGE:] if newer is not None else found.ids[:PAGE]
    shown = rows(session, who, scheme, ids)
    if not ids and found.reached is None:
        return Page((), None, None, total)
    onward = found.reached if not more else ids[0] if newer is not None else ids[-1]
    back = _back(ids, older, newer)
    before, after = (onward, back) if newer is not None else (back, onward)
    return Page(shown, before, after, total, found.reached is not None and not more, len(ids) - len(shown))


def _total(search: Search, found: Found, first: bool, seconds: float) -> Total:
    """A first page that is the only one has been counted already."""
    if first and found.reached is None and len(found.ids) <= PAGE:
        return Total(len(found.ids), True)
    total = search.total(seconds)
    return total if total.exact else Total(max(total.number, len(found.ids) - 1), False)


def _back(ids: Sequence[int], older: int | None, newer: int | None) -> int | None:
    """Where the page begins that one came from."""
    if newer is not None:
        return ids[-1] if ids else newer + 1
    return None if older is None else ids[0] if ids else older - 1


def rows(session: Session, who: Account, scheme: str, ids: Collection[int]) -> list[Row]:
    """The rows of these firms, as far as the caller may see them; decided here, whatever found the ids."""
    if not ids:
        return []
    query = _rows(ids, scheme).where(in_scope(who, Right.CONTACT))
    return [_row(dict(one)) for one in session.execute(query, asker(who)).mappings()]


def one(session: Session, firm: Enterprise, scheme: str) -> Row:
    """The row of one firm that the caller may see."""
    return _row(dict(session.execute(_rows([firm.id], scheme)).mappings().one()))


def _rows(ids: Collection[int], scheme: str) -> Select[Any]:
    place, above, own, onsite = aliased(Division), aliased(Division), aliased(Diagnosis), aliased(Diagnosis)
    advisor, specialist = aliased(Account), aliased(Account)
    query = (
        select(
            *_columns(Enterprise, ("id", "public_id", "name", "credit_code", "status", "verified", "synthetic")),
            *_columns(Enterprise, ("contact_name", "contact_phone")),
            place.name.label("place"),
            above.name.label("above"),
            above.path.label("above_path"),
            self_state().label("self_state"),
            onsite_state().label("onsite_state"),
            advisor.name.label("advisor"),
            specialist.name.label("specialist"),
            *_verdict_columns("own", own),
            *_verdict_columns("onsite", onsite),
        )
        .where(Enterprise.id.in_(ids))
        .join(
            EnterpriseDivision,
            and_(EnterpriseDivision.enterprise_id == Enterprise.id, EnterpriseDivision.valid_to.is_(None)),
        )
        .join(place, place.id == EnterpriseDivision.division_id)
        .outerjoin(above, above.id == place.parent_id)
        .outerjoin(own, own.id == newest("self", scheme, Diagnosis.id))
        .outerjoin(onsite, onsite.id == newest("onsite", scheme, Diagnosis.id))
        .order_by(Enterprise.id.desc())
    )
    for role, person in (("advisor", advisor), ("specialist", specialist)):
        query = _with_person(query, role, person)
    return query


def _columns(model: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(model, name) for name in names]


def _verdict_columns(kind: str, verdict: Any) -> list[Any]:
    return [getattr(verdict, name).label(f"{kind}_{name}") for name in VERDICT]


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
    values = [found[f"{kind}_{name}"] for name in VERDICT]
    return None if values[0] is None else Verdict(*values)


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
