"""A target's divisions ranked: the furthest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from diagnose.models import Division, Plan, Target
from diagnose.services import target_progress
from diagnose.services.target_progress import TargetProgress


@dataclass(frozen=True)
class RankLine:
    """One division below; ``rank`` from 1, the same for equals, None where it cannot be told."""

    rank: int | None
    division: Division
    one: TargetProgress


@dataclass(frozen=True)
class Ranked:
    """The division's own standing and those right below it."""

    own: TargetProgress
    lines: Sequence[RankLine]


def ranked(
    session: Session, plan: Plan, target: Target, division: Division, children: Sequence[Division], day: date
) -> Ranked:
    """By share of the target; where none of them was given a share, by the actual. Unknown ones come last."""
    found = target_progress.of_target(session, plan, target, [division, *children], day)
    return Ranked(found[division.id], rank_lines([(child, found[child.id]) for child in children]))


def rank_lines(found: Sequence[tuple[Division, TargetProgress]]) -> list[RankLine]:
    """The same of what was read already."""
    by_share = any(one.share is not None for _, one in found)
    figures = {child.id: one.share if by_share else one.actual for child, one in found}
    known = sorted((figure for figure in figures.values() if figure is not None), reverse=True)
    order = sorted(found, key=lambda pair: (figures[pair[0].id] is None, -(figures[pair[0].id] or 0)))
    lines = []
    for child, one in order:
        figure = figures[child.id]
        lines.append(RankLine(None if figure is None else known.index(figure) + 1, child, one))
    return lines
