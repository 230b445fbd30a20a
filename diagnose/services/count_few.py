"""The same as count_make for the few spans of one submission: plain Python, for arrays cost more to set up than this.

`flask recount` counts by arrays, so that the one proves the other.
"""

from collections import defaultdict
from datetime import date, timedelta
from operator import add as plus

from diagnose.models.span import BEST, FOREVER, ONSITE, POPULATION, SELF
from diagnose.services.count_make import MEASURES, WIDTHS, Ancestors
from diagnose.services.span_make import FIRM, SHARED, VERDICT
from scoring.coverage import DIMENSIONS, LEVELS, PPM, SUMS

Row = tuple[int, ...]
Signed = tuple[Row, int]  # a span and 1 where it comes, -1 where it goes
Gains = dict[Row, list[int]]  # by what firms of one kind share, ruler, basis and day
PLACES = {columns: [columns.index(name) for name in SHARED] for columns in (FIRM, VERDICT)}
FROM = {columns: columns.index("from_day") for columns in (FIRM, VERDICT)}
TO = {columns: columns.index("to_day") for columns in (FIRM, VERDICT)}
LEVEL, MEASURED = VERDICT.index("level"), [VERDICT.index(name) for name in MEASURES]
RULER, KIND, BEST_AT = (VERDICT.index(name) for name in ("ruler_id", "kind", "best"))
CNC, REST = VERDICT.index("cnc_num"), VERDICT.index("management")
ONE = [1] + [0] * (len(SUMS) - 1)


def divisions_of(firm: list[Signed], verdict: list[Signed]) -> set[int]:
    """Where the spans are counted."""
    return {row[PLACES[columns][0]] for columns, rows in ((FIRM, firm), (VERDICT, verdict)) for row, _ in rows}


def count_few(
    firm: list[Signed], verdict: list[Signed], ancestors: Ancestors, today: date
) -> tuple[list[Row], list[Row]]:
    """(rows of the cells, rows of the score counts) gained by spans with their signs, in the order of their keys.

    In the cells' rows the slice is its place in SLICES.
    """
    gains: Gains = {}
    scores: dict[Row, int] = defaultdict(int)
    for row, day, sign in _turns(firm, FIRM, today):
        _gain(gains, row, FIRM, (POPULATION, POPULATION, day), [sign * each for each in ONE])
    for row, day, sign in _turns(verdict, VERDICT, today):
        one = contribution(row)
        for basis, factor in _bases(row):
            weight = sign * factor
            _gain(gains, row, VERDICT, (row[RULER], basis, day), [weight * each for each in one])
            _count_scores(scores, ancestors, row, basis, day, weight)
    return _cells(gains, ancestors), sorted((*key, n) for key, n in scores.items() if n)


def _turns(spans: list[Signed], columns: tuple[str, ...], today: date) -> list[tuple[Row, int, int]]:
    """(span, day, how often) for each begin and end; what is the same of an old and a new span cancels out."""
    start, stop = FROM[columns], TO[columns]
    found: dict[tuple[Row, int], int] = defaultdict(int)
    for row, sign in spans:
        what = (*row[:start], 0, 0, *row[stop + 1 :])
        found[what, _bucket(row[start], today)] += sign
        if row[stop] < FOREVER:
            found[what, _bucket(row[stop], today)] -= sign
    return [(row, day, sign) for (row, day), sign in found.items() if sign]


def _bucket(day: int, today: date) -> int:
    """As `count_make.bucket`."""
    if day >= today.toordinal() - today.day + 1:
        return day
    first = date.fromordinal(day).replace(day=1)
    return (first + timedelta(days=31)).replace(day=1).toordinal() - 1


def _bases(row: Row) -> list[tuple[int, int]]:
    if row[KIND] == ONSITE:
        return [(ONSITE, 1), (BEST, 1)]
    return [(SELF, 1)] if row[BEST_AT] else [(SELF, 1), (BEST, -1)]


def contribution(row: Row) -> list[int]:
    """As `scoring.coverage.contributions`, of one span."""
    num, den = row[CNC : CNC + 2]
    management, tools, no_design = row[REST : REST + 3]
    shares = [row[place] for place in MEASURED[1:]]
    rate = [1, (2 * num * PPM + den) // (2 * den), num, den] if den > 0 else [0, 0, 0, 0]
    levels = [0] * LEVELS
    levels[row[LEVEL]] = 1
    answered = [management >= 0, management == 1, tools >= 0, tools == 1, no_design == 1]
    known = [share if share > 0 else 0 for share in shares]
    counts = [int(share >= 0) for share in shares[:DIMENSIONS]]
    return [1, *levels, row[MEASURED[0]], *known, *rate, *map(int, answered), *counts]


def _gain(gains: Gains, row: Row, columns: tuple[str, ...], key: tuple[int, int, int], gain: list[int]) -> None:
    """On a day and in all; what an old and a new verdict give is one before it comes to slices and divisions."""
    shared, (ruler, basis, day) = [row[place] for place in PLACES[columns]], key
    for when in (day, FOREVER):
        _plus(gains, (*shared, ruler, basis, when), gain)


def _plus(sums: Gains, key: Row, gain: list[int]) -> None:
    before = sums.get(key)
    sums[key] = gain if before is None else list(map(plus, before, gain))


def _cells(gains: Gains, ancestors: Ancestors) -> list[Row]:
    """The rows of all slices and divisions."""
    cells: Gains = {}
    for (division, industry, size, chain, locality, marks, ruler, basis, day), gain in gains.items():
        slices = [(0, 0), (1, industry), (2, size)]
        slices += [(number, value) for number, value in ((3, chain), (4, locality)) if value]
        slices += [(5, bit) for bit in range(marks.bit_length()) if marks >> bit & 1]
        if any(gain):
            for above in ancestors[division]:
                for number, value in slices:
                    _plus(cells, (above, ruler, basis, number, day, value), gain)
    return sorted((*key, *sums) for key, sums in cells.items() if any(sums))


def _count_scores(scores: dict[Row, int], ancestors: Ancestors, row: Row, basis: int, day: int, weight: int) -> None:
    division, ruler = row[PLACES[VERDICT][0]], row[RULER]
    for measure, (place, width) in enumerate(zip(MEASURED, WIDTHS, strict=True)):
        value = row[place]
        if value >= 0:
            for above in ancestors[division]:
                for when in (day, FOREVER):
                    scores[above, ruler, basis, measure, 0, when, value // width] += weight
                    scores[above, ruler, basis, measure, 1, when, value] += weight
