"""路线图: the plan made of a way up, its items, what changed of them; as values for pages and documents."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from diagnose.models import Diagnosis, Enterprise, Roadmap, RoadmapItem, RoadmapNote
from diagnose.services.way_up import Way, WayStep
from diagnose.texts import say
from diagnose.wording import SHANGHAI

TODO, DOING, DONE, CANCELLED = "todo", "doing", "done", "cancelled"
STATUSES = (TODO, DOING, DONE, CANCELLED)
FIELDS = ("owner", "starts_on", "due_on", "budget", "status")
DETAIL = ("now", "then", "do", "needs", "done", "kpi", "service", "basis", "cost_low", "cost_high", "edited")
MONTHS = 12


class OpenPlan(ValueError):
    """The firm has an open plan of this scheme that whoever asks has not seen; nothing was changed."""

    def __init__(self, plan: Roadmap) -> None:
        super().__init__(plan.id)
        self.plan = plan


class Stale(ValueError):
    """The item was changed after the page was made; nothing was changed now."""


class Ended(ValueError):
    """The plan has ended; its items stay as they are."""


@dataclass(frozen=True)
class Change:
    """What an item is to be from now on, with a word about it; ``budget`` in 百元."""

    owner: str
    starts_on: date
    due_on: date
    budget: int
    status: str
    note: str = ""


@dataclass(frozen=True)
class PlanLine:
    """One item of a plan; costs in 百元. ``status`` is its code, `status_word` says it in Chinese."""

    item: int
    position: int
    code: str
    step: str
    title: str
    now: str
    then: str
    do: str
    done: str
    service: str
    owner: str
    starts_on: date
    due_on: date
    budget: int
    status: str
    done_on: date | None
    late: bool

    @property
    def status_word(self) -> str:
        return say(f"plan_{self.status}")


@dataclass(frozen=True)
class Plan:
    """One plan with its items in order; ``path`` is what the way said when the plan was made."""

    row: Roadmap
    path: dict[str, Any]
    lines: Sequence[PlanLine]

    @property
    def open(self) -> bool:
        return self.row.ended_at is None

    @property
    def budget(self) -> int:
        """What all items but the cancelled cost together, in 百元."""
        return sum(line.budget for line in self.lines if line.status != CANCELLED)

    @property
    def finished(self) -> list[PlanLine]:
        return [line for line in self.lines if line.status == DONE]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of its items."""
        return min(line.starts_on for line in self.lines), max(line.due_on for line in self.lines)


def make(
    session: Session,
    enterprise: Enterprise,
    diagnosis: Diagnosis,
    target: int,
    way: Way,
    starts_on: date,
    seen: int | None,
    by: int | None,
    now: datetime,
) -> Roadmap:
    """The plan of a way to the level ``target``; it ends the open plan ``seen`` (its id) of the same scheme.

    The caller holds the enterprise's row. Raises OpenPlan when another is open than the one seen.
    """
    before = open_row(session, enterprise.id, diagnosis.scheme)
    if before and before.id != seen:
        raise OpenPlan(before)
    if before:
        before.ended_at = now
        session.flush()
    plan = Roadmap(
        enterprise_id=enterprise.id,
        diagnosis_id=diagnosis.id,
        scheme=diagnosis.scheme,
        ruler=diagnosis.ruleset,
        target=target,
        path=_path(way, diagnosis),
        made_at=now,
        made_by_id=by,
        items=[_item(position, step, starts_on) for position, step in enumerate(way.steps, start=1)],
    )
    session.add(plan)
    session.flush()
    return plan


def _path(way: Way, diagnosis: Diagnosis) -> dict[str, Any]:
    said = {name: getattr(way, name) for name in ("cost_low", "cost_high", "cost_middle", "months", "score", "level")}
    return said | {"from_score": diagnosis.score, "from_level": diagnosis.level}


def _item(position: int, step: WayStep, starts_on: date) -> RoadmapItem:
    detail = {name: getattr(step, name) for name in DETAIL} | {"after": list(step.after), "months": step.months}
    first = months_after(starts_on, step.starts)
    return RoadmapItem(
        position=position,
        indicator=step.question.code,
        step=step.step,
        title=step.name,
        detail=detail,
        starts_on=first,
        due_on=max(first, months_after(starts_on, step.ends) - timedelta(days=1)),
        budget=(step.cost_low + step.cost_high + 1) // 2,
        status=TODO,
    )


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a month that is too short."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_monday(today: date) -> date:
    """The first Monday after today."""
    return today + timedelta(days=7 - today.weekday())


def change(session: Session, item: RoadmapItem, seen: int, wanted: Change, by: int | None, now: datetime) -> bool:
    """Change an item, once; False when it is so already. ``seen``: the version on the page.

    The caller holds the item's row. Raises Ended and Stale; then nothing has changed.
    """
    if session.get_one(Roadmap, item.roadmap_id).ended_at is not None:
        raise Ended
    changed = {
        name: [_plain(getattr(item, name)), _plain(getattr(wanted, name))]
        for name in FIELDS
        if getattr(item, name) != getattr(wanted, name)
    }
    if not changed and not wanted.note:
        return False
    if item.version != seen:
        raise Stale
    if wanted.status != item.status:
        item.done_on = now.astimezone(SHANGHAI).date() if wanted.status == DONE else None
    for name in FIELDS:
        setattr(item, name, getattr(wanted, name))
    item.version += 1
    session.add(RoadmapNote(item_id=item.id, status=item.status, text=wanted.note, changed=changed, at=now, by_id=by))
    session.flush()
    return True


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def open_row(session: Session, enterprise_id: int, scheme: str) -> Roadmap | None:
    """The open plan of a scheme."""
    return session.scalar(
        select(Roadmap).where(
            Roadmap.enterprise_id == enterprise_id, Roadmap.scheme == scheme, Roadmap.ended_at.is_(None)
        )
    )


def plans(session: Session, enterprise_id: int, today: date) -> list[Plan]:
    """All plans of a firm: the open ones, newest first, then those that ended."""
    rows = session.scalars(
        select(Roadmap)
        .where(Roadmap.enterprise_id == enterprise_id)
        .options(selectinload(Roadmap.items))
        .order_by(Roadmap.ended_at.is_not(None), Roadmap.id.desc())
    )
    return [plan_of(row, today) for row in rows]


def plan_of(row: Roadmap, today: date) -> Plan:
    """The values of one plan."""
    return Plan(row, row.path, [_line(item, today) for item in row.items])


def _line(item: RoadmapItem, today: date) -> PlanLine:
    said = {name: item.detail[name] for name in ("now", "then", "do", "done", "service")}
    return PlanLine(
        item=item.id,
        position=item.position,
        code=item.indicator,
        step=item.step,
        title=item.title,
        owner=item.owner,
        starts_on=item.starts_on,
        due_on=item.due_on,
        budget=item.budget,
        status=item.status,
        done_on=item.done_on,
        late=item.status in (TODO, DOING) and item.due_on < today,
        **said,
    )
