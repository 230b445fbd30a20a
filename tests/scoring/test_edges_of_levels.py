"""Every level exactly on its floor and 0.01 below, and every condition exactly met and just missed."""

import pytest

from scoring.verdict import Unmet, verdict
from tests.scoring.firms import everything, nothing, share
from tests.scoring.oracle import NA, RULESET, Answers


def firm_of(score: int, **kept: object) -> Answers:
    """A firm with exactly that score (in hundredths), tuned by what no condition looks at; `kept` answers stay."""
    firm = everything(**kept)
    surplus = (verdict(RULESET, firm).score or 0) - score
    for code in [each.code for each in RULESET.indicators if each.code not in {*MET, *kept}]:
        weight = RULESET.indicator(code).max_points // 10
        if RULESET.indicator(code).kind != "ratio" and surplus >= weight:
            firm[code] = nothing()[code]
            surplus -= weight
    for code in ("equipment_digital_rate", "equipment_networked_rate", "equipment_cloud_rate", "design_tool_rate"):
        weight = RULESET.indicator(code).max_points // 10
        taken = min(surplus, weight)
        firm[code] = share(weight - taken, weight)
        surplus -= taken
    assert surplus == 0
    return firm


MET = {"cnc_rate", "management_links", "system_integration", "cloud_stars"}
LOW = {"cnc_rate": share(7, 10), "management_links": ["B", "C", "D"], "system_integration": "D", "cloud_stars": "C"}


@pytest.mark.parametrize(
    ("floor", "level", "kept"),
    [
        (2000, 1, {"cnc_rate": share(0), "management_links": ["A"], "system_integration": "A", "cloud_stars": "A"}),
        (4000, 2, LOW),
        (6000, 3, LOW),
        (8000, 4, LOW),
    ],
)
def test_a_floor_is_inclusive_and_a_hundredth_below_is_not_enough(
    floor: int, level: int, kept: dict[str, object]
) -> None:
    on, below = verdict(RULESET, firm_of(floor, **kept)), verdict(RULESET, firm_of(floor - 1, **kept))
    assert (on.score, on.level) == (floor, level)
    assert (below.score, below.level) == (floor - 1, level - 1)
    assert below.unmet == (Unmet("score", floor, floor - 1),)


def test_the_displayed_score_is_the_compared_score() -> None:
    """85 points remain without 研发设计: 16.995/85 is 19.99411… → 19.99, 16.996/85 is 19.99529… → 20.00 → 起步级."""
    base = nothing(design_tool_rate=NA, design_depth=NA, cloud_stars="D", management_links=["B", "C", "D", "E"])
    below = verdict(RULESET, base | {"equipment_digital_rate": share(2995, 5000)})
    on = verdict(RULESET, base | {"equipment_digital_rate": share(2996, 5000)})
    assert (below.score, below.level) == (1999, 0)
    assert (on.score, on.level) == (2000, 1)


def test_a_score_is_rounded_half_up() -> None:
    """Without 不适用 the score in hundredths is milli-points ÷ 10: 5 thousandths go up, 4 do not."""
    assert verdict(RULESET, nothing(equipment_digital_rate=share(4, 5000))).score == 0
    assert verdict(RULESET, nothing(equipment_digital_rate=share(5, 5000))).score == 1
    assert verdict(RULESET, nothing(equipment_digital_rate=share(14, 5000))).score == 1
    assert verdict(RULESET, nothing(equipment_digital_rate=share(15, 5000))).score == 2


@pytest.mark.parametrize(
    ("code", "missed", "met", "level", "need", "have"),
    [
        ("cnc_rate", share(29, 97), share(3, 10), 2, "3/10", share(29, 97)),
        ("management_links", ["B", "C"], ["B", "C", "D"], 2, 3, 2),
        ("management_links", ["A"], ["G", "H", "I"], 2, 3, 0),
        ("cnc_rate", share(49, 99), share(1, 2), 3, "1/2", share(49, 99)),
        ("system_integration", "B", "C", 3, "C", "B"),
        ("cnc_rate", share(69, 99), share(7, 10), 4, "7/10", share(69, 99)),
        ("system_integration", "C", "D", 4, "D", "C"),
        ("cloud_stars", "B", "C", 4, "C", "B"),
    ],
)
def test_a_condition_just_missed_holds_the_level_back_whatever_the_score(
    code: str, missed: object, met: object, level: int, need: object, have: object
) -> None:
    below, on = verdict(RULESET, everything(**{code: missed})), verdict(RULESET, everything(**{code: met}))
    assert (below.score or 0) >= 8000 and below.level == level - 1
    assert on.level is not None and on.level >= level
    assert [(each.condition, each.have) for each in below.unmet or ()] == [(code, have)]
    assert str((below.unmet or ())[0].need) == str(need)


def test_a_condition_of_a_lower_level_counts_for_the_higher_ones() -> None:
    found = verdict(RULESET, everything(management_links=["B", "C"]))
    assert (found.score, found.level) == (9100, 1)


def test_unmet_names_only_the_next_level() -> None:
    found = verdict(RULESET, nothing())
    assert found.unmet == (Unmet("score", 2000, 0),)
    started = verdict(RULESET, nothing(cloud_stars="D", smart_factory="D", system_integration="E"))
    assert started.level == 1
    assert [each.condition for each in started.unmet or ()] == ["score", "cnc_rate", "management_links"]
