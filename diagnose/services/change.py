"""Why a score changed between two verdicts of one firm under the rulers of one form: three steps, exact by telescoping.

Two verdicts of one kind: corrections (what was learned later about the old day), progress (what became true since).
A self-assessment and an onsite verdict: deviation (what the firm said when the advisor checked it, against what was
found) and time (what the firm itself said then, against what it says in the verdict compared). Last the ruler: the new
edition. All but the last step are judged by the old ruler.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from diagnose.models import Diagnosis
from diagnose.services.facts import DatedFact, merge
from diagnose.services.verdicts import Judged, Sight, Verdicts
from scoring.encode import AnswerError

SAME_KIND = ("corrections", "progress", "ruler")
SELF_FIRST = ("time", "deviation", "ruler")
ONSITE_FIRST = ("deviation", "time", "ruler")


class Unsplit(ValueError):
    """The difference cannot be split; ``reason``: file (another ruleset file than then), missing or contradiction.

    ``missing``: the codes of what the old ruler asks and the facts do not answer.
    """

    def __init__(self, reason: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(f"{reason} {', '.join(missing)}")
        self.reason, self.missing = reason, missing


@dataclass(frozen=True)
class Change:
    """Differences of displayed scores, in units of 10**-decimals, by step; they add up to that of the two verdicts."""

    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(size for _, size in self.parts)


@dataclass(frozen=True)
class Course:
    """From one verdict to another, in three ``steps``; ``between`` are the two sights on the way, by the old ruler."""

    before: Judged
    between: tuple[Sight, Sight]
    after: Judged
    steps: tuple[str, str, str]

    def sizes(self, worth: Callable[[Sight], int]) -> tuple[int, ...]:
        """How much each step changes of what ``worth`` finds in a sight."""
        found = [worth(sight) for sight in (self.before, *self.between, self.after)]
        return tuple(after - before for before, after in pairwise(found))


def course(record: Verdicts, before: Diagnosis, after: Diagnosis, own: Mapping[str, DatedFact] | None = None) -> Course:
    """The way between two verdicts of a record, ``before`` not as of a later day than ``after``.

    ``own``: of a self-assessment and an onsite verdict, what the firm had said when the advisor checked it.
    """
    first, last = record.judged(before), record.judged(after)
    steps = SAME_KIND if before.kind == after.kind else SELF_FIRST if before.kind == "self" else ONSITE_FIRST
    middle = _known_later(record, first, last) if before.kind == after.kind else _sight(first, own or {})
    seen = last if last.rules is first.rules else _sight(first, last.dated)
    return Course(first, (middle, seen), last, steps)


def change(way: Course) -> Change:
    """Split the difference of the scores; raises Unsplit."""
    for end in (way.before, way.after):
        if end.diagnosis.ruleset_sha256 != end.rules.sha256:
            raise Unsplit("file")
    return Change(tuple(zip(way.steps, way.sizes(_score), strict=True)))


def _known_later(record: Verdicts, first: Judged, last: Judged) -> Sight:
    """The old day as the later verdict knows it: those of its statements that were true by then."""
    day, ids = first.diagnosis.as_of, set(last.diagnosis.statements)
    rows = [row for row in record.statements if row.id in ids and row.as_of <= day]
    same = {row.id for row in rows} == set(first.diagnosis.statements)
    return first if same else _sight(first, merge(rows))


def _sight(ruler: Sight, dated: Mapping[str, DatedFact]) -> Sight:
    return Sight(ruler.catalog, ruler.rules, dated)


def _score(sight: Sight) -> int:
    """The score, that of a stored verdict as it was stored; raises Unsplit."""
    if isinstance(sight, Judged):
        return sight.diagnosis.score
    try:
        judged = sight.verdict
    except AnswerError:
        raise Unsplit("contradiction") from None
    if judged.score is None:
        raise Unsplit("missing", judged.missing)
    return judged.score
