"""The counters of all firms, in little memory: summed up part by part in their own divisions, given out one by one.

A part is a slice of the cells or a measure of the score counts: the fourth column of either table's keys.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np

from diagnose.services.count_make import Ancestors, Piece, Sums, own, with_totals
from diagnose.services.int_columns import IntArray
from diagnose.services.span_make import Spans

PART = 3


class Parts:
    """Sums of the firms' own divisions by part; what is new waits until it is as much as there is, to sort seldom."""

    def __init__(self) -> None:
        self._kept: dict[int, Sums] = {}
        self._new: dict[int, list[Piece]] = defaultdict(list)

    def add(self, pieces: Iterable[Piece]) -> None:
        """More of them, of whatever parts."""
        by_part: dict[int, list[Piece]] = defaultdict(list)
        for piece in pieces:
            if piece.keys.size:
                by_part[int(piece.keys[PART, 0])].append(piece)
        for part, some in by_part.items():
            self._new[part].append(Sums(some).piece)
            there = self._kept[part].keys.shape[1] if part in self._kept else 0
            if sum(one.keys.shape[1] for one in self._new[part]) >= there:
                self._settle(part)

    def _settle(self, part: int) -> None:
        before = [self._kept[part].piece] if part in self._kept else []
        self._kept[part] = Sums([*before, *self._new.pop(part)])

    def finish(self) -> None:
        """Nothing waits any more."""
        for part in list(self._new):
            self._settle(part)

    def divisions(self) -> set[int]:
        """In which firms are counted."""
        return {division for sums in self._kept.values() for division in np.unique(sums.keys[0]).tolist()}

    def of(self, division: int, below: Sequence[int]) -> Iterator[Sums]:
        """Rows of the table of a division, from those below it and itself, part by part."""
        for _, sums in sorted(self._kept.items()):
            rows = _within(sums.keys[0], below)
            if len(rows):
                keys = sums.keys[:, rows]
                keys[0] = division
                yield with_totals(Piece(keys, sums.values, rows))


def _within(rising: IntArray, wanted: Sequence[int]) -> IntArray:
    """Where one of the wanted numbers stands."""
    starts, stops = (np.searchsorted(rising, wanted, side=side).tolist() for side in ("left", "right"))
    none = np.zeros(0, np.int64)
    return np.concatenate([none, *(np.arange(start, stop) for start, stop in zip(starts, stops, strict=True))])


class Tally:
    """The cells and the score counts of all firms."""

    def __init__(self, today: date) -> None:
        self.cells, self.scores, self._today = Parts(), Parts(), today

    def add(self, spans: Spans) -> None:
        """Count these spans, of firms that were not counted yet."""
        ones = Spans(np.ones(spans.firm.shape[1], np.int64), np.ones(spans.verdict.shape[1], np.int64))
        cells, scores = own(spans, ones, self._today)
        self.cells.add(cells)
        self.scores.add(scores)

    def below(self, ancestors: Ancestors) -> dict[int, list[int]]:
        """Each division with rows → those with firms of their own in it, itself among them; comes after all firms."""
        self.cells.finish()
        self.scores.finish()
        found: dict[int, list[int]] = defaultdict(list)
        for division in sorted(self.cells.divisions() | self.scores.divisions()):
            for above in ancestors[division]:
                found[above].append(division)
        return dict(sorted(found.items()))
