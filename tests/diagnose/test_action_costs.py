"""The action library's figures: dearer with every rung, a direct entry saves, a bigger firm never pays less."""

from itertools import pairwise
from pathlib import Path

import pytest

from diagnose.services.recommend import Library, load_library
from diagnose.services.recommendation import Recommendation, Size
from scoring.ruleset import Ruleset, find

ADVICE = Path(__file__).parents[2] / "diagnose" / "advice"
FIRMS: list[tuple[str, Size]] = [
    ("discrete", "small"),
    ("discrete", "medium"),
    ("process", "small"),
    ("process", "medium"),
]


@pytest.fixture(scope="module")
def rules() -> Ruleset:
    return find("miit-sme/2024")


@pytest.fixture(scope="module")
def library(rules: Ruleset) -> Library:
    return load_library([ADVICE / rules.scheme, ADVICE / "digital-portrait"], rules)


def middle(entry: Recommendation) -> int:
    """The middle of the cost range in half 百元."""
    return entry.cost_low + entry.cost_high


def singles(library: Library, code: str) -> list[Recommendation]:
    return [each for each in library.by_indicator[code] if each.start is None]


@pytest.mark.parametrize("firm", FIRMS)
def test_each_grade_of_a_scene_costs_more_than_the_one_below(
    library: Library, rules: Ruleset, firm: tuple[str, Size]
) -> None:
    own = library.for_firm(*firm)
    scenes = [each.code for each in rules.indicators if each.kind == "scene"]
    assert len(scenes) == 16
    for code in scenes:
        assert all(middle(one) < middle(next_) for one, next_ in pairwise(singles(own, code))), code


@pytest.mark.parametrize("firm", FIRMS)
def test_a_direct_entry_is_cheaper_than_the_steps_it_replaces_and_no_slower(
    library: Library, firm: tuple[str, Size]
) -> None:
    own = library.for_firm(*firm)
    direct = [each for entries in own.by_indicator.values() for each in entries if each.start is not None]
    assert len(direct) >= 8
    for jump in direct:
        steps = [each.step for each in singles(own, jump.indicator)]
        first = steps.index(jump.start) + 1 if jump.start in steps else 0
        gone_over = singles(own, jump.indicator)[first : steps.index(jump.step) + 1]
        assert middle(jump) < sum(map(middle, gone_over)), jump.name
        assert jump.months <= sum(each.months for each in gone_over), jump.name


@pytest.mark.parametrize("process_type", ["discrete", "process"])
def test_a_medium_firm_never_pays_less_and_never_takes_less_time(library: Library, process_type: str) -> None:
    small = library.for_firm(process_type, "small").by_indicator
    medium = library.for_firm(process_type, "medium").by_indicator
    for code, entries in small.items():
        for one, other in zip(entries, medium[code], strict=True):
            assert (one.cost_low, one.cost_high) <= (other.cost_low, other.cost_high), one.name
            assert one.months <= other.months, one.name


def test_process_firms_read_texts_of_their_own_in_every_scene_about_making_things(library: Library) -> None:
    discrete, process = library.for_firm("discrete", "small"), library.for_firm("process", "small")
    for code in ("scene_product_design", "scene_process_design", "scene_scheduling", "scene_production_control"):
        pairs = zip(singles(discrete, code)[1:], singles(process, code)[1:], strict=True)
        assert all(one.do != other.do for one, other in pairs), code
