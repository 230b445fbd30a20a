"""When two files become one: what the firm said about its ways, and its plans, of which one a scheme is open."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased

from diagnose.models import PathChoice, Roadmap


def give_way(session: Session, source: int, target: int, now: datetime) -> None:
    """Where both have one of a scheme: the source's open plan ends, its choices go below the target's."""
    there = aliased(Roadmap)
    rival = exists().where(there.enterprise_id == target, there.scheme == Roadmap.scheme, there.ended_at.is_(None))
    session.execute(
        update(Roadmap)
        .where(Roadmap.enterprise_id == source, Roadmap.ended_at.is_(None), rival)
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    held = {one.scheme: one for one in session.scalars(_choices(target))}
    for one in session.scalars(_choices(source)):
        if one.scheme in held:
            _put_below(held[one.scheme], one.choices, now)
            session.delete(one)
    session.flush()


def _choices(enterprise_id: int) -> Any:
    return select(PathChoice).where(PathChoice.enterprise_id == enterprise_id).with_for_update()


def _put_below(kept: PathChoice, other: dict[str, Any], now: datetime) -> None:
    kept.choices = {name: other.get(name, {}) | kept.choices.get(name, {}) for name in other.keys() | kept.choices}
    kept.version += 1
    kept.updated_at = now
