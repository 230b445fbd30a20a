"""The district's counters, read: the state of cells on a day, and exact percentiles. A handful of rows at any size.

The row of the day FOREVER is the sum of all days; a state is that row less what came after the day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, bindparam, func, select
from sqlalchemy.orm import Session

from diagnose.models import Counter
from diagnose.models.span import BEST, FOREVER, SELF
from diagnose.services.count_make import MEASURES, WIDTHS
from diagnose.services.int_columns import IntArray
from scoring.coverage import SUMS, Cell, percentile, rank

State = dict[tuple[int, int, int], Cell]
Counts = tuple[IntArray, IntArray]


def cells(
    session: Session,
    divisions: Sequence[int],
    ruler_id: int,
    basis: int,
    slice_: str,
    days: Sequence[int],
) -> State:
    """(division, value, day) → the cell as it stood at the end of that day (ordinal: a month's end, or today).

    Cells in which nobody was are left out. The population itself is ruler 0, basis 0; only its ``n`` is filled.
    """
    asked = {"divisions": list(divisions), "ruler": ruler_id, "bases": _bases(basis), "slice": slice_}
    totals: dict[tuple[int, int], list[int]] = {}
    for row in session.connection().execute(_totals(), asked):
        _add(totals, (row[0], row[1]), row[2:], 1)
    found: State = {}
    later = _later(session, asked, sorted(days)) if days else {}
    for day in sorted(days, reverse=True):
        for key, sums in later.get(day, []):
            _add(totals, key, sums, -1)
        found |= {(*key, day): Cell._make(sums) for key, sums in totals.items() if any(sums)}
    return found


def _bases(basis: int) -> list[int]:
    """Rows of BEST hold only what differs from SELF."""
    return [SELF, BEST] if basis == BEST else [basis]


def _add(totals: dict[tuple[int, int], list[int]], key: tuple[int, int], sums: Sequence[int], sign: int) -> None:
    before = totals.get(key)
    if before is None:
        totals[key] = [sign * number for number in sums]
    else:
        totals[key] = [old + sign * number for old, number in zip(before, sums, strict=True)]


def _later(
    session: Session, asked: dict[str, Any], days: list[int]
) -> dict[int, list[tuple[tuple[int, int], Sequence[int]]]]:
    """By day what came after it, and not after the next one of ``days``."""
    found: dict[int, list[tuple[tuple[int, int], Sequence[int]]]] = {}
    for day, following in zip(days, [*days[1:], FOREVER - 1], strict=True):
        rows = session.connection().execute(_between(), asked | {"after": day, "until": following})
        found[day] = [((row[0], row[1]), [int(number) for number in row[2:]]) for row in rows]
    return found


def _where(query: Select[Any]) -> Select[Any]:
    return query.where(
        Counter.division_id.in_(bindparam("divisions", expanding=True)),
        Counter.ruler_id == bindparam("ruler"),
        Counter.basis.in_(bindparam("bases", expanding=True)),
        Counter.slice == bindparam("slice"),
    )


@cache
def _totals() -> Select[Any]:
    sums = [getattr(Counter, name) for name in SUMS]
    return _where(select(Counter.division_id, Counter.value, *sums)).where(Counter.day == FOREVER)


@cache
def _between() -> Select[Any]:
    sums = [func.sum(getattr(Counter, name)) for name in SUMS]
    query = _where(select(Counter.division_id, Counter.value, *sums))
    query = query.where(Counter.day > bindparam("after"), Counter.day <= bindparam("until"))
    return query.group_by(Counter.division_id, Counter.value)


def percentiles(
    session: Session, division: int, ruler_id: int, basis: int, day: int, points: Sequence[int] = (25, 50, 75)
) -> dict[int, list[int]]:
    """Measure (0 the score, 1 … 6 the dimensions in permille) → its exact nearest-rank percentiles at ``points``.

    First the coarse bins, then only those fine ones in which a percentile lies. A measure nobody has is left out.
    """
    of = _Asked(session.connection(), division, ruler_id, _bases(basis), day)
    coarse = {measure: one for measure, one in of.coarse().items() if len(one[0])}
    wanted = {
        (measure, bin_): (bin_ * WIDTHS[measure], (bin_ + 1) * WIDTHS[measure] - 1)
        for measure, (places, counts) in coarse.items()
        for bin_ in {percentile(places, counts, point) for point in points}
    }
    fine = of.fine(wanted)
    return {measure: [_exact(measure, *one, fine, point) for point in points] for measure, one in coarse.items()}


def _exact(measure: int, places: IntArray, counts: IntArray, fine: dict[tuple[int, int], Counts], point: int) -> int:
    """The value at the percentile's rank within its coarse bin."""
    at = int(np.searchsorted(places, percentile(places, counts, point)))
    nth = rank(int(counts.sum()), point) - int(counts[:at].sum())
    values, inside = fine[measure, int(places[at])]
    return int(values[np.searchsorted(np.cumsum(inside), nth)])


@dataclass(frozen=True)
class _Asked:
    """Score counts of one division, ruler and basis as of one day. Numbers stand in the statements as they are."""

    connection: Connection
    division: int
    ruler: int
    bases: list[int]
    day: int

    def coarse(self) -> dict[int, Counts]:
        """measure → (coarse bins rising, how many in each)."""
        rows = self._union(self._sql(measure, 0, f"AND day > {self.day}") for measure in range(len(MEASURES)))
        found: dict[int, dict[int, int]] = {}
        for measure, place, n in rows:
            _count(found.setdefault(measure, {}), place, int(n))
        return {measure: _rising(places) for measure, places in found.items()}

    def fine(self, wanted: Mapping[tuple[int, int], tuple[int, int]]) -> dict[tuple[int, int], Counts]:
        """The same for the values from … to of each (measure, coarse bin)."""
        days = ", ".join(str(day) for day in (*self._later(), FOREVER))
        found: dict[tuple[int, int], dict[int, int]] = {key: {} for key in wanted}
        for measure, place, n in self._union(
            self._sql(measure, 1, f"AND day IN ({days}) AND place BETWEEN {low} AND {high}")
            for (measure, _), (low, high) in wanted.items()
        ):
            _count(found[measure, place // WIDTHS[measure]], place, int(n))
        return {key: _rising(places) for key, places in found.items()}

    def _later(self) -> list[int]:
        """The days after this one on which anything changed: by the index, for each has very many rows."""
        found: set[int] = set()
        for basis in self.bases:
            after: list[int | None] = [self.day] * len(MEASURES)
            while any(day is not None for day in after):
                after = self._next(basis, after)
                found |= {day for day in after if day is not None}
        return sorted(found)

    def _next(self, basis: int, after: Sequence[int | None]) -> list[int | None]:
        """The next day of each measure."""
        nexts = ", ".join(
            f"(SELECT min(day) FROM score_count WHERE {self._key(basis, measure, 1)}"
            f" AND day > {FOREVER if day is None else day} AND day < {FOREVER})"
            for measure, day in enumerate(after)
        )
        return list(self.connection.exec_driver_sql(f"SELECT {nexts}").one())

    def _sql(self, measure: int, step: int, more: str) -> str:
        return " UNION ALL ".join(
            f"SELECT {measure}, place, sum(CASE WHEN day = {FOREVER} THEN n ELSE -n END) FROM score_count"
            f" WHERE {self._key(basis, measure, step)} {more} GROUP BY place"
            for basis in self.bases
        )

    def _key(self, basis: int, measure: int, step: int) -> str:
        return (
            f"division_id = {self.division} AND ruler_id = {self.ruler} AND basis = {basis}"
            f" AND measure = {measure} AND step = {step}"
        )

    def _union(self, parts: Iterable[str]) -> Sequence[Any]:
        sql = " UNION ALL ".join(parts)
        return self.connection.exec_driver_sql(sql).all() if sql else []


def _count(places: dict[int, int], place: int, n: int) -> None:
    places[place] = places.get(place, 0) + n


def _rising(places: Mapping[int, int]) -> Counts:
    kept = sorted((place, n) for place, n in places.items() if n)
    return np.array([place for place, _ in kept], np.int64), np.array([n for _, n in kept], np.int64)
