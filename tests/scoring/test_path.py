"""The cheapest path by hand: what a move is, where it ends, what it waits for, and what ties and edges come to."""

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from scipy.optimize import milp

from scoring import path
from scoring.climb import climb
from scoring.moves import Goal, Lack, Move, Unreachable, Way
from scoring.programme import floor_points
from tests.scoring.firms import nothing, share
from tests.scoring.oracle import RULESETS, Answers
from tests.scoring.toy_rulesets import toy

TOY = toy()
TICKS = ("B", "C", "D", "E", "F", "G", "H")


def answers(**changes: Any) -> Answers:
    """A firm with nothing, but for the changes."""
    return {"share": share(0, 40), "depth": "A", "links": ["A"], "steps": ["A"]} | changes


def move(
    indicator: str, step: Any, cost: int = 10, months: int = 1, start: Any = None, end: str = "", **more: Any
) -> Move:
    name = f"{indicator}:{'' if start is None else f'{start}>'}{step}{end}"
    return Move(name, indicator, step, cost, cost, months, start, **more)


def best(level: int, given: Answers, *moves: Move) -> Way:
    found = path.cheapest([Goal(TOY, level, given, moves)])
    assert isinstance(found, Way)
    return found


def ids(way: Way) -> list[str]:
    return [each.move.id for each in way.taken]


def test_the_floor_is_that_of_the_rounded_score() -> None:
    offered = move("depth", "B", 50), move("links", "B", 1)  # 12.5 and 4 points; 20.0 is asked, 19.95 is 20.0
    assert ids(best(1, answers(share=share(149, 1200)), *offered)) == ["depth:B"]
    assert set(ids(best(1, answers(share=share(148, 1200)), *offered))) == {"depth:B", "links:B"}


def test_what_does_not_apply_leaves_the_maximum_and_has_no_moves() -> None:
    given = answers(depth="NA")
    assert floor_points(Goal(TOY, 1, given, ())) == 15_960  # 19.95 of 100 is 15.96 of 80
    way = best(1, given, move("depth", "B"), move("share", Fraction(1, 2), start=0, after=(("depth", "C"),)))
    assert ids(way) == ["share:0>1/2"] and way.answers[0]["depth"] == "NA" and way.scores == (375,)


def test_a_counted_multi_is_worth_what_its_number_of_ticks_is() -> None:
    ticks = [move("steps", key, cost) for key, cost in zip(TICKS, (7, 1, 6, 2, 5, 3, 4), strict=True)]
    way = best(1, answers(), *ticks)  # five of seven are 21.429 points, four are 17.143
    assert {each.then for each in way.taken} == {"C", "E", "G", "H", "F"}
    assert way.cost_middle == 2 * (1 + 2 + 3 + 4 + 5) and way.scores == (214,)
    assert way.answers[0]["steps"] == ["C", "E", "F", "G", "H"]


@pytest.mark.parametrize(
    ("step", "given", "decimals", "num"),
    [
        (Fraction(3, 10), share(0, 40), 0, 12),
        (Fraction(3, 10), share(2, 7), 0, 3),
        (Fraction(3, 10), share(0, 1), 0, 1),
        (Fraction(3, 10), share(0, Decimal("3.33")), 2, Decimal("1.00")),
        (Fraction(3, 10), share(0, Decimal("0.5")), 0, Decimal("0.5")),
    ],
)
def test_a_ratio_ends_at_the_least_numerator_that_reaches_the_step(
    step: Fraction, given: Any, decimals: int, num: object
) -> None:
    goal = Goal(TOY, 0, answers(share=given), [move("share", step)], {"share": decimals})
    (edge,) = climb([goal]).edges
    assert climb([goal]).built.places["share", None][edge.end].answer == {"num": num, "den": given["den"]}


