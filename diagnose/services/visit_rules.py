"""What data/visits.yaml says: the moves of a visit, reminders, how many specialists, how many firms in one go."""

from dataclasses import dataclass
from pathlib import Path

from questionnaires.strict import load_yaml, mapping

PATH = Path(__file__).parent.parent / "data" / "visits.yaml"
RULES = mapping(str(PATH), load_yaml(PATH), ("moves", "due_days", "specialists", "most_at_once"))


@dataclass(frozen=True)
class Move:
    """One allowed move. ``reason``: one must be given; ``unclaimed``: only where nobody acts for the firm.

    ``tell``: who else gets a notice, advisor or firm.
    """

    name: str
    origin: str
    to: str
    who: tuple[str, ...]
    reason: bool = False
    unclaimed: bool = False
    tell: tuple[str, ...] = ()


def _move(number: int, row: object) -> Move:
    fields = mapping(f"{PATH}: moves[{number}]", row, ("name", "from", "to", "who"), ("reason", "unclaimed", "tell"))
    origin, who, told = fields.pop("from"), tuple(fields.pop("who")), tuple(fields.pop("tell", ()))
    return Move(origin=origin, who=who, tell=told, **fields)


MOVES = tuple(_move(number, row) for number, row in enumerate(RULES["moves"]))
