"""The slow way to a cockpit's numbers: every firm's spans, filtered by the database, summed by numpy (逐家统计)."""

from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from diagnose.models import Division, FirmSpan, VerdictSpan
from diagnose.models.span import BEST, ONSITE, SELF
from diagnose.services import cockpit_counted, spans
from diagnose.services.cockpit_asked import BASES, DISTRICT, Asked
from diagnose.services.cockpit_figures import Figures, Group, ruler_id
from scoring import coverage
from scoring.coverage import DIMENSIONS, FIGURES, LEVELS, Cell

POINTS = (25, 50, 75)
MARK_BITS = 63
Columns = dict[str, Any]  # name → int64 array, one entry a span


def figures(session: Session, asked: Asked) -> Figures:
    """The numbers of any day and any filters: two scans, whatever the number of firms.

    The months before the day come from the counters where these have them.
    """
    branch = _branches(session, asked)
    people = spans.columns(session, _spans(asked, FirmSpan, "marks"))
    ruler = ruler_id(session, asked.rules.name)
    verdicts = spans.columns(session, _verdicts(asked, ruler)) if ruler else None
    day = asked.day.toordinal()
    here = _on(people, day)
    judged = _on(verdicts, day) if verdicts is not None else None
    scopes = _asked_for(asked, _by_key(_keys(asked, here, branch)))
    cells = _asked_for(asked, _cells(asked, judged, branch)) if judged is not None else {}
    whole = Group(len(here["key"]), _whole(judged) if judged is not None else Cell())
    before = cockpit_counted.trend(session, asked, ruler, asked.days[:-1]) if asked.only_trend_counted else None
    return Figures(
        days=asked.days,
        rows={key: Group(scopes.get(key, 0), cells.get(key, Cell())) for key in sorted(scopes.keys() | cells.keys())},
        whole=whole,
        months=[*before, whole] if before is not None else _months(asked, people, verdicts),
        percentiles=_percentiles(judged) if judged is not None else {},
        marks=_by_bit(here["marks"]),
    )


def _spans(asked: Asked, model: Any, *names: str) -> Select[Any]:
    """Rows of the subtree that hold on one of the days, under the filters; ``key`` is what they are broken down by."""
    below = select(Division.id).where(Division.path.startswith(asked.division.path))
    key = "division_id" if asked.by == DISTRICT else "marks" if asked.by == "mark" else asked.by
    last = asked.day.toordinal()
    first = last if asked.only_trend_counted else asked.days[0].toordinal()
    # Of a district alone by the index; of much more it is faster to read all than to jump from row to row.
    place = model.division_id + 0 if asked.children else model.division_id
    return select(
        getattr(model, key).label("key"),
        model.from_day,
        model.to_day,
        *(getattr(model, name).label(name) for name in names),
    ).where(
        place.in_(below),
        model.from_day <= last,
        model.to_day > first,
        *(_filter(model, name, value) for name, value in asked.filters.items()),
    )


def _filter(model: Any, name: str, value: int) -> ColumnElement[bool]:
    if name == "mark":
        marked: ColumnElement[bool] = model.marks.bitwise_and(1 << value) != 0
        return marked
    return getattr(model, name) == value  # type: ignore[no-any-return]


def _verdicts(asked: Asked, ruler: int) -> Select[Any]:
    query = _spans(asked, VerdictSpan, "level", "score", *FIGURES).where(VerdictSpan.ruler_id == ruler)
    basis = BASES[asked.basis]
    if basis == BEST:
        return query.where(VerdictSpan.best == 1)
    return query.where(VerdictSpan.kind == (SELF if basis == SELF else ONSITE))


def _branches(session: Session, asked: Asked) -> dict[int, int]:
    """Division → the child of the asked one that it lies in; the asked one stands for itself."""
    below = session.execute(select(Division.id, Division.path).where(Division.path.startswith(asked.division.path)))
    depth = asked.division.path.count("/") - 1
    return {id_: int(path.split("/")[depth + 1] or asked.division.id) for id_, path in below}


