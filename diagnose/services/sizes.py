"""大中小微 and 规上 of a firm, from its size facts."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from diagnose.catalog import Catalog
from diagnose.services.classify import SizeClass, SizeRules, above_scale, load_sizes, size_class

PLACES = tuple(SizeClass)


def size_of(catalog: Catalog, industry: str, facts: Mapping[str, Any]) -> tuple[SizeClass, bool | None]:
    """(size class, 规上工业 or None when revenue is not known); amounts are decimal texts in 万元."""
    revenue, assets = (None if facts.get(code) is None else Decimal(facts[code]) for code in ("revenue", "assets"))
    size = size_class(catalog.sizes, industry, facts.get("staff"), revenue, assets)
    return size, above_scale(catalog.sizes, industry, revenue)


def size_place(industry: str, profile: Mapping[str, Any]) -> int:
    """What `Enterprise.size` holds: the place of the class in `SizeClass`."""
    revenue, assets = (None if profile.get(code) is None else Decimal(profile[code]) for code in ("revenue", "assets"))
    return PLACES.index(size_class(_rules(), industry, profile.get("staff"), revenue, assets))


@cache
def _rules() -> SizeRules:
    return load_sizes(Path(__file__).resolve().parent.parent / "data/size-classes.yaml")
