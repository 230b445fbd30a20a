"""What may be published: which counts are withheld, and the proof that nobody can work them out again.

What an outsider knows are linear facts about unknown whole numbers: the counts that were told, that a total is the sum
of its parts, and what follows from printed means. A withheld count is *protected* when two tables of whole numbers
agree with everything ever told and differ in it by at least `apart`. Both are found and then checked here in exact
integer arithmetic, so that the proof does not rest on the solver. (A linear programme's bounds alone would prove
nothing: they enclose what is possible, and the whole numbers possible may lie closer together.) The truth is one such
table, so it is enough to look for *moves* away from it.

Where the cells withheld for their size do not protect each other, others are withheld too: for each count still
unprotected the move that touches the least information. Sources: L. H. Cox, Network models for complementary cell
suppression, JASA 90 (1995); M. Fischetti and J. J. Salazar-González, Solving the cell suppression problem on tabular
data with linear constraints, Management Science 47 (2001); L. Willenborg and T. de Waal, Elements of Statistical
Disclosure Control (2001).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Cell = Any  # anything hashable
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

FAR = 1e7  # no count of firms comes near it
ROUNDS = 12  # of moving many counts at once; after those one at a time
SECONDS = 10.0  # for one whole-number programme
GAP = 0.5  # it need not be the best: any move is a proof


@dataclass(frozen=True)
class Statement:
    """What everybody knows: low ≤ the sum of coefficient × count ≤ high (None: no limit on this side)."""

    coefficients: Mapping[Cell, int]
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Table:
    """Counts of firms, those told to the public (of a new table: wanted to be told), and what is known about them.

    A cell of the same name in two tables is the same unknown. ``secret`` is withheld whatever its size; ``cost``
    weighs how much is lost with a cell (1 where it says nothing).
    """

    counts: Mapping[Cell, int]
    told: frozenset[Cell] = frozenset()
    secret: frozenset[Cell] = frozenset()
    statements: Sequence[Statement] = ()
    cost: Mapping[Cell, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Protected:
    """``few``: withheld for what they are; ``complement``: withheld to protect them.

    ``proof``: for each withheld count, old ones that the new table could touch among them, two values that both
    agree with all that is told. ``moves``: the tables they come from, as differences from the truth.
    """

    told: frozenset[Cell]
    few: frozenset[Cell]
    complement: frozenset[Cell]
    proof: Mapping[Cell, tuple[int, int]]
    moves: Sequence[Mapping[Cell, int]]


class NotSafe(ValueError):
    """``cell`` cannot be protected: what was told before, or is told here, gives it away to within ``bounds``."""

    def __init__(self, cell: Cell, bounds: tuple[int, int | None]) -> None:
        super().__init__(f"{cell!r} is known to lie within {bounds}")
        self.cell = cell
        self.bounds = bounds


def total(whole: Cell, parts: Iterable[Cell]) -> Statement:
    """A count is the sum of others."""
    coefficients = dict.fromkeys(parts, -1)
    return Statement({whole: 1, **coefficients}, 0, 0)


def primary(table: Table, minimum: int) -> frozenset[Cell]:
    """What a table must not tell: counts of 1 … ``minimum`` - 1 firms, and its secrets.

    A count of zero may be told: there is no firm behind it. It is withheld where it protects another one.
    """
    return table.secret | {cell for cell in table.told if 0 < table.counts[cell] < minimum}


def protect(new: Sequence[Table], earlier: Sequence[Table], minimum: int, apart: int) -> Protected:
    """Withhold what must be, and as much more as protects it; raises NotSafe when even all of ``new`` would not do.

    ``earlier``: everything that was ever told about the same firms; its secrets are protected too. ValueError when a
    statement is not true of the counts.
    """
    known = _zeros(earlier)
    offered, secret = _told(new), _secret(earlier)
    own: frozenset[Cell] = frozenset().union(*(primary(table, minimum) for table in new))
    few = own | (secret & offered)  # what was withheld before and has not changed stays withheld
    few = frozenset(cell for cell in few if cell not in known or any(table.counts.get(cell) for table in new))
    system = _System(new, earlier)
    for cell in few & known:
        raise NotSafe(cell, system.as_known(cell))
    search = _Search(system, apart, system.mask(known), few | secret)
    search.open(system.mask(offered - few - known), system.costs(new))
    told = frozenset(cell for cell in offered if not search.hidden[system.place[cell]])
    return Protected(told, few & own, (offered - told) - own, search.proof(), search.moves)


def check(
    new: Sequence[Table],
    earlier: Sequence[Table],
    minimum: int,
    apart: int,
    moves: Iterable[Mapping[Cell, int]] = (),
) -> Mapping[Cell, tuple[int, int]]:
    """The proof that what ``new`` tells, and not one count less, protects every secret; raises NotSafe otherwise.

    For what is about to go out. ``moves`` that were found before are tried first: each is believed only when the
    table it leads to agrees with everything told, in integers.
    """
    known = _told([*new, *earlier])
    system = _System(new, earlier)
    for cell in frozenset().union(*(primary(table, minimum) for table in new)) & known:
        raise NotSafe(cell, system.as_known(cell))
    search = _Search(system, apart, system.mask(known), _secret([*new, *earlier]))
    for move in moves:
        search.offer(move)
    search.open(system.mask(()), system.costs(()))
    return search.proof()


def bounds(told: Sequence[Table], cells: Iterable[Cell]) -> dict[Cell, tuple[int, int | None]]:
    """The least and the most that an outsider can show each count to be, by linear programmes (None: no limit)."""
    system = _System(told, ())
    hidden = ~system.mask(_told(told))
    return {cell: system.enclose(system.place[cell], hidden) for cell in cells}


def _zeros(tables: Sequence[Table]) -> frozenset[Cell]:
    """The cells told, and those that everybody knows to be zero because they are parts of a total told as zero."""
    known = set(_told(tables))
    counts = {cell: count for table in tables for cell, count in table.counts.items()}
    parts: dict[Cell, list[Cell]] = {}
    for one in (
        statement for table in tables for statement in table.statements if statement.low == statement.high == 0
    ):
        wholes = [cell for cell, factor in one.coefficients.items() if factor == 1]
        if len(wholes) == 1 and all(factor in (1, -1) for factor in one.coefficients.values()):
            parts.setdefault(wholes[0], []).extend(cell for cell in one.coefficients if cell != wholes[0])
    waiting = [cell for cell in known if counts[cell] == 0]
    while waiting:
        fresh = [cell for cell in parts.get(waiting.pop(), ()) if cell not in known]
        known.update(fresh)
        waiting.extend(fresh)
    return frozenset(known)


def _told(tables: Iterable[Table]) -> frozenset[Cell]:
    return frozenset().union(*(table.told for table in tables))


def _secret(tables: Iterable[Table]) -> frozenset[Cell]:
    return frozenset().union(*(table.secret for table in tables))


class _System:
    """The statements that concern ``new`` as rows low ≤ A · move ≤ high over all cells that they can touch."""

    def __init__(self, new: Sequence[Table], earlier: Sequence[Table]) -> None:
        counts = {cell: count for table in (*earlier, *new) for cell, count in table.counts.items()}
        statements = [one for table in (*new, *earlier) for one in table.statements]
        _true(statements, counts)
        start = {cell for table in new for cell in table.counts}
        reached, rows = _connected(start, statements, _told(earlier)) if earlier else (counts.keys(), statements)
        self.cells = list(reached)
        self.place = {cell: number for number, cell in enumerate(self.cells)}
        self.truth: Ints = np.array([counts[cell] for cell in self.cells], dtype=np.int64)
        self._fill(rows)

    def _fill(self, rows: Sequence[Statement]) -> None:
        entries = [
            (number, self.place[cell], factor)
            for number, one in enumerate(rows)
            for cell, factor in one.coefficients.items()
        ]
        row, column, factor = np.array(entries, dtype=np.int64).reshape(-1, 3).T
        self.matrix = csr_array((factor, (row, column)), shape=(len(rows), len(self.cells)))
        now = self.matrix @ self.truth
        self.low = np.array([-inf if one.low is None else one.low for one in rows]) - now
        self.high = np.array([inf if one.high is None else one.high for one in rows]) - now

    def mask(self, cells: Iterable[Cell]) -> Mask:
        """Which of the system's cells these are."""
        found = np.zeros(len(self.cells), dtype=bool)
        found[[self.place[cell] for cell in cells if cell in self.place]] = True
        return found

    def as_known(self, cell: Cell) -> tuple[int, int]:
        """The bounds of a cell that was told."""
        count = int(self.truth[self.place[cell]])
        return count, count

    def costs(self, tables: Sequence[Table]) -> Floats:
        """What is lost with each cell: more with a larger count, but by far less than in proportion."""
        given = {cell: cost for table in tables for cell, cost in table.cost.items()}
        costs: Floats = np.array([given.get(cell, 1.0) for cell in self.cells]) * (1 + np.log2(1 + self.truth))
        return costs

    def move(self, free: Mask, least: Ints, most: Ints, gain: Floats, cost: Floats) -> Ints | None:
        """The whole-number move of ``free`` cells between ``least`` and ``most`` that makes gain · move - cost ·
        |move| largest; None when there is none. Checked exactly."""
        columns = np.flatnonzero(free)
        programme = _programme(self, columns, least, most, gain, cost)
        for whole in (0, 1):
            found = milp(
                programme.objective,
                integrality=np.full(len(programme.objective), whole),
                bounds=Bounds(programme.least, programme.most),
                constraints=programme.rows,
                options={"time_limit": SECONDS, "mip_rel_gap": GAP},
            )
            if found.status == 2:
                return None
            if found.x is not None:
                move = np.zeros(len(self.cells), dtype=np.int64)
                move[columns] = np.rint(found.x[: len(columns)])
                if self.agrees(move, free) and (least <= move).all() and (move <= most).all():
                    return move
        return None

    def agrees(self, move: Ints, free: Mask) -> bool:
        """Whether the truth with this move agrees with every statement; in integers."""
        sums = self.matrix @ move
        possible = (self.truth + move >= 0).all() and not move[~free].any()
        return bool(possible and (self.low <= sums).all() and (sums <= self.high).all())

    def enclose(self, place: int, hidden: Mask) -> tuple[int, int | None]:
        """The bounds of one cell by two linear programmes."""
        if not hidden[place]:
            return int(self.truth[place]), int(self.truth[place])
        columns = np.flatnonzero(hidden)
        rows = _rows(self, columns)
        ends = []
        for sign in (1.0, -1.0):
            objective = np.where(columns == place, sign, 0.0)
            found = milp(objective, bounds=Bounds(-self.truth[columns], FAR), constraints=rows)
            ends.append(float(found.x[columns == place][0]) + int(self.truth[place]))
        most = None if ends[1] > FAR / 2 else floor(ends[1] + 1e-6)
        return ceil(ends[0] - 1e-6), most


