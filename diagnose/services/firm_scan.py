"""Going through firms in the order of their ids, so far as the time allows, and saying honestly how far that was."""

from collections.abc import Callable
from dataclasses import dataclass
from time import thread_time

from diagnose.services.firm_filters import RULES

FIRST: int = RULES["first_window"]
GROWTH = 4


@dataclass(frozen=True)
class Range:
    """The ids from ``low`` to ``high``, both inclusive, to be gone through from one end."""

    low: int
    high: int
    newest_first: bool = True

    def cut(self, size: int) -> tuple["Range", "Range | None"]:
        """The first so many ids, and the rest if there is any."""
        if self.high - self.low < size:
            return self, None
        if self.newest_first:
            middle = self.high - size
            return Range(middle + 1, self.high), Range(self.low, middle)
        middle = self.low + size
        return Range(self.low, middle - 1, False), Range(middle, self.high, False)


@dataclass(frozen=True)
class Gone:
    """What was found, and what is still to be gone through (None: nothing)."""

    found: list[int]
    left: Range | None


def go(ids: Range, look: Callable[[Range, int], list[int]], enough: int, seconds: float) -> Gone:
    """Look through ``ids`` until ``enough`` are found or the time is up; always at least at a first part.

    It is this thread's own time, so that what a page finds does not depend on what else the machine does.
    """
    found: list[int] = []
    rest: Range | None = ids
    size, start = FIRST, thread_time()
    while rest and len(found) < enough:
        part, rest = rest.cut(size)
        began = thread_time()
        found += look(part, enough - len(found))
        now = thread_time()
        if now - start >= seconds:
            break
        size = _next(size, now - began, seconds - (now - start))
    return Gone(found, rest)


def _next(size: int, took: float, left: float) -> int:
    """A larger part, but not larger than the time that is left allows at the same pace."""
    return max(FIRST, int(min(GROWTH * size, size * left / max(took, 1e-6))))
