"""What officers do with plans: make and change them, take over a measure, enter a figure by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import Account, Division, Plan, Target, TargetActual, TargetShare
from diagnose.services.measure_kinds import MEASURES, Measure


class InUse(ValueError):
    """A target with shares or figures by hand is not removed."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.title)
        self.title = target.title


@dataclass(frozen=True)
class Goal:
    """One row of a plan's form; ``id`` 0: a new one."""

    id: int
    title: str
    value: str
    unit: str
    kind: str
    comparator: str
    remove: bool = False


@dataclass(frozen=True)
class Head:
    """What a plan is: title, the document and clause it comes from, first and last day."""

    title: str
    source: str
    starts_on: date
    deadline: date


def add(session: Session, division: Division, head: Head, goals: Sequence[Goal], by: int, now: datetime) -> Plan:
    """A plan of an officer's own; its targets are entered by hand until a measure is taken over."""
    targets = [_fill(Target(position=number, measure="", note=""), goal) for number, goal in enumerate(goals, 1)]
    plan = Plan(division_id=division.id, made_by_id=by, made_at=now, targets=targets, **vars(head))
    session.add(plan)
    session.flush()
    return plan


def change(session: Session, plan: Plan, head: Head, goals: Sequence[Goal]) -> None:
    """Make the plan what the form says. Raises InUse, then the caller rolls back."""
    for name, value in vars(head).items():
        setattr(plan, name, value)
    by_id = {target.id: target for target in plan.targets}
    for goal in goals:
        target = by_id.get(goal.id)
        if target is None:
            position = max((one.position for one in plan.targets), default=0) + 1
            plan.targets.append(_fill(Target(position=position, measure="", note=""), goal))
        elif goal.remove:
            _remove(session, plan, target)
        else:
            _fill(target, goal)
    session.flush()


def _fill(target: Target, goal: Goal) -> Target:
    """Take over a row. A measure that does not fit the target any more is none."""
    target.title, target.value, target.unit = goal.title, goal.value, goal.unit
    target.kind, target.comparator = goal.kind, goal.comparator
    if target.measure and not MEASURES[target.measure].fits(goal.unit, goal.kind):
        target.measure = ""
    return target


def _remove(session: Session, plan: Plan, target: Target) -> None:
    for model in (TargetShare, TargetActual):
        if session.scalar(select(model.target_id).where(model.target_id == target.id).limit(1)):
            raise InUse(target)
    plan.targets.remove(target)
    session.delete(target)


def choices(target: Target) -> list[Measure]:
    """The measures that a target can be computed by."""
    return [one for one in MEASURES.values() if one.fits(target.unit, target.kind)]


def take_over(target: Target, code: str) -> bool:
    """Compute the target so from now on ("": by hand); False when it is so already. KeyError when it does not fit."""
    if code not in ("", *(one.code for one in choices(target))):
        raise KeyError(code)
    if target.measure == code:
        return False
    target.measure = code
    return True


def enter(
    session: Session, target: Target, division: Division, on: date, value: str, note: str, by: int, now: datetime
) -> bool:
    """A figure by hand; False when the newest of that day says the same (a double click)."""
    newest = next(iter(history(session, target, division, on)), None)
    if newest and (newest[0].value, newest[0].note) == (value, note):
        return False
    row = TargetActual(target_id=target.id, division_id=division.id, on=on, value=value, note=note)
    row.by_id, row.recorded_at = by, now
    session.add(row)
    session.flush()
    return True


def history(
    session: Session, target: Target, division: Division, on: date | None = None
) -> list[tuple[TargetActual, str]]:
    """All figures by hand with whoever entered them, the one that counts first."""
    query = (
        select(TargetActual, Account.name)
        .outerjoin(Account, Account.id == TargetActual.by_id)
        .where(TargetActual.target_id == target.id, TargetActual.division_id == division.id)
        .order_by(TargetActual.on.desc(), TargetActual.id.desc())
    )
    if on:
        query = query.where(TargetActual.on == on)
    return [(row, name or "") for row, name in session.execute(query)]
