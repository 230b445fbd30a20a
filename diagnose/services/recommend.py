"""The action library (行动库) of a ruler: for every step up what to do, what it costs, how one knows it is done.

The texts are diagnose/advice/<scheme>/*.yaml, held against a ruler when loaded: no step without a text, no other step.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from diagnose.services.recommend_check import refuse_cycles, refuse_doubles
from diagnose.services.recommend_read import Source, read_steps, sources
from diagnose.services.recommendation import Recommendation, Size, for_firm
from questionnaires.strict import DefinitionError
from scoring.model import Band
from scoring.ruleset import Indicator, Ruleset, RulesetError
from scoring.steps import Step, steps_up


@dataclass(frozen=True)
class Library:
    """The recommendations of a ruler: indicator code → one for each of its steps, in the order of `steps_up`, then the
    direct entries (`start` is not None)."""

    by_indicator: Mapping[str, tuple[Recommendation, ...]]

    @cached_property
    def _for_firms(self) -> dict[tuple[str, Size], "Library"]:
        return {}

    def for_firm(self, process_type: str, size: Size) -> "Library":
        """The library as it holds for such a firm, every entry without variants; made once."""
        if (found := self._for_firms.get((process_type, size))) is None:
            firm = {"process": process_type, "size": size}
            read = {code: tuple(for_firm(one, firm) for one in all_) for code, all_ in self.by_indicator.items()}
            found = self._for_firms[process_type, size] = Library(read)
        return found

    def names(self, steps: Iterable[tuple[str, Step]]) -> list[str]:
        """What the actions of these steps (indicator, step) are called, for a list of prerequisites."""
        return [
            one.name
            for code, step in steps
            for one in self.by_indicator[code]
            if one.start is None and one.step == step
        ]

    def next_steps(self, ruleset: Ruleset, code: str, answer: object) -> list[Recommendation]:
        """What comes next after this answer of the batch format, one that scoring has accepted; no direct entries.

        single and scene: the next option or grade; multi: every option not ticked; ratio: the lowest step above
        num ÷ den, exactly, and for a banded one the next band. Nothing at the top, for "NA", for a missing answer
        (None) and for ratings. KeyError for an unknown code.
        """
        steps = _steps_after(ruleset.indicator(code), steps_up(ruleset.indicator(code), ruleset), answer)
        return [each for each in self.by_indicator.get(code, ()) if each.start is None and each.step in steps]


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
    missing, unknown or out of order, and for whatever else does not fit (recommend_read.py, recommend_check.py).
    """
    try:
        found, where = _read_all(sources(folders), ruleset)
        refuse_cycles(found, where, ruleset)
    except RulesetError as error:
        raise DefinitionError(str(error)) from error
    missing = [each.code for each in ruleset.indicators if steps_up(each, ruleset) and each.code not in found]
    if missing and folders:
        raise DefinitionError(f"{folders[0]}: {', '.join(missing)}: {ruleset.name} has no recommendations for it")
    return Library(found)


def _read_all(
    read: Sequence[Source], ruleset: Ruleset
) -> tuple[dict[str, tuple[Recommendation, ...]], dict[str, Source]]:
    """The entries of each indicator of the ruler, and where they stand; the first folder that has it counts."""
    known = {each.code for each in ruleset.indicators if steps_up(each, ruleset)}
    found: dict[str, tuple[Recommendation, ...]] = {}
    where: dict[str, Source] = {}
    for source in read:
        if source.code in known and source.code not in found:
            found[source.code], where[source.code] = read_steps(source, ruleset), source
        elif source.own:
            raise source.item.error(f"{ruleset.name} has no step of {source.code}, or it stands in another file too")
    refuse_doubles(read)
    return found, where
