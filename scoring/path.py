"""The cheapest way to a level, with proof that nothing cheaper works: a whole-number programme solved to the end.

Every function raises ValueError when goals or moves are wrong (ratings family, missing answers, unknown steps, two
moves of one id) and NotProven when the solver did not finish or the scorer does not confirm what it found.
"""

from collections.abc import Sequence

from scoring.moves import Goal, Path, Point, Unreachable, Way

__all__ = ["NotProven", "alternatives", "cheapest", "curve", "fastest", "fewest", "find"]


class NotProven(RuntimeError):
    """There is no certificate, so there is no answer; the message says what failed."""


def find(goals: Sequence[Goal], more: int = 2) -> Path:
    """Everything at once: the cheapest way, ``more`` alternatives, fewest, fastest, and the curve."""
    raise NotImplementedError


def cheapest(goals: Sequence[Goal]) -> Way | Unreachable:
    """The way of least middle cost; of those the one with the fewest steps, then of the earliest indicators."""
    raise NotImplementedError


def alternatives(goals: Sequence[Goal], best: Way, more: int = 2) -> tuple[Way, ...]:
    """The next cheapest ways, fewer when there are no more: none contains all moves of ``best`` or of another one."""
    raise NotImplementedError


def fewest(goals: Sequence[Goal]) -> Way | Unreachable:
    """The way of the fewest moves; of those the cheapest."""
    raise NotImplementedError


def fastest(goals: Sequence[Goal]) -> Way | Unreachable:
    """The way that ends first; of those the cheapest. Steps of a ladder follow each other, others run side by side."""
    raise NotImplementedError


def curve(goals: Sequence[Goal]) -> tuple[Point, ...]:
    """The cheapest way to every level of the first goal's ruler above the present one, the other goals unchanged."""
    raise NotImplementedError
