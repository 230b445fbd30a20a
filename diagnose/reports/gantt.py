"""A Gantt chart (甘特图) as places on a line from 0 to 100, for pages to draw as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from diagnose import wording
from diagnose.services.roadmap import Plan, PlanLine

APART = 22  # percent between two labels: they are this wide on a phone


@dataclass(frozen=True)
class Bar:
    """One item: where its bar begins and how wide it is, in percent of the whole."""

    line: PlanLine
    left: str
    width: str


@dataclass(frozen=True)
class Tick:
    """The beginning of a month on the axis."""

    left: str
    label: str


@dataclass(frozen=True)
class Gantt:
    """All bars, the ticks, and where today is (None outside)."""

    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    today: str | None


def gantt(plan: Plan, today: date) -> Gantt:
    """The chart of a plan with at least one item."""
    first, last = plan.days
    whole = (last - first).days + 1

    def place(day: date) -> str:
        return f"{100 * (day - first).days / whole:.2f}"

    bars = [Bar(line, place(line.starts_on), _width(line, whole)) for line in plan.lines]
    ticks = [Tick(f"{at:.2f}", wording.month(day)) for at, day in _apart(first, last)]
    return Gantt(bars, ticks, place(today) if first <= today <= last else None)


def _width(line: PlanLine, whole: int) -> str:
    return f"{100 * ((line.due_on - line.starts_on).days + 1) / whole:.2f}"


def _apart(first: date, last: date) -> list[tuple[float, date]]:
    """The first days of months with their places, so many that their labels stand apart and inside."""
    count = (last.year - first.year) * 12 + last.month - first.month
    kept: list[tuple[float, date]] = []
    for day in (_first_of(first, number) for number in range(count + 1)):
        at = 100 * max((day - first).days, 0) / ((last - first).days + 1)
        if at <= 100 - APART and (not kept or at >= kept[-1][0] + APART):
            kept.append((at, day))
    return kept


def _first_of(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
