"""The true counts behind a publication, as the unknowns and statements that `scoring.disclosure` reasons about.

A cell is named by what it counts *and by its count*. So a count that is the same in two publications (of two months,
of a city and its district) is one unknown: an outsider is taken to know what has not changed. That is more than anybody
is told, so what is protected against such an outsider is protected against everybody. Only where that would be in vain,
because the count was shown while there was no need to withhold it, are two months two unknowns (`Truth.fresh`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from scoring.disclosure import Statement, Table, total

WHOLE, DIRECT, INDUSTRY, SIZE = "all", "direct", "industry", "size"
SCOPE, DIAGNOSED, OTHERS = "scope", "n", "others"  # others: in scope, without a verdict
YES_NO = ("management", "tools")
# What is lost with a count: the division's own totals before anything else, then those of a row.
COST_WHOLE, COST_RATE, COST_TOTAL, COST_LEVEL = 1000.0, 100.0, 10.0, 2.0

Cell = tuple[int, str, int, str, str, int]  # division, slice, value, ruler, what is counted, how many


@dataclass(frozen=True)
class Row:
    """Firms of one division (slice all: it with all below it; direct: those of no child), industry or size."""

    division: int
    slice: str
    value: int
    scope: int
    levels: tuple[int, ...]

    @property
    def n(self) -> int:
        """Firms with a verdict."""
        return sum(self.levels)

    def counts(self) -> dict[str, int]:
        """What is counted → how many, levels by their number."""
        levels = {str(level): count for level, count in enumerate(self.levels)}
        return {SCOPE: self.scope, DIAGNOSED: self.n, OTHERS: self.scope - self.n, **levels}


@dataclass(frozen=True)
class Truth:
    """Everything a publication could tell, exactly. ``rows``: the division itself, its parts, industries, sizes.

    ``yes``: rate → (firms that say yes, firms asked). ``sums``: score (units), d1 … d6 (permille), cnc_sum (ppm),
    cnc_n. ``floors``: the score that a level needs at least, by level. ``fresh``: counts that are no news of another
    month's.
    """

    division: int
    path: str
    as_of: date
    ruler: str
    basis: int
    rows: tuple[Row, ...]
    yes: Mapping[str, tuple[int, int]]
    sums: Mapping[str, int]
    floors: tuple[int, ...]
    fresh: frozenset[Cell] = frozenset()

    @property
    def whole(self) -> Row:
        """The division itself."""
        return self.rows[0]

    def of(self, *slices: str) -> list[Row]:
        """The rows of some slices, without the division itself."""
        return [row for row in self.rows[1:] if row.slice in slices]

    @property
    def breakdowns(self) -> list[list[Row]]:
        """Each a list of rows that add up to the whole."""
        return [rows for rows in (self.of(WHOLE, DIRECT), self.of(INDUSTRY), self.of(SIZE)) if rows]

    def cell(self, row: Row, what: str) -> Cell:
        """The name of one count; how many firms are in scope does not depend on a ruler."""
        ruler = "" if what == SCOPE else self.ruler
        return self._own((row.division, row.slice, row.value, ruler, what, row.counts()[what]))

    def _own(self, cell: Cell) -> Cell:
        if cell not in self.fresh:
            return cell
        return *cell[:3], f"{cell[3]} {self.as_of}", *cell[4:]

    def cells(self, row: Row) -> dict[str, Cell]:
        """All counts of a row."""
        return {what: self.cell(row, what) for what in row.counts()}

    def answers(self, rate: str) -> tuple[Cell, Cell, Cell]:
        """The counts behind a rate of yes and no: yes, no, asked."""
        yes, asked = self.yes[rate]
        found = zip(("yes", "no", "asked"), (yes, asked - yes, asked), strict=True)
        names: list[Cell] = [(self.division, WHOLE, 0, self.ruler, f"{rate}_{what}", n) for what, n in found]
        first, second, third = map(self._own, names)
        return first, second, third

    def apart(self, told: frozenset[Cell], minimum: int) -> "Truth":
        """The same, where counts that must be withheld now are not those that were ``told`` of other months.

        Neither are the zeros of a row that is withheld because it is small: they will be told once it has grown.
        """
        secret = table(self, minimum).secret
        return replace(self, fresh=frozenset(cell for cell in secret if cell in told or not cell[-1]))

    def to_json(self) -> dict[str, Any]:
        """As kept with a publication; not public."""
        fresh = [list(cell) for cell in sorted(self.fresh)]
        return {**asdict(self), "as_of": self.as_of.isoformat(), "fresh": fresh}


def padded(truth: Truth, others: Iterable[Truth]) -> Truth:
    """With a row for each industry and size that others have: a row left out would tell that it has no firm."""
    own = {(row.slice, row.value) for row in truth.rows}
    kinds = {row.slice for row in truth.rows}
    theirs = {(row.slice, row.value) for one in others for row in one.of(INDUSTRY, SIZE) if row.slice in kinds}
    none = (0,) * len(truth.whole.levels)
    more = [Row(truth.division, slice_, value, 0, none) for slice_, value in sorted(theirs - own)]
    order = {WHOLE: 0, DIRECT: 1, INDUSTRY: 2, SIZE: 3}
    return replace(truth, rows=tuple(sorted((*truth.rows, *more), key=lambda row: _place(truth, order, row))))


def _place(truth: Truth, order: Mapping[str, int], row: Row) -> tuple[bool, int, int, int]:
    return row != truth.whole, order[row.slice], row.division, row.value


def from_json(raw: Mapping[str, Any]) -> Truth:
    """What `Truth.to_json` wrote."""
    rows = tuple(Row(**{**row, "levels": tuple(row["levels"])}) for row in raw["rows"])
    yes = {rate: (yes, asked) for rate, (yes, asked) in raw["yes"].items()}
    as_of = date.fromisoformat(raw["as_of"])
    fresh = frozenset((a, b, c, d, e, f) for a, b, c, d, e, f in raw["fresh"])
    more = {"rows": rows, "yes": yes, "as_of": as_of, "floors": tuple(raw["floors"]), "fresh": fresh}
    return Truth(**{**raw, **more})


def table(truth: Truth, minimum: int, told: frozenset[Cell] | None = None) -> Table:
    """The unknowns of a publication. ``told``: what went out of it; None: everything is offered."""
    counts: dict[Cell, int] = {}
    for row in truth.rows:
        counts |= {cell: row.counts()[what] for what, cell in truth.cells(row).items()}
    for rate in truth.yes:
        counts |= {cell: cell[-1] for cell in truth.answers(rate)}
    offered = frozenset(cell for cell in counts if cell[4] != OTHERS)
    secret = frozenset().union(*(_secret(truth, row, minimum) for row in truth.rows), _one_sided(truth))
    if told is not None:  # a zero that everybody knows already is no secret
        secret = frozenset(cell for cell in secret if cell not in told or cell[-1]) | (offered - told)
    return Table(
        counts=counts,
        told=offered if told is None else told,
        secret=secret,
        statements=list(_statements(truth)),
        cost=_costs(truth),
    )


def _secret(truth: Truth, row: Row, minimum: int) -> frozenset[Cell]:
    """The levels of a row with too few verdicts, and of one whose firms all have the same level.

    But for levels that no firm of the whole division has: that is told of the division itself.
    """
    if row.n and (row.n < minimum or max(row.levels) == row.n):
        levels = [level for level, count in enumerate(truth.whole.levels) if count]
        return frozenset(truth.cell(row, str(level)) for level in levels)
    return frozenset()


def _one_sided(truth: Truth) -> frozenset[Cell]:
    """Rates where all firms say the same."""
    same = [rate for rate, (yes, asked) in truth.yes.items() if asked and yes in (0, asked)]
    return frozenset(cell for rate in same for cell in truth.answers(rate)[:2])


def _costs(truth: Truth) -> dict[Cell, float]:
    costs: dict[Cell, float] = {}
    for row in truth.rows[1:]:
        totals = COST_TOTAL if row.slice in (WHOLE, DIRECT) else COST_TOTAL / 2
        weights = {SCOPE: totals, DIAGNOSED: totals}
        costs |= {cell: weights.get(what, COST_LEVEL) for what, cell in truth.cells(row).items()}
    for rate in truth.yes:
        costs |= dict.fromkeys(truth.answers(rate), COST_RATE)
    return costs | dict.fromkeys(truth.cells(truth.whole).values(), COST_WHOLE)


def _statements(truth: Truth) -> Iterator[Statement]:
    whole = truth.cells(truth.whole)
    for row in truth.rows:
        cells = truth.cells(row)
        levels = [cells[str(level)] for level in range(len(row.levels))]
        yield total(cells[DIAGNOSED], levels)
        yield total(cells[SCOPE], [cells[DIAGNOSED], cells[OTHERS]])
    for rows in truth.breakdowns:
        for what, cell in whole.items():
            yield total(cell, [truth.cell(row, what) for row in rows])
    for rate in truth.yes:
        yes, no, asked = truth.answers(rate)
        yield total(asked, [yes, no])
        yield Statement({whole[DIAGNOSED]: 1, asked: -1}, low=0)
    yield _floors(truth)


def _floors(truth: Truth) -> Statement:
    """Printed means tell the sum of the scores about; every firm has at least the score that its level needs."""
    cells = truth.cells(truth.whole)
    floors = {cells[str(level)]: floor for level, floor in enumerate(truth.floors) if floor}
    least = sum(floor * truth.whole.levels[level] for level, floor in enumerate(truth.floors))
    return Statement(floors, high=max(least, truth.sums["score"]))


def rests(truths: Sequence[Truth], minimum: int) -> list[Table]:
    """What is left of each division when the parts that published the same day are taken away: nobody may tell.

    Where one of them has been restated since, the difference is not what is left, and there is nothing to link.
    """
    newest = {(one.division, one.as_of, one.ruler, one.basis): one for one in truths}
    return [found for one in newest.values() if (found := _rest(one, _parts(one, list(newest.values())), minimum))]


def _parts(whole: Truth, truths: Sequence[Truth]) -> list[Truth]:
    """The largest divisions below that published the same day, ruler and basis."""
    same = [one for one in truths if (one.as_of, one.ruler, one.basis) == (whole.as_of, whole.ruler, whole.basis)]
    below = [one for one in same if one.path.startswith(whole.path) and one.path != whole.path]
    return [one for one in below if not any(one.path.startswith(up.path) and one.path != up.path for up in below)]


def _rest(whole: Truth, parts: Sequence[Truth], minimum: int) -> Table | None:
    if not parts:
        return None
    counts: dict[Cell, int] = {}
    statements: list[Statement] = []
    secret: set[Cell] = set()
    for row in whole.of(INDUSTRY, SIZE):
        same = [(part, one) for part in parts for one in part.rows if (one.slice, one.value) == (row.slice, row.value)]
        left = _left(row, [one for _, one in same])
        if left is None:
            continue
        for what, cell in whole.cells(left).items():
            counts[cell] = cell[-1]
            statements.append(total(whole.cell(row, what), [cell, *(part.cell(one, what) for part, one in same)]))
        small = {cell for what, cell in whole.cells(left).items() if what != OTHERS and 0 < cell[-1] < minimum}
        secret |= small | {cell for cell in _secret(whole, left, minimum) if cell[-1]}
    _rest_of_rates(whole, parts, minimum, counts, statements, secret)
    more = {cell: cell[-1] for one in statements for cell in one.coefficients}
    return Table({**more, **counts}, frozenset(), frozenset(secret), statements)


def _left(row: Row, parts: Sequence[Row]) -> Row | None:
    levels = tuple(count - sum(part.levels[level] for part in parts) for level, count in enumerate(row.levels))
    left = Row(row.division, f"rest {row.slice}", row.value, row.scope - sum(part.scope for part in parts), levels)
    return left if min(left.counts().values()) >= 0 else None


def _rest_of_rates(
    whole: Truth,
    parts: Sequence[Truth],
    minimum: int,
    counts: dict[Cell, int],
    statements: list[Statement],
    secret: set[Cell],
) -> None:
    for rate in whole.yes:
        among = [part.answers(rate) for part in parts]
        for place, cell in enumerate(whole.answers(rate)):
            left = cell[-1] - sum(part[place][-1] for part in among)
            if left < 0:
                return
            rest = (whole.division, f"rest {WHOLE}", 0, whole.ruler, cell[4], left)
            counts[rest] = left
            statements.append(total(cell, [rest, *(part[place] for part in among)]))
            if place < 2 and 0 < left < minimum:
                secret.add(rest)
