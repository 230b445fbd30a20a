"""Two publications together: another month, a city and its districts, groups that overlap."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pytest

from scoring.disclosure import Cell, NotSafe, Statement, Table, check, protect, total

MINIMUM, APART = 10, 5
LEVELS = ("low", "middle", "high")


def row(place: str, counts: tuple[int, ...], month: str = "") -> Table:
    """Firms of one place by level, with their total; everything is wanted."""
    cells: dict[Cell, int] = {(place, level, month): count for level, count in zip(LEVELS, counts, strict=True)}
    whole = (place, "all", month)
    return Table(cells | {whole: sum(counts)}, frozenset({*cells, whole}), statements=[total(whole, cells)])


def frozen(one: Table, told: frozenset[Cell]) -> Table:
    """What went out."""
    return Table(one.counts, told, one.told - told, one.statements)


def test_a_count_shown_next_month_does_not_give_away_the_one_withheld_this_month() -> None:
    """Nothing has changed but the total: what was withheld beside the small count stays withheld."""
    march = row("甲区", (3, 12, 40))
    first = protect([march], [], MINIMUM, APART)
    assert first.complement
    told = frozen(march, first.told)
    april = row("甲区", (3, 12, 40))
    second = protect([april], [told], MINIMUM, APART)
    assert second.told <= first.told
    assert second.proof.keys() >= first.few | first.complement


def test_the_checker_refuses_next_month_what_would_give_it_away() -> None:
    march = row("甲区", (3, 12, 40))
    told = frozen(march, protect([march], [], MINIMUM, APART).told)
    hidden = next(iter(protect([march], [], MINIMUM, APART).complement))
    with pytest.raises(NotSafe):
        check([Table({hidden: march.counts[hidden]}, frozenset({hidden}))], [told], MINIMUM, APART)


def test_months_that_share_nothing_leave_each_other_alone() -> None:
    march, april = row("甲区", (3, 12, 40), "三月"), row("甲区", (3, 13, 41), "四月")
    first = protect([march], [], MINIMUM, APART)
    alone = protect([april], [], MINIMUM, APART)
    assert protect([april], [frozen(march, first.told)], MINIMUM, APART).told == alone.told


def test_a_count_that_can_only_grow_is_reckoned_with() -> None:
    """March withholds 3 and 12 (told: 15). April tells 12 of the second, which everybody knows only to have grown."""
    march = row("甲区", (3, 12, 40), "三月")
    told = frozen(march, frozenset({("甲区", "high", "三月"), ("甲区", "all", "三月")}))
    april = row("甲区", (30, 12, 40), "四月")
    grown = Statement({("甲区", "middle", "四月"): 1, ("甲区", "middle", "三月"): -1}, low=0)
    more = Table(april.counts, april.told, statements=[*april.statements, grown])
    found = protect([more], [told], MINIMUM, APART)
    low, high = found.proof["甲区", "low", "三月"]
    assert high - low >= APART
    assert ("甲区", "middle", "四月") in found.told  # 3 … 15 is wide enough


def city(districts: Mapping[str, tuple[int, ...]]) -> tuple[list[Table], list[Statement], dict[Cell, int]]:
    """The districts, the city as their sum, and the city's counts."""
    parts = [row(name, counts) for name, counts in districts.items()]
    sums = tuple(sum(column) for column in zip(*districts.values(), strict=True))
    whole = row("市", sums)
    links = [total(("市", level, ""), [(name, level, "") for name in districts]) for level in (*LEVELS, "all")]
    every = dict(whole.counts)
    for part in parts:
        every |= part.counts
    return [whole, *parts], links, every


def test_the_city_less_the_districts_that_published_gives_the_last_one_away_and_is_refused() -> None:
    districts = {"甲区": (30, 40, 50), "乙区": (20, 60, 10), "丙区": (4, 12, 30)}
    (whole, first, second, third), links, every = city(districts)
    told = [frozen(one, one.told) for one in (whole, first, second)]
    linked = Table(every, statements=links)
    with pytest.raises(NotSafe) as refused:
        protect([third], [*told, linked], MINIMUM, APART)
    assert refused.value.cell[0] == "丙区"


