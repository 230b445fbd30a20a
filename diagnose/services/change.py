"""Why a score changed between two verdicts of one firm, within one scheme and kind.

Three parts, in this order, each the difference of two displayed scores, so that they add up exactly:
corrections (what was learned later about the old day), progress (what became true since), ruler (the new edition).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from diagnose.models import Diagnosis


@dataclass(frozen=True)
class Change:
    """Score differences in units of 10**-decimals; their sum is ``after.score - before.score``."""

    corrections: int
    progress: int
    ruler: int

    @property
    def total(self) -> int:
        return self.corrections + self.progress + self.ruler


Judge = Callable[[str, date, datetime], int | None]
"""(ruleset name, as_of, known_at) → the score, None when an answer is missing."""


def change(before: Diagnosis, after: Diagnosis, judge: Judge) -> Change | None:
    """Split the difference; None when the old ruler cannot judge the new facts (an answer is missing)."""
    corrected = judge(before.ruleset, before.as_of, after.known_at)
    progressed = judge(before.ruleset, after.as_of, after.known_at)
    if corrected is None or progressed is None:
        return None
    return Change(corrected - before.score, progressed - corrected, after.score - progressed)
