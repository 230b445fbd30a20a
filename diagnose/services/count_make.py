"""Spans → counters: what they add to the cells and score counts of their divisions, day by day and in all."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from diagnose.models import Counter, ScoreCount
from diagnose.models.span import BEST, FOREVER, ONSITE, POPULATION, SELF
from diagnose.services.int_columns import Columns, IntArray
from diagnose.services.int_keys import packed
from diagnose.services.span_make import FIRM, VERDICT, Spans
from scoring.coverage import DIMENSIONS, SUMS, contributions, grouped

SLICES = ("all", "industry", "size", "chain", "locality", "mark")
COUNTER = tuple(column.name for column in Counter.__table__.columns)
SCORES = tuple(column.name for column in ScoreCount.__table__.columns)
COUNTER_KEYS = len(COUNTER) - len(SUMS)
MEASURES = ("score", *(f"d{number}" for number in range(1, DIMENSIONS + 1)))
WIDTHS = (300, *(25,) * DIMENSIONS)  # of the coarse bins, by measure
CHUNK = 200_000

Ancestors = dict[int, list[int]]


class Sums:
    """Sums by key: (keys, n) with the sums (m, n), the keys unique and rising, no sum all zero."""

    def __init__(self, keys: IntArray, values: IntArray) -> None:
        self.keys, self.values = _summed(keys, values)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            np.concatenate([self.keys, other.keys], axis=1), np.concatenate([self.values, other.values], axis=1)
        )

    def of(self, rows: IntArray) -> "Sums":
        """Some of them; ``rows`` rise."""
        found = Sums.__new__(Sums)
        found.keys, found.values = self.keys[:, rows], self.values[:, rows]
        return found

    @property
    def rows(self) -> IntArray:
        """(keys and sums, n)."""
        return np.concatenate([self.keys, self.values])


def _summed(keys: IntArray, values: IntArray) -> tuple[IntArray, IntArray]:
    """Equal keys become one, in rising order; what sums up to nothing goes."""
    unique, first, place = np.unique(packed(keys), return_index=True, return_inverse=True)
    sums = grouped(values, place.ravel(), len(unique))
    kept = sums.any(axis=0)
    return keys[:, first[kept]], sums[:, kept]


def bucket(days: IntArray, today: date) -> IntArray:
    """The day itself from the first of this month on, before that the last day of its month."""
    first = today.replace(day=1)
    past = days < first.toordinal()
    if not past.any():
        return days
    ends = _month_ends(int(days[past].min()), first)
    return np.where(past, ends[np.minimum(np.searchsorted(ends, days), len(ends) - 1)], days)


def _month_ends(earliest: int, first: date) -> IntArray:
    """The last days of the months from that of ``earliest`` to the one before ``first``."""
    day, ends = first, []
    while day.toordinal() > earliest:
        day = (day - timedelta(days=1)).replace(day=1)
        ends.append((day + timedelta(days=31)).replace(day=1).toordinal() - 1)
    return np.array(ends[::-1], np.int64)


def counted(spans: Spans, signs: Spans, ancestors: Ancestors, today: date) -> tuple[Sums, Sums]:
    """(what the cells gain, what the score counts gain) by spans that come (sign 1) and go (-1).

    ``signs``: one number a span, in arrays of shape (n,). ``ancestors``: division → it and those above it.
    """
    cells, scores = own(spans, signs, today)
    return with_totals(_upwards(cells, ancestors)), with_totals(_upwards(scores, ancestors))


def own(spans: Spans, signs: Spans, today: date) -> tuple[Sums, Sums]:
    """The same of the firms' own divisions only, day by day without the sum of all days."""
    people, cells = Sums(*_nothing(COUNTER_KEYS, 1)), Sums(*_nothing(COUNTER_KEYS, len(SUMS)))
    scores = Sums(*_nothing(len(SCORES) - 1, 1))
    for rows, sign in _chunks(spans.firm, signs.firm):
        columns = dict(zip(FIRM, rows, strict=True)) | {"ruler_id": np.full(len(sign), POPULATION)}
        people += _cells(columns, sign[None], POPULATION, today)
    for rows, sign in _chunks(spans.verdict, signs.verdict):
        columns = dict(zip(VERDICT, rows, strict=True))
        gains = contributions(columns)
        for basis, factor in _bases(columns):
            some = np.flatnonzero(factor)
            part = {name: values[some] for name, values in columns.items()}
            weight = (sign * factor)[some]
            cells += _cells(part, gains[:, some] * weight, basis, today)
            scores += _scores(part, weight, basis, today)
    only_n = np.zeros((len(SUMS), people.keys.shape[1]), np.int64)
    only_n[0] = people.values[0]
    return cells + Sums(people.keys, only_n), scores


