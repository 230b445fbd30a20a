"""How far a target is, to the last fraction; and how a target is split without losing a unit."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.services import target_split
from diagnose.services.plans_built_in import PLANS, YELLOW
from diagnose.services.target_split import largest_remainder
from diagnose.services.target_status import elapsed, standing

HALF = Fraction(1, 2)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any)


@pytest.mark.parametrize(
    ("day", "share"),
    [
        (date(2022, 12, 31), Fraction(0)),
        (date(2023, 1, 1), Fraction(1, 1096)),
        (date(2024, 6, 30), Fraction(547, 1096)),
        (date(2025, 12, 31), Fraction(1)),
        (date(2027, 1, 1), Fraction(1)),
    ],
)
def test_elapsed_counts_days_with_both_ends(day: date, share: Fraction) -> None:
    assert elapsed(date(2023, 1, 1), date(2025, 12, 31), day) == share


@pytest.mark.parametrize(
    ("actual", "comparator", "past", "baseline", "status", "light"),
    [
        (100, "ge", HALF, 0, "reached", "green"),
        (100, "gt", HALF, 0, "on_track", "green"),
        (100, "gt", 1, 0, "behind", "yellow"),
        (50, "ge", HALF, 0, "on_track", "green"),
        (49, "ge", HALF, 0, "behind", "yellow"),
        (40, "ge", HALF, 0, "behind", "yellow"),
        (39, "ge", HALF, 0, "behind", "red"),
        (60, "ge", HALF, 20, "on_track", "green"),
        (59, "ge", HALF, 20, "behind", "yellow"),
        (100, "ge", HALF, 150, "reached", "green"),
        (90, "ge", HALF, 150, "behind", "yellow"),
        (0, "ge", 0, 0, "on_track", "green"),
        (-3, "ge", HALF, 0, "behind", "red"),
        (None, "ge", HALF, 0, "unknown", "grey"),
    ],
)
def test_status_against_the_straight_line(
    actual: int | None, comparator: str, past: Fraction, baseline: int, status: str, light: str
) -> None:
    figure = None if actual is None else Fraction(actual)
    found = standing(Fraction(100), comparator, figure, Fraction(past), Fraction(baseline))
    assert (found.status, found.light) == (status, light)
    assert Fraction(4, 5) == YELLOW


@given(st.integers(0, 10**9), WEIGHTS)
def test_split_adds_up_and_more_weight_never_gets_less(total: int, weights: list[int]) -> None:
    parts = largest_remainder(total, [Fraction(weight) for weight in weights])
    assert sum(part.units for part in parts) == total
    assert all(part.units >= 0 and abs(part.units - part.exact) < 1 for part in parts)
    in_order = [part.units for _, part in sorted(zip(weights, parts, strict=True), key=lambda pair: pair[0])]
    for lighter, heavier, less, more in zip(sorted(weights), sorted(weights)[1:], in_order, in_order[1:], strict=False):
        assert less <= more or lighter == heavier


@given(st.integers(0, 10**6), st.integers(1, 12))
def test_years_add_up_and_milestones_rise_to_the_whole(total: int, count: int) -> None:
    yearly = target_split.over_years(total, count, cumulative=False)
    milestones = target_split.over_years(total, count, cumulative=True)
    assert sum(yearly) == total == milestones[-1]
    assert milestones == sorted(milestones)


def test_largest_remainder_by_hand() -> None:
    parts = largest_remainder(100, [Fraction(one) for one in (50, 30, 18, 1)])
    assert [part.units for part in parts] == [51, 30, 18, 1]
    assert parts[0].exact == Fraction(5000, 99)
    assert [part.units for part in largest_remainder(10, [Fraction(1)] * 3)] == [4, 3, 3]


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_nothing_to_split_by_is_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(5, [Fraction(weight) for weight in weights])


@pytest.mark.parametrize(("given_", "gap"), [(["40", "58"], "2"), (["40", "60", ""], "0"), (["70.5", "30"], "-0.5")])
def test_sums_say_what_is_missing(given_: list[str], gap: str) -> None:
    assert target_split.check(given_, "100").gap == Decimal(gap)


def test_units_and_figures_go_both_ways() -> None:
    assert target_split.units("12.5", 1) == 125
    assert target_split.text(125, 1) == "12.5"
    assert target_split.text(300, 0) == "300"


def test_built_in_plans_are_those_of_the_documents() -> None:
    counts = {code: len(plan.targets) for code, plan in PLANS.items()}
    assert counts == {
        "jiangsu-2023-2025": 15,
        "yangzhou-2022-2024": 14,
        "lianyungang-2023-2025": 17,
        "jiangsu-hightech-2020": 6,
        "lutai-2025": 9,
    }
    unclear = [one for plan in PLANS.values() for one in plan.targets if one.proposed]
    assert len(unclear) == 5
    assert all(not one.measure and "待核" in one.note for one in unclear)
