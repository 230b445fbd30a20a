"""The filters of 企业列表 that read the register: the states a file is in, its newest verdict, and what is due."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, literal_column, or_, select
from sqlalchemy.orm import aliased

from diagnose.models import Assessment, Assignment, Diagnosis, Division, Enterprise, EnterpriseDivision, Visit
from diagnose.models.assessment import DRAFT, SUBMITTED
from diagnose.models.enterprise import CLOSED
from diagnose.models.people import ADVISOR
from diagnose.models.visit import ENDED, FINAL
from diagnose.services.firm_filters import NO_VERDICT, RULES, Filters
from diagnose.services.firm_search import matches
from diagnose.services.firm_spans import spanned

Conditions = list[ColumnElement[bool]]
# Written out, not as a parameter: only so can SQLite use the index over drafts.
DRAFTS = Assessment.status == literal_column(f"'{DRAFT}'")


def wanted(scheme: str, filters: Filters) -> Conditions:
    """All that is asked for, as conditions on Enterprise."""
    asked = registered(scheme, filters)
    if filters.by_spans:
        span, conditions = spanned(filters)
        asked.append(exists().where(span.enterprise_id == Enterprise.id, *conditions))
    elif filters.below:
        asked.append(_below(filters.below))
    return asked


def registered(scheme: str, filters: Filters) -> Conditions:
    """What is asked of the file itself, as conditions on Enterprise."""
    return [*_of_firm(filters), *_of_states(filters), *_of_newest(scheme, filters)]


def _of_firm(filters: Filters) -> Conditions:
    asked: Conditions = []
    if filters.text:
        asked.append(matches(filters.text))
    if filters.status:
        asked.append(Enterprise.status == filters.status)
    if filters.verified:
        asked.append(Enterprise.verified.is_(filters.verified == "yes"))
    if filters.industry and not filters.by_spans:
        asked.append(Enterprise.industry == filters.industry)
    if filters.size is not None and not filters.by_spans:
        asked.append(Enterprise.size == filters.size)
    return asked


def _of_states(filters: Filters) -> Conditions:
    asked: Conditions = []
    if filters.self_state:
        asked.append(self_state() == filters.self_state)
    if filters.onsite:
        asked.append(onsite_state() == filters.onsite)
    if filters.overdue:
        asked.append(overdue(filters))
    return asked


def _of_newest(scheme: str, filters: Filters) -> Conditions:
    if not filters.level or filters.by_spans:
        return []
    level: ColumnElement[Any] = newest("self", scheme, Diagnosis.level)
    return [level.is_(None) if filters.level == NO_VERDICT else level == int(filters.level)]


def narrow(filters: Filters) -> Iterator[Conditions]:
    """Conditions on Enterprise that few firms may fulfil and that an index answers, each a part of what is asked."""
    if filters.status == CLOSED or (filters.industry and filters.size is not None and not filters.by_spans):
        yield _of_firm(replace(filters, text=""))
    rare: dict[str, ColumnElement[bool]] = {
        "filling": _in(Assessment.enterprise_id, DRAFTS, Assessment.kind == "self"),
        "returned": _in(Assessment.enterprise_id, Assessment.returned_at.is_not(None)),
        "going": _in(Visit.enterprise_id, Visit.state.not_in(ENDED)),
        "done": _in(Visit.enterprise_id, Visit.state == FINAL),
    }
    yield from ([rare[state]] for state in (filters.self_state, filters.onsite) if state in rare)
    if filters.overdue:
        yield [or_(*_late(filters, _in))]


def _in(firm: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    inside: ColumnElement[bool] = Enterprise.id.in_(select(firm).where(*conditions))
    return inside


def _having(firm: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(firm == Enterprise.id, *conditions)


def overdue(filters: Filters) -> ColumnElement[bool]:
    """An open visit, or an advisor's open assignment, is long past its due day."""
    return or_(*_late(filters, _having))


def _late(filters: Filters, firms: Any) -> Conditions:
    limit = filters.on - timedelta(days=RULES["overdue_days"])
    done = exists().where(
        Visit.enterprise_id == Assignment.enterprise_id,
        Visit.advisor_id == Assignment.account_id,
        Visit.created_at >= Assignment.made_at,
        Visit.state == FINAL,
    )
    assigned = (Assignment.role == ADVISOR, Assignment.ended_at.is_(None), Assignment.due_on < limit)
    return [
        firms(Visit.enterprise_id, Visit.state.not_in(ENDED), Visit.due_on < limit),
        firms(Assignment.enterprise_id, *assigned, ~done),
    ]


def _below(path: str) -> ColumnElement[bool]:
    there = select(EnterpriseDivision.enterprise_id).join(Division)
    return Enterprise.id.in_(there.where(EnterpriseDivision.valid_to.is_(None), Division.path.startswith(path)))


def _filling(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Assessment.enterprise_id == Enterprise.id, Assessment.kind == "self", *more)


def self_state() -> ColumnElement[str]:
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


def onsite_state() -> ColumnElement[str]:
    """现场诊断: going while one is open, else done when there ever was a final one."""
    visit = Visit.enterprise_id == Enterprise.id
    going = exists().where(visit, Visit.state.not_in(ENDED))
    return case((going, "going"), (exists().where(visit, Visit.state == FINAL), "done"), else_="waiting")


def newest(kind: str, scheme: str, column: Any) -> Any:
    """One column of a firm's newest verdict of this kind."""
    return (
        select(column)
        .where(Diagnosis.enterprise_id == Enterprise.id, Diagnosis.kind == kind, Diagnosis.scheme == scheme)
        .order_by(Diagnosis.as_of.desc(), Diagnosis.known_at.desc(), Diagnosis.id.desc())
        .limit(1)
        .correlate(Enterprise)
        .scalar_subquery()
    )
