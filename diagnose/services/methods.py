"""A ruler joined with the dictionary's words, as the methods page shows it."""

from dataclasses import dataclass
from fractions import Fraction

from diagnose import wording
from diagnose.texts import say
from questionnaires.schema import Dictionary, Indicator
from scoring import ruleset
from scoring.model import WHOLE, Band
from scoring.ruleset import Condition, Level, Ruleset


@dataclass(frozen=True)
class Rule:
    """One question with its points: ``lines`` are (what, points) in words, ``note`` how they add up."""

    question: Indicator
    max_points: str
    lines: list[tuple[str, str]]
    note: str


@dataclass(frozen=True)
class Method:
    """One ruler in words: rules by dimension, conditions by level."""

    rules: Ruleset
    dimensions: list[tuple[ruleset.Dimension, list[Rule]]]
    levels: list[tuple[str, str, list[str]]]


def method(rules: Ruleset, dictionary: Dictionary) -> Method:
    """Everything an official needs to recompute a level by hand."""
    by_dimension = [
        (
            dimension,
            [
                _rule(scored, dictionary.question(rules.scheme, scored.code))
                for scored in rules.indicators
                if scored.dimension == dimension.code
            ],
        )
        for dimension in (*rules.dimensions, *rules.unscored)
    ]
    levels = [
        (
            wording.level_name(level.level, level.title),
            wording.number(level.min_score, rules.decimals),
            [condition_text(condition, rules, dictionary) for condition in level.conditions] + _counted(rules, level),
        )
        for level in rules.levels
    ]
    return Method(rules, by_dimension, levels)


def _counted(rules: Ruleset, level: Level) -> list[str]:
    """The conditions of a level that are no indicator's."""
    gates = [
        say(f"gate_{gate.count}", level=wording.LEVEL_NUMERALS[gate.graded], count=gate.at_least)
        for gate in level.gates
    ]
    if rules.family == "ratings":
        gates.append(say("gate_A", need=wording.number(rules.met_at, rules.decimals)))
    return gates


def condition_text(condition: Condition, rules: Ruleset, dictionary: Dictionary) -> str:
    """关键工序数控化率 ≥ 30%"""
    return f"{dictionary.question(rules.scheme, condition.indicator).title} {need_text(condition, rules, dictionary)}"


def need_text(condition: Condition, rules: Ruleset, dictionary: Dictionary) -> str:
    """What a condition asks for, without naming the indicator."""
    if condition.kind == "at_least":
        share = Fraction(condition.value)
        banded = rules.indicator(condition.indicator).kind == "ratio_banded"
        return say("over" if banded else "at_least" if share < 1 else "all", share=wording.exact_percent(share))
    if condition.kind == "ticked_at_least":
        return say("ticked_at_least", count=condition.value)
    label = wording.option_label(dictionary.question(rules.scheme, condition.indicator).fact, condition.value)
    return say("option_at_least", label=label)


def _band_text(band: Band) -> str:
    """(10%, 20%]"""
    left, right = "[" if band.includes_start else "(", "]" if band.includes_to else ")"
    return f"{left}{wording.exact_percent(band.start)}, {wording.exact_percent(band.to)}{right}"


def _rule(scored: ruleset.Indicator, question: Indicator) -> Rule:
    maximum = wording.plain_points(scored.max_points)
    if scored.kind == "ratio_banded":
        lines = [(_band_text(band), wording.plain_points(band.points)) for band in scored.bands]
        return Rule(question, maximum, lines, say("note_banded"))
    if scored.kind == "scene":
        grades = [(label, "") for label in question.fact.options.values()]
        return Rule(question, "", grades, say("binding" if scored.binding else "not_binding"))
    if scored.kind == "ratings":
        share = wording.percent(Fraction(scored.weight, WHOLE))
        return Rule(question, "", [], say("note_ratings", share=share))
    if scored.kind == "ratio":
        lines = [(f"{wording.exact_percent(share)}", wording.plain_points(milli)) for share, milli in scored.knots]
        return Rule(question, maximum, lines, say("note_ratio"))
    if scored.counted:
        count = len(scored.ticks)
        return Rule(question, maximum, [], say("note_counted", max=maximum, count=count))
    lines = [
        (question.fact.options[key], wording.plain_points(milli))
        for key, milli in zip(scored.options, scored.option_points, strict=True)
    ]
    return Rule(question, maximum, lines, say(f"note_{scored.kind}"))
