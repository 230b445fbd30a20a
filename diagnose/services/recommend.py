"""Recommendations (建议): for every step up of every indicator what to do, what it needs, how one knows it is done.

The texts are diagnose/advice/<scheme>/*.yaml, held against a ruler when loaded: no step without a text, no other step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from questionnaires.strict import DefinitionError
from scoring.model import Band
from scoring.ruleset import Indicator, Ruleset, RulesetError
from scoring.steps import Step, steps_up
from scoring.strict_yaml import Item, decimal_text, read

STEP_KEYS = {"single": "to", "scene": "to", "multi": "add", "ratio": "reach", "ratio_banded": "reach"}


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

        single and scene: the next option or grade; multi: every option not ticked; ratio: the lowest step above
        num ÷ den, exactly, and for a banded one the next band. Nothing at the top, for "NA", for a missing answer
        (None) and for ratings. KeyError for an unknown code.
        """
        steps = _steps_after(ruleset.indicator(code), steps_up(ruleset.indicator(code), ruleset), answer)
        return [each for each in self.by_indicator.get(code, ()) if each.step in steps]


def _steps_after(indicator: Indicator, steps: Sequence[Step], answer: object) -> Sequence[Step]:
    match indicator.kind, answer:
        case _, None | "NA":
            return ()
        case "single", str() as option:
            return steps[indicator.options.index(option) :][:1]  # steps leave out the first option, so this is the next
        case "scene", int() as grade:
            return steps[grade:][:1]
        case "ratings", _:
            return ()
        case "ratio_banded", {"num": num, "den": den}:
            reached = Fraction(num) / Fraction(den)
            return [band.start for band in indicator.bands[1:] if not _begun(band, reached)][:1]
        case "multi", [*ticked]:
            return [step for step in steps if step not in ticked]
        case "ratio", {"num": num, "den": den}:
            ratio = Fraction(num) / Fraction(den)
            return [step for step in steps if isinstance(step, Fraction) and step > ratio][:1]
    raise ValueError(f"{indicator.code}: {answer!r} is not an answer")


def _begun(band: Band, ratio: Fraction) -> bool:
    return ratio >= band.start if band.includes_start else ratio > band.start


def load_library(folders: Sequence[Path], ruleset: Ruleset) -> Library:
    """Read the recommendations for all steps of a ruler.

    The first folder is the ruler's own and knows only its indicators; those it shares with another scheme, step by
    step, may stand in a later folder. Raises DefinitionError ("FILE:LINE: PLACE: what") for an indicator or step
    missing, unknown or out of order.
    """
    known = {each.code: each for each in ruleset.indicators if steps_up(each, ruleset)}
    found: dict[str, tuple[Recommendation, ...]] = {}
    try:
        for number, folder in enumerate(folders):
            for path in sorted(folder.glob("*.yaml")):
                found |= _read_file(path, known, set(found), own=number == 0, ruleset=ruleset)
    except RulesetError as error:
        raise DefinitionError(str(error)) from error
    missing = [code for code in known if code not in found]
    if missing and folders:
        raise DefinitionError(f"{folders[0]}: {', '.join(missing)}: {ruleset.name} has no recommendations for it")
    return Library(found)


def _read_file(
    path: Path, known: Mapping[str, Indicator], done: set[str], own: bool, ruleset: Ruleset
) -> dict[str, tuple[Recommendation, ...]]:
    found: dict[str, tuple[Recommendation, ...]] = {}
    for code, item in _lists(path).items():
        if code in known and code not in done:
            found[code] = _read_steps(item, known[code], steps_up(known[code], ruleset))
        elif own:
            raise item.error(f"{ruleset.name} has no step of {code}, or it stands in another file too")
    return found


def _lists(path: Path) -> dict[str, Item]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"{path}: file: cannot be read: {error.strerror}") from error
    return read(raw, path).entries()


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
    step = _step(fields[key], indicator)
    return Recommendation(indicator.code, step, fields["do"].text(), fields["needs"].text(), fields["done"].text())


def _step(item: Item, indicator: Indicator) -> Step:
    if indicator.kind == "scene":
        return item.whole(1, indicator.grades)
    return item.number() if indicator.kind in ("ratio", "ratio_banded") else item.text()


def _shown(step: Step) -> str:
    return decimal_text(step) if isinstance(step, Fraction) else str(step)
