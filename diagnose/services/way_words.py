"""The words of a way up: answers before and after a step, why a level cannot be reached, what is taken for granted."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.services.methods import need_text
from diagnose.services.way_choices import Choices
from diagnose.services.way_moves import Offer, enumerate_bands, no_steps
from diagnose.texts import say
from questionnaires.schema import NOT_APPLICABLE, Indicator
from scoring.model import Band
from scoring.moves import Lack, Taken, Unreachable
from scoring.ruleset import Ruleset


def now_then(question: Indicator, taken: Taken) -> tuple[str, str]:
    """The answer before and after a step, in words."""
    if question.kind == "multi":
        return say("way_not_yet"), wording.option_label(question.fact, taken.then)
    return answer_words(question, taken.now), answer_words(question, taken.then)


def answer_words(question: Indicator, answer: Any) -> str:
    """One answer of the batch format in words."""
    if question.kind != "ratio":
        return wording.option_label(question.fact, answer)
    num, den = question.facts
    return wording.answer_text(question, {num.code: answer["num"], den.code: answer["den"]})


def level_words(rules: Ruleset, level: int) -> str:
    """集成级（三级）"""
    return wording.level_name(level, rules.level_title(level))


def why_not(
    catalog: Catalog, rules: Ruleset, found: Unreachable, offered: Mapping[str, Offer], choices: Choices
) -> tuple[str, ...]:
    """Why the level cannot be reached even when every step is taken that can be, one sentence a reason."""
    reasons = [_lack(catalog, rules, lack) for lack in found.lacks]
    reasons += [_blocked(catalog, rules, offered[key]) for key in found.blocked if key in offered]
    ruled_out = len(choices.impossible & offered.keys()) + len(choices.fixed)
    if ruled_out:
        reasons.append(say("way_ruled_out", count=ruled_out))
    return tuple(dict.fromkeys(reasons))


def _lack(catalog: Catalog, rules: Ruleset, lack: Lack) -> str:
    level = level_words(rules, lack.level)
    if lack.condition == "score":
        need, best = (wording.number(int(str(one)), rules.decimals) for one in (lack.need, lack.best))
        return say("way_lack_score", level=level, need=need, best=best)
    if lack.condition in ("scenes", "binding_scenes"):
        return say(f"way_lack_{lack.condition}", level=level, need=lack.need, best=lack.best)
    conditions = (one for each in rules.levels for one in each.conditions)
    stated = next(one for one in conditions if (one.indicator, one.value) == (lack.condition, lack.need))
    question = catalog.dictionary.question(rules.scheme, lack.condition)
    need = need_text(stated, rules, catalog.dictionary)
    return say("way_lack_condition", level=level, title=question.title, need=need, best=_best(question, lack.best))


def _best(question: Indicator, best: object) -> str:
    if best is None or best == NOT_APPLICABLE:
        return say("not_applicable")
    return say("ticked", count=best) if question.kind == "multi" else answer_words(question, best)


def _blocked(catalog: Catalog, rules: Ruleset, offer: Offer) -> str:
    waits = [catalog.dictionary.question(rules.scheme, code).short for code, _ in offer.move.after]
    return say("way_blocked", name=offer.action.name, waits="、".join(dict.fromkeys(waits)))


def assumptions(
    catalog: Catalog, rules: Ruleset, answers: Mapping[str, object], expected: Mapping[str, object], choices: Choices
) -> tuple[str, ...]:
    """What the answer takes for granted."""
    questions = {one.code: catalog.dictionary.question(rules.scheme, one.code) for one in rules.indicators}
    stay = [questions[code].short for code in no_steps(rules.scheme) if code in answers and code not in expected]
    absent = [questions[code].short for code, answer in answers.items() if answer == NOT_APPLICABLE]
    said = [say("way_assume_cost"), say("way_assume_whole"), say("way_assume_months")]
    said += [
        say(
            "way_assume_expected", title=questions[code].title, answer=expected_words(rules, questions[code], code, key)
        )
        for code, key in choices.expected.items()
        if code in expected
    ]
    said += [say("way_assume_stay", titles="、".join(stay))] if stay else []
    said += [say("way_assume_absent", titles="、".join(absent))] if absent else []
    said += [say("way_assume_ruled_out")] if choices.impossible or choices.fixed else []
    return tuple(said)


def expected_words(rules: Ruleset, question: Indicator, code: str, key: str) -> str:
    """What is expected, in words."""
    return dict(expected_options(rules, question, code))[key]


def expected_options(rules: Ruleset, question: Indicator, code: str) -> Sequence[tuple[str, str]]:
    """What may be expected of an indicator that is no step: keys and words."""
    scored = rules.indicator(code)
    if scored.kind == "single":
        return [(key, wording.option_label(question.fact, key)) for key in scored.options]
    return [(key, _band(band, scored.may_exceed_one)) for key, band in enumerate_bands(scored.bands)]


def _band(band: Band, may_exceed_one: bool) -> str:
    low, high = wording.exact_percent(band.start), wording.exact_percent(band.to)
    if band.start == 0:
        return say("way_band_first", high=high)
    open_ended = may_exceed_one and band.to == Fraction(1)
    return say("way_band_last", low=low) if open_ended else say("way_band", low=low, high=high)