@dataclass(frozen=True)
class _Programme:
    objective: Floats
    least: Floats
    most: Floats
    rows: list[LinearConstraint]


def _programme(system: _System, columns: Ints, least: Ints, most: Ints, gain: Floats, cost: Floats) -> _Programme:
    """Variables: the moves of ``columns``, then the size of the moves of those that cost something."""
    priced = np.flatnonzero(cost[columns] > 0)
    wide, more = len(columns), len(priced)
    rows = _rows(system, columns, more)
    if more:
        number = np.arange(more)
        for sign in (1.0, -1.0):  # size ≥ move and size ≥ -move
            place = (np.tile(number, 2), np.concatenate([priced, wide + number]))
            factor = np.concatenate([np.full(more, -sign), np.ones(more)])
            rows.append(LinearConstraint(csr_array((factor, place), shape=(more, wide + more)), 0, np.inf))
    objective = np.concatenate([-gain[columns], cost[columns][priced]])
    low = np.concatenate([np.maximum(least[columns], -system.truth[columns]), np.zeros(more)])
    return _Programme(objective, low, np.concatenate([most[columns], np.full(more, FAR)]), rows)


def _rows(system: _System, columns: Ints, more: int = 0) -> list[LinearConstraint]:
    """The statements over ``columns`` and ``more`` further variables that they do not speak of."""
    part = system.matrix[:, columns]
    used = np.flatnonzero(np.diff(part.indptr))
    if not len(used):
        return []
    part = part[used].astype(np.float64)
    part.resize(len(used), len(columns) + more)
    return [LinearConstraint(part, system.low[used], system.high[used])]


