"""Reads the dimensions and indicators of a ruleset file and refuses what does not add up."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from scoring.model import POINTS, TOTAL, Dimension, Indicator, Kind, Shared
from scoring.strict_yaml import Item, decimal_text

MILLI = Fraction(1, POINTS)
MOST = TOTAL * POINTS
MAX_TICKS = 15  # a multi has one table entry for each set of ticks: 2**15 of them, and its code fits 16 bits
RATIO_STEP = Fraction(1, 1_000_000)  # finest knot or threshold: keeps every coefficient far inside 64 bits
CODE = r"[a-z][a-z0-9_]{0,63}"
OPTION = r"(?!NA$)[A-Za-z0-9]{1,8}"  # "NA" is the answer 不适用
RESERVED = ("score", "scenes", "binding_scenes")  # what `unmet` names beside indicators


def points_text(milli: int) -> str:
    """Milli-points as points, for a message."""
    return decimal_text(milli * MILLI)


def read_dimensions(item: Item) -> tuple[tuple[Dimension, ...], tuple[Indicator, ...]]:
    """The dimensions and all their indicators, both in the order of the file."""
    dimensions: list[Dimension] = []
    indicators: list[Indicator] = []
    for entry in item.items():
        fields = entry.fields(["code", "title", "weight", "indicators"])
        code = _new_code(fields["code"], {each.code for each in dimensions})
        members = _read_members(fields["indicators"], code, {each.code for each in indicators})
        weight = _weight(fields["weight"], sum(member.max_points for member in members))
        dimensions.append(Dimension(code, fields["title"].text(), weight))
        indicators += members
    total = sum(dimension.max_points for dimension in dimensions)
    if total != MOST:
        raise item.error(f"the weights add up to {points_text(total)}, not to {TOTAL}")
    return tuple(dimensions), tuple(indicators)


def _new_code(item: Item, taken: set[str]) -> str:
    code = item.text(CODE)
    if code in taken or code in RESERVED:
        raise item.error(f"the code {code} is taken")
    return code


def _weight(item: Item, members: int) -> int:
    weight = item.whole(1, MOST, MILLI)
    if weight != members:
        raise item.error(f"is {points_text(weight)}, but max_points of the indicators add up to {points_text(members)}")
    return weight


def _read_members(item: Item, dimension: str, taken: set[str]) -> list[Indicator]:
    members: list[Indicator] = []
    for entry in item.items():
        member = _read_indicator(entry, dimension, taken | {each.code for each in members})
        members.append(member)
    return members


def _read_indicator(item: Item, dimension: str, taken: set[str]) -> Indicator:
    """Each kind has its own keys, so the kind is looked at first."""
    keys = item.entries()
    if "kind" not in keys:
        raise item.error("missing key: kind")
    name = keys["kind"].text()
    kind = next((known for known in _READERS if known == name), None)
    if kind is None:
        raise keys["kind"].error(f"must be one of {', '.join(_READERS)}")
    required, optional, read = _READERS[kind]
    fields = item.fields(["code", "kind", "max_points", *required], [*optional, "shared_with"])
    code = _new_code(fields["code"], taken)
    shared = _read_shared(fields["shared_with"]) if "shared_with" in fields else None
    max_points = fields["max_points"].whole(1, MOST, MILLI)
    return read(fields, Indicator(code, dimension, kind, max_points, shared_with=shared))


def _read_shared(item: Item) -> Shared:
    fields = item.fields(["scheme", "edition", "code", "printed_no"])
    return Shared(**{key: value.text() for key, value in fields.items()})


def _read_single(fields: dict[str, Item], base: Indicator) -> Indicator:
    points = _option_points(fields["options"])
    for (worse, fewer), (better, more) in pairwise(points.items()):
        if more < fewer:
            what = f"points fall from {points_text(fewer)} at {worse} to {points_text(more)} at {better}"
            raise fields["options"].error(what)
    _check_most(fields["max_points"], base, max(points.values()), "the best option gives")
    return replace(base, options=tuple(points), option_points=tuple(points.values()))


def _read_multi(fields: dict[str, Item], base: Indicator) -> Indicator:
    options = fields["options"]
    counted = "rule" in fields and bool(fields["rule"].text("count"))
    if counted != options.is_list():
        raise options.error("must be a list of keys with `rule: count`, without it a mapping of keys to points")
    points = dict.fromkeys(_option_list(options), 0) if counted else _option_points(options)
    none = _read_none(fields["none"], points) if "none" in fields else None
    multi = replace(base, options=tuple(points), none=none, counted=counted)
    if not 1 <= len(multi.ticks) <= MAX_TICKS:
        raise options.error(f"must have from 1 to {MAX_TICKS} options to tick")
    if counted:
        return multi
    _check_most(fields["max_points"], base, sum(points.values()), "all options ticked give")
    return replace(multi, option_points=tuple(points.values()))


def _read_none(item: Item, points: dict[str, int]) -> str:
    key = item.text(OPTION)
    if key not in points:
        raise item.error(f"unknown option {key}")
    if points[key]:
        raise item.error(f"the option {key} (无) must give 0 points")
    return key


def _option_points(item: Item) -> dict[str, int]:
    entries = item.entries()
    _check_keys(item, list(entries))
    return {key: entry.whole(0, MOST, MILLI) for key, entry in entries.items()}


def _option_list(item: Item) -> list[str]:
    keys = [entry.text(OPTION) for entry in item.items()]
    _check_keys(item, keys)
    return keys


def _check_keys(item: Item, keys: list[str]) -> None:
    bad = next((key for key in keys if not re.fullmatch(OPTION, key)), None)
    if bad is not None:
        raise item.error(f"the option key {bad[:40]!r} must match {OPTION}")
    if len(keys) < 2 or len(set(keys)) < len(keys):
        raise item.error("must have at least 2 options, none of them twice")


def _read_ratio(fields: dict[str, Item], base: Indicator) -> Indicator:
    knots = [_read_knot(entry) for entry in fields["knots"].items()]
    ratios = [ratio for ratio, _ in knots]
    if ratios[:1] != [0] or ratios[-1:] != [1] or any(left >= right for left, right in pairwise(ratios)):
        raise fields["knots"].error("the ratios must rise from 0 to 1")
    if any(left > right for (_, left), (_, right) in pairwise(knots)):
        raise fields["knots"].error("the points must not fall")
    _check_most(fields["max_points"], base, knots[-1][1], "the last knot gives")
    return replace(base, knots=tuple(knots))


def _read_knot(item: Item) -> tuple[Fraction, int]:
    pair = item.items()
    if len(pair) != 2:
        raise item.error("must be [ratio, points]")
    return read_share(pair[0]), pair[1].whole(0, MOST, MILLI)


def read_share(item: Item) -> Fraction:
    """A ratio from 0 to 1 with at most 6 decimals."""
    return item.whole(0, RATIO_STEP.denominator, RATIO_STEP) * RATIO_STEP


def _check_most(item: Item, base: Indicator, most: int, what: str) -> None:
    if most != base.max_points:
        raise item.error(f"is {points_text(base.max_points)}, but {what} {points_text(most)}")


_Reader = Callable[[dict[str, Item], Indicator], Indicator]
_READERS: dict[Kind, tuple[list[str], list[str], _Reader]] = {  # kind: required keys, optional keys, reader
    "single": (["options"], [], _read_single),
    "multi": (["options"], ["none", "rule"], _read_multi),
    "ratio": (["knots"], [], _read_ratio),
}
