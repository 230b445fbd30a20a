"""Rulesets (评分规则): one YAML file an edition, checked when loaded and frozen from then on.

Every error names file, line and place: `…/2025.yaml:41: levels[2].min_score: must be above 40, the floor of level 2`.
"""

import hashlib
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from scoring.elements import each_may_not_apply, read_elements, read_rated_levels
from scoring.indicators import CODE, optional_text, read_dimensions
from scoring.levels import read_levels
from scoring.model import Band, Condition, Dimension, Gate, Indicator, Level, Ruleset, RulesetError, Shared
from scoring.ratios import MOST
from scoring.strict_yaml import Item, read

__all__ = ["Band", "Condition", "Dimension", "Gate", "Indicator", "Level", "Ruleset", "RulesetError", "Shared"]
__all__ += ["find", "load", "parse", "shipped"]

RULES = Path(__file__).parent / "rules"
MAX_DECIMALS = 3  # points are whole thousandths, so a finer score would only be noise
MAX_GROUPS = 6  # the guaranteed range tries every combination of groups that may be 不适用
_NAME = r"[0-9a-z]+(?:-[0-9a-z]+)*"
_ABOUT = ["scheme", "edition", "title", "status", "sources", "decimals"]
_MORE_ABOUT = ["family", "document", "check"]
_POINTS = ["dimensions", "not_applicable", "levels", "unrated_title"]
_RATINGS = ["elements", "met_at", "levels", "unrated_title"]


def shipped() -> dict[str, Path]:
    """The rulesets that come with the program: scheme/edition → file."""
    return {f"{path.parent.name}/{path.stem}": path for path in sorted(RULES.glob("*/*.yaml"))}


def find(name: str) -> Ruleset:
    """The ruleset of that name, read again only when its file has changed; RulesetError when there is none."""
    path = shipped().get(name)
    if path is None:
        raise RulesetError(f"{name}: unknown ruleset; known: {', '.join(shipped())}")
    ruleset = _load_once(path, path.stat().st_mtime_ns)
    if ruleset.name != name:
        raise RulesetError(f"{path}:1: scheme, edition: are {ruleset.name}, but the file is that of {name}")
    return ruleset


@lru_cache(maxsize=64)
def _load_once(path: Path, mtime_ns: int) -> Ruleset:
    return load(path)


def load(path: Path) -> Ruleset:
    """The ruleset of a file; RulesetError when it cannot be read or does not add up."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RulesetError(f"{path}:1: file: cannot be read: {error.strerror}") from error
    return parse(raw, path)


def parse(raw: bytes, path: Path) -> Ruleset:
    """The ruleset these bytes describe; `path` is only what errors and the ruleset call them by."""
    try:
        return _build(read(raw, path), hashlib.sha256(raw).hexdigest(), path)
    except RecursionError as error:
        raise RulesetError(f"{path}:1: file: is nested too deeply") from error


def _build(item: Item, sha256: str, path: Path) -> Ruleset:
    rated = "family" in item.entries() and bool(item.entries()["family"].text("ratings"))
    fields = item.fields([*_ABOUT, *(_RATINGS if rated else _POINTS)], _MORE_ABOUT)
    bare = Ruleset(
        scheme=fields["scheme"].text(_NAME),
        edition=fields["edition"].text(_NAME),
        title=fields["title"].text(),
        status=fields["status"].text(),
        sources=tuple(entry.text() for entry in fields["sources"].items()),
        decimals=fields["decimals"].whole(0, MAX_DECIMALS),
        dimensions=(),
        indicators=(),
        not_applicable=(),
        levels=(),
        unrated_title=fields["unrated_title"].text(),
        sha256=sha256,
        path=path,
        document=optional_text(fields, "document"),
        check=optional_text(fields, "check"),
    )
    return _with_ratings(bare, fields) if rated else _with_points(bare, fields)


def _with_points(bare: Ruleset, fields: dict[str, Item]) -> Ruleset:
    dimensions, unscored, indicators = read_dimensions(fields["dimensions"])
    groups = _read_groups(
        fields["not_applicable"], {each.code: each.max_points for each in indicators if each.kind != "scene"}
    )
    levels = read_levels(fields["levels"], bare.decimals, indicators, set().union(*groups))
    return replace(
        bare, dimensions=dimensions, unscored=unscored, indicators=indicators, not_applicable=groups, levels=levels
    )


def _with_ratings(bare: Ruleset, fields: dict[str, Item]) -> Ruleset:
    elements, members = read_elements(fields["elements"])
    met_at = fields["met_at"].whole(1, 10**bare.decimals, Fraction(1, 10**bare.decimals))
    return replace(
        bare,
        family="ratings",
        dimensions=elements,
        indicators=members,
        not_applicable=each_may_not_apply(members),
        met_at=met_at,
        levels=read_rated_levels(fields["levels"], bare.decimals, met_at),
    )


def _read_groups(item: Item, max_points: dict[str, int]) -> tuple[frozenset[str], ...]:
    """Groups of codes that are 不适用 together; something must remain to be scored when all of them are."""
    groups: list[frozenset[str]] = []
    taken: set[str] = set()
    for entry in item.items():
        codes = [code.text(CODE) for code in entry.items()]
        if not codes:
            raise entry.error("is an empty group")
        wrong = next((code for code in codes if code not in max_points or code in taken or codes.count(code) > 1), None)
        if wrong is not None:
            raise entry.error(f"{wrong} is not an indicator, or stands in not_applicable twice")
        taken.update(codes)
        groups.append(frozenset(codes))
    if sum(max_points[code] for code in taken) >= MOST or len(groups) > MAX_GROUPS:
        raise item.error(f"must leave something to score and be at most {MAX_GROUPS} groups")
    return tuple(groups)
