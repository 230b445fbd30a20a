"""One line of the batch's output: JSON, every number the decimal it is."""

import json
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from scoring.answers import plain
from scoring.model import Ruleset
from scoring.verdict import Unmet, Verdict

_MILLI = 3  # decimals of a milli-point
_THRESHOLD_DECIMALS = 6


def bad_line(line_id: str | None, message: str) -> str:
    """The output line of a bad line."""
    return f'{{"id": {_text(line_id)}, "error": {_text(message)}}}'


def scored_line(ruleset: Ruleset, line_id: str, verdict: Verdict) -> str:
    """The output line of a verdict; numbers in points, written from integers."""
    places = ruleset.decimals
    missing = ", ".join(f'"{code}"' for code in verdict.missing)
    if verdict.score_range is None:
        values = (
            f'"score": {decimal(verdict.score or 0, places)}, "level": {verdict.level}, '
            f'"level_title": {_text(verdict.level_title)}, "dimensions": {{{_dimensions(verdict)}}}, '
            f'"unmet": [{", ".join(_unmet(each, places) for each in verdict.unmet or ())}], "missing": []'
        )
    else:
        low, high = verdict.score_range
        values = (
            f'"score": null, "level": null, "level_title": null, "dimensions": null, "unmet": null, '
            f'"missing": [{missing}], "score_range": [{decimal(low, places)}, {decimal(high, places)}], '
            f'"level_range": {list(verdict.level_range or ())}'
        )
    return f'{{"id": {_text(line_id)}, {_about(ruleset)}, {values}}}'


@lru_cache(maxsize=1 << 16)
def decimal(units: int, places: int) -> str:
    """units × 10**-places as a plain decimal, no more digits than it needs: (2250, 2) → 22.5."""
    if not places:
        return str(units)
    whole, part = divmod(units, 10**places)
    return f"{whole}.{part:0{places}}".rstrip("0").rstrip(".")


def _text(value: str | None) -> str:
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=64)
def _about(ruleset: Ruleset) -> str:
    return f'"scheme": {_text(ruleset.scheme)}, "edition": {_text(ruleset.edition)}'


def _dimensions(verdict: Verdict) -> str:
    return ", ".join(
        f'"{code}": {{"points": {decimal(points, _MILLI)}, "max": {decimal(most, _MILLI)}}}'
        for code, (points, most) in (verdict.dimensions or {}).items()
    )


def _unmet(unmet: Unmet, places: int) -> str:
    if unmet.condition == "score":
        need, have = (decimal(int(str(value)), places) for value in (unmet.need, unmet.have))
    else:
        need, have = _plain_value(unmet.need), _plain_value(unmet.have)
    return f'{{"condition": "{unmet.condition}", "need": {need}, "have": {have}}}'


def _plain_value(value: Any) -> str:
    """What a condition needs or what the firm has: a share, a ratio as given, a count or an option key."""
    if isinstance(value, Mapping):
        return f'{{"num": {plain(value["num"])}, "den": {plain(value["den"])}}}'
    if isinstance(value, Fraction):
        return decimal(int(value * 10**_THRESHOLD_DECIMALS), _THRESHOLD_DECIMALS)
    return _text(value) if isinstance(value, str) else str(value)
