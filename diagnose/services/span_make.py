"""Truth → spans: what held of each firm from which day to which day, by arrays; `span_few.py` does it for one firm.

A firm's days are cut wherever anything begins or ends; what held on each piece is looked up by (firm, day), and equal
neighbours become one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnose.models import FirmSpan, VerdictSpan
from diagnose.models.span import FOREVER, ONSITE, SELF
from diagnose.services.int_columns import Columns, IntArray
from diagnose.services.int_keys import packed
from diagnose.services.span_truth import BITS, NAMED, Truth
from scoring.coverage import FIGURES

FIRM = tuple(column.name for column in FirmSpan.__table__.columns)
VERDICT = tuple(column.name for column in VerdictSpan.__table__.columns)
SHARED = ("division_id", "industry", "size", "chain", "locality", "marks")
DAYS = FOREVER.bit_length()


@dataclass(frozen=True)
class Spans:
    """The rows of the two tables, in the order of their keys: (columns, n), columns as FIRM and VERDICT."""

    firm: IntArray
    verdict: IntArray


@dataclass(frozen=True)
class _Firms:
    """Firms in scope: their ids rising, and from which day to before which."""

    ids: IntArray
    start: IntArray
    end: IntArray
    industry: IntArray
    size: IntArray

    def place(self, ids: IntArray) -> tuple[IntArray, IntArray]:
        """(rows, firms): which rows are of these firms, and which firm each of them is of."""
        found = np.searchsorted(self.ids, ids)
        found[found == len(self.ids)] = 0
        rows = np.flatnonzero(self.ids[found] == ids) if len(self.ids) else np.zeros(0, np.int64)
        return rows, found[rows]


def key(firm: IntArray, day: IntArray) -> IntArray:
    """A firm's place and a day as one number that sorts like both."""
    return firm << DAYS | day


def spans(truth: Truth) -> Spans:
    """All spans of the firms in ``truth``."""
    places = sorted_by(truth.places, ("firm", "from_day", "id"))
    firms = _in_scope(truth.firms, places)
    firm = _firm_spans(firms, truth, places)
    return Spans(firm, _verdict_spans(firms, truth, firm))


def sorted_by(columns: Columns, names: tuple[str, ...]) -> Columns:
    """The same rows in the order of these columns."""
    order = np.lexsort([columns[name] for name in reversed(names)])
    return {name: values[order] for name, values in columns.items()}


def _in_scope(firms: Columns, places: Columns) -> _Firms:
    """Those with a place, from their first day there; not those that ended before."""
    first = np.searchsorted(places["firm"], firms["firm"])
    has = first < np.searchsorted(places["firm"], firms["firm"], side="right")
    start = np.full(len(has), FOREVER, np.int64)
    start[has] = places["from_day"][first[has]]
    kept = start < firms["end"]
    return _Firms(*(each[kept] for each in (firms["firm"], start, firms["end"], firms["industry"], firms["size"])))


@dataclass(frozen=True)
class _Held:
    """Something that held of firms (by place) during days, clipped to the days they are in scope."""

    firm: IntArray
    start: IntArray
    stop: IntArray
    value: IntArray

    def of(self, rows: IntArray) -> "_Held":
        return _Held(*(each[rows] for each in (self.firm, self.start, self.stop, self.value)))


def _held(firms: _Firms, facts: Columns, some: NDArray[np.bool_], value: str) -> _Held:
    columns = {name: values[some] for name, values in facts.items()}
    rows, firm = firms.place(columns["firm"])
    start = np.maximum(columns["from_day"][rows], firms.start[firm])
    stop = np.minimum(columns["to_day"][rows], firms.end[firm])
    return _Held(firm, start, stop, columns[value][rows]).of(np.flatnonzero(start < stop))


def _firm_spans(firms: _Firms, truth: Truth, places: Columns) -> IntArray:
    rows, firm = firms.place(places["firm"])
    there = key(firm, places["from_day"][rows])
    facts = sorted_by(truth.facts, ("what", "firm", "from_day", "id"))
    marks = _held(firms, facts, facts["what"] < BITS, "what")
    named = {code: _held(firms, facts, facts["what"] == what, "term") for code, what in NAMED.items()}
    points = _points(firms, firm, places["from_day"][rows], [marks, *named.values()])
    firm, day = points >> DAYS, points & ((1 << DAYS) - 1)
    found = {
        "enterprise_id": firms.ids[firm],
        "from_day": day,
        "to_day": _until(firm, day, firms.end),
        "division_id": places["division"][rows][np.searchsorted(there, points, side="right") - 1],
        "industry": firms.industry[firm],
        "size": firms.size[firm],
        **{code: _last_begun(held, points) for code, held in named.items()},
        "marks": _bits(marks, points),
    }
    return _merged(np.array([found[name] for name in FIRM]))


def _points(firms: _Firms, firm: IntArray, moved: IntArray, held: list[_Held]) -> IntArray:
    """Where anything may change: the first day of each piece, as keys."""
    keys = [key(np.arange(len(firms.ids)), firms.start)]
    keys += [key(each.firm, days) for each in held for days in (each.start, each.stop)]
    found = np.unique(np.concatenate([*keys, key(firm, moved)]))
    place, day = found >> DAYS, found & ((1 << DAYS) - 1)
    kept: IntArray = found[(day >= firms.start[place]) & (day < firms.end[place])]
    return kept


def _until(firm: IntArray, day: IntArray, end: IntArray) -> IntArray:
    """Each piece ends where the next one of the firm begins, the last where the firm ends."""
    until = end[firm]
    same = np.flatnonzero(firm[1:] == firm[:-1])
    until[same] = day[same + 1]
    return until


