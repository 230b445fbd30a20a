"""大中小微 and 规上 of a firm, from its size facts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from diagnose.catalog import Catalog
from diagnose.services.classify import SizeClass, above_scale, size_class


def size_of(catalog: Catalog, industry: str, facts: Mapping[str, Any]) -> tuple[SizeClass, bool | None]:
    """(size class, 规上工业 or None when revenue is not known); amounts are decimal texts in 万元."""
    revenue, assets = (None if facts.get(code) is None else Decimal(facts[code]) for code in ("revenue", "assets"))
    size = size_class(catalog.sizes, industry, facts.get("staff"), revenue, assets)
    return size, above_scale(catalog.sizes, industry, revenue)
