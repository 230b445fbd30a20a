"""The cheapest way on whole rulers against dynamic programming over the points, where no move waits for another.

Every ladder is a choice of one place at its least cost; a multi whose options are worth the same, or that counts them,
is a choice of how many. Then the least cost of every sum of points up to what is lacking is found, ladder by ladder.
"""

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from scoring import path
from scoring.moves import Goal, Move, Way
from tests.scoring.every_way import at_level, known, reached, start_reached, stepped, steps_of
from tests.scoring.oracle import NA, RAWS, RULESETS, Answers, Raw, exact, half_up, holds, indicators, milli_points
from tests.scoring.small_climbs import MIIT, PORTRAIT, firm

FIRMS = 30
Choice = tuple[int, int, Any]  # least cost, milli-points more than at present, the answer
FAR = 10**12


def all_moves(name: str, chance: Random) -> list[Move]:
    """Every step of every indicator, some of them skipped by a direct move; costs much alike, so that it is close."""
    found = []
    for code, indicator in known(name).items():
        steps = steps_of(name, indicator)
        found += [_move(code, step, None, chance) for step in steps]
        if indicator["kind"] in ("single", "scene") and chance.random() < 0.5:
            bottom = 0 if indicator["kind"] == "scene" else next(iter(indicator["options"]))
            found.append(_move(code, steps[-1], bottom, chance))
    return found


def _move(code: str, step: Any, start: Any, chance: Random) -> Move:
    low = chance.randint(50, 150) * chance.choice([1, 3]) * (1 if start is None else 2)
    return Move(f"{code}:{start}:{step}", code, step, low, low + chance.randint(0, 99), 1, start)


def ladder(name: str, indicator: Raw, now: Any, moves: list[Move]) -> list[Choice]:
    """Every place of a ladder with the least cost to get there."""
    costs: list[tuple[int, Any]] = [(0, now)]
    for move in sorted(moves, key=lambda move: steps_of(name, indicator).index(move.step)):
        can = [
            cost
            for cost, answer in costs
            if start_reached(name, indicator, move, answer) and not reached(indicator, move.step, answer)
        ]
        if can:
            costs.append((min(can) + move.cost_middle, stepped(indicator, move.step, now)))
    return [(cost, milli_points(indicator, answer) - milli_points(indicator, now), answer) for cost, answer in costs]


def ticks(indicator: Raw, now: Any, moves: list[Move]) -> list[list[Choice]]:
    """How many more to tick where that is all that matters, else each option by itself."""
    kept = [key for key in now if key != indicator.get("none")]
    fresh = sorted((move.cost_middle, str(move.step)) for move in moves if move.step not in kept)
    options = indicator["options"]
    alike = isinstance(options, list) or len({points for points in options.values() if points}) == 1
    sets = [fresh[:count] for count in range(len(fresh) + 1)] if alike else []
    have = milli_points(indicator, now)
    if alike:
        answers = [(sum(cost for cost, _ in some), kept + [key for _, key in some] or now) for some in sets]
        return [[(cost, milli_points(indicator, answer) - have, answer) for cost, answer in answers]]
    return [[(0, 0, now), (cost, milli_points(indicator, [key]), now)] for cost, key in fresh]


def least_for_points(choices: list[list[Choice]], lacking: int) -> int:
    """The least cost of so many milli-points more, one choice of each list."""
    least = np.full(lacking + 1, FAR, dtype=np.int64)
    least[0] = 0
    for some in choices:
        fresh = np.full_like(least, FAR)
        for cost, points, _ in some:
            gained = min(points, lacking)
            fresh[gained:] = np.minimum(fresh[gained:], least[: lacking + 1 - gained] + cost)
            fresh[lacking] = min(fresh[lacking], int(least[lacking - gained :].min()) + cost)
        least = fresh
    return int(least[lacking])


def least_for_scenes(name: str, choices: dict[str, list[Choice]], level: int) -> int:
    """The least cost of the gates of the level; those of lower levels ask for no more."""
    asked = {gate["count"]: gate for lower in RAWS[name]["levels"][:level] for gate in lower.get("gates", [])}
    if not asked:
        return 0
    most = [asked[count]["at_least"] for count in ("scenes", "binding_scenes")]
    graded = asked["scenes"]["graded"]
    states = {(0, 0): 0}
    for code, some in choices.items():
        fresh: dict[tuple[int, int], int] = {}
        for (all_, binding), before in states.items():
            for cost, _, grade in some:
                more = int(grade >= graded)
                counts = min(most[0], all_ + more), min(most[1], binding + more * known(name)[code]["binding"])
                fresh[counts] = min(fresh.get(counts, FAR), before + cost)
        states = fresh
    return states.get((most[0], most[1]), FAR)


def least(name: str, answers: Answers, moves: list[Move], level: int) -> int:
    """The least cost of a level."""
    scored: list[list[Choice]] = []
    scenes: dict[str, list[Choice]] = {}
    for indicator in indicators(RAWS[name]):
        code, now = indicator["code"], answers[indicator["code"]]
        own = [move for move in moves if move.indicator == code]
        if indicator["kind"] == "scene":
            scenes[code] = ladder(name, indicator, now, own)
        elif now != NA:
            lists = ticks(indicator, now, own) if indicator["kind"] == "multi" else [ladder(name, indicator, now, own)]
            scored += [allowed(name, indicator, some, level) for some in lists]
    return least_for_points(scored, lacking(name, answers, level)) + least_for_scenes(name, scenes, level)


def allowed(name: str, indicator: Raw, choices: list[Choice], level: int) -> list[Choice]:
    """Those that meet the conditions of the level and the lower ones."""
    asked = [each for lower in RAWS[name]["levels"][:level] for each in lower["conditions"]]
    own = [each for each in asked if each["indicator"] == indicator["code"]]
    return [one for one in choices if all(holds(indicator, each, one[2]) for each in own)]


def lacking(name: str, answers: Answers, level: int) -> int:
    """The least milli-points more that bring the score, as it is rounded, to the floor."""
    members = [each for each in indicators(RAWS[name]) if answers[each["code"]] != NA]
    most = sum(half_up(1000 * exact(each.get("max_points", 0))) for each in members)
    have = sum(milli_points(each, answers[each["code"]]) for each in members)
    unit = 10 ** RAWS[name]["decimals"]
    floor = RAWS[name]["levels"][level - 1]["min_score"] * unit
    near = most * (floor - 1) // (100 * unit)
    reached = (points for points in range(near, most + 1) if half_up(Fraction(100 * unit * points, most)) >= floor)
    return max(0, next(reached) - have)


@pytest.mark.parametrize("name", [PORTRAIT, MIIT])
def test_on_a_whole_ruler_the_cheapest_way_costs_what_dynamic_programming_finds(name: str) -> None:
    steps = []
    for seed in range(FIRMS):
        chance = Random(seed)
        answers = firm(name, chance.uniform(0.05, 0.8), chance)
        level = chance.randint(1, 4)
        moves = all_moves(name, chance)
        best = path.cheapest([Goal(RULESETS[name], level, answers, moves)])
        assert isinstance(best, Way) and at_level(name, dict(best.answers[0]), level)
        assert best.cost_middle == least(name, answers, moves, level), seed
        steps.append(len(best.taken))
    assert max(steps) > 20
