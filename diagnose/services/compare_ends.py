"""Two verdicts beside each other: dimensions and conditions of the levels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from diagnose import wording
from diagnose.services.compare_lines import difference, dimensions
from diagnose.services.standing import DimensionLine, dimension_lines
from diagnose.services.trace import ConditionLine, condition_lines
from diagnose.services.verdicts import Judged
from diagnose.texts import say
from scoring.explain import explain

GAINED, LOST, ADDED, DROPPED = "gained", "lost", "added", "dropped"


@dataclass(frozen=True)
class DimensionPair:
    """One dimension; a side is None where that edition does not have it. ``points``: the difference, "" for none."""

    title: str
    before: DimensionLine | None
    after: DimensionLine | None
    points: str

    @property
    def share(self) -> str:
        """The difference of the shares as shown, in percentage points; "" where one of them is none."""
        shares = [side.share for side in (self.before, self.after) if side and side.share is not None]
        return difference(wording.tenths(shares[1]) - wording.tenths(shares[0]), 1) if len(shares) == 2 else ""

    @property
    def shares(self) -> tuple[Fraction | None, Fraction | None]:
        """Both shares, for the radar."""
        return self.before.share if self.before else None, self.after.share if self.after else None


@dataclass(frozen=True)
class ConditionPair:
    """A condition of a level that holds on one side only, or that just one edition has (``before`` or ``after`` None).

    ``word``: gained, lost, added or dropped.
    """

    level: str
    before: ConditionLine | None
    after: ConditionLine | None
    word: str

    @property
    def title(self) -> str:
        line = self.after or self.before
        return line.title if line else ""

    @property
    def text(self) -> str:
        """新满足, or of a condition that just one edition has: 新版新增的条件，不满足"""
        text = say(f"compare_condition_{self.word}")
        if self.word != ADDED or self.after is None:
            return text
        return f"{text}，{say('compare_holds' if self.after.holds else 'compare_open')}"


def dimension_pairs(before: Judged, after: Judged) -> list[DimensionPair]:
    """Every dimension either ruler has, in the order of the newer one."""
    old, new = _dimensions(before), _dimensions(after)
    return [_pair(before, after, code, old.get(code), new.get(code)) for code in {**new, **old}]


def _dimensions(end: Judged) -> dict[str, DimensionLine]:
    lines = dimension_lines(end.rules, end.verdict, end.answers)
    return {each.code: line for each, line in zip(dimensions(end), lines, strict=True)}


def _pair(
    before: Judged, after: Judged, code: str, old: DimensionLine | None, new: DimensionLine | None
) -> DimensionPair:
    line = new or old
    ends = [end.diagnosis.result["dimensions"].get(code) for end in (before, after)]
    points = ""
    if all(ends) and after.rules.family == "points":
        points = difference(ends[1][0] - ends[0][0], 3)
    return DimensionPair(line.title if line else "", old, new, points)


def condition_pairs(before: Judged, after: Judged) -> tuple[list[ConditionPair], int]:
    """The conditions gained and lost, lowest level first, and how many stayed as they were."""
    old, new = _conditions(before), _conditions(after)
    pairs = [_condition(after if key in new else before, key[0], old.get(key), new.get(key)) for key in _keys(old, new)]
    changed = [pair for pair in pairs if pair]
    return changed, len(pairs) - len(changed)


def _keys(*sides: Mapping[tuple[int, str], ConditionLine]) -> Iterator[tuple[int, str]]:
    """All conditions of both, by level and then as the rulers order them."""
    return iter(sorted(dict.fromkeys(key for side in sides[::-1] for key in side), key=lambda key: key[0]))


def _conditions(end: Judged) -> dict[tuple[int, str], ConditionLine]:
    trace = explain(end.rules, end.answers)
    found = condition_lines(end.rules, end.catalog.dictionary, end.facts, trace)
    return {(level, line.code): line for level, lines in found.items() for line in lines}


def _condition(end: Judged, level: int, old: ConditionLine | None, new: ConditionLine | None) -> ConditionPair | None:
    if old and new and old.holds == new.holds:
        return None
    word = ADDED if old is None else DROPPED if new is None else GAINED if new.holds else LOST
    return ConditionPair(wording.level_name(level, end.rules.level_title(level)), old, new, word)
