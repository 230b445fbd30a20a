"""The progress of a plan's targets for several divisions at once: each measure is read once for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Division, Plan, Target, TargetActual, TargetShare
from diagnose.services import measures, target_status, target_words
from diagnose.services.measure_kinds import MEASURES
from diagnose.services.measure_rows import Period
from diagnose.services.measures import Reading
from diagnose.services.target_status import Standing, figure
from diagnose.texts import say

Shares = Mapping[tuple[int, int, int], str]


@dataclass(frozen=True)
class TargetProgress:
    """A target as one division sees it. ``goal`` is its value there (None: not split so far), ``actual`` exact.

    ``share`` of the target (1: all of it), ``elapsed`` of the time, both exact; ``numerator`` and ``denominator`` where
    the actual is made of them; ``behind_text`` says them. ``manual``: entered by hand, ``on`` the day of the figure
    with ``source``.
    """

    id: int | None
    title: str
    kind: str
    unit: str
    value_text: str
    actual_text: str
    behind_text: str
    goal: Fraction | None
    actual: Fraction | None
    share: Fraction | None
    elapsed: Fraction
    status: str
    light: str
    numerator: Fraction | None
    denominator: Fraction | None
    manual: bool
    measure: str
    scope: str
    check: str
    note: str
    on: date | None
    source: str
    period: Period
    short: int | None
    missing: str

    @property
    def share_text(self) -> str:
        return "" if self.share is None else target_words.percent_of(self.share)

    @property
    def bar(self) -> str:
        """How much of a bar is filled, in percent."""
        return "0" if self.share is None else target_words.width(self.share)

    @property
    def tick(self) -> str:
        """Where on the bar today is, in percent; the tick itself has a width."""
        return target_words.width(min(self.elapsed, Fraction(994, 1000)))

    @property
    def elapsed_text(self) -> str:
        return target_words.percent_of(self.elapsed)


@dataclass(frozen=True)
class _Case:
    """One target for one division, as far as it is known."""

    target: Target
    period: Period
    past: Fraction
    goal: str | None
    reading: Reading | None
    entered: TargetActual | None
    baseline: Fraction


def of_plan(session: Session, plan: Plan, divisions: Sequence[Division], day: date) -> dict[int, list[TargetProgress]]:
    """The progress of all targets for each division; ``divisions``: of one subtree, its top first.

    Counted as of ``day``, or as of the deadline where that is over.
    """
    shares = shares_of(session, plan)
    found: dict[int, list[TargetProgress]] = {one.id: [] for one in divisions}
    for target in plan.targets:
        for division_id, case in _cases(session, plan, target, divisions, day, shares).items():
            found[division_id].append(_shown(case))
    return found


def of_target(
    session: Session, plan: Plan, target: Target, divisions: Sequence[Division], day: date
) -> dict[int, TargetProgress]:
    """The progress of one target for each division; as `of_plan`."""
    cases = _cases(session, plan, target, divisions, day, shares_of(session, plan))
    return {division_id: _shown(case) for division_id, case in cases.items()}


def shares_of(session: Session, plan: Plan) -> Shares:
    """What was split, by (target, division, year)."""
    ids = [target.id for target in plan.targets if target.id]
    rows = session.scalars(select(TargetShare).where(TargetShare.target_id.in_(ids)))
    return {(row.target_id, row.division_id, row.year): row.value for row in rows}


def goal_of(plan: Plan, target: Target, division_id: int, year: int, shares: Shares) -> str | None:
    """What a division is to reach; a rate holds for all alike unless they were given another; None: not split."""
    keys = ((target.id, division_id, year), (target.id, division_id, 0))
    found = [shares[key] for key in keys if key in shares and (target.kind == "yearly" or not key[2])]
    own = plan.division_id == division_id or target.kind == "rate"
    return found[0] if found and plan.division_id != division_id else target.value if own else None


def period_of(plan: Plan, target: Target, day: date) -> Period:
    """What the actual of a target is counted over: since the start, or of the current year."""
    counted = min(day, plan.deadline)
    first = target_status.year_of(plan.starts_on, plan.deadline, counted)[0] if target.kind == "yearly" else None
    return Period(first or plan.starts_on, counted)


def _cases(
    session: Session, plan: Plan, target: Target, divisions: Sequence[Division], day: date, shares: Shares
) -> dict[int, _Case]:
    period = period_of(plan, target, day)
    first, last = plan.starts_on, plan.deadline
    if target.kind == "yearly":
        first, last = target_status.year_of(first, last, period.day)
    past = target_status.elapsed(first, last, day)
    auto = target.measure in MEASURES
    readings = measures.read(session, target.measure, divisions, period) if auto else {}
    before = _before(session, plan, target, divisions)
    since = None if target.kind == "stock" else first
    by_hand = {} if auto else entered(session, target, divisions, since, period.day)
    return {
        one.id: _Case(
            target,
            period,
            past,
            goal_of(plan, target, one.id, period.day.year, shares),
            readings.get(one.id),
            by_hand.get(one.id),
            before.get(one.id, Fraction(0)),
        )
        for one in divisions
    }


def _before(session: Session, plan: Plan, target: Target, divisions: Sequence[Division]) -> dict[int, Fraction]:
    """What each division had on the day before the plan began; only a stock starts from something."""
    if target.kind != "stock":
        return {}
    day = target_status.before(plan.starts_on)
    if target.measure in MEASURES:
        found = measures.read(session, target.measure, divisions, Period(day, day))
        return {id_: reading.value or Fraction(0) for id_, reading in found.items()}
    return {id_: figure(row.value) for id_, row in entered(session, target, divisions, None, day).items()}


def entered(
    session: Session, target: Target, divisions: Sequence[Division], since: date | None, day: date
) -> dict[int, TargetActual]:
    """The newest figure by hand of each division, of the days from ``since`` to ``day``."""
    if target.id is None:
        return {}
    query = select(TargetActual).where(
        TargetActual.target_id == target.id,
        TargetActual.division_id.in_([one.id for one in divisions]),
        TargetActual.on <= day,
    )
    if since:
        query = query.where(TargetActual.on >= since)
    return {row.division_id: row for row in session.scalars(query.order_by(TargetActual.on, TargetActual.id))}


def _shown(case: _Case) -> TargetProgress:
    target, reading, row = case.target, case.reading, case.entered
    actual = reading.value if reading else figure(row.value) if row else None
    goal = figure(case.goal) if case.goal else None
    stands = _standing(case, goal, actual)
    return TargetProgress(
        id=target.id,
        title=target.title,
        kind=target.kind,
        unit=target.unit,
        value_text=target_words.goal_text(target, case.goal) if case.goal else say("target_not_split"),
        actual_text=_actual_text(case, actual),
        behind_text=target_words.behind_text(reading) if reading else "",
        goal=goal,
        actual=actual,
        share=stands.share,
        elapsed=case.past,
        status=stands.status,
        light=stands.light,
        numerator=reading.num if reading else None,
        denominator=reading.den if reading else None,
        manual=reading is None,
        measure=target.measure,
        scope=reading.scope if reading else _source_text(row),
        check=reading.measure.check if reading else "",
        note=target.note or "",
        on=row.on if row else None,
        source=row.note if row else "",
        period=case.period,
        short=reading.short if reading else None,
        missing=reading.measure.missing if reading else "",
    )


def _standing(case: _Case, goal: Fraction | None, actual: Fraction | None) -> Standing:
    if goal is None:
        return Standing(target_status.UNKNOWN, target_status.GREY, None, Fraction(0))
    if goal == 0:  # nothing was asked of this division
        return Standing(target_status.REACHED, target_status.GREEN, Fraction(1), Fraction(0))
    return target_status.standing(goal, case.target.comparator, actual, case.past, case.baseline)


def _actual_text(case: _Case, actual: Fraction | None) -> str:
    if actual is None:
        return say("target_no_base" if case.reading else "target_no_figure")
    if case.entered:
        return target_words.with_unit(wording.thousands(case.entered.value), case.target.unit)
    counted = case.reading is not None and case.reading.measure.counts
    return target_words.actual_text(actual, case.target.unit, counted)


def _source_text(row: TargetActual | None) -> str:
    return say("target_entered", day=wording.day(row.on), note=row.note) if row else ""
