"""Reads the files of the action library (diagnose/advice/<scheme>/*.yaml); every refusal names file and line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from diagnose.services.recommend_fields import JUMPS, SAID, STEP_KEYS, said, shown, start_of, step_of
from diagnose.services.recommend_variants import read_variants
from diagnose.services.recommendation import Recommendation
from questionnaires.strict import DefinitionError
from scoring.ruleset import Indicator, Ruleset
from scoring.steps import Step, steps_up
from scoring.strict_yaml import Item, read


@dataclass(frozen=True)
class Source:
    """The list of one indicator in a file; ``own``: in the folder of the ruler's own scheme."""

    code: str
    item: Item
    own: bool


def sources(folders: Sequence[Path]) -> list[Source]:
    """All lists of all files, the ruler's own folder first. Raises DefinitionError or RulesetError."""
    files = [(path, number == 0) for number, folder in enumerate(folders) for path in sorted(folder.glob("*.yaml"))]
    return [Source(code, item, own) for path, own in files for code, item in _lists(path).items()]


def _lists(path: Path) -> dict[str, Item]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"{path}: file: cannot be read: {error.strerror}") from error
    return read(raw, path).entries()


def read_steps(source: Source, ruleset: Ruleset) -> tuple[Recommendation, ...]:
    """The list of one indicator: exactly its steps in their order, then its direct entries."""
    indicator = ruleset.indicator(source.code)
    steps = steps_up(indicator, ruleset)
    entries = source.item.items()
    found = tuple(_read_one(entry, indicator, ruleset, source.own) for entry in entries)
    single = list(takewhile(lambda one: one.start is None, found))
    _in_order(source.item, entries, single, steps)
    for number in range(len(single), len(found)):
        _is_a_jump(entries[number], found[number], steps, found[len(single) : number])
    return found


def _in_order(whole: Item, entries: Sequence[Item], found: Sequence[Recommendation], steps: Sequence[Step]) -> None:
    for number, recommendation in enumerate(found):
        if number >= len(steps) or recommendation.step != steps[number]:
            here = shown(steps[number]) if number < len(steps) else "nothing"
            raise entries[number].error(f"step {shown(recommendation.step)} stands where {here} belongs")
    if len(found) < len(steps):
        raise whole.error(f"missing step: {', '.join(map(shown, steps[len(found) :]))}")


def _is_a_jump(entry: Item, direct: Recommendation, steps: Sequence[Step], before: Sequence[Recommendation]) -> None:
    """A direct entry goes over one step at least, and no other goes the same way."""
    if direct.start is None:
        raise entry.error("a step stands after a direct entry")
    if direct.step not in steps:
        raise entry.error(f"there is no step {shown(direct.step)}")
    start = steps.index(direct.start) + 1 if direct.start in steps else 0
    if steps.index(direct.step) < start + 1:
        raise entry.error("a direct entry leads over two steps or more")
    if any((one.start, one.step) == (direct.start, direct.step) for one in before):
        raise entry.error("another direct entry goes the same way")


def _read_one(item: Item, indicator: Indicator, ruleset: Ruleset, own: bool) -> Recommendation:
    key = STEP_KEYS[indicator.kind]
    jump = ("from",) if indicator.kind in JUMPS else ()
    fields = item.fields([key, "name", *SAID, "basis"], [*jump, "after", "variants"])
    says = said(fields)
    step = step_of(fields[key], indicator)
    return Recommendation(
        indicator=indicator.code,
        step=step,
        name=fields["name"].text(),
        basis=fields["basis"].text(),
        start=start_of(fields["from"], indicator, ruleset) if "from" in fields else None,
        after=tuple(_prerequisites(fields["after"], (indicator.code, step), ruleset, own)) if "after" in fields else (),
        variants=read_variants(fields["variants"], says) if "variants" in fields else (),
        **says,
    )


def _prerequisites(item: Item, of: tuple[str, Step], ruleset: Ruleset, own: bool) -> Iterator[tuple[str, Step]]:
    """The steps that come first. In another scheme's folder (not ``own``) those that this ruler lacks are left out."""
    kinds = {each.code: each for each in ruleset.indicators if steps_up(each, ruleset)}
    for entry in item.items():
        code = entry.fields(["indicator"], ["to", "add", "reach"])["indicator"].text()
        if code not in kinds and own:
            raise entry.error(f"unknown prerequisite: {ruleset.name} has no step of {code}")
        if code not in kinds:
            continue
        key = STEP_KEYS[kinds[code].kind]
        step = step_of(entry.fields(["indicator", key])[key], kinds[code])
        if (code, step) == of:
            raise entry.error("a step cannot come before itself")
        if step in steps_up(kinds[code], ruleset):
            yield code, step
        elif own:
            raise entry.error(f"unknown prerequisite: {code} has no step {shown(step)}")
