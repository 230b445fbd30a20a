"""A ruler joined with the dictionary's words, as the methods page shows it."""

from dataclasses import dataclass
from fractions import Fraction

from diagnose import wording
from diagnose.texts import say
from questionnaires.schema import Dictionary, Indicator
from scoring import ruleset
from scoring.ruleset import Condition, Ruleset


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
        for dimension in rules.dimensions
    ]
    levels = [
        (
            wording.level_name(level.level, level.title),
            wording.number(level.min_score, rules.decimals),
            [condition_text(condition, rules, dictionary) for condition in level.conditions],
        )
        for level in rules.levels
    ]
    return Method(rules, by_dimension, levels)


def condition_text(condition: Condition, rules: Ruleset, dictionary: Dictionary) -> str:
    """关键工序数控化率 ≥ 30%"""
    return f"{dictionary.question(rules.scheme, condition.indicator).title} {need_text(condition, rules, dictionary)}"


def need_text(condition: Condition, rules: Ruleset, dictionary: Dictionary) -> str:
    """What a condition asks for, without naming the indicator."""
    if condition.kind == "at_least":
        share = Fraction(condition.value)
        return say("at_least" if share < 1 else "all", share=wording.exact_percent(share))
    if condition.kind == "ticked_at_least":
        return say("ticked_at_least", count=condition.value)
    label = wording.option_label(dictionary.question(rules.scheme, condition.indicator).fact, condition.value)
    return say("option_at_least", label=label)


def _rule(scored: ruleset.Indicator, question: Indicator) -> Rule:
    maximum = wording.plain_points(scored.max_points)
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
