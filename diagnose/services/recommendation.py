"""One recommendation (建议), an action of the library, and its variants (适用情形) by kind and size of firm.

Costs are integers in 百元 (0.01 万元), months whole months.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from diagnose.services.classify import SizeClass
from scoring.steps import Step

Size = Literal["small", "medium"]
FOR = {"process": ("discrete", "process"), "size": ("small", "medium")}  # what a variant may ask for


@dataclass(frozen=True)
class Variant:
    """What is different for some firms: ``asks`` by key of FOR, ``says`` by field of Recommendation."""

    asks: Mapping[str, str]
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Recommendation:
    """What to do to take one step; `step` is the option to move to or to add, or the ratio to reach.

    `start` is None for a single step; else this is a direct entry, one action that leads from `start` (an option, a
    grade, a ratio) to `step`. `after`: the steps (indicator, step) that must be reached first. `service` is a code of
    data/services.yaml, `basis` where the figures come from. `variants` are () once resolved for a firm.
    """

    indicator: str
    step: Step
    name: str
    do: str
    needs: str
    done: str
    cost_low: int
    cost_high: int
    months: int
    after: tuple[tuple[str, Step], ...]
    kpi: str
    service: str
    basis: str
    start: Step | None = None
    variants: tuple[Variant, ...] = ()


def library_size(size: SizeClass) -> Size:
    """Which variant a firm of this class reads: 待补充 reads the one for small firms, as the base does."""
    return "medium" if size in (SizeClass.MEDIUM, SizeClass.LARGE) else "small"


def for_firm(entry: Recommendation, firm: Mapping[str, str]) -> Recommendation:
    """The entry as it holds for a firm (by key of FOR): of two variants the one that asks for more wins, by field."""
    if not entry.variants:
        return entry
    fitting = [variant for variant in entry.variants if variant.asks.items() <= firm.items()]
    said: dict[str, Any] = {"variants": ()}
    for variant in sorted(fitting, key=lambda variant: len(variant.asks)):
        said |= variant.says
    return replace(entry, **said)
