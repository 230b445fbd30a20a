"""The library's actions as moves for `scoring/path.py`: resolved for the firm, with what the firm said about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from diagnose.catalog import Catalog
from diagnose.models import Enterprise
from diagnose.services.recommend import Library
from diagnose.services.recommendation import Recommendation, library_size
from diagnose.services.sizes import size_of
from diagnose.services.way_choices import Choices
from questionnaires.schema import NOT_APPLICABLE
from questionnaires.strict import load_yaml, mapping
from scoring.model import Band
from scoring.moves import Move
from scoring.ruleset import Ruleset
from scoring.steps import Step
from scoring.strict_yaml import decimal_text

PATH = Path(__file__).resolve().parent.parent / "data/way-up.yaml"


@dataclass(frozen=True)
class Offer:
    """One action that the firm could take: its texts, its move, and whether the firm gave the cost itself."""

    action: Recommendation
    move: Move
    edited: bool


@cache
def no_steps(scheme: str) -> tuple[str, ...]:
    """The indicators of a scheme that are no steps: they stay unless the firm says what it expects."""
    schemes = mapping(str(PATH), load_yaml(PATH), ["schemes"])["schemes"]
    known = mapping(f"{PATH}: schemes.{scheme}", schemes.get(scheme) or {}, optional=["expected"])
    return tuple(known.get("expected", ()))


def text_of(step: Step) -> str:
    """The text key of a step."""
    return decimal_text(step) if isinstance(step, Fraction) else str(step)


def id_of(action: Recommendation) -> str:
    """What a step is called in forms and in what the firm chose: cnc_rate:0.7, or A to D in one go: planning:A>D."""
    start = "" if action.start is None else f"{text_of(action.start)}>"
    return f"{action.indicator}:{start}{text_of(action.step)}"


def library_of(catalog: Catalog, rules: Ruleset, enterprise: Enterprise, facts: Mapping[str, Any]) -> Library:
    """The library of a ruler as it holds for this firm."""
    size, _ = size_of(catalog, enterprise.industry, facts)
    return catalog.libraries[rules.name].for_firm(enterprise.process_type, library_size(size))


def offers(library: Library, rules: Ruleset, answers: Mapping[str, object], choices: Choices) -> dict[str, Offer]:
    """By id all steps of all indicators that apply, but for those that are no steps; also what the firm ruled out."""
    stay = no_steps(rules.scheme)
    found = [
        _offer(action, choices)
        for code, actions in library.by_indicator.items()
        if code not in stay and answers.get(code) not in (None, NOT_APPLICABLE)
        for action in actions
    ]
    return {one.move.id: one for one in found}


def _offer(action: Recommendation, choices: Choices) -> Offer:
    own = choices.costs.get(id_of(action))
    low, high = own or (action.cost_low, action.cost_high)
    move = Move(
        id=id_of(action),
        indicator=action.indicator,
        step=action.step,
        cost_low=low,
        cost_high=high,
        months=action.months,
        start=action.start,
        after=action.after,
    )
    return Offer(action, move, own is not None)


def allowed(offered: Mapping[str, Offer], choices: Choices) -> list[Move]:
    """The moves that the firm did not rule out."""
    return [
        one.move
        for key, one in offered.items()
        if key not in choices.impossible and one.action.indicator not in choices.fixed
    ]


def expected_answers(rules: Ruleset, answers: Mapping[str, object], choices: Choices) -> dict[str, object]:
    """What the firm expects of the indicators that are no steps, as answers; what cannot be one is left out."""
    known = {code: key for code, key in choices.expected.items() if code in no_steps(rules.scheme)}
    found = {
        code: expected_answer(rules, code, key)
        for code, key in known.items()
        if answers.get(code) not in (None, NOT_APPLICABLE)
    }
    return {code: answer for code, answer in found.items() if answer is not None}


def expected_answer(rules: Ruleset, code: str, key: str) -> object:
    """The answer that an expectation means: the option, or the best ratio of the band of this number."""
    scored = rules.indicator(code)
    if scored.kind == "single":
        return key if key in scored.options else None
    band = dict(enumerate_bands(scored.bands)).get(key)
    return {"num": _best(band), "den": 1} if band else None


def enumerate_bands(bands: Sequence[Band]) -> list[tuple[str, Band]]:
    """The bands by the key that stands for them in a choice."""
    return [(str(number), band) for number, band in enumerate(bands)]


def _best(band: Band) -> Decimal:
    """The highest ratio of a band; where its end does not belong to it, its beginning."""
    ratio = band.to if band.includes_to else band.start
    return Decimal(ratio.numerator) / Decimal(ratio.denominator)
