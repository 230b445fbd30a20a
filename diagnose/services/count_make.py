"""Spans → counters: what they add to the cells and score counts of their divisions, day by day and in all."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.models import Counter, ScoreCount
from diagnose.models.span import BEST, FOREVER, ONSITE, POPULATION, SELF
from diagnose.services.int_columns import Columns, IntArray
from diagnose.services.int_keys import packed
from diagnose.services.span_make import FIRM, VERDICT, Spans
from scoring.coverage import DIMENSIONS, SUMS, contributions

SLICES = ("all", "industry", "size", "chain", "locality", "mark")
COUNTER = tuple(column.name for column in Counter.__table__.columns)
SCORES = tuple(column.name for column in ScoreCount.__table__.columns)
COUNTER_KEYS = len(COUNTER) - len(SUMS)
MEASURES = ("score", *(f"d{number}" for number in range(1, DIMENSIONS + 1)))
EPOCH = date(1970, 1, 1).toordinal()
WIDTHS = (300, *(25,) * DIMENSIONS)  # of the coarse bins, by measure

Ancestors = dict[int, list[int]]


class Piece(NamedTuple):
    """Keys (k, n) and what is added under each, or taken away (sign -1): a column of values (m, …), by its place."""

    keys: IntArray
    values: IntArray
    places: IntArray | slice = slice(None)
    sign: int = 1


class Sums:
    """Sums by key: keys (k, n) with the sums (m, n), the keys unique and rising, no sum all zero."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        keys = np.concatenate([one.keys for one in pieces], axis=1)
        unique, first, place = np.unique(packed(keys), return_index=True, return_inverse=True)
        sums = np.zeros((len(pieces[0].values), len(unique)), np.int64)
        ends = np.cumsum([one.keys.shape[1] for one in pieces])
        for one, here in zip(pieces, np.split(place, ends[:-1]), strict=True):
            move = np.add if one.sign > 0 else np.subtract
            for into, gain in zip(sums, one.values, strict=True):
                move.at(into, here, gain[one.places])
        kept = np.flatnonzero(sums.any(axis=0))
        self.keys, self.values = keys[:, first[kept]], sums[:, kept]

    @property
    def piece(self) -> Piece:
        return Piece(self.keys, self.values)

    @property
    def rows(self) -> IntArray:
        """(keys and sums, n)."""
        return np.concatenate([self.keys, self.values])


def bucket(days: IntArray, today: date) -> IntArray:
    """The day itself from the first of this month on, before that the last day of its month."""
    months = (days - EPOCH).astype("datetime64[D]").astype("datetime64[M]")
    ends = (months + 1).astype("datetime64[D]").astype(np.int64) - 1 + EPOCH
    return np.where(days < today.replace(day=1).toordinal(), ends, days)


def counted(spans: Spans, signs: Spans, ancestors: Ancestors, today: date) -> tuple[Sums, Sums]:
    """(what the cells gain, what the score counts gain) by spans that come (sign 1) and go (-1).

    ``signs``: one number a span, in arrays of shape (n,). ``ancestors``: division → it and those above it.
    """
    cells, scores = own(spans, signs, today)
    return _upwards(cells, ancestors), _upwards(scores, ancestors)


def own(spans: Spans, signs: Spans, today: date) -> tuple[list[Piece], list[Piece]]:
    """The same of the firms' own divisions only, day by day; neither summed up nor with the sum of all days.

    All keys of a piece are of one part of their table: a slice of the cells, a measure of the score counts.
    """
    columns = dict(zip(FIRM, spans.firm, strict=True)) | {"ruler_id": np.full(len(signs.firm), POPULATION)}
    only_n = np.zeros((len(SUMS), len(signs.firm)), np.int64)
    only_n[0] = signs.firm
    cells, scores = _cells(columns, only_n, POPULATION, today), []
    columns = dict(zip(VERDICT, spans.verdict, strict=True))
    gains = contributions(columns)
    for basis, factor in _bases(columns):
        some = np.flatnonzero(factor)
        part = {name: values[some] for name, values in columns.items()}
        weight = (signs.verdict * factor)[some]
        cells += _cells(part, gains[:, some] * weight, basis, today)
        scores += _scores(part, weight, basis, today)
    return cells, scores


def _bases(columns: Columns) -> list[tuple[int, IntArray]]:
    """By basis how often each verdict counts; BEST only by what it differs from SELF (see models/counter.py)."""
    own = columns["kind"] == SELF
    onsite = (columns["kind"] == ONSITE).astype(np.int64)
    beaten = (own & (columns["best"] == 0)).astype(np.int64)
    return [(SELF, own.astype(np.int64)), (ONSITE, onsite), (BEST, onsite - beaten)]


