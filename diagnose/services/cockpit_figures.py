"""The numbers of a cockpit, wherever they come from: counters or the firms themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import Term
from scoring.coverage import Cell

EMPTY = Cell()


@dataclass(frozen=True)
class Group:
    """So many firms in scope (应诊断), and the sums over the verdicts of those that have one."""

    scope: int = 0
    cell: Cell = EMPTY


@dataclass(frozen=True)
class Figures:
    """``rows``: value of the breakdown (a division's id, an industry, …) → group, on the last of ``days``.

    ``months``: the whole on each of ``days``; of the firms' cells only n, levels and score there. ``percentiles``:
    measure (0 the score, 1 … 6 the dimensions) → values at P25, P50, P75; empty where nobody counts them. ``marks``:
    bit → firms in scope with it, None where nobody counts them.
    """

    days: Sequence[date]
    rows: Mapping[int, Group]
    whole: Group
    months: Sequence[Group]
    percentiles: Mapping[int, Sequence[int]]
    marks: Mapping[int, int] | None


def ruler_id(session: Session, name: str) -> int | None:
    """The id of a ruler in the narrow rows; None as long as nobody has a verdict of it."""
    return session.scalar(select(Term.id).where(Term.kind == "ruler", Term.name == name))
