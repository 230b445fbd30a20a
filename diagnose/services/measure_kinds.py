"""How the actual of a target is computed (口径), from data/measures.yaml: checked once, a mistake names its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diagnose.services.fact_kinds import DICTIONARY
from questionnaires.strict import DefinitionError, load_yaml, mapping

PATH = Path(__file__).parent.parent / "data" / "measures.yaml"
COUNTS = ("holding", "gained", "things")
WAYS = (*COUNTS, "share", "cells", "sums", "means", "each", "specialists")
RATES = ("cnc", "management", "tools")
PERCENT = "%"
OPTIONAL = ("codes", "having", "rate", "num", "den", "among", "amounts", "missing", "check")


@dataclass(frozen=True)
class Group:
    """Whom a rate is about: firms that hold one of ``codes`` on the day; ``above_scale``: only 规上 ones."""

    title: str
    says: str
    codes: tuple[str, ...]
    above_scale: bool


@dataclass(frozen=True)
class Measure:
    """One way to compute an actual; see measures.yaml. ``group`` is None for all firms in scope."""

    code: str
    way: str
    title: str
    says: str
    unit: str
    group: Group | None
    codes: tuple[str, ...]
    having: str
    rate: str
    num: str
    den: str
    amounts: str
    missing: str
    check: str

    @property
    def counts(self) -> bool:
        """Whether it is a number of firms or things, without a denominator."""
        return self.way in COUNTS

    @property
    def periodic(self) -> bool:
        """Whether it counts what came within a period."""
        return self.way in ("gained", "things")

    def fits(self, unit: str, kind: str) -> bool:
        """Whether a target of this unit and kind can be measured so."""
        kinds = ("flow", "yearly") if self.periodic else ("stock", "flow", "yearly") if self.counts else ("rate",)
        return unit == self.unit and kind in kinds


def _group(place: str, raw: object) -> Group:
    fields = mapping(place, raw, ("title", "says", "codes"), ("above_scale",))
    return Group(fields["title"], fields["says"], _codes(place, fields["codes"]), bool(fields.get("above_scale")))


def _codes(place: str, codes: list[str]) -> tuple[str, ...]:
    unknown = [code for code in codes if code not in DICTIONARY]
    if unknown:
        raise DefinitionError(f"{place}: {', '.join(unknown)}: not in firm-facts.yaml")
    return tuple(codes)


def _measures(name: str, raw: object, groups: Mapping[str, Group]) -> Iterator[Measure]:
    place = f"{PATH}: measures.{name}"
    fields = mapping(place, raw, ("way", "title", "says", "unit"), OPTIONAL)
    if fields["way"] not in WAYS or fields.get("rate", RATES[0]) not in RATES:
        raise DefinitionError(f"{place}: no such way or rate")
    facts = [fields[key] for key in ("num", "den") if fields.get(key)]
    _codes(place, facts)
    for among in fields.get("among", [""]):
        if among and among not in groups:
            raise DefinitionError(f"{place}: no group {among}")
        yield _measure(f"{name}.{among}" if among else name, place, fields, groups.get(among))


def _measure(code: str, place: str, fields: dict[str, Any], group: Group | None) -> Measure:
    texts = {key: str(fields.get(key, "")) for key in ("having", "rate", "num", "den", "amounts", "missing", "check")}
    return Measure(
        code=code,
        way=fields["way"],
        title=fields["title"].replace("{group}", group.title if group else ""),
        says=fields["says"].replace("{among}", group.says if group else ""),
        unit=fields["unit"],
        group=group,
        codes=_codes(place, fields.get("codes", [])),
        **texts,
    )


def _load() -> tuple[str, dict[str, Measure]]:
    raw = mapping(str(PATH), load_yaml(PATH), ("ruler", "groups", "measures"))
    groups = {name: _group(f"{PATH}: groups.{name}", value) for name, value in raw["groups"].items()}
    found = [one for name, value in raw["measures"].items() for one in _measures(name, value, groups)]
    return raw["ruler"], {one.code: one for one in found}


RULER, MEASURES = _load()
