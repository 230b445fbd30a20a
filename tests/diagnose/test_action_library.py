"""The action library (行动库): every step of both rulers has an action of its own, and its figures are sane."""

import re
from collections.abc import Mapping
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import pytest

from diagnose.catalog import Catalog, load_catalog
from diagnose.reports.fonts import missing_glyphs
from diagnose.services.recommend import Library
from diagnose.services.recommendation import Recommendation, Size
from diagnose.services.service_kinds import service_kinds
from questionnaires.schema import load_dictionary
from questionnaires.strict import load_yaml
from scoring.ruleset import Ruleset
from scoring.steps import steps_up

ADVICE = Path(__file__).parents[2] / "diagnose" / "advice"
RULERS = ("digital-portrait/2025", "miit-sme/2024")
FIRMS = tuple(product(("discrete", "process"), ("small", "medium")))
PARTS = ("do", "needs", "done")
# Share of pieces in common: below 0.1 for different advice, above 0.5 for one text with other nouns.
MOST_ALIKE = 0.2
NAMES_MOST_ALIKE = 0.4  # names are short: one with another noun has 0.5 and more
BARE = re.compile(r"\d|\W")
LADDERS = ("single", "scene", "ratio", "ratio_banded")
# Telling others what was done costs less than doing it; the last links of work without a system are few.
CHEAPER_THAN_THE_STEP_BEFORE = {("planning", "F"), ("information_systems", "E")}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def names() -> re.Pattern[str]:
    """All titles and option labels (longest first), and digits: what a text made from a pattern would differ in."""
    questions = load_dictionary().indicators.values()
    labels = {question.title for question in questions}
    labels |= {label for question in questions for fact in question.facts for label in (fact.options or {}).values()}
    return re.compile("|".join([*map(re.escape, sorted(labels - {"无"}, key=len, reverse=True)), r"\d", r"\W"]))


