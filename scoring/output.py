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
    values = _range(verdict, ruleset.decimals) if verdict.missing else _final(verdict, ruleset.decimals)
    return f'{{"id": {_text(line_id)}, {_about(ruleset)}, {values}}}'


def _final(verdict: Verdict, places: int) -> str:
    unmet = ", ".join(_unmet(each, places) for each in verdict.unmet or ())
    return (
        f'"score": {decimal(verdict.score or 0, places)}, "level": {verdict.level}, '
        f'"level_title": {_text(verdict.level_title)}, "dimensions": {{{_dimensions(verdict)}}}, '
        f'"unmet": [{unmet}], "missing": []'
    )


def _range(verdict: Verdict, places: int) -> str:
    scores = ", ".join(decimal(end, places) for end in verdict.score_range or ())
    levels = ", ".join(str(end) for end in verdict.level_range or ())
    missing = ", ".join(f'"{code}"' for code in verdict.missing)
    return (
        '"score": null, "level": null, "level_title": null, "dimensions": null, "unmet": null, '
        f'"missing": [{missing}], "score_range": [{scores}], "level_range": [{levels}]'
    )


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
    ends: tuple[Any, Any] = (unmet.need, unmet.have)
    is_score = unmet.condition == "score"
    need, have = (decimal(end, places) if is_score else _plain_value(end) for end in ends)
    return f'{{"condition": "{unmet.condition}", "need": {need}, "have": {have}}}'


def _plain_value(value: Any) -> str:
    """What a condition needs or what the firm has: a share, a ratio as given, a count or an option key."""
    if isinstance(value, Mapping):
        return f'{{"num": {plain(value["num"])}, "den": {plain(value["den"])}}}'
    if isinstance(value, Fraction):
        return decimal(int(value * 10**_THRESHOLD_DECIMALS), _THRESHOLD_DECIMALS)
    return _text(value) if isinstance(value, str) else str(value)
