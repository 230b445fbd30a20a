"""Recommendations (建议): for every step up of every indicator what to do, what it needs, how one knows it is done.

The texts are diagnose/advice/<dimension>.yaml, held against a ruler when loaded: no step without a text, no other step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from questionnaires.strict import DefinitionError
from scoring.ruleset import Indicator, Ruleset, RulesetError
from scoring.strict_yaml import Item, decimal_text, read

Step = str | Fraction  # the key of an option, or the ratio to reach

STEP_KEYS = {"single": "to", "multi": "add", "ratio": "reach"}


@dataclass(frozen=True)
class Recommendation:
    """What to do to take one step; `step` is the option to move to or to add, or the ratio to reach."""

    indicator: str
    step: Step
    do: str
    needs: str
    done: str


@dataclass(frozen=True)
class Library:
    """The recommendations of a ruler: indicator code → one for each of its steps, in the order of `steps_up`."""

    by_indicator: Mapping[str, tuple[Recommendation, ...]]

    def next_steps(self, ruleset: Ruleset, code: str, answer: object) -> list[Recommendation]:
        """What comes next after this answer of the batch format, one that scoring has accepted.

        single: the next option; multi: every option not ticked; ratio: the lowest step above num ÷ den, exactly.
        Nothing at the top, for "NA" and for a missing answer (None). KeyError for an unknown code.
        """
        steps = _steps_after(ruleset.indicator(code), steps_up(ruleset.indicator(code), ruleset), answer)
        return [each for each in self.by_indicator[code] if each.step in steps]


def steps_up(indicator: Indicator, ruleset: Ruleset) -> tuple[Step, ...]:
    """All steps of an indicator, lowest first.

    single: every option after the first; multi: every option but 无; ratio: each knot above 0 and each level condition.
    """
    if indicator.kind == "single":
        return indicator.options[1:]
    if indicator.kind == "multi":
        return indicator.ticks
    knots = {ratio for ratio, _ in indicator.knots}
    conditions = [condition for level in ruleset.levels for condition in level.conditions]
    asked = {Fraction(condition.value) for condition in conditions if condition.indicator == indicator.code}
    return tuple(sorted(step for step in knots | asked if step > 0))


def _steps_after(indicator: Indicator, steps: Sequence[Step], answer: object) -> Sequence[Step]:
    match indicator.kind, answer:
        case _, None | "NA":
            return ()
        case "single", str() as option:
            return steps[indicator.options.index(option) :][:1]  # steps leave out the first option, so this is the next
        case "multi", [*ticked]:
            return [step for step in steps if step not in ticked]
        case "ratio", {"num": num, "den": den}:
            ratio = Fraction(num) / Fraction(den)
            return [step for step in steps if isinstance(step, Fraction) and step > ratio][:1]
    raise ValueError(f"{indicator.code}: {answer!r} is not an answer")


def load_library(folder: Path, ruleset: Ruleset) -> Library:
    """Read the recommendations for all steps of a ruler, one file a dimension.

    Raises DefinitionError ("FILE:LINE: PLACE: what") for a file, indicator or step missing, unknown or out of order.
    """
    codes = [dimension.code for dimension in ruleset.dimensions]
    other = sorted(path for path in folder.glob("*.yaml") if path.stem not in codes)
    if other:
        raise DefinitionError(f"{other[0]}: file: {ruleset.name} has no dimension {other[0].stem}")
    found: dict[str, tuple[Recommendation, ...]] = {}
    try:
        for code in codes:
            found |= _read_dimension(folder / f"{code}.yaml", code, ruleset)
    except RulesetError as error:
        raise DefinitionError(str(error)) from error
    return Library(found)


def _read_dimension(path: Path, dimension: str, ruleset: Ruleset) -> dict[str, tuple[Recommendation, ...]]:
    indicators = [each for each in ruleset.indicators if each.dimension == dimension]
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"{path}: file: cannot be read: {error.strerror}") from error
    lists = read(raw, path).fields([each.code for each in indicators])
    return {each.code: _read_steps(lists[each.code], each, steps_up(each, ruleset)) for each in indicators}


def _read_steps(item: Item, indicator: Indicator, steps: Sequence[Step]) -> tuple[Recommendation, ...]:
    """The list of one indicator, which must have exactly these steps in this order."""
    entries = item.items()
    found = tuple(_read_one(entry, indicator) for entry in entries)
    for number, (entry, recommendation) in enumerate(zip(entries, found, strict=True)):
        if number >= len(steps) or recommendation.step != steps[number]:
            here = _shown(steps[number]) if number < len(steps) else "nothing"
            raise entry.error(f"step {_shown(recommendation.step)} stands where {here} belongs")
    if len(found) < len(steps):
        raise item.error(f"missing step: {', '.join(map(_shown, steps[len(found) :]))}")
    return found


def _read_one(item: Item, indicator: Indicator) -> Recommendation:
    key = STEP_KEYS[indicator.kind]
    fields = item.fields([key, "do", "needs", "done"])
    step: Step = fields[key].number() if indicator.kind == "ratio" else fields[key].text()
    return Recommendation(indicator.code, step, fields["do"].text(), fields["needs"].text(), fields["done"].text())


def _shown(step: Step) -> str:
    return decimal_text(step) if isinstance(step, Fraction) else step
