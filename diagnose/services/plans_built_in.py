"""The plans that everybody has, from data/targets.yaml: what they set, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from diagnose.models import Target
from diagnose.services.measure_kinds import MEASURES
from questionnaires.strict import DefinitionError, load_yaml, mapping

PATH = Path(__file__).parent.parent / "data" / "targets.yaml"
KINDS = ("stock", "flow", "yearly", "rate")
COMPARATORS = ("ge", "gt")


@dataclass(frozen=True)
class BuiltTarget:
    """One goal as published; ``proposed``: a measure that an officer may take over."""

    title: str
    value: str
    unit: str
    kind: str
    comparator: str
    measure: str
    proposed: str
    note: str

    def row(self, position: int) -> Target:
        """As a row of a plan."""
        return Target(
            position=position,
            title=self.title,
            value=self.value,
            unit=self.unit,
            kind=self.kind,
            comparator=self.comparator,
            measure=self.measure,
            note=self.note,
        )


@dataclass(frozen=True)
class BuiltPlan:
    """One published plan; ``division``: its code of GB/T 2260, empty for a zone that is known by ``region`` alone."""

    code: str
    title: str
    source: str
    division: str
    region: str
    starts_on: date
    deadline: date
    check: str
    targets: tuple[BuiltTarget, ...]


def _target(place: str, raw: object) -> BuiltTarget:
    required = ("title", "value", "unit", "kind", "comparator")
    fields = mapping(place, raw, required, ("measure", "proposed", "note"))
    if fields["kind"] not in KINDS or fields["comparator"] not in COMPARATORS or Decimal(fields["value"]) <= 0:
        raise DefinitionError(f"{place}: kind, comparator or value")
    target = BuiltTarget(**{name: str(fields.get(name, "")) for name in (*required, "measure", "proposed", "note")})
    for code in (target.measure, target.proposed):
        if code and (code not in MEASURES or not MEASURES[code].fits(target.unit, target.kind)):
            raise DefinitionError(f"{place}: no measure {code} for this kind and unit")
    return target


def _plan(code: str, raw: object) -> BuiltPlan:
    place = f"{PATH}: plans.{code}"
    keys = ("title", "source", "division", "region", "starts_on", "deadline", "targets")
    fields: dict[str, Any] = mapping(place, raw, keys, ("check",))
    targets = tuple(_target(f"{place}.{name}", value) for name, value in fields.pop("targets").items())
    if fields["starts_on"] >= fields["deadline"]:
        raise DefinitionError(f"{place}: starts_on must be before the deadline")
    return BuiltPlan(code=code, targets=targets, **{"check": "", **fields})


def _load() -> tuple[Mapping[str, BuiltPlan], Fraction]:
    raw = mapping(str(PATH), load_yaml(PATH), ("lights", "plans"))
    lights = mapping(f"{PATH}: lights", raw["lights"], ("yellow",))
    return {code: _plan(code, value) for code, value in raw["plans"].items()}, Fraction(lights["yellow"])


PLANS, YELLOW = _load()


def proposed(plan_code: str | None, title: str) -> str:
    """The measure that is proposed for a target of a built-in plan, by its published title; "" for none."""
    plan = PLANS.get(plan_code or "")
    return next((one.proposed for one in plan.targets if one.title == title), "") if plan else ""
