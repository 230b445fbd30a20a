"""The cheapest way to a level, with proof that nothing cheaper works: a whole-number programme solved to the end.

`programme` has the rows, HiGHS (through `scipy.optimize.milp`) solves them at gap 0. Its answer is believed only when
the rows hold in whole numbers, its bound rounded up is the answer's value, and the scorer finds every goal reached.
What rows cannot say (moves that all wait for each other; months) is looked at in the answer: where it is not in order,
a row that forbids what is wrong, and nothing that is right, is added, and all is solved again.

Every function raises ValueError when goals or moves are wrong (ratings family, missing answers, unknown steps, two
moves of one id) and NotProven when there is no proof.
"""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from scoring import outcome
from scoring.climb import Aim, Climb, climb
from scoring.encode import encode
from scoring.ladders import Edge
from scoring.maturity import judge
from scoring.moves import Certificate, Goal, Path, Point, Unreachable, Way
from scoring.programme import Row

__all__ = ["NotProven", "alternatives", "cheapest", "curve", "fastest", "fewest", "find"]

OPTIMAL, INFEASIBLE = 0, 2  # what milp says of its result
SLACK = 0.5  # lies between two whole numbers, far from what the solver tolerates
SECONDS = 20.0  # for one programme; a hundred times what the hardest took
NOISE = 1e-3  # of the solver's bound on a whole number


class NotProven(RuntimeError):
    """There is no certificate, so there is no answer; the message says what failed."""


class _Solution(NamedTuple):
    """Values of all variables, the sum of their weights, and the bound on that."""

    chosen: Sequence[int]
    value: int
    bound: int


class _Optimum(NamedTuple):
    taken: Sequence[Edge]
    value: int  # of what is minimised first
    bound: int


def find(goals: Sequence[Goal], more: int = 2) -> Path:
    """Everything at once: the cheapest way, ``more`` alternatives, fewest, fastest, and the curve."""
    found = climb(goals)
    best = _cheapest(found)
    if isinstance(best, Unreachable):
        return Path(best, (), None, None, _curve(found, best))
    return Path(best, _alternatives(found, best, more), _fewest(found), _fastest(found), _curve(found, best))


def cheapest(goals: Sequence[Goal]) -> Way | Unreachable:
    """The way of least middle cost; of those one with the fewest steps, the same one every time."""
    return _cheapest(climb(goals))


def alternatives(goals: Sequence[Goal], best: Way, more: int = 2) -> tuple[Way, ...]:
    """The next cheapest ways, fewer when there are no more: none contains all moves of ``best`` or of another one."""
    return _alternatives(climb(goals), best, more)


def fewest(goals: Sequence[Goal]) -> Way | Unreachable:
    """The way of the fewest moves; of those the cheapest."""
    found = climb(goals)
    return found.unreachable() or _fewest(found)


def fastest(goals: Sequence[Goal]) -> Way | Unreachable:
    """The way that ends first; of those the cheapest. Steps of a ladder follow each other, others run side by side."""
    found = climb(goals)
    return found.unreachable() or _fastest(found)


def curve(goals: Sequence[Goal]) -> tuple[Point, ...]:
    """The cheapest way to every level of the first goal's ruler above the present one, the other goals unchanged."""
    return _curve(climb(goals), None)


def _cheapest(climb: Climb) -> Way | Unreachable:
    return climb.unreachable() or _certain(climb, _optimum(climb, climb.least_cost()))


def _alternatives(climb: Climb, best: Way, more: int) -> tuple[Way, ...]:
    ways = [best]
    while ways[-1].taken and len(ways) <= more:
        cuts = [climb.not_all_moves(way.ids) for way in ways]
        found = _optimum(climb, climb.least_cost(), cuts)
        if found is None:
            break
        ways.append(_way(climb, found))
    return tuple(ways[1:])


def _fewest(climb: Climb) -> Way:
    return _certain(climb, _optimum(climb, climb.fewest_steps()))


