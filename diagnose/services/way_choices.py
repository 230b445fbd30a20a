"""What a firm says about its way up under one scheme: own costs, what cannot be done, what stays, what is expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import PathChoice


class Stale(ValueError):
    """The choices were changed after the page was made; nothing was changed now."""


@dataclass(frozen=True)
class Choices:
    """By id of a step (`way_moves.Offer.id`): ``costs`` low and high in 百元, ``impossible`` steps (做不了); ``fixed``:
    codes of indicators that stay (不动); ``expected``: by code of an indicator that is no step, the option or band
    expected. ``version`` grows with every change; 0 when nothing was chosen yet."""

    costs: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    impossible: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    expected: Mapping[str, str] = field(default_factory=dict)
    version: int = 0

    @property
    def any(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.costs or self.impossible or self.fixed or self.expected)


NOTHING = Choices()


def load(session: Session, enterprise_id: int, scheme: str) -> Choices:
    """What the firm has chosen so far."""
    row = session.scalar(_query(enterprise_id, scheme))
    return _read(row) if row else NOTHING


def save(
    session: Session, enterprise_id: int, scheme: str, wanted: Choices, seen: int, by: int | None, now: datetime
) -> bool:
    """Keep the choices; False when they are so already. ``seen``: the version on the page; raises Stale.

    The caller holds the enterprise's row.
    """
    row = session.scalar(_query(enterprise_id, scheme).with_for_update())
    before = _read(row) if row else NOTHING
    if replace(wanted, version=before.version) == before:
        return False
    if before.version != seen:
        raise Stale
    if row is None:
        row = PathChoice(enterprise_id=enterprise_id, scheme=scheme, version=0)
        session.add(row)
    row.choices, row.version, row.updated_at, row.by_id = _plain(wanted), before.version + 1, now, by
    session.flush()
    return True


def with_step(choices: Choices, step: str, indicator: str, cost: tuple[int, int] | None, mark: str) -> Choices:
    """The choices after one step was edited; ``cost`` None takes the library's. ``mark``: go, impossible or fixed."""
    others = {key: value for key, value in choices.costs.items() if key != step}
    return replace(
        choices,
        costs=others | ({step: cost} if cost else {}),
        impossible=choices.impossible - {step} | ({step} if mark == "impossible" else set()),
        fixed=choices.fixed - {indicator} | ({indicator} if mark == "fixed" else set()),
    )


def _query(enterprise_id: int, scheme: str) -> Any:
    return select(PathChoice).where(PathChoice.enterprise_id == enterprise_id, PathChoice.scheme == scheme)


def _read(row: PathChoice) -> Choices:
    said = row.choices
    return Choices(
        {step: (low, high) for step, (low, high) in said.get("costs", {}).items()},
        frozenset(said.get("impossible", {})),
        frozenset(said.get("fixed", {})),
        said.get("expected", {}),
        row.version,
    )


def _plain(choices: Choices) -> dict[str, Any]:
    """All parts as mappings, so that two files' choices can be put one below the other."""
    return {
        "costs": {step: list(pair) for step, pair in sorted(choices.costs.items())},
        "impossible": dict.fromkeys(sorted(choices.impossible), True),
        "fixed": dict.fromkeys(sorted(choices.fixed), True),
        "expected": dict(sorted(choices.expected.items())),
    }