def _asked_for(asked: Asked, rows: dict[int, Any]) -> dict[int, Any]:
    """Only the value filtered by, where the breakdown is by the same: other marks of these firms are no rows."""
    return {key: row for key, row in rows.items() if asked.filters.get(asked.by, key) == key}


def _on(columns: Columns, day: int) -> Columns:
    """The rows that hold on a day."""
    holds = (columns["from_day"] <= day) & (columns["to_day"] > day)
    return {name: values[holds] for name, values in columns.items()}


def _keys(asked: Asked, columns: Columns, branch: dict[int, int]) -> Any:
    """The key of each row; of marks a row stands once for each of its bits (`_bits`)."""
    keys = columns["key"]
    if asked.by == "mark":
        return np.concatenate([np.full(rows.size, bit) for bit, rows in _bits(keys)] or [keys[:0]])
    if asked.by != DISTRICT:
        return keys
    known, places = np.unique(keys, return_inverse=True)
    return np.array([branch[int(each)] for each in known], dtype=np.int64)[places] if known.size else keys


def _bits(marks: Any) -> list[tuple[int, Any]]:
    """Each bit that any row has, with the places of the rows that have it."""
    found = [(bit, np.flatnonzero(marks >> bit & 1)) for bit in range(MARK_BITS)]
    return [(bit, rows) for bit, rows in found if rows.size]


def _by_bit(marks: Any) -> dict[int, int]:
    return {bit: int(rows.size) for bit, rows in _bits(marks)}


def _by_key(keys: Any) -> dict[int, int]:
    values, counts = np.unique(keys, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _cells(asked: Asked, judged: Columns, branch: dict[int, int]) -> dict[int, Cell]:
    """The sums by key; a firm with several marks counts under each."""
    keys = _keys(asked, judged, branch)
    if asked.by == "mark":
        places = np.concatenate([rows for _, rows in _bits(judged["key"])] or [judged["key"][:0]])
        judged = {name: values[places] for name, values in judged.items()}
    values, sums = coverage.tally(judged, keys)
    return {int(value): Cell(*(int(each) for each in row)) for value, row in zip(values, sums, strict=True)}


def _whole(judged: Columns) -> Cell:
    return Cell(*(int(each) for each in coverage.contributions(judged).sum(axis=1)))


def _months(asked: Asked, people: Columns, verdicts: Columns | None) -> list[Group]:
    """The whole on each day: every row adds to the days from its first to before its last."""
    days = np.array([day.toordinal() for day in asked.days])
    scopes = _over_days(people, days, np.ones(len(people["key"])))
    if verdicts is None:
        return [Group(scope) for scope in scopes]
    levels = [_over_days(verdicts, days, verdicts["level"] == level) for level in range(LEVELS)]
    scores = _over_days(verdicts, days, verdicts["score"])
    by_day = zip(scopes, scores, *levels, strict=True)
    return [Group(scope, Cell(*[sum(counts), *counts, score])) for scope, score, *counts in by_day]


def _over_days(columns: Columns, days: Any, weights: Any) -> list[int]:
    """Sum of the weights of the rows that hold on each day; exact, for floats carry integers up to 2**53."""
    size = len(days) + 1
    begins = np.bincount(np.searchsorted(days, columns["from_day"]), weights, size)
    ends = np.bincount(np.searchsorted(days, columns["to_day"]), weights, size)
    return [int(each) for each in np.cumsum(begins - ends)[:-1]]


def _percentiles(judged: Columns) -> dict[int, list[int]]:
    """Nearest-rank values at POINTS of the score (0) and of each dimension that any firm has."""
    measures = {0: judged["score"]} | {n: judged[f"d{n}"] for n in range(1, DIMENSIONS + 1)}
    found = {}
    for measure, column in measures.items():
        values, counts = np.unique(column[column >= 0], return_counts=True)
        if values.size:
            found[measure] = [int(coverage.percentile(values, counts, point)) for point in POINTS]
    return found
