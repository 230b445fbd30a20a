"""Two verdicts beside each other, question by question. Sizes are after minus before, in the unit of the question's
kind: milli-points, grades of a scene, tenths of a mark. What is 不适用 or not asked counts as nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from diagnose import wording
from diagnose.services.change import Course
from diagnose.services.deviation import DECIMALS, GRADES, MARKS, POINTS
from diagnose.services.verdicts import Judged, Sight
from diagnose.texts import say
from questionnaires.schema import NOT_APPLICABLE, Indicator
from scoring.model import Indicator as Scored

UNITS = {"scene": GRADES, "ratings": MARKS}
Parts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Answer:
    """One side of a question: the answer in words, its source and day, its worth of the most ("" for 不适用)."""

    text: str
    source: str
    as_of: date | None
    worth: str


@dataclass(frozen=True)
class QuestionLine:
    """One question of two verdicts; a side is None where that edition does not ask it.

    ``parts``: (step, size) as in services/change.py, adding up to ``size``; () when the difference cannot be split.
    """

    question: Indicator
    dimension: str
    unit: str
    before: Answer | None
    after: Answer | None
    size: int
    parts: Parts
    changed: bool

    @property
    def text(self) -> str:
        """+3.240 分"""
        return amount(self.size, self.unit)

    @property
    def part_texts(self) -> list[tuple[str, str]]:
        """(更正, +3.240) of the steps that changed something."""
        return part_texts(self.parts, self.unit)


@dataclass(frozen=True)
class Total:
    """The sums over all questions of one unit, the unchanged ones too; ``most``: of what applies, points only."""

    unit: str
    before: int
    after: int
    parts: Parts
    most: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        return self.after - self.before

    @property
    def text(self) -> str:
        return amount(self.size, self.unit)

    @property
    def ends(self) -> tuple[str, str]:
        """Both sums in words: 59.731 / 100, 50.091 / 85"""
        before, after = (wording.number(end, DECIMALS[self.unit]) for end in (self.before, self.after))
        if not self.most:
            return before, after
        return f"{before} / {wording.plain_points(self.most[0])}", f"{after} / {wording.plain_points(self.most[1])}"

    @property
    def part_texts(self) -> list[tuple[str, str]]:
        return part_texts(self.parts, self.unit)


def amount(size: int, unit: str) -> str:
    """+3.240 分"""
    return f"{difference(size, DECIMALS[unit])} {say(f'unit_{unit}')}"


def difference(size: int, decimals: int) -> str:
    """With its sign, without one when nothing changed."""
    return wording.signed(size, decimals) if size else wording.number(0, decimals)


def part_texts(parts: Parts, unit: str) -> list[tuple[str, str]]:
    """The steps that changed something, in words."""
    return [(say(f"change_{step}"), wording.signed(size, DECIMALS[unit])) for step, size in parts if size]


def question_lines(way: Course, split: bool) -> list[QuestionLine]:
    """Every question either verdict asks, in the order of the newer ruler; ``split``: the difference can be split."""
    codes = dict.fromkeys(one.code for end in (way.after, way.before) for one in end.rules.indicators)
    return [_line(way, code, split) for code in codes]


def totals(lines: Sequence[QuestionLine], way: Course) -> list[Total]:
    """The sums by unit; those of the parts over exactly the same questions."""
    found = []
    for unit in dict.fromkeys(line.unit for line in lines):
        codes = [code for code in _codes(way) if _unit(way, code) == unit]
        before, after = (sum(worth(end, code) for code in codes) for end in (way.before, way.after))
        parts = [line.parts for line in lines if line.unit == unit]
        steps = way.steps if all(parts) else ()
        sums = tuple((step, sum(dict(each)[step] for each in parts)) for step in steps)
        found.append(Total(unit, before, after, sums, _most(way) if unit == POINTS else ()))
    return found


def _most(way: Course) -> tuple[int, ...]:
    """The milli-points of all that applies, before and after."""
    ends = (end.diagnosis.result["dimensions"].values() for end in (way.before, way.after))
    return tuple(sum(most for _, most in pairs) for pairs in ends)


def worth(sight: Sight, code: str) -> int:
    """What the answer to one indicator is worth to a ruler; of a stored verdict as it was stored."""
    answer = sight.answers.get(code)
    if answer is None or answer == NOT_APPLICABLE:
        return 0
    kind = sight.rules.indicator(code).kind
    if isinstance(answer, list) and kind == "ratings":
        return int(sum(Decimal(mark) for mark in answer) * 10)
    if isinstance(answer, int) and kind == "scene":
        return answer
    points = sight.diagnosis.result["points"] if isinstance(sight, Judged) else sight.verdict.points
    return points.get(code) or 0


def _codes(way: Course) -> dict[str, Scored]:
    return {one.code: one for end in (way.before, way.after) for one in end.rules.indicators}


def _unit(way: Course, code: str) -> str:
    return UNITS.get(_codes(way)[code].kind, POINTS)


def _line(way: Course, code: str, split: bool) -> QuestionLine:
    rules = next(end.rules for end in (way.after, way.before) if code in _asked(end))
    question = way.after.catalog.dictionary.question(rules.scheme, code)
    sizes = way.sizes(lambda sight: worth(sight, code)) if split else ()
    size = worth(way.after, code) - worth(way.before, code)
    same = _plain(way.before, code) == _plain(way.after, code)
    return QuestionLine(
        question=question,
        dimension=_titles(way)[rules.indicator(code).dimension],
        unit=_unit(way, code),
        before=_answer(way.before, code, question),
        after=_answer(way.after, code, question),
        size=size,
        parts=tuple(zip(way.steps, sizes, strict=True)) if split else (),
        changed=not same or bool(size) or any(sizes),
    )


def _asked(sight: Sight) -> set[str]:
    return {one.code for one in sight.rules.indicators}


def _titles(way: Course) -> dict[str, str]:
    """The titles of all dimensions, those of the newer ruler where both have one."""
    return {each.code: each.title for end in (way.before, way.after) for each in dimensions(end)}


def dimensions(sight: Sight) -> tuple[Any, ...]:
    """The dimensions of a ruler, those without points last."""
    return (*sight.rules.dimensions, *sight.rules.unscored)


def _plain(sight: Sight, code: str) -> object:
    """The answer so that two that say the same are equal; whether it is asked at all is part of it."""
    answer = sight.answers.get(code)
    ticked = isinstance(answer, list) and sight.rules.indicator(code).kind == "multi"
    return code in _asked(sight), frozenset(answer) if ticked and isinstance(answer, list) else answer


def _answer(sight: Judged, code: str, question: Indicator) -> Answer | None:
    if code not in _asked(sight):
        return None
    if sight.answers.get(code) == NOT_APPLICABLE:
        rule = question.may_not_apply
        origin = sight.dated.get(rule[0]) if rule else sight.dated.get(question.code)
        text, shown = say("not_applicable"), ""
    else:
        known = [sight.dated[fact.code] for fact in question.facts if fact.code in sight.dated]
        origin = max(known, key=lambda fact: (fact.as_of, fact.recorded_at), default=None)
        text, shown = wording.answer_text(question, sight.facts), _shown(sight, code)
    source = wording.KINDS[origin.source] if origin else ""
    return Answer(text, source, origin.as_of if origin else None, shown)


def _shown(sight: Judged, code: str) -> str:
    """8.760 / 12"""
    scored = sight.rules.indicator(code)
    unit = UNITS.get(scored.kind, POINTS)
    grades, marks = str(scored.grades), str(len(sight.rules.levels))
    most = {GRADES: grades, MARKS: marks, POINTS: wording.plain_points(scored.max_points)}
    return f"{wording.number(worth(sight, code), DECIMALS[unit])} / {most[unit]}"