def test_a_band_that_begins_open_is_reached_only_beyond_its_start() -> None:
    rules = RULESETS["miit-sme/2024"]
    given = {each.code: _least(each) for each in rules.indicators} | {"equipment_digital_rate": share(2, 10)}
    goal = Goal(rules, 0, given, [move("equipment_digital_rate", Fraction(1, 5))])
    (edge,) = climb([goal]).edges
    assert climb([goal]).built.places[edge.key][edge.end].answer == share(3, 10)


def _least(indicator: Any) -> Any:
    least: dict[str, Any] = {"multi": ["A"], "single": "A", "scene": 0}
    return least.get(indicator.kind, share(0, 10))


def test_steps_that_come_to_one_answer_are_one_move() -> None:
    offered = [move("share", Fraction(part, 10)) for part in (3, 5, 6, 10)]
    way = best(1, answers(share=share(0, 1)), *offered)
    assert ids(way) == ["share:3/10"] and way.answers[0]["share"] == share(1, 1)


def test_a_jump_costs_the_sum_of_its_steps_unless_one_action_makes_it() -> None:
    given = answers(share=share(1))  # 40 points: level 3 lacks 40, level 2 lacks 10.45 and a link
    steps = move("depth", "B", 10), move("depth", "C", 10), move("links", "B", 10)
    assert best(2, given, *steps).cost_middle == 40
    assert best(2, given | {"links": ["B"]}, *steps).cost_middle == 20
    full = answers(share=share(1), links=["B", "C"], steps=["B", "C", "D"], depth="A")  # 62.857, depth C makes 82.9
    assert ids(best(3, full, *steps)) == ["depth:B", "depth:C"]
    assert ids(best(3, full, *steps, move("depth", "C", 19, start="A"))) == ["depth:A>C"]
    assert ids(best(3, full, *steps, move("depth", "C", 21, start="A"))) == ["depth:B", "depth:C"]


def test_who_has_come_further_than_the_start_may_make_the_direct_move_too() -> None:
    given = answers(share=share(1), links=["B", "C"], steps=["B", "C", "D", "E"], depth="B")
    assert ids(best(3, given, move("depth", "C", 10), move("depth", "C", 9, start="A"))) == ["depth:A>C"]


def test_a_move_waits_for_what_it_needs_and_runs_beside_what_it_does_not() -> None:
    given = answers(share=share(0, 10))
    offered = [
        move("share", Fraction(1, 2), months=3, after=(("links", "B"), ("depth", "B"))),
        move("share", Fraction(3, 10), months=2),
        move("links", "B", months=4),
        move("depth", "B", months=1),
        move("depth", "C", 20, months=9),
        move("steps", "B", months=5),
    ]
    way = best(2, given, *offered)  # 30 + 4 + 12.5 and 4.286 make 50.786
    times = {each.move.id: (each.starts, each.ends, set(each.waits_for)) for each in way.taken}
    assert times == {
        "share:3/10": (0, 2, set()),
        "links:B": (0, 4, set()),
        "depth:B": (0, 1, set()),
        "steps:B": (0, 5, set()),
        "share:1/2": (4, 7, {"share:3/10", "links:B", "depth:B"}),
    }
    assert way.months == 7 and [each.starts for each in way.taken] == [0, 0, 0, 0, 4]
    assert (way.taken[-1].now, way.taken[-1].then) == (share(3, 10), share(5, 10))


def test_moves_that_wait_for_each_other_are_not_made() -> None:
    given = answers(share=share(1), links=["C"], steps=["B", "C", "D", "E"])  # 63.143; needs 79.95
    circle = move("depth", "C", 1, start="A", after=(("links", "B"),)), move("links", "B", 1, after=(("depth", "B"),))
    found = path.cheapest([Goal(TOY, 3, given, circle)])
    assert isinstance(found, Unreachable) and set(found.blocked) == {"depth:A>C", "links:B"}
    assert found.lacks == (Lack("toy/1", 3, "score", 800, 631),)
    steps = move("depth", "B", 30), move("depth", "C", 40)
    assert ids(best(3, given, *circle, *steps)) == ["depth:B", "links:B", "depth:A>C"]
    assert ids(best(3, given, *circle, move("depth", "C", 90, start="A", end="!"))) == ["depth:A>C!"]


