"""The stored counters held against those made anew: division by division and part by part, for there are very many."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, cast, select
from sqlalchemy.orm import Session

from diagnose.models import Counter, ScoreCount
from diagnose.services.count_all import Parts
from diagnose.services.count_make import COUNTER, COUNTER_KEYS, MEASURES, SCORES, SLICES, Sums, bucket
from diagnose.services.int_columns import IntArray, columns

SHIFT = 1 << 22  # room for a place (at most 100,000) below a day


@dataclass(frozen=True)
class Held:
    """What is stored less what is right; how many rows are right; whether the stored ones are on the days of now."""

    found: Sums
    rows: int
    tidy: bool


def held_cells(session: Session, right: Parts, below: dict[int, list[int]], today: date) -> Held:
    """The table Counter against ``right``; ``below``: division → those it sums up."""
    made = _made(right, below, _divisions(session, Counter), len(SLICES))
    return _held(((_cells(session, *place), sums) for place, sums in made), COUNTER_KEYS, len(COUNTER), today)


def held_scores(session: Session, right: Parts, below: dict[int, list[int]], today: date) -> Held:
    """The same for the table ScoreCount."""
    made = _made(right, below, _divisions(session, ScoreCount), len(MEASURES))
    return _held(((_scores(session, *place), sums) for place, sums in made), len(SCORES) - 1, len(SCORES), today)


def _divisions(session: Session, model: type[Counter] | type[ScoreCount]) -> set[int]:
    return set(session.scalars(select(model.division_id).distinct()))


def _made(
    right: Parts, below: dict[int, list[int]], stored: set[int], parts: int
) -> Iterator[tuple[tuple[int, int], Sums | None]]:
    """((division, part), the right sums there), also where nothing should be but is."""
    for division in sorted(stored | set(below)):
        sums = dict(right.of(division, below.get(division, [])))
        for part in range(parts):
            yield (division, part), sums.get(part)


def _held(pairs: Iterator[tuple[IntArray, Sums | None]], keys: int, columns: int, today: date) -> Held:
    """``pairs``: the stored rows and the right sums."""
    found, rows, tidy = [np.zeros((columns, 0), np.int64)], 0, True
    for stored, right in pairs:
        days = bucket(stored[keys - 2], today)
        tidy &= bool((days == stored[keys - 2]).all())
        stored[keys - 2] = days
        if right is not None:
            rows += right.keys.shape[1]
            stored = np.concatenate([stored, np.concatenate([right.keys, -right.values])], axis=1)
        found.append(Sums(stored[:keys], stored[keys:]).rows)
    every = np.concatenate(found, axis=1)
    return Held(Sums(every[:keys], every[keys:]), rows, tidy)


def _cells(session: Session, division: int, part: int) -> IntArray:
    """Rows of the table (columns, n), the slice as its place in SLICES."""
    names = [name for name in COUNTER if name not in ("division_id", "slice")]
    query = select(*(getattr(Counter, name) for name in names))
    found = columns(session, query.where(Counter.division_id == division, Counter.slice == SLICES[part]))
    found |= _same(len(found["n"]), division_id=division, slice=part)
    return np.array([found[name] for name in COUNTER])


def _scores(session: Session, division: int, part: int) -> IntArray:
    """Two packed numbers a key: there are very many of these rows."""
    found = columns(session, _packed().where(ScoreCount.division_id == division, ScoreCount.measure == part))
    what, when, n = found["what"], found["when"], found["n"]
    same = _same(len(n), division=division, measure=part)
    keys = (same["division"], what // 8, what // 2 % 4, same["measure"], what % 2, when // SHIFT, when % SHIFT)
    return np.array([*keys, n])


def _same(n: int, **numbers: int) -> dict[str, IntArray]:
    return {name: np.full(n, number, np.int64) for name, number in numbers.items()}


def _packed() -> Any:
    one = ScoreCount
    what = (cast(one.ruler_id, BigInteger) * 4 + one.basis) * 2 + one.step
    when = cast(one.day, BigInteger) * SHIFT + one.place
    query: Any = select(what.label("what"), when.label("when"), one.n)
    return query
