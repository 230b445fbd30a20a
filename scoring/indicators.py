"""Reads the dimensions and indicators of a ruleset file and refuses what does not add up."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from scoring.model import Dimension, Indicator, Kind, Shared
from scoring.ratios import MILLI, MOST, check_most, points_text, read_banded, read_ratio
from scoring.strict_yaml import Item

MAX_TICKS = 15  # a multi has one table entry for each set of ticks: 2**15 of them, and its code fits 16 bits
MAX_GRADES = 9
CODE = r"[a-z][a-z0-9_]{0,63}"
OPTION = r"(?!NA$)[A-Za-z0-9]{1,8}"  # "NA" is the answer 不适用
RESERVED = ("score", "scenes", "binding_scenes", "A")  # what `unmet` names beside indicators


def read_dimensions(item: Item) -> tuple[tuple[Dimension, ...], tuple[Dimension, ...], tuple[Indicator, ...]]:
    """The dimensions that are scored, those that are not (of scenes), and all their indicators, as in the file."""
    scored: list[Dimension] = []
    unscored: list[Dimension] = []
    indicators: list[Indicator] = []
    for entry in item.items():
        dimension, members = _read_dimension(entry, {each.code for each in scored + unscored}, indicators)
        if dimension.max_points and unscored:
            raise entry.error("must stand before the dimensions with `scored: false`")
        (scored if dimension.max_points else unscored).append(dimension)
        indicators += members
    total = sum(dimension.max_points for dimension in scored)
    if total != MOST:
        raise item.error(f"the weights add up to {points_text(total)}, not to {points_text(MOST)}")
    if len({each.grades for each in indicators if each.kind == "scene"}) > 1:
        raise item.error("all scenes must have the same number of grades")
    return tuple(scored), tuple(unscored), tuple(indicators)


def _read_dimension(item: Item, taken: set[str], known: list[Indicator]) -> tuple[Dimension, list[Indicator]]:
    """A dimension has a weight, or says `scored: false` and then has scenes only."""
    fields = item.fields(["code", "title", "indicators"], ["weight", "scored", "check"])
    code = _new_code(fields["code"], taken)
    members = _read_members(fields["indicators"], code, {each.code for each in known})
    scored = fields["scored"].flag() if "scored" in fields else True
    if scored != ("weight" in fields):
        raise item.error("must have a weight, or `scored: false` and no weight")
    weight = _weight(fields["weight"], sum(member.max_points for member in members)) if scored else 0
    wrong = next((member for member in members if scored == (member.kind == "scene")), None)
    if wrong is not None:
        raise item.error(f"{wrong.code}: scenes, and nothing else, stand in dimensions with `scored: false`")
    return Dimension(code, fields["title"].text(), weight, check=optional_text(fields, "check")), members


def optional_text(fields: dict[str, Item], key: str) -> str | None:
    """The text of a key that may be absent."""
    return fields[key].text() if key in fields else None


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
    fields = item.fields(["code", "kind", *required], [*optional, *_ABOUT])
    shared = _read_shared(fields["shared_with"]) if "shared_with" in fields else None
    max_points = fields["max_points"].whole(1, MOST, MILLI) if "max_points" in fields else 0
    base = Indicator(_new_code(fields["code"], taken), dimension, kind, max_points, shared_with=shared)
    printed_no, check, note = (optional_text(fields, key) for key in ("printed_no", "check", "note"))
    return replace(read(fields, base), printed_no=printed_no, check=check, note=note)


def _read_shared(item: Item) -> Shared:
    fields = item.fields(["scheme", "edition", "code", "printed_no"])
    return Shared(**{key: value.text() for key, value in fields.items()})


def _read_single(fields: dict[str, Item], base: Indicator) -> Indicator:
    points = _option_points(fields["options"])
    for (worse, fewer), (better, more) in pairwise(points.items()):
        if more < fewer:
            what = f"points fall from {points_text(fewer)} at {worse} to {points_text(more)} at {better}"
            raise fields["options"].error(what)
    check_most(fields["max_points"], base, max(points.values()), "the best option gives")
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
    check_most(fields["max_points"], base, sum(points.values()), "all options ticked give")
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


def _read_scene(fields: dict[str, Item], base: Indicator) -> Indicator:
    grades, binding = fields["grades"].whole(1, MAX_GRADES), fields["binding"].flag()
    return replace(base, grades=grades, binding=binding, group=optional_text(fields, "group"))


_ABOUT = ["shared_with", "printed_no", "check", "note"]
_Reader = Callable[[dict[str, Item], Indicator], Indicator]
_READERS: dict[Kind, tuple[list[str], list[str], _Reader]] = {  # kind: required keys, optional keys, reader
    "single": (["max_points", "options"], [], _read_single),
    "multi": (["max_points", "options"], ["none", "rule"], _read_multi),
    "ratio": (["max_points", "knots"], [], read_ratio),
    "ratio_banded": (["max_points", "bands"], ["may_exceed_one"], read_banded),
    "scene": (["grades", "binding"], ["group"], _read_scene),
}
