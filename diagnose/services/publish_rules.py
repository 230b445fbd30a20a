"""The parameters of publication, from data/publish.yaml."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from questionnaires.strict import load_yaml, mapping

PATH = Path(__file__).parent.parent / "data/publish.yaml"


@dataclass(frozen=True)
class Rules:
    """``minimum`` firms behind a number, withheld counts ``apart``, no firm above ``dominance`` of a sum.

    A weighted share only from ``weighted_from`` answers on.
    """

    minimum: int
    apart: int
    dominance: Fraction
    weighted_from: int
    normal: float
    responders: int
    months: int
    linked_days: int
    reason_length: int
    source: str


def load(path: Path = PATH) -> Rules:
    """Read the file; raises DefinitionError naming it."""
    chosen = ("minimum", "apart", "dominance", "weighted_from")
    raw = mapping(
        str(path), load_yaml(path), (*chosen, "source", "weighting", "months", "linked_days", "reason_length")
    )
    value = {name: mapping(f"{path}: {name}", raw[name], ("value", "reason"))["value"] for name in chosen}
    weighting = mapping(f"{path}: weighting", raw["weighting"], ("normal", "responders", "source"))
    return Rules(
        minimum=int(value["minimum"]),
        apart=int(value["apart"]),
        dominance=Fraction(value["dominance"]),
        weighted_from=int(value["weighted_from"]),
        normal=float(weighting["normal"]),
        responders=int(weighting["responders"]),
        months=int(raw["months"]),
        linked_days=int(raw["linked_days"]),
        reason_length=int(raw["reason_length"]),
        source=raw["source"],
    )


RULES = load()
