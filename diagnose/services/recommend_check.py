"""What must hold across the entries of an action library: names are given once, and no step waits for itself."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from diagnose.services.recommend_fields import JUMPS, shown
from diagnose.services.recommend_read import Source
from diagnose.services.recommendation import Recommendation
from scoring.ruleset import Ruleset
from scoring.steps import Step, steps_up
from scoring.strict_yaml import Item

Node = tuple[str, Step]


def refuse_doubles(read: Iterable[Source]) -> None:
    """Raises RulesetError for a name that another entry of any of the files has too."""
    seen: dict[str, Item] = {}
    for source in read:
        for entry in source.item.items():
            name = entry.entries().get("name")
            if name is None:
                continue
            if (text := name.text()) in seen:
                raise name.error(f"{text} is the name of {seen[text].place} too")
            seen[text] = entry


def refuse_cycles(found: Mapping[str, Sequence[Recommendation]], where: Mapping[str, Source], ruleset: Ruleset) -> None:
    """Raises RulesetError where a step must wait for itself: each waits for its prerequisites and the step below it.

    A direct entry makes each step it goes over wait for its prerequisites, or it could never be used.
    """
    ladders = {code: steps_up(ruleset.indicator(code), ruleset) for code in found}
    waits: dict[Node, list[Node]] = {(code, step): [] for code, steps in ladders.items() for step in steps}
    for code, steps in ladders.items():
        if ruleset.indicator(code).kind in JUMPS:
            for below, step in pairwise(steps):
                waits[code, step].append((code, below))
    said: dict[tuple[Node, Node], Item] = {}
    for code, entries in found.items():
        for entry, item in zip(entries, where[code].item.items(), strict=True):
            for step in _over(entry, ladders[code]):
                waits[code, step] += entry.after
                said |= {((code, step), before): item for before in entry.after}
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        raise _refusal(error.args[1], said) from None


def _over(entry: Recommendation, steps: Sequence[Step]) -> Sequence[Step]:
    """The steps that an entry takes: its own, and for a direct entry all from its start."""
    if entry.start is None:
        return [entry.step]
    start = steps.index(entry.start) + 1 if entry.start in steps else 0
    return steps[start : steps.index(entry.step) + 1]


def _refusal(cycle: Sequence[Node], said: Mapping[tuple[Node, Node], Item]) -> Exception:
    """`cycle`: each node comes before the next; some of these pairs are from a file, the others from a ladder."""
    item = next(said[later, before] for before, later in pairwise(cycle) if (later, before) in said)
    way = " → ".join(f"{code} {shown(step)}" for code, step in cycle)
    return item.error(f"prerequisites in a circle: {way}")