def _goes_on(columns: Columns, gains: IntArray) -> NDArray[np.bool_]:
    """Which spans only go on with the one before: the same firm, place and gains, without a gap."""
    same = np.zeros(len(columns["to_day"]), np.bool_)
    if len(same):
        same[1:] = columns["to_day"][:-1] == columns["from_day"][1:]
        for name in ("enterprise_id", "ruler_id", "division_id"):
            same[1:] &= columns[name][1:] == columns[name][:-1]
        same[1:] &= (gains[:, 1:] == gains[:, :-1]).all(axis=0)
    return same


def _runs(goes_on: NDArray[np.bool_], rows: IntArray, value: IntArray) -> tuple[IntArray, IntArray]:
    """(where runs begin, where they end) among ``rows``: what begins and ends within a run cancels out."""
    begins = np.ones(len(rows), np.bool_)
    if len(rows):
        begins[1:] = ~goes_on[rows[1:]] | (rows[1:] != rows[:-1] + 1) | (value[1:] != value[:-1])
    starts = np.flatnonzero(begins)
    return starts, np.r_[starts[1:], len(rows)][: len(starts)] - 1


def _turns(
    columns: Columns, starts: IntArray, stops: IntArray, today: date
) -> Iterator[tuple[IntArray, IntArray, int]]:
    """(which runs, their days, sign): all begin, and those that end, end."""
    yield np.arange(len(starts)), bucket(columns["from_day"][starts], today), 1
    ended = np.flatnonzero(columns["to_day"][stops] < FOREVER)
    yield ended, bucket(columns["to_day"][stops[ended]], today), -1


def _cells(columns: Columns, gains: IntArray, basis: int, today: date) -> list[Piece]:
    """Keys as in the table Counter, of the firms' own divisions."""
    goes_on = _goes_on(columns, gains)
    found = []
    for number, (rows, value) in _sliced(columns):
        first, last = _runs(goes_on, rows, value)
        for which, days, sign in _turns(columns, rows[first], rows[last], today):
            some = rows[first[which]]
            line = (columns["division_id"][some], columns["ruler_id"][some], basis, number, days, value[first[which]])
            found.append(Piece(_lined(line), gains, some, sign))
    return found


def _lined(line: tuple[IntArray | int, ...]) -> IntArray:
    """Columns, some of which are one number for all rows, as keys; narrow ones, for there are very many."""
    return np.array(np.broadcast_arrays(*line), np.int32)


def _sliced(columns: Columns) -> Iterator[tuple[int, tuple[IntArray, IntArray]]]:
    """For each slice, by its place in SLICES: (which rows it counts, their values)."""
    every = np.arange(len(columns["marks"]))
    yield 0, (every, np.zeros(len(every), np.int64))
    for name in ("industry", "size"):
        yield SLICES.index(name), (every, columns[name])
    for name in ("chain", "locality"):
        some = np.flatnonzero(columns[name])
        yield SLICES.index(name), (some, columns[name][some])
    marks = columns["marks"]
    used = int(np.bitwise_or.reduce(marks)) if len(marks) else 0
    for bit in range(used.bit_length()):
        some = np.flatnonzero(marks >> bit & 1)
        yield SLICES.index("mark"), (some, np.full(len(some), bit, np.int64))


def _scores(columns: Columns, weight: IntArray, basis: int, today: date) -> list[Piece]:
    """Keys as in the table ScoreCount, of the firms' own divisions."""
    goes_on = _goes_on(columns, np.array([weight, *(columns[name] for name in MEASURES)]))
    every = np.arange(len(weight))
    first, last = _runs(goes_on, every, np.zeros_like(every))
    found = []
    for which, days, sign in _turns(columns, first, last, today):
        for measure, name in enumerate(MEASURES):
            known = np.flatnonzero(columns[name][first[which]] >= 0)
            some = first[which[known]]
            where, value = (columns["division_id"][some], columns["ruler_id"][some], basis), columns[name][some]
            for step, width in enumerate((WIDTHS[measure], 1)):
                line = (*where, measure, step, days[known], value // width)
                found.append(Piece(_lined(line), weight[None], some, sign))
    return found


def _upwards(pieces: list[Piece], ancestors: Ancestors) -> Sums:
    """Each division's own and those of all below it, with the sums of all days."""
    sums = Sums(pieces)
    divisions, place = np.unique(sums.keys[0], return_inverse=True)
    ways = [ancestors[division] for division in divisions.tolist()]
    counts = np.array([len(way) for way in ways], np.int64)[place]
    flat = np.array([above for way in ways for above in way], np.int64)
    starts = np.r_[0, np.cumsum([len(way) for way in ways])].astype(np.int64)[:-1][place]
    row = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    keys = sums.keys[:, row]
    keys[0] = flat[starts[row] + nth]
    return with_totals(Piece(keys, sums.values, row))


def with_totals(piece: Piece) -> Sums:
    """The sums, and for each key the sum over all days, as the day FOREVER."""
    keys = piece.keys.copy()
    keys[-2] = FOREVER
    return Sums([piece, piece._replace(keys=keys)])