class _Search:
    """Moves found so far: for each cell the least and the most it can be."""

    def __init__(self, system: _System, apart: int, known: Mask, secret: Collection[Cell]) -> None:
        self.system, self.apart = system, apart
        self.hidden = ~known
        self.secret = system.mask(secret)
        self.low, self.high = system.truth.copy(), system.truth.copy()
        self.moves: list[Mapping[Cell, int]] = []
        self._chance = np.random.default_rng(0)

    def proof(self) -> dict[Cell, tuple[int, int]]:
        """For each secret the two values."""
        found = zip(self.system.cells, self.low.tolist(), self.high.tolist(), strict=True)
        return {cell: (low, high) for (cell, low, high), is_secret in zip(found, self.secret, strict=True) if is_secret}

    def open(self, offered: Mask, cost: Floats) -> None:
        """Protect every secret; cells that are ``offered`` may be withheld for that, and then are secrets too."""
        self.hidden &= ~offered
        self._spread()
        while (unproven := self._unproven()).any():
            place = int(np.flatnonzero(unproven)[0])
            for move in self._cheapest(place, offered, cost):
                more = offered & (move != 0) & ~self.hidden
                self.hidden |= more
                self.secret |= more
                self._note(move)
            if self._unproven().sum() > len(unproven) // 50:
                self._spread(1)

    def _unproven(self) -> Mask:
        return self.secret & (self.high - self.low < self.apart)

    def offer(self, move: Mapping[Cell, int]) -> None:
        """Take over a move, if it is one here too."""
        found = np.zeros(len(self.system.cells), dtype=np.int64)
        for cell, step in move.items():
            found[self.system.place[cell]] = step
        if self.system.agrees(found, self.hidden):
            self._note(found)

    def _note(self, move: Ints) -> None:
        self.moves.append({self.system.cells[place]: int(move[place]) for place in np.flatnonzero(move)})
        self.low = np.minimum(self.low, self.system.truth + move)
        self.high = np.maximum(self.high, self.system.truth + move)

    def _spread(self, rounds: int = ROUNDS) -> None:
        """Move many unproven cells at once, up or down by chance, as long as that proves some."""
        for _ in range(rounds):
            unproven = self._unproven()
            if not unproven.any():
                return
            down = (self.system.truth >= self.apart) & (self._chance.random(len(unproven)) < 0.5)
            gain = np.where(unproven, np.where(down, -1.0, 1.0), 0.0)
            move = self._moved(unproven, gain)
            if move is None:
                return
            self._note(move)
            if (self._unproven() == unproven).all():
                return

    def _moved(self, bounded: Mask, gain: Floats) -> Ints | None:
        far = np.full(len(gain), int(FAR), dtype=np.int64)
        most = np.where(bounded, self.apart, far)
        least = np.maximum(-self.system.truth, -most)
        return self.system.move(self.hidden, least, most, gain, np.zeros(len(gain)))

    def _cheapest(self, place: int, offered: Mask, cost: Floats) -> list[Ints]:
        """One move, or two, that leave a cell `apart` from itself and withhold the least more."""
        spend = np.where(offered & ~self.hidden, cost, 0.0)
        free = self.hidden | offered

        def lost(move: Ints) -> float:
            return float((spend * np.abs(move)).sum())

        ways = [[self._forced(place, step, free, spend)] for step in (self.apart, -self.apart)]
        found = _possible(ways)
        if not found:
            steps = range(1, self.apart)
            pairs = (
                [self._forced(place, up, free, spend), self._forced(place, up - self.apart, free, spend)]
                for up in steps
            )
            found = _possible(pairs)
        if not found:
            raise NotSafe(self.system.cells[place], self.system.enclose(place, free))
        return min(found, key=lambda moves: sum(map(lost, moves)))

    def _forced(self, place: int, step: int, free: Mask, spend: Floats) -> Ints | None:
        """The cheapest move in which one cell moves by at least ``step`` (below zero: downwards)."""
        if not free[place] or self.system.truth[place] + step < 0:
            return None
        most = np.full(len(free), int(FAR), dtype=np.int64)
        least = -self.system.truth.copy()
        (least if step > 0 else most)[place] = step
        return self.system.move(free, least, most, np.zeros(len(free)), spend)