def entries() -> dict[str, dict[str, Any]]:
    """Every entry and every variant of all files, as written, by place; a variant by "… variant 1"."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(ADVICE.glob("*/*.yaml")):
        for code, steps in load_yaml(path).items():
            for number, entry in enumerate(steps):
                found[place := f"{path.stem} {code} {number}"] = entry
                found |= {f"{place} variant {n}": each for n, each in enumerate(entry.get("variants", ()))}
    return found


def texts() -> dict[str, str]:
    return {f"{at} {part}": entry[part] for at, entry in entries().items() for part in PARTS if part in entry}


def pieces(text: str, names: re.Pattern[str], length: int = 3) -> set[str]:
    bare = names.sub("", text)
    return {bare[start : start + length] for start in range(len(bare) - length + 1)}


def alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0


def most_alike(found: Mapping[str, set[str]]) -> tuple[float, tuple[str, str]]:
    return max((alike(found[one], found[other]), (one, other)) for one, other in combinations(found, 2))


def ladder(rules: Ruleset, library: Library, code: str) -> list[Recommendation]:
    """The single steps of an indicator whose steps follow one another; [] of a multi."""
    if rules.indicator(code).kind not in LADDERS:
        return []
    return [one for one in library.by_indicator[code] if one.start is None]


def middle(entry: Recommendation) -> int:
    return entry.cost_low + entry.cost_high


@pytest.mark.parametrize(("name", "steps"), [("digital-portrait/2025", 82), ("miit-sme/2024", None)])
def test_every_step_of_every_indicator_has_an_action(catalog: Catalog, name: str, steps: int | None) -> None:
    rules, library = catalog.rulesets[name], catalog.libraries[name]
    assert set(library.by_indicator) == {each.code for each in rules.indicators}
    written = {code: [one for one in all_ if one.start is None] for code, all_ in library.by_indicator.items()}
    for code, found in written.items():
        assert tuple(one.step for one in found) == steps_up(rules.indicator(code), rules)
    assert steps is None or sum(map(len, written.values())) == steps


def test_there_are_at_least_150_actions_and_many_have_variants() -> None:
    written = [entry for at, entry in entries().items() if "variant" not in at]
    assert len(written) >= 150
    assert sum("variants" in entry for entry in written) >= 50


def test_no_two_texts_are_alike_after_removing_names(names: re.Pattern[str]) -> None:
    share, worst = most_alike({place: pieces(text, names) for place, text in texts().items()})
    assert share < MOST_ALIKE, f"{worst}: {share:.3f}"


def test_a_text_made_from_another_by_swapping_a_noun_would_be_found(names: re.Pattern[str]) -> None:
    text = texts()["operation management_links 0 do"]
    swapped = text.replace("采购", "销售").replace("供应商", "老客户").replace("ERP", "CRM")
    assert swapped != text
    assert alike(pieces(text, names), pieces(swapped, names)) > MOST_ALIKE


def test_names_are_short_their_own_and_unlike_each_other() -> None:
    given = [entry["name"] for entry in entries().values() if "name" in entry]
    assert len(set(given)) == len(given)
    assert [name for name in given if not 4 <= len(name) <= 18] == []
    share, worst = most_alike({name: pieces(name, BARE, 2) for name in given})
    assert share < NAMES_MOST_ALIKE, f"{worst}: {share:.3f}"


def test_do_is_two_or_three_sentences_and_every_text_ends_like_one() -> None:
    for place, text in texts().items():
        assert text.endswith("。"), place
        assert 30 <= len(text) <= 160, place
        assert not place.endswith("do") or 2 <= text.count("。") <= 3, place


def test_texts_use_full_width_punctuation_and_name_no_sum_of_money() -> None:
    for place, text in texts().items():
        assert not re.search(r"[,;:!?()\"'%]|  ", text), place
        assert not re.search(r"\d *[万亿千百]?元|万元", text), place


def test_every_character_is_in_the_packaged_font() -> None:
    shown = [str(entry.get(key, "")) for entry in entries().values() for key in ("name", "kpi", "basis", *PARTS)]
    kinds = [kind.title + kind.what for kind in service_kinds().values()]
    assert missing_glyphs("".join([*shown, *kinds])) == set()


def test_every_service_named_exists_and_every_one_is_named_somewhere() -> None:
    named = {entry["service"] for entry in entries().values() if "service" in entry}
    assert named <= set(service_kinds())
    assert set(service_kinds()) - named == set()


@pytest.mark.parametrize("name", RULERS)
@pytest.mark.parametrize(("process", "size"), FIRMS)
def test_costs_rise_along_each_ladder(catalog: Catalog, name: str, process: str, size: Size) -> None:
    rules, library = catalog.rulesets[name], catalog.libraries[name].for_firm(process, size)
    falling = {
        (code, later.step)
        for code in library.by_indicator
        for earlier, later in pairwise(ladder(rules, library, code))
        if middle(later) < middle(earlier)
    }
    assert falling <= CHEAPER_THAN_THE_STEP_BEFORE


@pytest.mark.parametrize("name", RULERS)
@pytest.mark.parametrize(("process", "size"), FIRMS)
def test_a_direct_entry_is_cheaper_or_quicker_than_its_steps(
    catalog: Catalog, name: str, process: str, size: Size
) -> None:
    library = catalog.libraries[name].for_firm(process, size)
    direct = [one for all_ in library.by_indicator.values() for one in all_ if one.start is not None]
    for one in direct:
        steps = ladder(catalog.rulesets[name], library, one.indicator)
        known = [step.step for step in steps]
        over = steps[known.index(one.start) + 1 if one.start in known else 0 : known.index(one.step) + 1]
        assert middle(one) < sum(map(middle, over)) or one.months < sum(step.months for step in over), one.name
    assert len(direct) >= (8 if name.startswith("digital-portrait") else 0)


def test_figures_are_of_a_size_a_small_factory_could_pay(catalog: Catalog) -> None:
    for name in RULERS:
        for all_ in catalog.libraries[name].by_indicator.values():
            for one in all_:
                assert 0 < one.cost_high <= 300_000, one.name
                assert one.cost_low * 10 >= one.cost_high or one.cost_high <= 100, one.name


@pytest.mark.parametrize("code", ["equipment_digital_rate", "equipment_networked_rate"])
@pytest.mark.parametrize(("process", "size"), FIRMS)
def test_all_devices_cost_more_than_three_fifths_of_them(catalog: Catalog, code: str, process: str, size: Size) -> None:
    ours, official = (catalog.libraries[name].for_firm(process, size) for name in RULERS)
    [whole] = ours.by_indicator[code]
    assert middle(whole) > sum(middle(one) for one in official.by_indicator[code] if one.start is None)
