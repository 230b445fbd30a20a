"""年度工作推进报告: everything it says, gathered once; reports/year_word.py and year_excel.py only write it down.

扬州市促进中小企业专精特新发展三年行动计划（2022-2024年） 三（九）25: every district reports at the end of December.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from diagnose.models import Division, Enterprise, Plan
from diagnose.services import localities, measures, target_progress, target_words, targets
from diagnose.services.measure_rows import Period, population
from diagnose.services.target_progress import TargetProgress
from diagnose.services.target_ranks import RankLine, rank_lines
from diagnose.services.target_status import BEHIND
from diagnose.services.targets import PlanProgress
from diagnose.texts import say

WORST = 3


@dataclass(frozen=True)
class GoalPart:
    """One target: where it stands, what this year's part of it is (or ""), what is missing, the districts ranked."""

    one: TargetProgress
    this_year: str
    gap: str
    ranked: Sequence[RankLine]


@dataclass(frozen=True)
class PlanPart:
    """One plan in force in the year; ``owner``: whose it is."""

    plan: PlanProgress
    owner: str
    goals: Sequence[GoalPart]


@dataclass(frozen=True)
class HelpLine:
    """A district that is behind in most of the targets that can be told of it."""

    name: str
    behind: int
    known: int
    titles: Sequence[str]


@dataclass(frozen=True)
class Reason:
    """Firms that lack something: how many of how many, and where most of them are."""

    title: str
    count: int
    of: int
    worst: Sequence[tuple[str, int]]
    scope: str


@dataclass(frozen=True)
class YearReport:
    """The report of a division for a year, as of ``day``; ``whole`` is the division's full name."""

    division: str
    whole: str
    year: int
    day: date
    synthetic: bool
    firms: int
    plans: Sequence[PlanPart]
    help: Sequence[HelpLine]
    reasons: Sequence[Reason]

    @property
    def goals(self) -> list[GoalPart]:
        """All targets of all plans."""
        return [goal for plan in self.plans for goal in plan.goals]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many targets there are of each status."""
        found: dict[str, int] = {}
        for plan in self.plans:
            for status, count in plan.plan.counts.items():
                found[status] = found.get(status, 0) + count
        return found

    @property
    def open(self) -> list[GoalPart]:
        """What is to be done next year: targets that are not reached, the furthest behind first."""
        left = [goal for goal in self.goals if goal.gap]
        return sorted(left, key=lambda goal: goal.one.share or Fraction(0))


def gather(session: Session, division: Division, year: int, today: date) -> YearReport:
    """The value of the report as of the end of the year, or of ``today`` while the year runs."""
    day = min(date(year, 12, 31), today)
    children = list(localities.children(session, division.id))
    plans = [plan for plan in _in_force(session, division, year) if plan.starts_on <= day]
    found = [_plan(session, plan, division, children, day) for plan in plans]
    return YearReport(
        division=division.name,
        whole=localities.full_name(session, division),
        year=year,
        day=day,
        synthetic=_synthetic(session, division, day),
        firms=measures.firms_in_scope(session, [division], day)[division.id],
        plans=[part for part, _ in found],
        help=_help(children, [ones for _, ones in found]),
        reasons=_reasons(session, division, children, day, [ones for _, ones in found]),
    )


def _in_force(session: Session, division: Division, year: int) -> list[Plan]:
    """The division's own plans of that year, and those from above of which it was given a share."""
    shared = targets.shared(session, division)
    return [
        plan
        for plan in targets.plans(session, division)
        if (plan.division_id == division.id or plan.id in shared) and plan.starts_on.year <= year <= plan.deadline.year
    ]


Progress = Mapping[int, Sequence[TargetProgress]]


def _plan(
    session: Session, plan: Plan, division: Division, children: Sequence[Division], day: date
) -> tuple[PlanPart, Progress]:
    ones = target_progress.of_plan(session, plan, [division, *children], day)
    shares = target_progress.shares_of(session, plan)
    goals = [
        GoalPart(
            own,
            _this_year(plan, place, division, day.year, shares),
            _gap(own),
            rank_lines([(child, ones[child.id][place]) for child in children]),
        )
        for place, own in enumerate(ones[division.id])
    ]
    owner = session.get_one(Division, plan.division_id).name
    return PlanPart(targets.of_progress(plan, division, day, ones[division.id]), owner, goals), ones


def _this_year(plan: Plan, place: int, division: Division, year: int, shares: target_progress.Shares) -> str:
    target = plan.targets[place]
    value = shares.get((target.id, division.id, year))
    return target_words.goal_text(target, value) if value and target.kind != "yearly" else ""


def _gap(one: TargetProgress) -> str:
    """还差 26 家: how much is missing; "" when it is reached or cannot be told."""
    if one.goal is None or one.actual is None or one.status == "reached":
        return ""
    missing = one.goal - one.actual
    if missing <= 0:
        return say("report_gap_more")
    if one.unit == "%":
        return say("report_gap", gap=say("report_points", number=f"{target_words.rounded(missing, 1):,}"))
    counted = missing.denominator == 1
    return say(
        "report_gap", gap=target_words.with_unit(f"{target_words.rounded(missing, 0 if counted else 2):,}", one.unit)
    )


def _help(children: Sequence[Division], plans: Sequence[Progress]) -> list[HelpLine]:
    """The districts behind in more than half of the targets that can be told, the most first."""
    lines = []
    for child in children:
        known = [one for plan in plans for one in plan[child.id] if one.share is not None]
        behind = [one for one in known if one.status == BEHIND]
        if behind and 2 * len(behind) > len(known):
            lines.append(HelpLine(child.name, len(behind), len(known), [one.title for one in behind]))
    return sorted(lines, key=lambda line: (-line.behind, -Fraction(line.behind, line.known)))


def _reasons(
    session: Session, division: Division, children: Sequence[Division], day: date, plans: Sequence[Progress]
) -> list[Reason]:
    """Without a verdict, then what the targets' own rates miss; the most firms first."""
    read = measures.read(session, "diagnosed", [division, *children], Period(day, day))
    short = {one.id: read[one.id].short or 0 for one in (division, *children)}
    own = read[division.id]
    found = {
        "diagnosed": Reason(own.measure.missing, short[division.id], own.firms, _worst(children, short), own.scope)
    }
    for plan in plans:
        for place, one in enumerate(plan[division.id]):
            if one.short and one.denominator:
                by_child = {child.id: plan[child.id][place].short or 0 for child in children}
                worst = _worst(children, by_child)
                found.setdefault(one.measure, Reason(one.missing, one.short, int(one.denominator), worst, one.scope))
    return sorted((reason for reason in found.values() if reason.count), key=lambda reason: -reason.count)


def _worst(children: Sequence[Division], counts: Mapping[int, int]) -> list[tuple[str, int]]:
    order = sorted(children, key=lambda child: -counts[child.id])
    return [(child.name, counts[child.id]) for child in order[:WORST] if counts[child.id]]


def _synthetic(session: Session, division: Division, day: date) -> bool:
    """Whether made-up firms are among those that are counted."""
    found = population(division.path, day).subquery()
    made_up = exists().where(Enterprise.id == found.c.enterprise_id, Enterprise.synthetic)
    return bool(session.scalar(select(made_up)))