def _fastest(climb: Climb) -> Way:
    """From the least months that could do: with fewer, not even all moves that can be done by then would reach it."""
    for months in range(climb.least_months(), sum(edge.move.months for edge in climb.edges) + 1):
        found = _optimum(climb, climb.least_cost(), offered=climb.in_time(months), months=months)
        if found is not None:
            return _way(climb, found._replace(value=months, bound=months))
    raise NotProven("all moves together reach the goals, but the solver finds none that do in any time")


def _curve(climb: Climb, known: Way | Unreachable | None) -> tuple[Point, ...]:
    """``known``: the answer for the level wanted, if there is one already."""
    first = climb.goals[0]
    now = int(judge(first.ruleset, encode(first.ruleset, [first.answers])).level[0])
    levels = range(now + 1, len(first.ruleset.levels) + 1)
    return tuple(
        Point(level, known if known and level == first.level else _cheapest(climb.to(level))) for level in levels
    )


def _certain(climb: Climb, found: _Optimum | None) -> Way:
    if found is None:
        raise NotProven("all moves together reach the goals, but the solver finds none that do")
    return _way(climb, found)


def _way(climb: Climb, found: _Optimum) -> Way:
    """The way, if the scorer agrees that it reaches every goal."""
    offered = len({edge.move.id for edge in climb.built.edges})
    certificate = Certificate("optimal", found.bound, found.value, found.value - found.bound, offered)
    way = outcome.way(climb.goals, climb.built, found.taken, certificate)
    for goal, level in zip(climb.goals, way.levels, strict=True):
        if level < goal.level:
            raise NotProven(f"{goal.ruleset.name}: the scorer finds level {level}, not {goal.level}")
    return way


def _optimum(
    climb: Climb, aim: Aim, cuts: Iterable[Row] = (), offered: Sequence[bool] = (), months: int | None = None
) -> _Optimum | None:
    """The edges to take; None when nothing will do.

    ``offered``: by edge, all when empty. ``months``: how long the way may last.
    """
    rows = [*climb.rows(), *cuts]
    upper = np.ones(climb.programme.variables)
    upper[: len(offered)] = offered
    while (found := _solve(aim.weights, rows, upper)) is not None:
        taken = [edge for edge, chosen in zip(climb.edges, found.chosen, strict=False) if chosen]
        wrong = climb.wrong(taken, months)
        if not wrong:
            return _Optimum(taken, aim.first(found.value), aim.first(found.bound))
        rows.append(climb.not_all_edges(wrong))
    return None


def _solve(weights: Sequence[int], rows: Sequence[Row], upper: NDArray[np.float64]) -> _Solution | None:
    """The least sum of weights (of the first variables; the others have none); None when the rows cannot hold."""
    if not len(upper):
        return None if any(row.least > 0 for row in rows) else _Solution((), 0, 0)
    objective = np.zeros(len(upper))
    objective[: len(weights)] = weights
    within, asked = Bounds(0, upper), constraint(rows, len(upper))
    options = {"mip_rel_gap": 0.0, "time_limit": SECONDS}
    result = milp(objective, integrality=1, bounds=within, constraints=asked, options=options)
    if result.status == INFEASIBLE:
        return None
    if result.status != OPTIMAL:
        raise NotProven(f"the solver says: {result.message}")
    chosen = np.rint(result.x).astype(int).tolist()
    if not all(row.holds(chosen) for row in rows):
        raise NotProven("the solver's answer does not hold in whole numbers")
    value = sum(each * taken for each, taken in zip(weights, chosen, strict=False))
    bound = min(ceil(result.mip_dual_bound - NOISE), value)
    if bound < value:
        raise NotProven(f"the bound {bound} is below the answer's {value}")
    return _Solution(chosen, value, bound)


def constraint(rows: Sequence[Row], variables: int) -> LinearConstraint:
    """The rows for the solver; those of large numbers end half a unit low."""
    entries = [(row, *each) for row, one in enumerate(rows) for each in one.coefficients.items()]
    row, column, factor = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    matrix = csr_array((factor.astype(float), (row, column)), shape=(len(rows), variables))
    wide = [any(abs(factor) > 1 for factor in one.coefficients.values()) for one in rows]
    least = np.array([one.least for one in rows]) - SLACK * np.array(wide)
    return LinearConstraint(matrix, least, np.inf)
