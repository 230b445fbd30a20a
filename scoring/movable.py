"""Which open answers can still change the level: for some way to answer all others, two answers give two levels.

Exact, for points do not fill every sum: what the other open questions can add up to is kept as the bits of one long
integer. A question moves the level when one of those sums lies on the near side of a floor with its worst answer and on
the far side with its best; or when a condition stands on it; or, for a scene, when it can be the one still lacking.

In the ratings family every open sub-domain can as long as the level is open at all: between all open ones at 0 and all
at 1 the score of the deciding level passes the line in steps of a thousandth of a weight, and no weight is more than a
thousand times another (`elements.LIGHTEST`), so some step falls where this sub-domain decides.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from math import floor

from scoring.answers import NA
from scoring.encode import encode
from scoring.interval import bounds
from scoring.maturity import judge
from scoring.model import Band, Gate, Indicator, Level, Ruleset
from scoring.worth import answer_points, answer_steps, least_points


def movable(ruleset: Ruleset, answers: Mapping[str, object], applies: Collection[str] = ()) -> frozenset[str]:
    """The open codes that can still change the level; AnswerError when an answer is wrong. `applies` as in `bounds`."""
    columns = encode(ruleset, [answers])
    found = bounds(ruleset, columns, applies)
    low, high = int(found.level_low[0]), int(found.level_high[0])
    blank = [each for each in ruleset.indicators if answers.get(each.code) is None]
    if low == high:
        return frozenset()
    if ruleset.family == "ratings":
        return frozenset(each.code for each in blank)
    points = judge(ruleset, columns).points[:, 0].tolist()
    by_code = dict(zip((each.code for each in ruleset.indicators), points, strict=True))
    file = _File(ruleset, answers, by_code, tuple(each for each in blank if each.kind != "scene"), frozenset(applies))
    moved: set[str] = set()
    for level in ruleset.levels[low:high]:
        moved |= _scenes_that_move(file, level)
        for scenario in _scenarios(file):
            moved |= _answers_that_move(file, level, scenario)
    return frozenset(moved)


@dataclass(frozen=True)
class _File:
    """What is known of one enterprise: its answers, the milli-points of each, and the open questions with points."""

    ruleset: Ruleset
    answers: Mapping[str, object]
    points: Mapping[str, int]
    blank: tuple[Indicator, ...]
    applies: frozenset[str]

    def undecided(self, group: frozenset[str]) -> bool:
        """Whether nothing says yet if the group is 不适用."""
        return not group & self.applies and all(self.answers.get(code) is None for code in group)


def _scenarios(file: _File) -> list[frozenset[str]]:
    """Every set of codes that may turn out 不适用, the answered ones included."""
    choices: list[list[frozenset[str]]] = []
    for group in file.ruleset.not_applicable:
        said = any(file.answers.get(code) == NA for code in group)
        choices.append([frozenset(), group] if file.undecided(group) else [group if said else frozenset()])
    return [frozenset().union(*each) for each in product(*choices)]


def _answers_that_move(file: _File, level: Level, not_applicable: frozenset[str]) -> set[str]:
    """The open questions with points that decide whether the level is reached, with just these 不适用."""
    ruleset = file.ruleset
    least = {each.indicator: each.value for lower in ruleset.levels[: level.level] for each in lower.conditions}
    scored = [each for each in ruleset.indicators if each.kind != "scene" and each.code not in not_applicable]
    most = sum(each.max_points for each in scored)
    blank = [each for each in file.blank if each.code not in not_applicable]
    known = sum(file.points[each.code] for each in scored if each not in blank)
    worths = {each.code: _worths(each, least.get(each.code)) for each in blank}
    best = known + sum(max(each) for each in worths.values())
    needed_by_all = least_points(ruleset, level, most)
    if best < needed_by_all:
        return set()
    alone = {code for group in ruleset.not_applicable if len(group) == 1 and file.undecided(group) for code in group}
    moved: set[str] = set()
    for each, others in _all_but_one(blank, worths, 1 << known):
        needed = [needed_by_all - worth for worth in worths[each.code]]
        if each.code in alone:
            needed.append(least_points(ruleset, level, most - each.max_points))
        low, high = max(min(needed), 0), max(*needed, 0)
        if _may_fail(each, least.get(each.code)) or (others >> low) & ((1 << (high - low)) - 1):
            moved.add(each.code)
    return moved


def _all_but_one(
    blank: Sequence[Indicator], worths: Mapping[str, Collection[int]], sums: int
) -> Iterator[tuple[Indicator, int]]:
    """Each open question with all sums of the others, as bits; `sums` are those of what is not in `blank`."""
    if len(blank) == 1:
        yield blank[0], sums
    elif blank:
        half = len(blank) // 2
        for part, rest in ((blank[:half], blank[half:]), (blank[half:], blank[:half])):
            yield from _all_but_one(part, worths, _with(sums, [worths[each.code] for each in rest]))


def _with(sums: int, parts: Sequence[Collection[int]]) -> int:
    """The sums with one of each part added."""
    for part in parts:
        if isinstance(part, range):
            sums = _with_range(sums << part.start, len(part))
        else:
            shifted = sums
            sums = 0
            for each in part:
                sums |= shifted << each
    return sums


def _with_range(sums: int, count: int) -> int:
    """The sums with each of 0, 1, … count - 1 added, doubling the stretch."""
    stretch = 1
    while stretch < count:
        step = min(stretch, count - stretch)
        sums |= sums << step
        stretch += step
    return sums


def _worths(indicator: Indicator, least: object) -> Collection[int]:
    """The milli-points an answer can give, one that meets the condition if there is one."""
    if indicator.kind == "ratio":
        ratio = least if isinstance(least, Fraction) else Fraction(0)
        return range(_at(indicator, ratio), indicator.max_points + 1)
    if indicator.kind == "ratio_banded":
        return {band.points for band in indicator.bands if not isinstance(least, Fraction) or _reaches(band, least)}
    return {points for points, step in _answers(indicator) if step >= _step(indicator, least)}


def _at(indicator: Indicator, ratio: Fraction) -> int:
    """The milli-points of a ratio: they rise without a jump from there, so every number up to the most is given."""
    for (start, fewer), (end, more) in pairwise(indicator.knots):
        if ratio <= end:
            return floor(fewer + (more - fewer) * (ratio - start) / (end - start) + Fraction(1, 2))
    return indicator.max_points


def _reaches(band: Band, ratio: Fraction) -> bool:
    """Whether some ratio of the band is at least this one."""
    return band.to > ratio or (band.to == ratio and band.includes_to)


def _may_fail(indicator: Indicator, least: object) -> bool:
    """Whether an answer can miss the condition that stands on the indicator."""
    if least is None or isinstance(least, Fraction):
        return least is not None
    return any(step < _step(indicator, least) for _, step in _answers(indicator))


def _step(indicator: Indicator, least: object) -> int:
    if isinstance(least, str):
        return indicator.options.index(least)
    return least if isinstance(least, int) else 0


@lru_cache(maxsize=1024)
def _answers(indicator: Indicator) -> frozenset[tuple[int, int]]:
    """(milli-points, step) of every answer but an empty list of ticks."""
    both = list(zip(answer_points(indicator), answer_steps(indicator), strict=True))
    return frozenset(both if indicator.kind == "single" or indicator.none is not None else both[1:])


def _scenes_that_move(file: _File, level: Level) -> set[str]:
    """The open scenes that decide whether the level is reached: its score is within reach, or it would not be asked."""
    scenes = [each for each in file.ruleset.indicators if each.kind == "scene"]
    gates = [gate for lower in file.ruleset.levels[: level.level] for gate in lower.gates]
    blank = [each for each in scenes if file.answers.get(each.code) is None]
    return {each.code for each in blank if any(_can_lack(file, scenes, each, gate, gates) for gate in gates)}


def _can_lack(file: _File, scenes: Sequence[Indicator], chosen: Indicator, gate: Gate, gates: Sequence[Gate]) -> bool:
    """Whether the others can be one short of a gate while with the best grade of this scene all gates hold.

    All open scenes are at their best, but for as many as the gate has too many: first those that count for it alone.
    """
    if not _counts(chosen, gate) or chosen.grades < gate.graded:
        return False
    others = [each for each in scenes if each is not chosen]
    grades = {each.code: _grade(file, each) for each in others}
    passing = [each for each in others if _counts(each, gate) and grades[each.code] >= gate.graded]
    spare = sorted((each for each in passing if file.answers.get(each.code) is None), key=lambda each: each.binding)
    surplus = len(passing) - (gate.at_least - 1)
    if not 0 <= surplus <= len(spare):
        return False
    grades |= {each.code: gate.graded - 1 for each in spare[:surplus]}
    grades[chosen.code] = chosen.grades
    return all(
        sum(_counts(each, other) and grades[each.code] >= other.graded for each in scenes) >= other.at_least
        for other in gates
    )


def _grade(file: _File, scene: Indicator) -> int:
    """The grade as answered, the best while it is open."""
    answer = file.answers.get(scene.code)
    return answer if isinstance(answer, int) else scene.grades


def _counts(scene: Indicator, gate: Gate) -> bool:
    return scene.binding or gate.count == "scenes"