def test_of_equal_costs_the_fewest_steps_are_taken_whatever_the_order_they_are_given_in() -> None:
    given = answers(share=share(1), steps=["B", "C"])  # 48.571; 50.45 and a link are asked
    offered = [move("links", "B", 0), move("links", "C", 0), move("steps", "D", 0), move("steps", "E", 0)]
    ways = set()
    for seed in range(6):
        Random(seed).shuffle(offered)
        ways.add(tuple(ids(best(2, given, *offered))))
    assert len(ways) == 1 and ways < {("links:B",), ("links:C",)}


def test_a_level_that_is_reached_asks_for_nothing() -> None:
    found = path.find([Goal(TOY, 1, answers(share=share(1)), [move("links", "B")])])
    assert isinstance(found.best, Way) and found.best.taken == () and found.best.certificate.bound == 0
    assert found.alternatives == () and found.fewest == found.fastest == found.best
    assert [point.level for point in found.curve] == [2, 3]
    assert all(isinstance(point.found, Unreachable) for point in found.curve)


def test_why_a_level_cannot_be_reached_is_said_condition_by_condition() -> None:
    found = path.cheapest([Goal(TOY, 3, answers(), [move("share", Fraction(3, 10)), move("depth", "B")])])
    assert isinstance(found, Unreachable)
    assert found.lacks == (
        Lack("toy/1", 2, "score", 505, 305),
        Lack("toy/1", 3, "score", 800, 305),
        Lack("toy/1", 2, "links", 1, 0),
        Lack("toy/1", 3, "share", Fraction(3, 5), share(12, 40)),
    )
    assert (found.scores, found.levels) == ((305,), (1,)) and found.answers[0]["depth"] == "B"


def test_a_gate_that_cannot_be_met_is_counted() -> None:
    rules = RULESETS["miit-sme/2024"]
    given: Answers = {
        each.code: list(each.ticks) if each.kind == "multi" else _least(each) for each in rules.indicators
    }
    given |= {"information_systems": "E", "planning": "F"}
    scenes = [each.code for each in rules.indicators if each.kind == "scene"][:6]
    found = path.cheapest([Goal(rules, 1, given, [move(code, 1) for code in scenes[1:]])])
    assert isinstance(found, Unreachable)
    assert found.lacks == (Lack("miit-sme/2024", 1, "scenes", 6, 5), Lack("miit-sme/2024", 1, "binding_scenes", 3, 2))
    way = path.cheapest([Goal(rules, 1, given, [move(code, 1) for code in scenes])])
    assert isinstance(way, Way) and len(way.taken) == 6


def test_alternatives_are_other_sets_and_not_the_same_with_something_more() -> None:
    given = answers(share=share(1), steps=["B", "C"])
    offered = move("links", "B", 1), move("links", "C", 2), move("steps", "D", 1), move("depth", "B", 5)
    found = path.find([Goal(TOY, 2, given, offered)])
    assert isinstance(found.best, Way)
    assert [ids(way) for way in (found.best, *found.alternatives)] == [["links:B"], ["links:C"]]


def test_the_fewest_moves_and_the_fastest_way_may_be_others_than_the_cheapest() -> None:
    offered = [move("steps", key, 1, 9) for key in TICKS[:5]]
    offered += [move("depth", "C", 30, 12, start="A"), move("share", Fraction(1, 2), 40, 2, start=Fraction(0))]
    found = path.find([Goal(TOY, 1, answers(), offered)])
    assert isinstance(found.best, Way) and found.fewest and found.fastest
    assert len(found.best.taken) == 5 and found.best.months == 9
    assert ids(found.fewest) == ["depth:A>C"] and found.fewest.certificate.bound == 1
    assert ids(found.fastest) == ["share:0>1/2"] and found.fastest.certificate.value == found.fastest.months == 2


