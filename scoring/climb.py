"""Goals taken apart once for all questions about them: ladders, times, the programme, and what it aims at."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import NamedTuple

from scoring import ladders, outcome, programme, timetable
from scoring.goals import checked
from scoring.ladders import Edge, Ladders
from scoring.moves import Goal, Unreachable
from scoring.programme import Programme, Row
from scoring.timetable import Circle, Times


class Aim(NamedTuple):
    """What is minimised, by edge: two things at once, the first so heavy that the second only settles ties.

    The first is the sum of the weights taken // ``over`` × ``unit``.
    """

    weights: Sequence[int]
    over: int
    unit: int

    def first(self, total: int) -> int:
        return total // self.over * self.unit


@dataclass(frozen=True, eq=False)
class Climb:
    """``built``: all ladders and edges; those of ``programme`` leave out the edges that no moves lead to."""

    goals: tuple[Goal, ...]
    built: Ladders
    programme: Programme
    times: Times

    @property
    def edges(self) -> Sequence[Edge]:
        return self.programme.ladders.edges

    def to(self, level: int) -> "Climb":
        """The same with another level of the first goal."""
        return replace(self, goals=(replace(self.goals[0], level=level), *self.goals[1:]))

    def rows(self) -> list[Row]:
        return programme.rows(self.programme, self.goals)

    def unreachable(self) -> Unreachable | None:
        """Whether all moves together fail: all that is asked for only rises with moves, so nothing else is tried."""
        found = outcome.lacks(self.goals, outcome.highest(self.built, self.times))
        return outcome.unreachable(self.goals, self.built, self.times, found) if found else None

    def least_months(self) -> int:
        """The least months in which every goal would be reached if each place were reached at its earliest."""
        tried = sorted({time for times in self.times.values() for time in times if time is not None})
        return next(months for months in tried if self._enough(months))

    def _enough(self, months: int) -> bool:
        return not outcome.lacks(self.goals, outcome.highest(self.built, self.times, months))

    def in_time(self, months: int) -> list[bool]:
        """By edge, whether it can be done by then."""
        ends = [timetable.edge_end(self.built, self.times, edge) for edge in self.edges]
        return [end is not None and end <= months for end in ends]

    def least_cost(self) -> Aim:
        """Least cost (in half 百元), then fewest steps."""
        costs = [edge.move.cost_middle for edge in self.edges]
        unit, over = gcd(*costs) or 1, len(costs) + 1
        return Aim([cost // unit * over + 1 for cost in costs], over, unit)

    def fewest_steps(self) -> Aim:
        """Fewest steps, then least cost."""
        costs = [edge.move.cost_middle for edge in self.edges]
        unit = gcd(*costs) or 1
        over = sum(costs) // unit + 1
        return Aim([over + cost // unit for cost in costs], over, 1)

    def not_all_moves(self, ids: Collection[str]) -> Row:
        """Not all of these moves together."""
        return Row({n: -1 for n, edge in enumerate(self.edges) if edge.move.id in ids}, 1 - len(ids))

    def not_all_edges(self, edges: Collection[Edge]) -> Row:
        """Not all of these edges together."""
        return Row({n: -1 for n, edge in enumerate(self.edges) if edge in edges}, 1 - len(edges))

    def wrong(self, taken: Sequence[Edge], months: int | None) -> Sequence[Edge]:
        """Edges that cannot all be taken, whatever else is: all wait for each other, or last longer than ``months``."""
        try:
            chain = timetable.longest(self.built, taken)
        except Circle as circle:
            return circle.edges
        return chain if months is not None and sum(edge.move.months for edge in chain) > months else ()


def climb(goals: Sequence[Goal]) -> Climb:
    """The goals checked and taken apart; ValueError when something about them is wrong."""
    given = checked(goals)
    built = ladders.build(given)
    times = timetable.earliest(built)
    useful = [edge for edge in built.edges if timetable.edge_end(built, times, edge) is not None]
    return Climb(given, built, programme.programme(given, Ladders(built.places, useful)), times)
