"""The stored counters held against those made anew: division by division, for there are very many."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, case, cast, select
from sqlalchemy.orm import Session

from diagnose.models import Counter, ScoreCount
from diagnose.services.count_all import Parts
from diagnose.services.count_make import COUNTER, COUNTER_KEYS, SLICES, Piece, Sums, bucket
from diagnose.services.int_columns import columns

NOWHERE = 0  # no division has this id
SHIFT = 1 << 22  # room for a place (at most 100,000) below a day


@dataclass(frozen=True)
class Held:
    """What is stored less what is right; how many rows are right; whether the stored ones are on the days of now."""

    found: Sums
    rows: int
    tidy: bool


def held_cells(session: Session, right: Parts, below: Mapping[int, list[int]], today: date) -> Held:
    """The table Counter against ``right``; ``below``: division → those it sums up."""
    return _held(session, Counter, _cells, right, below, today)


def held_scores(session: Session, right: Parts, below: Mapping[int, list[int]], today: date) -> Held:
    """The same for the table ScoreCount."""
    return _held(session, ScoreCount, _scores, right, below, today)


def _held(
    session: Session,
    model: type[Counter] | type[ScoreCount],
    read: Callable[[Session, int], Piece],
    right: Parts,
    below: Mapping[int, list[int]],
    today: date,
) -> Held:
    """Of all divisions that have rows, or should."""
    stored = session.scalars(select(model.division_id).distinct())
    found, rows, tidy = [read(session, NOWHERE)], 0, True
    for division in sorted({*stored, *below}):
        held = read(session, division)
        days = bucket(held.keys[-2], today)
        tidy &= bool((days == held.keys[-2]).all())
        held.keys[-2] = days
        made = [Piece(one.keys, one.values, sign=-1) for one in right.of(division, below.get(division, []))]
        rows += sum(one.keys.shape[1] for one in made)
        found.append(Sums([held, *made]).piece)
    return Held(Sums(found), rows, tidy)


def _cells(session: Session, division: int) -> Piece:
    """Rows of the table, the slice as its place in SLICES."""
    place = case({name: number for number, name in enumerate(SLICES)}, value=Counter.slice)
    names = [place.label(name) if name == "slice" else getattr(Counter, name) for name in COUNTER]
    found = columns(session, select(*names).where(Counter.division_id == division, Counter.slice.in_(SLICES)))
    rows = np.array([found[name] for name in COUNTER])
    return Piece(rows[:COUNTER_KEYS], rows[COUNTER_KEYS:])


def _scores(session: Session, division: int) -> Piece:
    """Two packed numbers a key: there are very many of these rows."""
    one = ScoreCount
    about = ((cast(one.ruler_id, BigInteger) * 4 + one.basis) * 8 + one.measure) * 2 + one.step
    at = cast(one.day, BigInteger) * SHIFT + one.place
    query: Any = select(about.label("what"), at.label("when"), one.n).where(one.division_id == division)
    found = columns(session, query)
    what, when = found["what"], found["when"]
    line = (division, what // 64, what // 16 % 4, what // 2 % 8, what % 2, when // SHIFT, when % SHIFT)
    return Piece(np.array(np.broadcast_arrays(*line)), found["n"][None])
