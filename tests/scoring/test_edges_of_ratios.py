"""Points of a ratio on every knot, one step to either side of it, and where rounding half-up turns."""

from decimal import Decimal

import pytest

from scoring.verdict import verdict
from tests.scoring.firms import nothing, share
from tests.scoring.oracle import RULESET

STEP = 10**9  # parts of the ratio: a step that moves no rounded point but must not jump either


def points(code: str, num: object, den: object) -> int:
    found = verdict(RULESET, nothing(**{code: share(num, den)})).points[code]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "knots"),
    [
        ("design_tool_rate", [(0, 0), (7, 5600), (10, 8000)]),
        ("cnc_rate", [(0, 0), (5, 8400), (10, 12000)]),
        ("equipment_digital_rate", [(0, 0), (10, 5000)]),
        ("equipment_networked_rate", [(0, 0), (10, 5000)]),
        ("equipment_cloud_rate", [(0, 0), (10, 2000)]),
    ],
)
def test_on_a_knot_the_points_are_those_of_the_knot_and_do_not_jump_beside_it(
    code: str, knots: list[tuple[int, int]]
) -> None:
    for tenths, milli in knots:
        assert points(code, tenths, 10) == milli
        assert points(code, tenths * STEP, 10 * STEP) == milli
        if tenths > 0:
            assert points(code, tenths * STEP - 1, 10 * STEP) == milli
        if tenths < 10:
            assert points(code, tenths * STEP + 1, 10 * STEP) == milli


@pytest.mark.parametrize(
    ("code", "num", "den", "milli"),
    [
        ("cnc_rate", 1, 4, 4200),  # halfway up the first stretch: 16.8 a unit of ratio
        ("cnc_rate", 3, 4, 10200),  # halfway up the second: 8.4 + 7.2 × 0.25
        ("cnc_rate", 29, 97, 5023),  # 29/97 × 16.8 = 5.02268…
        ("cnc_rate", 22, 40, 8760),  # 8.4 + 7.2 × 0.05
        ("design_tool_rate", 1, 3, 2667),  # 8/3 = 2.6666…
        ("design_tool_rate", 17, 20, 6800),  # 5.6 + 8 × 0.15
        ("equipment_digital_rate", 1, 3, 1667),
        ("equipment_digital_rate", 2, 3, 3333),
        ("equipment_cloud_rate", 1, 60, 33),
    ],
)
def test_between_knots_the_points_are_linear(code: str, num: int, den: int, milli: int) -> None:
    assert points(code, num, den) == milli


def test_half_a_milli_point_is_rounded_up_and_anything_less_is_not() -> None:
    assert points("equipment_cloud_rate", 1, 4000) == 1  # 2 × 1/4000 = 0.0005 points exactly
    assert points("equipment_cloud_rate", 10**9 - 1, 4000 * 10**9) == 0
    assert points("equipment_digital_rate", 1, 10000) == 1  # 5/10000 = 0.0005
    assert points("equipment_digital_rate", 3, 10000) == 2  # 0.0015
    assert points("equipment_digital_rate", 9999, 10**8) == 0


def test_decimals_are_exact() -> None:
    """0.3 / 3 is 1/10, and 0.1 + nothing lost: as binary floats neither would be."""
    assert points("cnc_rate", Decimal("0.3"), 3) == points("cnc_rate", 1, 10) == 1680
    assert points("equipment_cloud_rate", Decimal("0.00025"), 1) == 1
    assert points("equipment_cloud_rate", Decimal("0.000249999999999999999999999999"), 1) == 0
    assert points("equipment_digital_rate", Decimal("1E+2"), Decimal("200.0")) == 2500


@pytest.mark.parametrize("code", ["cnc_rate", "design_tool_rate", "equipment_cloud_rate"])
def test_numbers_beyond_64_bits_are_as_exact_as_small_ones(code: str) -> None:
    huge = 10**29
    for num, den in [(1, 4), (1, 2), (29, 97), (7, 10), (3, 4), (1, 1)]:
        assert points(code, num * huge // 100, den * huge // 100) == points(code, num, den)
    assert points("equipment_cloud_rate", huge // 4000, huge) == 1
    assert points("equipment_cloud_rate", huge // 4000 - 1, huge) == 0


def test_a_condition_compares_the_exact_fraction() -> None:
    def unmet(num: object, den: object) -> list[str]:
        firm = nothing(cnc_rate=share(num, den), management_links=["B", "C", "D"], system_integration="E")
        firm |= {"cloud_stars": "D", "smart_factory": "D", "iiims_certification": "E", "planning": "F"}
        return [each.condition for each in verdict(RULESET, firm).unmet or ()]

    assert unmet(3, 10) == ["score"]
    assert unmet(Decimal("0.9"), 3) == ["score"]
    for num, den in [(29, 97), (3 * 10**28 - 1, 10**29), (Decimal("0.299999999999999999999999999999"), 1), (2, 7)]:
        assert unmet(num, den) == ["score", "cnc_rate"]
