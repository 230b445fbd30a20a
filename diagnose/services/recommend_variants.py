"""The variants (适用情形) of an entry: what differs for 流程 or 中型; two that contradict each other are refused."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from diagnose.services.recommend_fields import SAID, said
from diagnose.services.recommendation import FOR, Variant
from scoring.strict_yaml import Item

BOTH = {"cost_low", "cost_high"}


def read_variants(item: Item, base: Mapping[str, Any]) -> tuple[Variant, ...]:
    """The variants of an entry that says ``base`` to all others."""
    entries = item.items()
    found = tuple(map(_variant, entries))
    for number, (entry, variant) in enumerate(zip(entries, found, strict=True)):
        if any(other.asks == variant.asks for other in found[:number]):
            raise entry.error("another variant is for the same firms")
        without = _without(variant, found, base)
        same = {key for key, value in variant.says.items() if without[key] == value}
        if same - BOTH or same >= BOTH:
            raise entry.error(f"says what holds without it: {', '.join(sorted(same))}")
    _unambiguous(item, found)
    return found


def _without(variant: Variant, found: Sequence[Variant], base: Mapping[str, Any]) -> dict[str, Any]:
    """What firms would read without this variant."""
    without = dict(base)
    for other in found:
        if other.asks.items() < variant.asks.items():
            without |= other.says
    return without


def _variant(item: Item) -> Variant:
    fields = item.fields(["for"], SAID)
    asks = fields.pop("for").fields([], list(FOR))
    if not asks or not fields:
        raise item.error("must be for some firms and say something")
    for key, each in asks.items():
        each.text("|".join(FOR[key]))
    return Variant({key: each.text() for key, each in asks.items()}, said(fields))


def _unambiguous(item: Item, found: Sequence[Variant]) -> None:
    """Where a firm matches two variants of one key each, a field that both say needs a variant of both keys."""
    for one, other in combinations(found, 2):
        if len(one.asks) != 1 or len(other.asks) != 1 or one.asks.keys() == other.asks.keys():
            continue
        both = dict(one.asks) | dict(other.asks)
        settled: set[str] = {key for each in found if each.asks == both for key in each.says}
        open_ = [key for key in one.says if key in other.says and key not in settled]
        if open_:
            raise item.error(f"ambiguous for {' and '.join(both.values())}: {', '.join(open_)}")
