"""Firms are spread so that the caseloads end as equal as they can, and always in the same way."""

from itertools import product

import pytest

from diagnose.services.assignments import spread


def final(loads: dict[int, int], given: dict[int, list[int]]) -> list[int]:
    return sorted(loads[account] + len(firms) for account, firms in given.items())


def test_firms_fill_up_those_with_the_least_to_do() -> None:
    given = spread({1: 5, 2: 0, 3: 3}, [11, 12, 13, 14, 15])
    assert given == {1: [], 2: [11, 12, 13, 14], 3: [15]}


def test_among_equals_the_lowest_number_comes_first_whatever_the_order_they_were_chosen_in() -> None:
    assert spread({3: 0, 1: 0, 2: 0}, [7, 8, 9, 10]) == {1: [7, 10], 2: [8], 3: [9]}
    assert spread({1: 0, 2: 0, 3: 0}, [7, 8, 9, 10]) == spread({3: 0, 2: 0, 1: 0}, [7, 8, 9, 10])


def test_each_firm_is_given_once() -> None:
    given = spread({1: 2, 2: 9, 3: 4}, range(100))
    assert sorted(firm for firms in given.values() for firm in firms) == list(range(100))


@pytest.mark.parametrize("loads", list(product(range(4), repeat=3)))
def test_no_other_way_is_more_equal(loads: tuple[int, int, int]) -> None:
    """Held against every way to give out up to five firms: none has a smaller sum of squares."""
    known = dict(enumerate(loads))
    for count in range(6):
        ways = (way for way in product(range(count + 1), repeat=3) if sum(way) == count)
        best = min(sum((load + more) ** 2 for load, more in zip(loads, way, strict=True)) for way in ways)
        assert sum(load**2 for load in final(known, spread(known, range(count)))) == best


def test_nobody_to_give_firms_to_is_an_error_and_no_firms_are_none() -> None:
    with pytest.raises(ValueError, match="nobody"):
        spread({}, [1])
    assert spread({}, []) == {}
    assert spread({1: 4}, []) == {1: []}