def test_the_city_withholds_what_its_districts_could_be_taken_away_from() -> None:
    districts = {"甲区": (30, 40, 50), "乙区": (20, 60, 10), "丙区": (4, 12, 30)}
    (whole, first, second, third), links, every = city(districts)
    parts = [frozen(one, one.told) for one in (first, second)]
    hidden = Table(every, secret=frozenset({("丙区", "low", "")}), statements=[*links, *third.statements])
    found = protect([whole], [*parts, hidden], MINIMUM, APART)
    assert ("市", "low", "") not in found.told
    low, high = found.proof["丙区", "low", ""]
    assert high - low >= APART


def test_no_city_gives_its_last_district_away() -> None:
    """By all counts of the district that agree with everything told."""
    rng = np.random.default_rng(4)
    for _ in range(60):
        draw = rng.integers(0, rng.integers(3, 30), (2, 3))
        districts = {"甲区": tuple(map(int, draw[0] + 10)), "乙区": tuple(map(int, draw[1]))}
        (whole, first, second), links, every = city(districts)
        small = frozenset(cell for cell, count in second.counts.items() if 0 < count < MINIMUM)
        hidden = Table(every, secret=small, statements=[*links, *second.statements])
        found = protect([whole], [frozen(first, first.told), hidden], MINIMUM, APART)
        told = {level: every["市", level, ""] for level in (*LEVELS, "all") if ("市", level, "") in found.told}
        for cell in small:
            values = _possible(districts, told, cell[1])
            assert max(values) - min(values) >= APART, (districts, told)


def _possible(districts: Mapping[str, tuple[int, ...]], told: Mapping[str, int], level: str) -> set[int]:
    """What one count of the last district can be: the other is known, the city's counts as told."""
    known = dict(zip(LEVELS, districts["甲区"], strict=True))
    ranges = [[told[one] - known[one]] if one in told else list(range(45)) for one in LEVELS]
    whole = told.get("all")
    place = LEVELS.index(level) if level != "all" else None
    return {
        sum(counts) if place is None else counts[place]
        for counts in product(*ranges)
        if whole is None or sum(counts) + sum(known.values()) == whole
    }


def test_a_rate_with_its_denominator_is_its_numerator() -> None:
    """80.0 % of 15 is 12 yes, and so 3 no: the rate is withheld with both."""
    counts: dict[Cell, int] = {"yes": 12, "no": 3, "asked": 15}
    rate = Table(counts, frozenset(counts), statements=[total("asked", ["yes", "no"])])
    found = protect([rate], [], MINIMUM, APART)
    assert found.few == {"no"}
    assert found.told != {"yes", "asked"}


def test_a_printed_mean_bounds_how_many_firms_can_be_high() -> None:
    """Sum of scores told: at most 260; a firm of the level high has 60 or more, so at most 4 are: too near to 2."""
    one = row("甲区", (7, 2, 2))
    told = frozen(one, frozenset({("甲区", "all", "")}))
    assert check([told], [], MINIMUM, APART)
    mean = Statement({("甲区", "middle", ""): 40, ("甲区", "high", ""): 60}, high=260)
    with pytest.raises(NotSafe):
        check([Table(told.counts, told.told, told.secret, [*told.statements, mean])], [], MINIMUM, APART)


def test_what_was_told_of_a_small_count_can_never_be_taken_back() -> None:
    """Told under a laxer rule: nothing about it is published any more."""
    one = row("甲区", (8, 30, 40))
    with pytest.raises(NotSafe) as refused:
        protect([one], [frozen(one, one.told)], MINIMUM, APART)
    assert refused.value.bounds == (8, 8)


def test_a_zero_that_follows_from_a_told_total_of_zero_is_no_secret() -> None:
    districts = {"甲区": (30, 40, 0), "乙区": (20, 60, 0)}
    (whole, first, _), links, every = city(districts)
    secret = Table(first.counts, first.told, frozenset(first.counts), first.statements)
    linked = Table(every, statements=links)
    found = protect([secret], [frozen(whole, whole.told), linked], MINIMUM, APART)
    assert found.told == {("甲区", "high", "")}
