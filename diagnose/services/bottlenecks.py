"""瓶颈: unmet conditions of the next level first, then what loses most; 不适用 loses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.services.methods import need_text
from diagnose.services.recommend import Library
from diagnose.services.recommendation import Recommendation
from diagnose.texts import say
from questionnaires.schema import Indicator
from scoring.ruleset import Condition, Ruleset
from scoring.verdict import Verdict


@dataclass(frozen=True)
class Bottleneck:
    """One 瓶颈: an unmet condition of the next level (``condition``), or an indicator that loses points.

    ``lost`` is “3.240 / 12” points; a percentage of the weights in the ratings family; words for a scene.
    """

    question: Indicator
    now: str
    need: str
    gap: str
    lost: str
    condition: bool
    recommendations: list[Recommendation]


def bottlenecks(
    catalog: Catalog,
    rules: Ruleset,
    library: Library,
    judged: Verdict,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> list[Bottleneck]:
    """The bottlenecks of one verdict, most important first, ties in the order of the ruler.

    ``library`` is the one for this firm (`Library.for_firm`).
    """
    rows = _Rows(catalog, rules, library, answers, facts)
    level = judged.level or 0
    if rules.family == "ratings":
        tested = min(level, len(rules.levels) - 1)
        return [rows.rating(code, tested) for code in _by_rating(rules, judged)]
    unmet = {one.condition for one in judged.unmet or ()}
    conditions = [one for one in rules.levels[level].conditions if one.indicator in unmet] if unmet else []
    held = [rows.condition(one, _lost(rules, judged)[one.indicator]) for one in conditions]
    if unmet & {"scenes", "binding_scenes"}:
        held += [rows.scene(code, level + 1) for code in _scenes_below(rules, answers, level + 1)]
    lost = {code: milli for code, milli in _lost(rules, judged).items() if milli > 0 and code not in unmet}
    return held + [rows.loss(code, lost[code]) for code in sorted(lost, key=lambda code: -lost[code])]


@dataclass(frozen=True)
class _Rows:
    """Makes the rows of one verdict."""

    catalog: Catalog
    rules: Ruleset
    library: Library
    answers: Mapping[str, Any]
    facts: Mapping[str, Any]

    def condition(self, condition: Condition, lost: int) -> Bottleneck:
        return self._row(condition.indicator, condition, self._points(condition.indicator, lost), held_back=True)

    def loss(self, code: str, lost: int) -> Bottleneck:
        if self.rules.indicator(code).kind == "ratio_banded":  # the next band: the last may be out of any reach
            target = Condition(code, "at_least", Fraction(self._advice(code)[0].step))
        else:
            target = full_points(self.rules, code)
        return self._row(code, target, self._points(code, lost), held_back=False)

    def scene(self, code: str, grade: int) -> Bottleneck:
        question = self.catalog.dictionary.question(self.rules.scheme, code)
        scored = self.rules.indicator(code)
        return Bottleneck(
            question=question,
            now=wording.answer_text(question, self.facts),
            need=wording.option_label(question.fact, grade),
            gap=say("gap_grades", count=grade - self.answers[code]),
            lost=say("binding" if scored.binding else "not_binding"),
            condition=True,
            recommendations=self._advice(code),
        )

    def rating(self, code: str, tested: int) -> Bottleneck:
        """A sub-domain at the level under test (index ``tested``)."""
        question = self.catalog.dictionary.question(self.rules.scheme, code)
        mark = self.answers[code][tested]
        best = list(question.fact.options)[-1]
        return Bottleneck(
            question=question,
            now=say("mark", level=question.fact.levels[tested], label=_mark_label(question, mark)),
            need=question.fact.options[best],
            gap=say("gap_mark", mark=Decimal(best) - Decimal(mark)),
            lost=say("weight", share=wording.percent(Fraction(self.rules.indicator(code).weight, 1_000_000))),
            condition=False,
            recommendations=[],
        )

    def _row(self, code: str, target: Condition, lost: str, held_back: bool) -> Bottleneck:
        question = self.catalog.dictionary.question(self.rules.scheme, code)
        return Bottleneck(
            question=question,
            now=wording.answer_text(question, self.facts),
            need=need_text(target, self.rules, self.catalog.dictionary),
            gap=_gap(self.rules, question, self.answers[code], target),
            lost=lost,
            condition=held_back,
            recommendations=self._advice(code),
        )

    def _points(self, code: str, lost: int) -> str:
        return f"{wording.points(lost)} / {wording.plain_points(self.rules.indicator(code).max_points)}"

    def _advice(self, code: str) -> list[Recommendation]:
        return self.library.next_steps(self.rules, code, self.answers[code])


def full_points(rules: Ruleset, code: str) -> Condition:
    """What full points need, said like a level condition."""
    scored = rules.indicator(code)
    if scored.kind == "ratio":
        return Condition(code, "at_least", scored.knots[-1][0])
    if scored.kind == "multi":
        return Condition(code, "ticked_at_least", len(scored.ticks))
    return Condition(code, "option_at_least", scored.options[-1])


def _lost(rules: Ruleset, judged: Verdict) -> dict[str, int]:
    """Milli-points lost, by indicator; without those that are 不适用 or give no points."""
    given = {scored.code: judged.points[scored.code] for scored in rules.indicators}
    return {code: rules.indicator(code).max_points - points for code, points in given.items() if points is not None}


def _scenes_below(rules: Ruleset, answers: Mapping[str, Any], grade: int) -> list[str]:
    """The scenes that do not reach a grade, 约束性 ones first."""
    scenes = [scored for scored in rules.indicators if scored.kind == "scene" and answers[scored.code] < grade]
    return [scored.code for scored in sorted(scenes, key=lambda scored: not scored.binding)]


def _by_rating(rules: Ruleset, judged: Verdict) -> list[str]:
    """Sub-domains by what they lose at the level under test, most first."""
    lost = {
        scored.code: scored.weight * (1000 - points)
        for scored in rules.indicators
        if (points := judged.points[scored.code]) is not None and points < 1000
    }
    return sorted(lost, key=lambda code: -lost[code])


def _mark_label(question: Indicator, mark: object) -> str:
    text = f"{mark}"
    return question.fact.options.get(text, text)


def _gap(rules: Ruleset, question: Indicator, answer: Any, target: Condition) -> str:
    scored = rules.indicator(target.indicator)
    if target.kind == "at_least":
        return _ratio_gap(question, answer, Fraction(target.value), scored.kind == "ratio_banded")
    if target.kind == "ticked_at_least":
        ticked = sum(key != scored.none for key in answer)
        return say("gap_ticks", count=int(target.value) - ticked)
    return say("gap_steps", count=scored.options.index(str(target.value)) - scored.options.index(answer))


def _ratio_gap(question: Indicator, answer: Any, share: Fraction, beyond: bool) -> str:
    """How much more of the numerator; ``beyond``: the share itself does not yet reach it."""
    num = question.facts[0]
    exact = share * Fraction(answer["den"]) - Fraction(answer["num"])
    if num.kind == "count":
        more = max(ceil(exact), 0) + (1 if beyond and exact == ceil(exact) else 0)
        return say("gap_ratio", count=wording.thousands(more), unit=num.unit)
    return say("gap_over" if beyond else "gap_ratio", count=wording.amount(exact, num.decimals), unit=num.unit)
