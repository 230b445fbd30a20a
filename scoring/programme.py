"""The whole-number programme of a path: one variable an edge, rows of whole numbers, nothing yet about how to solve it.

The edges taken of a ladder form one chain from the present place up, so that points add up along it and every mark
above the present is crossed by at most one of them. A counted multi (points of the number ticked, rounded) has
variables of its own: the first, second, … tick more, in this order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import NamedTuple

from scoring.answers import NA
from scoring.encode import encode
from scoring.ladders import Ladders
from scoring.marks import Key, Mark, keys_of, needs
from scoring.maturity import judge
from scoring.model import Indicator, Ruleset
from scoring.moves import Goal
from scoring.worth import least_points


class Row(NamedTuple):
    """The sum of coefficient × variable is at least ``least``."""

    coefficients: Mapping[int, int]
    least: int

    def holds(self, values: Sequence[int]) -> bool:
        return sum(factor * values[number] for number, factor in self.coefficients.items()) >= self.least


@dataclass(frozen=True, eq=False)
class Programme:
    """Variables 0, 1, …: first the edges of the ladders, then those of counted multis. ``points``: by goal, the points
    that each variable adds; ``have``: the points at present."""

    ladders: Ladders
    variables: int
    shape: Sequence[Row]
    points: Sequence[Mapping[int, int]]
    have: Sequence[int]


def programme(goals: Sequence[Goal], ladders: Ladders) -> Programme:
    """Everything that does not depend on the levels wanted."""
    shape = [*_chains(ladders), *_waiting(ladders)]
    points: list[dict[int, int]] = []
    variables = len(ladders.edges)
    for goal in goals:
        own = _edge_points(goal, ladders)
        for indicator in goal.ruleset.indicators:
            if indicator.counted and goal.answers[indicator.code] != NA:
                more, rows = _ticks(goal, indicator, ladders, variables)
                own |= more
                shape += rows
                variables += len(more)
        points.append(own)
    return Programme(ladders, variables, shape, points, [_have(goal) for goal in goals])


def rows(found: Programme, goals: Sequence[Goal]) -> list[Row]:
    """All rows, those of the goals' levels among them."""
    asked = [row for number, goal in enumerate(goals) for row in _asked(found, goal, number)]
    return [*found.shape, *asked]


def _asked(found: Programme, goal: Goal, number: int) -> Iterable[Row]:
    """Score, conditions and gates of one goal; rows that hold anyway are left out."""
    if not goal.level:
        return
    lacking = floor_points(goal) - found.have[number]
    if lacking > 0:
        yield _reduced(Row(found.points[number], lacking))
    for need in needs(goal.ruleset, goal.level):
        open_marks = [mark for mark in need.marks if not found.ladders.now(mark)]
        least = need.least - (len(need.marks) - len(open_marks))
        if least > 0:
            yield Row({edge: 1 for mark in open_marks for edge in found.ladders.crossing(mark)}, least)


def floor_points(goal: Goal) -> int:
    """The fewest milli-points whose score reaches the level's floor, with what is 不适用 left out."""
    applies = [each for each in goal.ruleset.indicators if goal.answers[each.code] != NA]
    return least_points(goal.ruleset, goal.ruleset.levels[goal.level - 1], sum(each.max_points for each in applies))


def _reduced(row: Row) -> Row:
    """The same row for whole numbers in smaller numbers."""
    common = gcd(*row.coefficients.values()) or 1
    return Row({each: factor // common for each, factor in row.coefficients.items()}, -(-row.least // common))


def _chains(ladders: Ladders) -> Iterable[Row]:
    """Of each ladder one move at most leaves the present place, and another place only if one arrives there."""
    out: dict[tuple[Key, int], dict[int, int]] = {}
    for number, edge in enumerate(ladders.edges):
        out.setdefault((edge.key, edge.start), {})[number] = -1
    for number, edge in enumerate(ladders.edges):
        if (edge.key, edge.end) in out:
            out[edge.key, edge.end][number] = 1
    return [Row(factors, 0 if place else -1) for (_, place), factors in out.items()]


def _waiting(ladders: Ladders) -> Iterable[Row]:
    """A move is made only together with what it waits for."""
    for number, edge in enumerate(ladders.edges):
        for mark in edge.after:
            yield Row(dict.fromkeys(ladders.crossing(mark), 1) | {number: -1}, 0)


def _have(goal: Goal) -> int:
    return int(judge(goal.ruleset, encode(goal.ruleset, [goal.answers])).points.sum())


def _worths(ruleset: Ruleset, answers: Sequence[tuple[str, object]]) -> list[int]:
    """The milli-points of single answers, as the scorer counts them."""
    found = judge(ruleset, encode(ruleset, [{code: answer} for code, answer in answers]))
    return [int(each) for each in found.points.sum(axis=0)]


def _edge_points(goal: Goal, ladders: Ladders) -> dict[int, int]:
    """What each edge adds to a goal's points, where that is the same whatever else is done."""
    places = [
        (key, number, [place.answer] if indicator.kind == "multi" else place.answer)
        for indicator in goal.ruleset.indicators
        if indicator.max_points and not indicator.counted and goal.answers[indicator.code] != NA
        for key in keys_of(indicator)
        for number, place in enumerate(ladders.places[key])
        if place.answer is not None
    ]
    worths = _worths(goal.ruleset, [(key[0], answer) for key, _, answer in places])
    worth = {(key, number): points for (key, number, _), points in zip(places, worths, strict=True)}
    adds = {
        number: worth.get((edge.key, edge.end), 0) - worth.get((edge.key, edge.start), 0)
        for number, edge in enumerate(ladders.edges)
    }
    return {number: points for number, points in adds.items() if points}


def _ticks(goal: Goal, indicator: Indicator, ladders: Ladders, first: int) -> tuple[dict[int, int], list[Row]]:
    """Points of each further tick, variables from ``first`` on, and the rows that tie them to the edges."""
    keys = keys_of(indicator)
    ticked = [str(key) for _, key in keys if ladders.now(Mark((indicator.code, key), 1))]
    open_ticks = [str(key) for _, key in keys if str(key) not in ticked]
    edges = {number: 1 for number, edge in enumerate(ladders.edges) if edge.key in keys}
    more = min(len({ladders.edges[number].key for number in edges}), len(open_ticks))
    sets = [ticked + open_ticks[:count] for count in range(more + 1)]
    worths = _worths(goal.ruleset, [(indicator.code, ticks) for ticks in sets if ticks])
    worths = [0] * (len(sets) - len(worths)) + worths
    adds = {first + count: worths[count + 1] - worths[count] for count in range(more)}
    order = [Row({first + count: 1, first + count + 1: -1}, 0) for count in range(more - 1)]
    return adds, [*order, Row(edges | dict.fromkeys(adds, -1), 0)] if adds else []