def _nothing(keys: int, values: int) -> tuple[IntArray, IntArray]:
    return np.zeros((keys, 0), np.int64), np.zeros((values, 0), np.int64)


def _chunks(rows: IntArray, signs: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    for start in range(0, rows.shape[1], CHUNK):
        yield rows[:, start : start + CHUNK], signs[start : start + CHUNK]


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


def _cells(columns: Columns, gains: IntArray, basis: int, today: date) -> Sums:
    """Keys as in the table Counter, of the firms' own divisions."""
    goes_on = _goes_on(columns, gains)
    keys, values = [], []
    for number, (rows, value) in _sliced(columns):
        first, last = _runs(goes_on, rows, value)
        for which, days, sign in _turns(columns, rows[first], rows[last], today):
            some = rows[first[which]]
            line = (columns["division_id"][some], columns["ruler_id"][some], basis, number, days, value[first[which]])
            keys.append(np.array([np.broadcast_to(each, len(some)) for each in line]))
            values.append(gains[:, some] * sign)
    return Sums(np.concatenate(keys, axis=1), np.concatenate(values, axis=1))


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


def _scores(columns: Columns, weight: IntArray, basis: int, today: date) -> Sums:
    """Keys as in the table ScoreCount, of the firms' own divisions."""
    goes_on = _goes_on(columns, np.array([weight, *(columns[name] for name in MEASURES)]))
    every = np.arange(len(weight))
    first, last = _runs(goes_on, every, np.zeros_like(every))
    keys, values = [], []
    for which, days, sign in _turns(columns, first, last, today):
        for measure, name in enumerate(MEASURES):
            known = np.flatnonzero(columns[name][first[which]] >= 0)
            some = first[which[known]]
            for step, width in enumerate((WIDTHS[measure], 1)):
                line = (columns["division_id"][some], columns["ruler_id"][some], basis, measure, step, days[known])
                place = columns[name][some] // width
                keys.append(np.array([*(np.broadcast_to(each, len(some)) for each in line), place]))
                values.append(weight[some] * sign)
    return Sums(np.concatenate(keys, axis=1), np.concatenate(values)[None])


def _upwards(sums: Sums, ancestors: Ancestors) -> Sums:
    """Each division's own and those of all below it."""
    divisions, place = np.unique(sums.keys[0], return_inverse=True)
    ways = [ancestors[division] for division in divisions.tolist()]
    counts = np.array([len(way) for way in ways], np.int64)[place.ravel()]
    flat = np.array([above for way in ways for above in way], np.int64)
    starts = np.r_[0, np.cumsum([len(way) for way in ways])].astype(np.int64)[:-1][place.ravel()]
    row = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    keys = sums.keys[:, row]
    keys[0] = flat[starts[row] + nth]
    return Sums(keys, sums.values[:, row])


def with_totals(sums: Sums) -> Sums:
    """And for each key the sum over all days, as the day FOREVER."""
    keys = sums.keys.copy()
    keys[-2] = FOREVER
    totals = Sums(keys, sums.values)
    both = Sums.__new__(Sums)
    both.keys = np.concatenate([sums.keys, totals.keys], axis=1)
    both.values = np.concatenate([sums.values, totals.values], axis=1)
    order = np.lexsort(both.keys[::-1])
    both.keys, both.values = both.keys[:, order], both.values[:, order]
    return both
