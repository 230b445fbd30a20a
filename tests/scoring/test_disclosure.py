"""What is withheld cannot be worked out again: against every whole-number table that agrees with what was told."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring.disclosure import NotSafe, Protected, Statement, Table, bounds, check, protect, total

MINIMUM, APART = 10, 5
SMALL, NEAR = 3, 2  # the same game with small numbers, so that larger tables can be gone through
Counts = NDArray[np.int64]


def names(rows: int, columns: int, mark: Any = "") -> Iterator[tuple[Any, ...]]:
    yield from product([*range(rows), "all"], [*range(columns), "all"], [mark])


def table(inner: Counts, mark: Any = "", told: frozenset[Any] | None = None) -> Table:
    """A two-way table with all its totals; every count is wanted."""
    rows, columns = inner.shape
    outer: dict[tuple[Any, Any], int] = {(i, j): int(inner[i, j]) for i in range(rows) for j in range(columns)}
    outer |= {(i, "all"): int(inner[i].sum()) for i in range(rows)}
    outer |= {("all", j): int(inner[:, j].sum()) for j in range(columns)} | {("all", "all"): int(inner.sum())}
    counts = {(*cell, mark): count for cell, count in outer.items()}
    statements = [total((i, "all", mark), [(i, j, mark) for j in range(columns)]) for i in [*range(rows), "all"]]
    statements += [total(("all", j, mark), [(i, j, mark) for i in range(rows)]) for j in [*range(columns), "all"]]
    return Table(counts, frozenset(counts) if told is None else told, statements=statements)


def every(rows: int, columns: int, most: int) -> Mapping[tuple[Any, ...], NDArray[np.int16]]:
    """All tables with inner counts up to ``most``: each cell → its count in each of them."""
    inner = np.indices([most + 1] * (rows * columns), dtype=np.int16).reshape(rows, columns, -1)
    found: dict[tuple[Any, ...], NDArray[np.int16]] = {}
    for i, j, mark in names(rows, columns):
        part = inner[slice(None) if i == "all" else slice(i, i + 1)]
        found[i, j, mark] = part[:, slice(None) if j == "all" else slice(j, j + 1)].sum((0, 1))
    return found


def spread(
    world: Mapping[Any, NDArray[np.int16]], told: Mapping[Any, int], cells: frozenset[Any]
) -> dict[Any, tuple[int, int]]:
    """The least and the most of each cell in all tables that agree with what was told."""
    agrees = np.ones(len(next(iter(world.values()))), dtype=bool)
    for cell, count in told.items():
        agrees &= world[cell] == count
    return {cell: (int(world[cell][agrees].min()), int(world[cell][agrees].max())) for cell in cells}


TWO_BY_TWO = every(2, 2, 29)
TWO_BY_THREE = every(2, 3, 7)


def holds(one: Table, found: Protected, world: Mapping[Any, NDArray[np.int16]], apart: int) -> None:
    told = {cell: one.counts[cell] for cell in found.told}
    ranges = spread(world, told, one.told - found.told)
    assert all(high - low >= apart for low, high in ranges.values()), (one.counts, told, ranges)


def random_tables(count: int, rows: int, columns: int, most: int, seed: int) -> Iterator[Table]:
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield table(rng.integers(0, rng.integers(2, most + 1), (rows, columns)))


def test_no_table_of_two_by_two_gives_a_withheld_count_away() -> None:
    for one in random_tables(250, 2, 2, 25, 1):
        holds(one, protect([one], [], MINIMUM, APART), TWO_BY_TWO, APART)


def test_no_table_of_two_by_three_gives_a_withheld_count_away() -> None:
    for one in random_tables(700, 2, 3, 6, 2):
        holds(one, protect([one], [], SMALL, NEAR), TWO_BY_THREE, NEAR)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=6, max_size=6), st.sets(st.sampled_from(list(names(2, 3)))))
def test_neither_does_one_where_much_was_told_before(inner: list[int], before: set[Any]) -> None:
    whole = table(np.array(inner).reshape(2, 3))
    known = frozenset(cell for cell in before if whole.counts[cell] == 0 or whole.counts[cell] >= SMALL)
    earlier = Table(whole.counts, known, statements=whole.statements)
    try:
        found = protect([whole], [earlier], SMALL, NEAR)
    except NotSafe:
        return
    holds(whole, found, TWO_BY_THREE, NEAR)


def test_it_is_refused_only_where_what_was_told_before_gives_it_away() -> None:
    """By all tables: even with nothing new told, a count under ten is known too well."""
    rng, refused = np.random.default_rng(3), 0
    for _ in range(300):
        whole = table(rng.integers(0, 6, (2, 3)))
        known = frozenset(cell for cell in names(2, 3) if rng.random() < 0.5 and not 0 < whole.counts[cell] < SMALL)
        try:
            protect([whole], [Table(whole.counts, known, statements=whole.statements)], SMALL, NEAR)
        except NotSafe as error:
            refused += 1
            told = {cell: whole.counts[cell] for cell in known}
            low, high = spread(TWO_BY_THREE, told, frozenset({error.cell}))[error.cell]
            assert high - low < NEAR, error
    assert refused > 10


def test_the_proof_names_two_possible_values_of_every_withheld_count() -> None:
    for one in random_tables(200, 2, 3, 6, 4):
        found = protect([one], [], SMALL, NEAR)
        told = {cell: one.counts[cell] for cell in found.told}
        ranges = spread(TWO_BY_THREE, told, one.told - found.told)
        assert found.proof.keys() == ranges.keys()
        for cell, (low, high) in found.proof.items():
            assert high - low >= NEAR
            assert ranges[cell][0] <= low


def test_the_bounds_of_linear_programmes_enclose_all_possible_values() -> None:
    for one in random_tables(100, 2, 3, 6, 5):
        found = protect([one], [], SMALL, NEAR)
        told = Table(one.counts, found.told, statements=one.statements)
        ranges = spread(TWO_BY_THREE, {cell: one.counts[cell] for cell in found.told}, one.told - found.told)
        for cell, (low, high) in bounds([told], ranges).items():
            assert low <= ranges[cell][0]
            assert high is None or ranges[cell][1] <= high


def test_few_firms_are_withheld_and_enough_are_told() -> None:
    found = protect([table(np.array([[40, 9], [30, 25]]))], [], MINIMUM, APART)
    assert (0, 1, "") in found.few
    assert ("all", "all", "") in found.told


def test_a_table_of_large_counts_is_told_whole() -> None:
    whole = table(np.array([[40, 19], [30, 0]]))
    assert protect([whole], [], MINIMUM, APART).told == whole.told


def test_a_small_count_alone_in_its_row_takes_others_with_it() -> None:
    found = protect([table(np.array([[40, 50, 3], [60, 70, 80]]))], [], MINIMUM, APART)
    assert found.few == {(0, 2, "")}
    assert len(found.complement) == 3


def test_a_secret_is_withheld_whatever_its_size() -> None:
    whole = table(np.array([[40, 30], [30, 25]]))
    one = Table(whole.counts, whole.told, frozenset({(0, 0, "")}), whole.statements)
    found = protect([one], [], MINIMUM, APART)
    assert (0, 0, "") in found.few
    assert found.proof[0, 0, ""][1] - found.proof[0, 0, ""][0] >= APART


def test_the_checker_refuses_a_table_that_gives_a_count_away() -> None:
    """The small count is left out, but not what protects it."""
    whole = table(np.array([[40, 50, 3], [60, 70, 80]]))
    gone = frozenset({(0, 2, "")})
    with pytest.raises(NotSafe) as refused:
        check([Table(whole.counts, whole.told - gone, gone, whole.statements)], [], MINIMUM, APART)
    assert refused.value.cell == (0, 2, "")
    assert refused.value.bounds == (3, 3)


def test_the_checker_refuses_a_small_count_that_is_told() -> None:
    with pytest.raises(NotSafe):
        check([table(np.array([[40, 50, 3], [60, 70, 80]]))], [], MINIMUM, APART)


def test_the_checker_passes_what_was_protected() -> None:
    for one in random_tables(200, 2, 3, 6, 6):
        found = protect([one], [], SMALL, NEAR)
        secret = one.told - found.told
        assert check([Table(one.counts, found.told, secret, one.statements)], [], SMALL, NEAR).keys() == secret


def test_bounds_nearer_than_five_are_not_enough() -> None:
    """4 + 4 firms in two levels: told their sum, each is 0 … 8; told a sum of 4, each is 0 … 4."""
    low, high = check([_without(table(np.array([[4, 4, 90]])), 0, 1)], [], MINIMUM, APART)[0, 0, ""]
    assert high - low >= APART
    with pytest.raises(NotSafe):
        check([_without(table(np.array([[1, 3, 90]])), 0, 1)], [], MINIMUM, APART)


def _without(one: Table, *columns: int) -> Table:
    """The table of one row without these levels; the row "all" is the same one and says nothing."""
    gone = frozenset((i, j, "") for i in (0, "all") for j in columns)
    return Table(one.counts, one.told - gone, gone, one.statements)


def test_an_inequality_that_everybody_knows_is_reckoned_with() -> None:
    """Of 8 firms in two levels at most 5 are in the first: it has 0 … 5. With at most 4 that would be too near."""
    whole = _without(table(np.array([[4, 4, 90]])), 0, 1)
    capped = Statement({(0, 0, ""): 1}, high=5)
    more = Table(whole.counts, whole.told, whole.secret, [*whole.statements, capped])
    low, high = check([more], [], MINIMUM, APART)[0, 0, ""]
    assert (low, high) == (0, 5)
    with pytest.raises(NotSafe):
        tight = Statement({(0, 0, ""): 1}, high=4)
        check([Table(whole.counts, whole.told, whole.secret, [*whole.statements, tight])], [], MINIMUM, APART)


def test_a_statement_that_is_not_true_is_an_error() -> None:
    whole = table(np.array([[4, 4], [5, 6]]))
    wrong = Statement({(0, 0, ""): 1}, low=5)
    with pytest.raises(ValueError, match="not true"):
        protect([Table(whole.counts, whole.told, statements=[*whole.statements, wrong])], [], SMALL, NEAR)


def test_the_same_table_is_always_protected_the_same_way() -> None:
    one = table(np.random.default_rng(8).integers(0, 30, (5, 6)))
    assert protect([one], [], MINIMUM, APART) == protect([one], [], MINIMUM, APART)
