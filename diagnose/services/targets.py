"""Plans and their targets: which ones a division has, and how far each is (`progress`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from diagnose import wording
from diagnose.models import Division, Plan, Target, TargetShare
from diagnose.services import target_status, target_words
from diagnose.services.plans_built_in import PLANS, BuiltPlan
from diagnose.services.target_progress import TargetProgress, of_plan


@dataclass(frozen=True)
class PlanProgress:
    """A plan as one division (``seen_from``) sees it; ``own``: it is its own plan, not its share of one from above.

    ``day``: what was counted as of, never after the deadline; ``check``: what is 待核 about the plan.
    """

    id: int | None
    title: str
    source: str
    check: str
    division_id: int
    own: bool
    starts_on: date
    deadline: date
    day: date
    ended: bool
    elapsed: Fraction
    seen_from: int
    targets: Sequence[TargetProgress]

    @property
    def elapsed_text(self) -> str:
        return target_words.percent_of(self.elapsed)

    @property
    def in_order(self) -> list[TargetProgress]:
        """Those furthest behind the line first, those that nobody can tell last."""
        return sorted(self.targets, key=lambda one: (one.share is None, (one.share or 0) - one.elapsed))

    @property
    def counts(self) -> dict[str, int]:
        """How many targets there are of each status."""
        return {status: sum(one.status == status for one in self.targets) for status in target_status.STATUSES}


def above(division: Division) -> list[int]:
    """The ids from the root down to the division itself."""
    return [int(part) for part in division.path.strip("/").split("/")]


def places(session: Session, plan: BuiltPlan) -> Sequence[Division]:
    """Where a built-in plan holds: the division of its code, or every zone of its name."""
    named: ColumnElement[bool] = Division.code == plan.division
    if not plan.division:
        named = Division.code.is_(None) & (Division.name == plan.region)
    return session.scalars(select(Division).where(named)).all()


def missing(session: Session, division: Division) -> list[tuple[BuiltPlan, Division]]:
    """The built-in plans of the division, of those above and of those below it that are not stored yet."""
    rows = session.execute(select(Plan.code, Plan.division_id).where(Plan.code.is_not(None)))
    stored = {(code, division_id) for code, division_id in rows}
    return [
        (plan, place)
        for plan in PLANS.values()
        for place in places(session, plan)
        if (plan.code, place.id) not in stored and _related(place.path, division.path)
    ]


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def unsaved(plan: BuiltPlan, place: Division, now: datetime) -> Plan:
    """A built-in plan as rows that are not stored."""
    return Plan(
        code=plan.code,
        division_id=place.id,
        title=plan.title,
        source=plan.source,
        starts_on=plan.starts_on,
        deadline=plan.deadline,
        made_at=now,
        targets=[target.row(number) for number, target in enumerate(plan.targets, 1)],
    )


def make_missing(session: Session, division: Division, now: datetime) -> None:
    """Store them; when another request does the same, the first one's stay."""
    for plan, place in missing(session, division):
        try:
            with session.begin_nested():
                session.add(unsaved(plan, place, now))
        except IntegrityError:
            continue


def plans(session: Session, division: Division, below: bool = False) -> list[Plan]:
    """The stored plans of the division and of those above it (or, ``below``, of those under it).

    The own ones first, the latest deadline first.
    """
    ways = above(division)
    where = Plan.division_id.in_(ways)
    if below:
        under = select(Division.id).where(Division.path.startswith(division.path), Division.id != division.id)
        where = Plan.division_id.in_(under)
    rows = session.scalars(select(Plan).options(selectinload(Plan.targets)).where(where)).all()
    return sorted(rows, key=lambda plan: (-_depth(ways, plan), -plan.deadline.toordinal(), plan.id))


def _depth(ways: list[int], plan: Plan) -> int:
    return ways.index(plan.division_id) if plan.division_id in ways else 0


def plan_progress(session: Session, plan: Plan, division: Division, day: date) -> PlanProgress:
    """One plan for one division."""
    return of_progress(plan, division, day, of_plan(session, plan, [division], day)[division.id])


def of_progress(plan: Plan, division: Division, day: date, found: Sequence[TargetProgress]) -> PlanProgress:
    """The same of targets that were read already."""
    built = PLANS.get(plan.code or "")
    return PlanProgress(
        id=plan.id,
        title=plan.title,
        source=plan.source,
        check=built.check if built else "",
        division_id=plan.division_id,
        own=plan.division_id == division.id,
        starts_on=plan.starts_on,
        deadline=plan.deadline,
        day=min(day, plan.deadline),
        ended=day > plan.deadline,
        elapsed=target_status.elapsed(plan.starts_on, plan.deadline, day),
        seen_from=division.id,
        targets=found,
    )


def progress(session: Session, division: Division, day: date) -> list[PlanProgress]:
    """What the 驾驶舱 of a division shows: its own plans, and those from above of which it was given a share.

    Plans that have not begun are left out, those that are over come last. Built-in plans count from the start,
    whether or not anybody has opened the targets page; nothing is written.
    """
    stored = plans(session, division)
    given_to = shared(session, division)
    given = [plan for plan in stored if plan.division_id == division.id or plan.id in given_to]
    new = [unsaved(plan, place, wording.now()) for plan, place in missing(session, division) if place.id == division.id]
    begun = [plan for plan in (*given, *new) if plan.starts_on <= day]
    found = [plan_progress(session, plan, division, day) for plan in begun]
    return sorted(found, key=lambda plan: (plan.ended, not plan.own, -plan.deadline.toordinal()))


def shared(session: Session, division: Division) -> set[int]:
    """The ids of the plans of which the division was given a share."""
    query = select(Plan.id).where(Plan.targets.any(_share_of(division)))
    return set(session.scalars(query))


def _share_of(division: Division) -> ColumnElement[bool]:
    return Target.id.in_(select(TargetShare.target_id).where(TargetShare.division_id == division.id))
