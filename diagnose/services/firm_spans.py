"""The filters of 企业列表 that read spans: the firms in scope on one day, and the verdicts that held on it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal_column, select
from sqlalchemy.orm import aliased

from diagnose.models import Diagnosis, Division, FirmSpan, Statement, Term, VerdictSpan
from diagnose.models.span import ONSITE, SELF
from diagnose.services.firm_filters import NO_VERDICT, RULES, Filters, month_start, months_before

KIND_OF_BASIS = {"self": SELF, "onsite": ONSITE}
Conditions = list[ColumnElement[bool]]


def spanned(filters: Filters, here: Sequence[int] | None = None, near: bool = False) -> tuple[Any, Conditions]:
    """The table of spans to start from, and all that is asked of it; at most one row a firm fulfils that.

    ``here``: the divisions below ``filters.below``, where they are known; ``near``: they have few firms, so that
    starting from these is best.
    """
    places = here if here is not None else select(Division.id).where(Division.path.startswith(filters.below))
    if filters.reads_verdicts and not near and not _attributes(filters):
        verdict = aliased(VerdictSpan)
        asked = [verdict.division_id.in_(places), *_verdict(verdict, filters)]
        return verdict, [*asked, *_scope(verdict, filters)]
    firm = aliased(FirmSpan)
    asked = [_in_force(firm, filters.on), firm.division_id.in_(places), *_same(firm, filters)]
    return firm, [*asked, *_of_verdicts(firm.enterprise_id, filters), *_scope(firm, filters)]


def marked(filters: Filters) -> Select[Any] | None:
    """Firms that ever had the mark asked for; the first condition is that of an index."""
    if filters.mark is None:
        return None
    some, this = FirmSpan.marks != literal_column("0"), FirmSpan.marks.bitwise_and(1 << filters.mark) != 0
    return select(FirmSpan.enterprise_id).where(some, this)


def _attributes(filters: Filters) -> dict[str, Any]:
    """The filters that are columns of a span."""
    industry = int(filters.industry) if filters.industry else None
    values = {"industry": industry, "size": filters.size, "chain": filters.chain, "locality": filters.locality}
    asked = {name: value for name, value in values.items() if value is not None}
    return asked | ({} if filters.mark is None else {"marks": 1 << filters.mark})


def _same(firm: Any, filters: Filters) -> Conditions:
    asked = _attributes(filters)
    bits = asked.pop("marks", None)
    marked = [] if bits is None else [firm.marks.bitwise_and(bits) != 0]
    return [*(getattr(firm, name) == value for name, value in asked.items()), *marked]


def _in_force(span: Any, day: date) -> ColumnElement[bool]:
    held: ColumnElement[bool] = and_(span.from_day <= day.toordinal(), span.to_day > day.toordinal())
    return held


def _of_verdicts(id_: Any, filters: Filters) -> Conditions:
    verdict = aliased(VerdictSpan)
    if filters.reads_verdicts:
        return [exists().where(verdict.enterprise_id == id_, *_verdict(verdict, filters))]
    if filters.level == NO_VERDICT:
        return [~exists().where(verdict.enterprise_id == id_, *_judged(verdict, filters, filters.on))]
    return []


def _judged(verdict: Any, filters: Filters, day: date) -> Conditions:
    """The verdict of the ruler and basis that held on a day."""
    ruler = select(Term.id).where(Term.kind == "ruler", Term.name == filters.ruler).scalar_subquery()
    kind = KIND_OF_BASIS.get(filters.basis)
    based = verdict.best == 1 if kind is None else verdict.kind == kind
    return [verdict.ruler_id == ruler, based, _in_force(verdict, day)]


def _verdict(verdict: Any, filters: Filters) -> Conditions:
    asked = _judged(verdict, filters, filters.on)
    if filters.level.isdecimal():
        asked.append(verdict.level == int(filters.level))
    if filters.missing_link:
        asked += [verdict.management == 0, _alone_missing(verdict, filters)]
    if filters.one_short:
        asked.append(_one_short(verdict, filters))
    for month, went in ((filters.up, 1), (filters.down, -1)):
        if month:
            asked.append(_moved(verdict, filters, month, went))
    return asked


def _moved(verdict: Any, filters: Filters, month: date, went: int) -> ColumnElement[bool]:
    """Whether the level is a higher (1) or lower (-1) one than at the end of the month before."""
    before = aliased(VerdictSpan)
    judged = _judged(before, filters, month_start(month) - timedelta(days=1))
    other = exists().where(
        before.enterprise_id == verdict.enterprise_id, *judged, (verdict.level - before.level) * went > 0
    )
    return and_(verdict.from_day >= month_start(month).toordinal(), other)


def _kind(verdict: Any) -> Any:
    return case((verdict.kind == ONSITE, "onsite"), else_="self")


def _alone_missing(verdict: Any, filters: Filters) -> ColumnElement[bool]:
    """Whether the newest answer to 经营管理数字化 ticks all but this one of the options it takes."""
    options, newer = RULES["management"]["options"], aliased(Statement)
    ticked = _ticked(Statement)
    newest = (
        select(newer.id)
        .where(newer.enterprise_id == verdict.enterprise_id, newer.kind == _kind(verdict))
        .where(newer.as_of <= filters.on, _ticked(newer).is_not(None))
        .order_by(newer.as_of.desc(), newer.recorded_at.desc(), newer.id.desc())
        .limit(1)
        .correlate(verdict)
        .scalar_subquery()
    )
    others = [ticked.contains(f'"{option}"') for option in options if option != filters.missing_link]
    return exists().where(Statement.id == newest, ~ticked.contains(f'"{filters.missing_link}"'), *others)


def _ticked(statement: Any) -> Any:
    return statement.answers[RULES["management"]["fact"]].as_string()


def _one_short(verdict: Any, filters: Filters) -> ColumnElement[bool]:
    """Whether one single condition keeps the firm from the next level."""
    scheme, _, edition = filters.ruler.partition("/")
    newer = aliased(Diagnosis)
    newest = (
        select(newer.id)
        .where(newer.enterprise_id == verdict.enterprise_id, newer.kind == _kind(verdict))
        .where(newer.scheme == scheme, newer.edition == edition, newer.as_of <= filters.on)
        .order_by(newer.as_of.desc(), newer.known_at.desc(), newer.id.desc())
        .limit(1)
        .correlate(verdict)
        .scalar_subquery()
    )
    return exists().where(Diagnosis.id == newest, func.json_array_length(Diagnosis.result["unmet"]) == 1)


def _scope(span: Any, filters: Filters) -> Conditions:
    return [*_added(span.enterprise_id, filters), *_stale(span.enterprise_id, filters)]


def _added(id_: Any, filters: Filters) -> Conditions:
    """In scope here now, and not at the end of the month before."""
    if not filters.added:
        return []
    before = aliased(FirmSpan)
    then = _in_force(before, month_start(filters.added) - timedelta(days=1))
    here = before.division_id.in_(select(Division.id).where(Division.path.startswith(filters.below)))
    return [~exists().where(before.enterprise_id == id_, then, here)]


def _stale(id_: Any, filters: Filters) -> Conditions:
    """A self-assessment, and none within the last twelve months."""
    if not filters.stale:
        return []
    limit = months_before(filters.on, RULES["stale_months"])
    own = and_(Diagnosis.enterprise_id == id_, Diagnosis.kind == "self", Diagnosis.as_of <= filters.on)
    return [exists().where(own), ~exists().where(own, Diagnosis.as_of >= limit)]
