"""What a figure should reach, and the table that says whether it does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Figures = Mapping[str, float | str]


@dataclass(frozen=True)
class Goal:
    """A bound on one figure: at most or at least ``bound``."""

    sign: str
    bound: float

    def reached(self, value: float | str) -> bool:
        """Whether a figure keeps to the bound; the bound itself does."""
        number = float(value)
        return number <= self.bound if self.sign == "≤" else number >= self.bound

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


def at_least(bound: float) -> Goal:
    return Goal("≥", bound)


def at_most(bound: float) -> Goal:
    return Goal("≤", bound)


class Row(NamedTuple):
    """One line of the table, in words; goal and verdict are empty for a figure without a goal."""

    figure: str
    value: str
    goal: str
    verdict: str


def rows(name: str, figures: Figures, goals: Mapping[str, Goal]) -> list[Row]:
    """The lines of one bench, in the order of its figures; KeyError when a goal is for a figure that is not there."""
    unknown = goals.keys() - figures.keys()
    if unknown:
        raise KeyError(f"{name}: no figure {', '.join(sorted(unknown))}")
    return [_row(f"{name}.{figure}", value, goals.get(figure)) for figure, value in figures.items()]


def _row(figure: str, value: float | str, goal: Goal | None) -> Row:
    said = value if isinstance(value, str) else f"{value:,g}" if value < 1000 else f"{value:,.0f}"
    if goal is None:
        return Row(figure, said, "", "")
    return Row(figure, said, str(goal), "达到" if goal.reached(value) else "未达到")


def table(lines: Iterable[Row]) -> str:
    """The lines as text, under a heading."""
    return "\n".join(
        f"{row.figure:<36}{row.value:>14}  {row.goal:<8}  {row.verdict}".rstrip()
        for row in [Row("figure", "value", "goal", ""), *lines]
    )
