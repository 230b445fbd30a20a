"""Which industry (GB/T 4754—2017) a firm is in and how large it is (大中小微, 规上): pure rules over loaded data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from questionnaires.strict import DefinitionError, load_yaml, mapping


@dataclass(frozen=True)
class Industry:
    """One 大类 (code of two digits) or, where the size rule needs it, 中类 (three digits)."""

    code: str
    title: str
    section: str


@dataclass(frozen=True)
class Section:
    """One 门类: its letter, title and industries in code order."""

    code: str
    title: str
    industries: tuple[Industry, ...]


@dataclass(frozen=True)
class Industries:
    source: str
    check: str
    sections: tuple[Section, ...]
    by_code: Mapping[str, Industry]

    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """For a <select>: (门类 title, [(code, title)]); an entry that has finer entries is left to them."""
        coarse = {code[:2] for code in self.by_code if len(code) == 3}
        return [
            (section.title, [(item.code, item.title) for item in section.industries if item.code not in coarse])
            for section in self.sections
        ]


class SizeClass(StrEnum):
    """企业划型; PENDING says that a figure that could change the class is missing."""

    LARGE = "大型"
    MEDIUM = "中型"
    SMALL = "小型"
    MICRO = "微型"
    PENDING = "待补充"


@dataclass(frozen=True)
class SizeRow:
    """One row of the size table: for 大型, 中型, 小型 in this order the floors, figure name → inclusive floor."""

    name: str
    title: str
    floors: tuple[tuple[SizeClass, Mapping[str, int]], ...]


@dataclass(frozen=True)
class SizeRules:
    """``row_of``: industry code → row, None where only a finer code decides; ``figures``: name → (title, unit)."""

    source: str
    check: str
    figures: Mapping[str, tuple[str, str]]
    row_of: Mapping[str, SizeRow | None]
    above_scale_row: str
    above_scale_revenue: int


def size_class(
    rules: SizeRules, industry: str, staff: int | None, revenue: Decimal | None, assets: Decimal | None
) -> SizeClass:
    """Return the size class (工信部联企业〔2011〕300号); revenue and assets in 万元, KeyError for an unknown industry.

    A class needs all figures of its row. With a figure missing the class is given only when no value of
    that figure could change it (15 staff in 工业 are 微型 at any revenue); otherwise it is PENDING.
    """
    row = rules.row_of[industry]
    if row is None:
        return SizeClass.PENDING
    given = {"staff": None if staff is None else Decimal(staff), "revenue": revenue, "assets": assets}
    lowest = _highest_reached(row, given, missing=Decimal(0))
    highest = _highest_reached(row, given, missing=Decimal("Infinity"))
    return lowest if lowest is highest else SizeClass.PENDING


def _highest_reached(row: SizeRow, given: Mapping[str, Decimal | None], missing: Decimal) -> SizeClass:
    known = {name: missing if value is None else value for name, value in given.items()}
    for size, floors in row.floors:
        if all(known[name] >= floor for name, floor in floors.items()):
            return size
    return SizeClass.MICRO


def needs_assets(rules: SizeRules, industry: str) -> bool:
    """Say whether the row of this industry reads 资产总额; KeyError for an unknown industry."""
    row = rules.row_of[industry]
    return row is not None and any("assets" in floors for _, floors in row.floors)


def above_scale(rules: SizeRules, industry: str, revenue: Decimal | None) -> bool | None:
    """Say whether the firm is 规上工业 (yearly revenue in 万元); None when an industrial firm gave no revenue."""
    row = rules.row_of[industry]
    if row is None or row.name != rules.above_scale_row:
        return False
    return None if revenue is None else revenue >= rules.above_scale_revenue


def load_industries(path: Path) -> Industries:
    """Read industries.yaml; DefinitionError names the file and the place of anything wrong."""
    raw = mapping(str(path), load_yaml(path), ("source", "check", "sections"))
    entries = _entries(f"{path}: sections", raw["sections"])
    sections = tuple(_section(f"{path}: sections.{letter}", letter, value) for letter, value in entries.items())
    found = [industry for section in sections for industry in section.industries]
    for before, after in pairwise(found):
        if before.code >= after.code:
            raise DefinitionError(f"{path}: sections.{after.section}: code {after.code} does not follow {before.code}")
    by_code = {industry.code: industry for industry in found}
    for code in by_code:
        if code[:2] not in by_code:
            raise DefinitionError(f"{path}: code {code} has no 大类 {code[:2]}")
    return Industries(raw["source"], raw["check"], sections, by_code)


def _section(place: str, letter: str, value: object) -> Section:
    raw = mapping(place, value, ("title", "industries"))
    titles = _entries(place, raw["industries"])
    for code, title in titles.items():
        if not (re.fullmatch(r"\d{2,3}", code) and isinstance(title, str) and title):
            raise DefinitionError(f"{place}: {code}: expected a code of 2 or 3 digits and its title")
    return Section(letter, raw["title"], tuple(Industry(code, title, letter) for code, title in titles.items()))


def _entries(place: str, value: object) -> dict[str, Any]:
    """Check a mapping with free keys; they must be text, for YAML reads an unquoted 01 as the number 1."""
    if not isinstance(value, dict) or not value:
        raise DefinitionError(f"{place}: expected entries, found {value!r}")
    for key in value:
        if not isinstance(key, str):
            raise DefinitionError(f"{place}: {key!r}: keys must be quoted text")
    return value


def load_sizes(path: Path) -> SizeRules:
    """Read size-classes.yaml; DefinitionError names the file and the place of anything wrong."""
    keys = ("source", "check", "figures", "rows", "undecided", "above_scale")
    raw = mapping(str(path), load_yaml(path), keys)
    figures = _figures(f"{path}: figures", raw["figures"])
    rows = _entries(f"{path}: rows", raw["rows"])
    row_of: dict[str, SizeRow | None] = dict.fromkeys(_codes(f"{path}: undecided", raw["undecided"]))
    for name, value in rows.items():
        place = f"{path}: rows.{name}"
        fields = mapping(place, value, ("title", "industries", "large", "medium", "small"))
        row = SizeRow(name, fields["title"], _floors(place, fields, set(figures)))
        for code in _codes(f"{place}: industries", fields["industries"]):
            if code in row_of:
                raise DefinitionError(f"{place}: industry {code} already has a row")
            row_of[code] = row
    scale = _above_scale(f"{path}: above_scale", raw["above_scale"], set(rows))
    return SizeRules(raw["source"], raw["check"], figures, row_of, scale["row"], scale["revenue"])


def _figures(place: str, value: object) -> dict[str, tuple[str, str]]:
    raw = mapping(place, value, ("staff", "revenue", "assets"))
    fields = {name: mapping(f"{place}.{name}", item, ("title", "unit")) for name, item in raw.items()}
    return {name: (item["title"], item["unit"]) for name, item in fields.items()}


def _floors(place: str, fields: Mapping[str, Any], figures: set[str]) -> tuple[tuple[SizeClass, dict[str, int]], ...]:
    """Check that the columns use the same figures, with whole floors that fall from 大型 to 小型 and stay above 0."""
    large, medium, small = (mapping(place, fields[key], (), figures) for key in ("large", "medium", "small"))
    if not large.keys() == medium.keys() == small.keys() or not large:
        raise DefinitionError(f"{place}: large, medium and small must name the same figures")
    for name in large:
        steps = (large[name], medium[name], small[name])
        if any(type(step) is not int for step in steps) or not steps[0] > steps[1] > steps[2] > 0:
            raise DefinitionError(f"{place}: {name}: floors must be whole numbers that fall and stay above 0")
    return (SizeClass.LARGE, large), (SizeClass.MEDIUM, medium), (SizeClass.SMALL, small)


def _codes(place: str, entries: object) -> list[str]:
    """Spell out codes such as ["06-46", "701"]."""
    if not isinstance(entries, list):
        raise DefinitionError(f"{place}: expected a list of codes, found {entries!r}")
    codes: list[str] = []
    for entry in entries:
        match = re.fullmatch(r"(\d{2})-(\d{2})|\d{2,3}", str(entry))
        if not match:
            raise DefinitionError(f"{place}: {entry!r} is no code and no range such as 06-46")
        first, last = match.groups()
        codes += [f"{number:02d}" for number in range(int(first), int(last) + 1)] if first else [str(entry)]
    return codes


def _above_scale(place: str, value: object, rows: set[str]) -> dict[str, Any]:
    raw = mapping(place, value, ("source", "check", "row", "revenue"))
    if raw["row"] not in rows or type(raw["revenue"]) is not int:
        raise DefinitionError(f"{place}: row must name a row, revenue must be a whole number")
    return raw