def _possible(ways: Iterable[Sequence[Ints | None]]) -> list[list[Ints]]:
    """Those ways of which every move exists."""
    found = []
    for way in ways:
        moves = [move for move in way if move is not None]
        if len(moves) == len(way):
            found.append(moves)
    return found


def _true(statements: Iterable[Statement], counts: Mapping[Cell, int]) -> None:
    for one in statements:
        value = sum(factor * counts[cell] for cell, factor in one.coefficients.items())
        if (one.low is not None and value < one.low) or (one.high is not None and value > one.high):
            raise ValueError(f"not true of the counts: {one}")


def _connected(
    start: Collection[Cell], statements: Sequence[Statement], known: frozenset[Cell]
) -> tuple[list[Cell], list[Statement]]:
    """The statements that ``start`` can touch, and their cells: told ones pass nothing on."""
    about: dict[Cell, list[int]] = {}
    for number, one in enumerate(statements):
        for cell in one.coefficients:
            about.setdefault(cell, []).append(number)
    cells, rows, waiting = dict.fromkeys(start), dict.fromkeys(range(0)), list(start)
    while waiting:
        for number in about.get(waiting.pop(), ()):
            if number in rows:
                continue
            rows[number] = None
            fresh = [cell for cell in statements[number].coefficients if cell not in cells]
            cells.update(dict.fromkeys(fresh))
            waiting.extend(cell for cell in fresh if cell not in known)
    return list(cells), [statements[number] for number in rows]
