"""One line of the batch's output: JSON, every number the decimal it is."""

import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

from scoring.answers import plain
from scoring.model import Ruleset
from scoring.verdict import Final, Unmet

_MILLI = 3  # decimals of a milli-point
_THRESHOLD_DECIMALS = 6
_SCORES = ("score", "A")  # conditions in units of 10**-decimals


def bad_line(line_id: str | None, message: str) -> str:
    """The output line of a bad line."""
    return f'{{"id": {_text(line_id)}, "error": {_text(message)}}}'


def scored_line(ruleset: Ruleset, line_id: str, final: Final) -> str:
    """The output line of a complete verdict; numbers in points, written from integers."""
    about, titles, codes = _about(ruleset)
    places = ruleset.decimals
    dimensions = ", ".join([_dimension(code, *pair) for code, pair in zip(codes, final.dimensions, strict=True)])
    unmet = ", ".join([_unmet(each, places) for each in final.unmet])
    rated = "" if final.level_scores is None else f'"level_scores": [{_decimals(final.level_scores, places)}], '
    return (
        f'{{"id": {_text(line_id)}, {about}, "score": {decimal(final.score, places)}, {titles[final.level]}, '
        f'{rated}"dimensions": {{{dimensions}}}, "unmet": [{unmet}], "missing": []}}'
    )


def draft_line(
    ruleset: Ruleset, line_id: str, missing: Sequence[str], score: tuple[int, int], level: tuple[int, int]
) -> str:
    """The output line where answers are missing: what is guaranteed."""
    open_codes = ", ".join(f'"{code}"' for code in missing)
    rated = '"level_scores": null, ' if ruleset.family == "ratings" else ""
    return (
        f'{{"id": {_text(line_id)}, {_about(ruleset)[0]}, "score": null, "level": null, "level_title": null, {rated}'
        f'"dimensions": null, "unmet": null, "missing": [{open_codes}], '
        f'"score_range": [{_decimals(score, ruleset.decimals)}], "level_range": [{level[0]}, {level[1]}]}}'
    )


@lru_cache(maxsize=1 << 16)
def decimal(units: int, places: int) -> str:
    """units × 10**-places as a plain decimal, no more digits than it needs: (2250, 2) → 22.5."""
    if not places:
        return str(units)
    whole, part = divmod(units, 10**places)
    return f"{whole}.{part:0{places}}".rstrip("0").rstrip(".")


def _decimals(units: Sequence[int], places: int) -> str:
    return ", ".join([decimal(each, places) for each in units])


_text: Callable[[str | None], str] = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(maxsize=64)
def _about(ruleset: Ruleset) -> tuple[str, list[str], list[str]]:
    """What is the same on every line: scheme and edition, level and title of each level, codes of the dimensions."""
    titles = [ruleset.level_title(level) for level in range(len(ruleset.levels) + 1)]
    return (
        f'"scheme": {_text(ruleset.scheme)}, "edition": {_text(ruleset.edition)}',
        [f'"level": {level}, "level_title": {_text(title)}' for level, title in enumerate(titles)],
        [f"{_text(each.code)}: " for each in ruleset.dimensions],
    )


@lru_cache(maxsize=1 << 16)
def _dimension(code: str, points: int, most: int) -> str:
    return f'{code}{{"points": {decimal(points, _MILLI)}, "max": {decimal(most, _MILLI)}}}'


def _unmet(unmet: Unmet, places: int) -> str:
    if type(unmet.have) is int:
        return _counted(unmet, places)
    need, have = _plain_value(unmet.need), _plain_value(unmet.have)
    return f'{{"condition": "{unmet.condition}", "need": {need}, "have": {have}}}'


@lru_cache(maxsize=1 << 16)
def _counted(unmet: Unmet, places: int) -> str:
    """A score, or a count of ticks or scenes."""
    cut = places if unmet.condition in _SCORES else 0
    need, have = (decimal(cast(int, end), cut) for end in (unmet.need, unmet.have))
    return f'{{"condition": "{unmet.condition}", "need": {need}, "have": {have}}}'


def _plain_value(value: Any) -> str:
    """What a condition needs or what the firm has: a share, a ratio as given, a count or an option key."""
    if isinstance(value, Mapping):
        return f'{{"num": {plain(value["num"])}, "den": {plain(value["den"])}}}'
    if isinstance(value, Fraction):
        return decimal(int(value * 10**_THRESHOLD_DECIMALS), _THRESHOLD_DECIMALS)
    return _text(cast(str, value))
