"""Reads a ruleset of the ratings family: elements (能力要素), domains (能力域) and sub-domains (能力子域) with weights.

A weight is element percent × domain percent × sub-domain percent, a whole number of millionths.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoring.indicators import CODE, RESERVED, optional_text
from scoring.levels import check_count, read_number
from scoring.model import Dimension, Indicator, Level
from scoring.strict_yaml import Item, decimal_text

_ELEMENT = r"[^\s\"\\\x00-\x1f]{1,32}"  # the element's printed name is its code
LIGHTEST = 1000  # no weight is more than this many times another: `movable` rests on it


def read_elements(item: Item) -> tuple[tuple[Dimension, ...], tuple[Indicator, ...]]:
    """The elements and all their sub-domains, both in the order of the file."""
    elements: list[Dimension] = []
    members: list[Indicator] = []
    for entry, percent in _shares(item):
        fields = entry.fields(["title", "percent", "domains"], ["check"])
        title = fields["title"].text(_ELEMENT)
        if title in {each.code for each in elements}:
            raise fields["title"].error(f"the element {title} is given twice")
        part = _read_domains(fields["domains"], title, percent, optional_text(fields, "check"))
        elements.append(Dimension(title, title, 0, sum(each.weight for each in part), optional_text(fields, "check")))
        members += part
    codes = [each.code for each in members]
    twice = next((code for code in codes if codes.count(code) > 1 or code in RESERVED), None)
    if twice is not None:
        raise item.error(f"the code {twice} is taken")
    if max(each.weight for each in members) > LIGHTEST * min(each.weight for each in members):
        raise item.error(f"one weight is more than {LIGHTEST} times another")
    return tuple(elements), tuple(members)


def _shares(item: Item) -> list[tuple[Item, int]]:
    """The entries of a list with their `percent`, whole numbers that add up to 100."""
    found: list[tuple[Item, int]] = []
    for entry in item.items():
        keys = entry.entries()
        if "percent" not in keys:
            raise entry.error("missing key: percent")
        found.append((entry, keys["percent"].whole(1, 100)))
    total = sum(percent for _, percent in found)
    if total != 100:
        raise item.error(f"the percents add up to {total}, not to 100")
    return found


def _read_domains(item: Item, element: str, share: int, check: str | None) -> list[Indicator]:
    """The sub-domains of an element; a `check` of the element or the domain stands for those that have none."""
    members: list[Indicator] = []
    for entry, percent in _shares(item):
        fields = entry.fields(["title", "percent", "sub_domains"], ["check"])
        base = Indicator("", element, "ratings", 0, group=fields["title"].text())
        base = replace(base, check=optional_text(fields, "check") or check)
        for member, part in _shares(fields["sub_domains"]):
            members.append(_read_sub_domain(member, base, share * percent * part))
    return members


def _read_sub_domain(item: Item, base: Indicator, weight: int) -> Indicator:
    fields = item.fields(["code", "percent"], ["printed_no", "check", "note"])
    return replace(
        base,
        code=fields["code"].text(CODE),
        weight=weight,
        printed_no=optional_text(fields, "printed_no"),
        check=optional_text(fields, "check") or base.check,
        note=optional_text(fields, "note"),
    )


def read_rated_levels(item: Item, decimals: int, met_at: int) -> tuple[Level, ...]:
    """The levels, lowest first: `min_score` is one for each lower level, plus what meets the level's own."""
    levels: list[Level] = []
    unit = Fraction(1, 10**decimals)
    for number, entry in enumerate(item.items(), start=1):
        fields = entry.fields(["level", "title", "min_score"], ["check"])
        read_number(fields["level"], number)
        floor = (number - 1) * 10**decimals + met_at
        if fields["min_score"].whole(0, 10 * 10**decimals, unit) != floor:
            raise fields["min_score"].error(f"must be {decimal_text(floor * unit)}: {number - 1} and met_at")
        levels.append(Level(number, fields["title"].text(), floor, (), check=optional_text(fields, "check")))
    check_count(item, len(levels))
    return tuple(levels)


def each_may_not_apply(members: Sequence[Indicator]) -> tuple[frozenset[str], ...]:
    """裁剪: any sub-domain may be left out by itself."""
    return tuple(frozenset({each.code}) for each in members)