def test_the_certificate_tells_what_was_offered_and_found() -> None:
    way = best(1, answers(), move("share", Fraction(1, 2), 7, start=0), move("depth", "B"), move("links", "B"))
    assert way.certificate.status == "optimal" and way.certificate.gap == 0 and way.certificate.offered == 3
    assert way.certificate.bound == way.certificate.value == way.cost_middle == 14
    assert (way.scores, way.levels, way.cost_low, way.cost_high) == ((300,), (1,), 7, 7)


def test_what_two_rulers_share_is_done_once() -> None:
    portrait, miit = RULESETS["digital-portrait/2025"], RULESETS["miit-sme/2024"]
    ours = nothing(equipment_digital_rate=share(0, 10))
    theirs = {each.code: ours.get(each.code, _least(each)) for each in miit.indicators}
    whole = Move("ours", "equipment_digital_rate", 1, 30, 30, 1)
    parts = [Move(f"theirs:{part}", "equipment_digital_rate", Fraction(part, 10), 10, 10, 1) for part in (1, 2, 4, 6)]
    goals = [Goal(portrait, 0, ours, [whole]), Goal(miit, 0, theirs, parts)]
    apart = climb(goals)
    assert [place.value for place in apart.built.places["equipment_digital_rate", None]] == [
        Fraction(part, 10) for part in (0, 2, 3, 5, 7, 10)
    ]
    assert apart.programme.points[0] != apart.programme.points[1]  # 1 of 5 points is knots there, bands here


WRONG = [
    (Goal(TOY, 1, answers(depth=None), ()), "not answered: depth"),
    (Goal(TOY, 4, answers(), ()), "no level 4"),
    (Goal(TOY, 1, answers(depth="Z"), ()), "depth"),
    (Goal(TOY, 1, answers(), [move("depth", "Z")]), "no step 'Z'"),
    (Goal(TOY, 1, answers(), [move("share", 0.3)]), "no step 0.3"),
    (Goal(TOY, 1, answers(), [move("other", "B")]), "no indicator other"),
    (Goal(TOY, 1, answers(), [move("depth", "B", after=(("other", "B"),))]), "no indicator other"),
    (Goal(TOY, 1, answers(), [move("depth", "B", start="C")]), "starts at its own step or above it"),
    (Goal(TOY, 1, answers(), [move("depth", "B"), move("depth", "B")]), "the id of two moves"),
    (Goal(TOY, 1, answers(), [move("depth", "B", -1)]), "costs must rise from 0"),
    (Goal(RULESETS["gbt-39116/2020-discrete"], 1, {}, ()), "has no steps"),
]


@pytest.mark.parametrize(("goal", "said"), WRONG)
def test_what_cannot_be_asked_is_refused_in_words(goal: Goal, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        path.cheapest([goal])


def test_two_answers_to_one_indicator_are_refused() -> None:
    with pytest.raises(ValueError, match="depth: two goals, two answers"):
        path.cheapest([Goal(TOY, 1, answers(), ()), Goal(TOY, 1, answers(depth="B"), ())])


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"status": 1}, "the solver says"),
        ({"x": lambda x: 0 * x}, "does not hold in whole numbers"),
        ({"mip_dual_bound": lambda bound: bound - 1}, "bound"),
    ],
)
def test_without_a_proof_there_is_no_way(lie: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lying(*args: Any, **options: Any) -> Any:
        result = milp(*args, **options)
        for key, told in lie.items():
            result[key] = told(result[key]) if callable(told) else told
        return result

    monkeypatch.setattr("scoring.path.milp", lying)
    with pytest.raises(path.NotProven, match=said):
        best(1, answers(), move("share", Fraction(1, 2), start=0))


def test_a_way_that_the_scorer_does_not_confirm_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.programme.floor_points", lambda goal: 10_000)
    with pytest.raises(path.NotProven, match="the scorer finds level 0, not 1"):
        best(1, answers(), move("depth", "B"), move("share", Fraction(1, 2), 99, start=0))