def _last_begun(held: _Held, points: IntArray) -> IntArray:
    """The value that began last, if it still holds; else 0. ``held`` is in the order of firm and day."""
    keys = key(held.firm, held.start)
    # Of several that begin with the firm only the last one counts: sorting was by their own first days.
    place = np.searchsorted(keys, points, side="right") - 1
    found = np.zeros(len(points), np.int64)
    known = np.flatnonzero(place >= 0)
    at = place[known]
    holds = (held.firm[at] == points[known] >> DAYS) & (held.stop[at] > points[known] & ((1 << DAYS) - 1))
    found[known[holds]] = held.value[at[holds]]
    return found


def _bits(marks: _Held, points: IntArray) -> IntArray:
    """All marks of each piece."""
    found = np.zeros(len(points), np.int64)
    for bit in np.unique(marks.value).tolist():
        some = marks.of(np.flatnonzero(marks.value == bit))
        turns = np.zeros(len(points) + 1, np.int64)
        # What holds to the firm's end stops at the first piece of the next one.
        np.add.at(turns, np.searchsorted(points, key(some.firm, some.start)), 1)
        np.add.at(turns, np.searchsorted(points, key(some.firm, some.stop)), -1)
        found |= (np.cumsum(turns[:-1]) > 0).astype(np.int64) << bit
    return found


def _merged(rows: IntArray) -> IntArray:
    """Neighbours that differ in nothing but their days become one."""
    if not rows.shape[1]:
        return rows
    what = rows[[FIRM.index(name) for name in FIRM if name not in ("from_day", "to_day")]]
    starts = np.flatnonzero(np.r_[True, (what[:, 1:] != what[:, :-1]).any(axis=0)])
    found = rows[:, starts]
    found[FIRM.index("to_day")] = rows[FIRM.index("to_day")][np.r_[starts[1:] - 1, rows.shape[1] - 1]]
    return found


def _verdict_spans(firms: _Firms, truth: Truth, firm_spans: IntArray) -> IntArray:
    """Each verdict from its day to the next one, cut where the firm's own spans are, and where an onsite one begins."""
    said = _standing(firms, truth)
    place = np.searchsorted(firms.ids, firm_spans[FIRM.index("enterprise_id")])
    keys = key(place, firm_spans[FIRM.index("from_day")])
    first = np.searchsorted(keys, key(said["firm"], said["start"]), side="right") - 1
    pieces = np.searchsorted(keys, key(said["firm"], said["stop"])) - first
    row = np.repeat(np.arange(len(first)), pieces)
    at = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    shared = {name: firm_spans[FIRM.index(name), at] for name in (*SHARED, "from_day", "to_day")}
    found = {
        **{name: said[name][row] for name in ("ruler_id", "kind", "best", "level", "score")},
        **{name: truth.figures[said["row"][row], column] for column, name in enumerate(FIGURES)},
        **shared,
        "enterprise_id": firms.ids[said["firm"][row]],
        "from_day": np.maximum(shared["from_day"], said["start"][row]),
        "to_day": np.minimum(shared["to_day"], said["stop"][row]),
    }
    rows = np.array([found[name] for name in VERDICT]).reshape(len(VERDICT), len(row))
    order = ("from_day", "kind", "ruler_id", "enterprise_id")
    return rows[:, np.lexsort([rows[VERDICT.index(name)] for name in order])]


def _standing(firms: _Firms, truth: Truth) -> Columns:
    """firm (place), ruler_id, kind, start, stop, best, level, score and row in the truth of what stood when."""
    rows, firm = firms.place(truth.verdicts["firm"])
    all_of = {name: values[rows] for name, values in truth.verdicts.items()} | {"firm": firm, "row": rows}
    known = all_of["ruler"] > 0
    order = ("firm", "ruler", "kind", "as_of", "known_at", "id")
    said = sorted_by({name: values[known] for name, values in all_of.items()}, order)
    group = packed(np.array([said[name] for name in ("firm", "ruler", "kind")]))
    # Of one day the one known last wins.
    last = np.r_[(group[1:] != group[:-1]) | (said["as_of"][1:] != said["as_of"][:-1]), True][: len(group)]
    said = {name: values[last] for name, values in said.items()}
    group = group[last]
    start = np.maximum(said["as_of"], firms.start[said["firm"]])
    stop = firms.end[said["firm"]].copy()
    same = np.flatnonzero(group[1:] == group[:-1])
    stop[same] = np.minimum(stop[same], said["as_of"][same + 1])
    held = {**said, "ruler_id": said["ruler"], "start": start, "stop": stop}
    kept = np.flatnonzero(start < stop)
    return _with_best({name: values[kept] for name, values in held.items()})


def _with_best(said: Columns) -> Columns:
    """Own verdicts are the best available ones until the first onsite verdict of the ruler; cut there in two."""
    group = packed(np.array([said["firm"], said["ruler"]]))
    onsite = np.flatnonzero(said["kind"] == ONSITE)
    groups, first = np.unique(group[onsite], return_index=True)
    seen = np.full(len(group), FOREVER, np.int64)
    if len(groups):
        at = np.minimum(np.searchsorted(groups, group), len(groups) - 1)
        hit = (groups[at] == group) & (said["kind"] == SELF)
        seen[hit] = said["start"][onsite[first[at[hit]]]]
    cut = np.flatnonzero((said["start"] < seen) & (seen < said["stop"]))
    said = {**said, "best": (said["start"] < seen).astype(np.int64)}
    later = {name: values[cut] for name, values in said.items()} | {"start": seen[cut], "best": np.zeros_like(cut)}
    said["stop"] = np.minimum(said["stop"], np.where(said["best"] == 1, seen, FOREVER))
    return {name: np.concatenate([values, later[name]]) for name, values in said.items()}
