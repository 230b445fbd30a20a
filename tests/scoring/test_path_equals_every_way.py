"""The path against trying every set of moves: thousands of small cases of both rulers, and of the two together."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest

from scoring import path
from scoring.moves import Goal, Path, Unreachable, Way
from tests.scoring.every_way import EveryWay, at_level, score
from tests.scoring.small_climbs import MIIT, PORTRAIT, climb, climb_both, priced

CASES, PRICES, ALL = 260, 4, 50  # firms, prices for each, firms for which everything is asked
TOGETHER = 80

Sets = Sequence[frozenset[str]]


def check_way(way: Way, goals: Sequence[Goal], ways: EveryWay) -> None:
    """It is one of the sets that lead there, with the answers, scores and months that these have."""
    assert list(way.answers) == [dict(each) for each in ways.sets[way.ids]] or same(way, ways)
    for goal, answers, found in zip(goals, way.answers, way.scores, strict=True):
        assert at_level(goal.ruleset.name, dict(answers), goal.level)
        assert score(goal.ruleset.name, dict(answers)) == found
    assert way.months == ways.months(way.ids)
    assert way.cost_middle == ways.cost(way.ids)
    assert way.certificate.status == "optimal" and way.certificate.gap == 0


def same(way: Way, ways: EveryWay) -> bool:
    """The same answers but for the order of ticks."""

    def plain(answers: object) -> object:
        assert isinstance(answers, dict)
        return {code: sorted(each) if isinstance(each, list) else each for code, each in answers.items()}

    return [plain(dict(each)) for each in way.answers] == [plain(each) for each in ways.sets[way.ids]]


def check_best(best: Way | Unreachable, goals: Sequence[Goal], ways: EveryWay, good: Sets) -> str:
    """Least cost, then fewest moves; or no set leads there."""
    if isinstance(best, Unreachable):
        assert not good and best.lacks
        return "unreachable"
    assert (best.cost_middle, len(best.taken)) == min((ways.cost(ids), len(ids)) for ids in good)
    assert best.certificate.bound == best.cost_middle
    check_way(best, goals, ways)
    return str(min(len(best.taken), 3))


def check_all(found: Path, goals: Sequence[Goal], ways: EveryWay, good: Sets) -> None:
    """Alternatives, fewest and fastest."""
    assert isinstance(found.best, Way) and found.fewest and found.fastest
    for way in (*found.alternatives, found.fewest, found.fastest):
        check_way(way, goals, ways)
    assert (len(found.fewest.taken), found.fewest.cost_middle) == min((len(ids), ways.cost(ids)) for ids in good)
    quickest = min((ways.months(ids), ways.cost(ids), len(ids)) for ids in good)
    assert (found.fastest.months, found.fastest.cost_middle, len(found.fastest.taken)) == quickest
    gone = [found.best.ids]
    for other in found.alternatives:
        left = [ids for ids in good if not any(ids >= each for each in gone)]
        assert (other.cost_middle, len(other.taken)) == min((ways.cost(ids), len(ids)) for ids in left)
        gone.append(other.ids)
    assert len(gone) == 3 or all(any(ids >= each for each in gone) for ids in good)


def check_curve(found: Path, goals: Sequence[Goal], ways: EveryWay) -> None:
    for point in found.curve:
        good = ways.good([point.level, *(goal.level for goal in goals[1:])])
        least = min(map(ways.cost, good), default=None)
        assert least == (point.found.cost_middle if isinstance(point.found, Way) else None)


@pytest.mark.parametrize("name", [PORTRAIT, MIIT])
def test_the_cheapest_way_is_the_cheapest_of_all_sets_of_moves(name: str) -> None:
    kinds: Counter[str] = Counter()
    for seed in range(CASES):
        chance = Random(seed)
        goal, ways = climb(name, 7, chance)
        good = ways.good([goal.level])
        for _ in range(PRICES):
            goal = priced(goal, chance)
            ways.at([goal])
            kinds[check_best(path.cheapest([goal]), [goal], ways, good)] += 1
    assert min(kinds[kind] for kind in ("unreachable", "1", "2", "3")) > CASES * PRICES // 30


@pytest.mark.parametrize("name", [PORTRAIT, MIIT])
def test_alternatives_fewest_fastest_and_the_curve_are_the_best_of_all_sets(name: str) -> None:
    for seed in range(ALL):
        goal, ways = climb(name, 7, Random(1000 + seed))
        found = path.find([goal])
        good = ways.good([goal.level])
        check_best(found.best, [goal], ways, good)
        check_curve(found, [goal], ways)
        if good:
            check_all(found, [goal], ways, good)


def test_two_rulers_at_once_are_climbed_together_at_the_least_cost() -> None:
    shared = 0
    for seed in range(TOGETHER):
        goals, ways = climb_both(8, Random(seed))
        good = ways.good([goal.level for goal in goals])
        best = path.cheapest(goals)
        check_best(best, goals, ways, good)
        codes = {each.code for each in goals[0].ruleset.indicators} & {
            each.code for each in goals[1].ruleset.indicators
        }
        shared += isinstance(best, Way) and any(each.move.indicator in codes for each in best.taken)
    assert shared > TOGETHER // 10
