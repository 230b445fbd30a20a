"""The district's counters, read: the state of cells on a day, and exact percentiles. A handful of rows at any size.

The row of the day FOREVER is the sum of all days; a state is that row less what came after the day. Statements are
texts with the numbers in them: SQLAlchemy would take several times as long over each as the database.
"""

from collections.abc import Collection, Sequence

import numpy as np
from sqlalchemy.orm import Session

from diagnose.models.span import BEST, FOREVER, SELF
from diagnose.services.count_make import MEASURES, WIDTHS
from diagnose.services.int_columns import IntArray, Rows, read
from scoring.coverage import SUMS, Cell, percentile, rank

State = dict[tuple[int, int, int], Cell]
Counts = tuple[IntArray, IntArray]
AHEAD = ("mark",)  # marks end on days to come, so that less came up to a day than after it


def cells(
    session: Session,
    divisions: Collection[int],
    ruler_id: int,
    basis: int,
    slice_: str,
    days: Collection[int],
    value: int | None = None,
) -> State:
    """(division, value, day) → the cell as it stood at the end of that day (ordinal: a month's end, or today).

    Cells in which nobody was are left out. The population itself is ruler 0, basis 0; only its ``n`` is filled.
    ``value``: of this one only.
    """
    if not divisions or not days:
        return {}
    order = sorted(days) if slice_ in AHEAD else [FOREVER, *sorted(days, reverse=True)]
    names = SUMS if ruler_id else SUMS[:1]
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in names)
    where = f"division_id IN ({_listed(divisions)}) AND {_of(ruler_id, basis)} AND slice = '{slice_}'"
    where += "" if value is None else f" AND value = {value}"
    select = f"SELECT {_turn(order)} AS turn, division_id, value, {sums} FROM counter WHERE {where}"
    last = f"day <= {order[-1]}" if slice_ in AHEAD else f"day > {order[-1]}"
    return _states(read(session, f"{select} AND {last} GROUP BY 1, 2, 3"), order)


def _of(ruler_id: int, basis: int) -> str:
    """Rows of BEST hold only what differs from SELF."""
    return f"ruler_id = {ruler_id} AND basis IN ({_listed([SELF, BEST] if basis == BEST else [basis])})"


def _listed(numbers: Collection[int]) -> str:
    return ", ".join(map(str, numbers))


def _turn(order: Sequence[int]) -> str:
    """To which of these days a row belongs: it came up to that day and after the one before, or the other way round."""
    if order[0] == FOREVER:
        cases = [f"WHEN day = {FOREVER} THEN {FOREVER}", *(f"WHEN day > {day} THEN {day}" for day in order[1:])]
    else:
        cases = [f"WHEN day <= {day} THEN {day}" for day in order]
    return f"CASE {' '.join(cases)} END"


def _states(rows: Rows, order: Sequence[int]) -> State:
    """What is left, or there, day by day in this order."""
    turns: dict[int, Rows] = {day: [] for day in order}
    for row in rows:
        turns[row[0]].append(row)
    found: State = {}
    totals: dict[tuple[int, int], list[int]] = {}
    for day in order:
        for _, division, value, *sums in turns[day]:
            before = totals.get((division, value), [0] * len(sums))
            sign = -1 if order[0] == FOREVER != day else 1
            totals[division, value] = [old + sign * number for old, number in zip(before, sums, strict=True)]
        if day != FOREVER:
            found |= {(*key, day): Cell(*sums) for key, sums in totals.items() if any(sums)}
    return found


def percentiles(
    session: Session, division: int, ruler_id: int, basis: int, day: int, points: Sequence[int] = (25, 50, 75)
) -> dict[int, list[int]]:
    """Measure (0 the score, 1 … 6 the dimensions in permille) → its exact nearest-rank percentiles at ``points``.

    First the coarse bins, then only those fine ones in which a percentile lies. A measure nobody has is left out.
    """
    of = f"division_id = {division} AND {_of(ruler_id, basis)}"
    coarse = _counts(session, [f"{of} AND measure IN ({_listed(range(len(MEASURES)))}) AND step = 0 AND day > {day}"])
    days = _listed([day for (day,) in read(session, _days_after(division, ruler_id, basis, day))])
    bins = [
        (measure, bin_ * WIDTHS[measure])
        for measure, one in coarse.items()
        for bin_ in {percentile(*one, point) for point in points}
    ]
    fine = _counts(
        session,
        [
            f"{of} AND measure = {measure} AND step = 1 AND day IN ({days})"
            f" AND place BETWEEN {low} AND {low + WIDTHS[measure] - 1}"
            for measure, low in bins
        ],
    )
    return {
        measure: [_exact(WIDTHS[measure], one, fine[measure], point) for point in points]
        for measure, one in coarse.items()
    }


def _counts(session: Session, some: Sequence[str]) -> dict[int, Counts]:
    """measure → (places rising, how many in each) of the score counts under one of these conditions."""
    n = f"CAST(sum(CASE WHEN day = {FOREVER} THEN n ELSE -n END) AS BIGINT) AS n"
    each = (f"SELECT measure, place, {n} FROM score_count WHERE {one} GROUP BY measure, place" for one in some)
    rows = read(session, f"{' UNION ALL '.join(each)} ORDER BY measure, place") if some else []
    measure, place, count = np.array([row for row in rows if row[2]], np.int64).reshape(-1, 3).T
    return {one: (place[measure == one], count[measure == one]) for one in np.unique(measure).tolist()}


def _exact(width: int, coarse: Counts, fine: Counts, point: int) -> int:
    """The value at the percentile's rank within its coarse bin."""
    places, counts = coarse
    at = int(np.searchsorted(places, percentile(places, counts, point)))
    nth = rank(int(counts.sum()), point) - int(counts[:at].sum())
    within = fine[0] // width == places[at]
    return int(fine[0][within][np.searchsorted(np.cumsum(fine[1][within]), nth)])


def _days_after(division: int, ruler_id: int, basis: int, day: int) -> str:
    """The days after this one on which any value changed: along the index, for each has very many rows."""
    bases = " UNION ALL ".join(f"SELECT {one} AS basis" for one in ([SELF, BEST] if basis == BEST else [basis]))
    measures = " UNION ALL ".join(f"SELECT {one} AS measure" for one in range(len(MEASURES)))
    following = (
        f"(SELECT min(day) FROM score_count AS count WHERE division_id = {division} AND ruler_id = {ruler_id}"
        " AND count.basis = one.basis AND count.measure = one.measure AND step = 1 AND count.day > one.day)"
    )
    return f"""
        WITH RECURSIVE later(basis, measure, day) AS (
            SELECT basis, measure, {day} FROM ({bases}) AS bases, ({measures}) AS measures
            UNION ALL
            SELECT basis, measure, {following} FROM later AS one WHERE day < {FOREVER}
        )
        SELECT DISTINCT day FROM later WHERE day > {day}"""
