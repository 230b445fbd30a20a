"""What differs between firms in the action library: a bigger one never pays less, 流程 is told in its own words."""

from itertools import product

import pytest

from diagnose.catalog import Catalog, load_catalog
from diagnose.services.recommendation import Recommendation

RULERS = ("digital-portrait/2025", "miit-sme/2024")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def figures(entry: Recommendation) -> tuple[int, int, int]:
    return entry.cost_low, entry.cost_high, entry.months


@pytest.mark.parametrize(("name", "process"), list(product(RULERS, ("discrete", "process"))))
def test_a_medium_firm_never_pays_less_and_never_takes_less_time(catalog: Catalog, name: str, process: str) -> None:
    small, medium = (catalog.libraries[name].for_firm(process, size).by_indicator for size in ("small", "medium"))
    for code, entries in small.items():
        for one, other in zip(entries, medium[code], strict=True):
            assert all(a <= b for a, b in zip(figures(one), figures(other), strict=True)), one.name


def test_making_things_is_told_to_process_firms_in_their_own_words(catalog: Catalog) -> None:
    library = catalog.libraries["miit-sme/2024"]
    discrete, process = (library.for_firm(kind, "small").by_indicator for kind in ("discrete", "process"))
    for code in ("scene_product_design", "scene_process_design", "scene_scheduling", "scene_production_control"):
        for one, other in zip(discrete[code][1:], process[code][1:], strict=True):
            assert one.do != other.do, one.name
            assert one.done != other.done, one.name
