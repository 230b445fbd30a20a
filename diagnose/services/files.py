"""Files (档案): started, moved, handed over by link, erased; services/export.py takes them along."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnose.access import digest, new_public_id
from diagnose.models import Division, Enterprise, EnterpriseDivision
from diagnose.services import evidence, spans
from diagnose.services.sizes import size_place
from diagnose.store import Store


@dataclass(frozen=True)
class Firm:
    """What a firm says about itself when it starts or changes its file."""

    credit_code: str
    name: str
    division: Division
    industry: str
    process_type: str
    profile: dict[str, Any]


TWICE = timedelta(minutes=1)  # the same page sent again within this time is a double click or a retried request


def start(session: Session, firm: Firm, code: str, today: date, now: datetime) -> Enterprise | None:
    """A new, unverified file for the holder of ``code``; the same code again at once gives the same file.

    None when the code belongs to an older file or another firm's: an old page was filled in again.
    """
    existing = _started(session, code)
    if existing is None:
        return _insert(session, firm, code, today, now) or _started(session, code)
    same = existing.credit_code == firm.credit_code and now - existing.created_at < TWICE
    return existing if same else None


def _started(session: Session, code: str) -> Enterprise | None:
    return session.scalar(select(Enterprise).where(Enterprise.link_sha256 == digest(code)))


def _insert(session: Session, firm: Firm, code: str, today: date, now: datetime) -> Enterprise | None:
    """None when somebody else's insert of the same code was first."""
    enterprise = made(firm, today, now, public_id=new_public_id(), link_sha256=digest(code))
    try:
        with session.begin_nested():
            session.add(enterprise)
    except IntegrityError:
        return None
    return enterprise


def made(firm: Firm, today: date, now: datetime, **more: Any) -> Enterprise:
    """A new row of what a firm is, not in any session yet; ``more``: its other columns."""
    return Enterprise(
        credit_code=firm.credit_code,
        name=firm.name,
        industry=firm.industry,
        process_type=firm.process_type,
        profile=firm.profile,
        size=size_place(firm.industry, firm.profile),
        created_at=now,
        places=[EnterpriseDivision(division=firm.division, valid_from=today)],
        **more,
    )


def change(enterprise: Enterprise, firm: Firm, today: date) -> None:
    """Take over what the firm says now; a move keeps the place it left, with the day it left."""
    enterprise.name = firm.name
    enterprise.industry = firm.industry
    enterprise.process_type = firm.process_type
    enterprise.profile = firm.profile
    enterprise.size = size_place(firm.industry, firm.profile)
    move(enterprise, firm.division, today)


def move(enterprise: Enterprise, division: Division, today: date) -> None:
    """From today on the firm belongs there; the place it left is kept with the day it left."""
    here = enterprise.places[-1]
    if here.division_id == division.id:
        return
    if here.valid_from == today:
        here.division = division
    else:
        here.valid_to = today
        enterprise.places.append(EnterpriseDivision(division=division, valid_from=today))


def replace_link(enterprise: Enterprise, code: str) -> None:
    """From now on only ``code`` opens the file; the old link is void everywhere."""
    enterprise.link_sha256 = digest(code)


def erase_bytes(session: Session, store: Store, enterprise: Enterprise) -> None:
    """Delete the bytes of all evidence of a file that is about to be erased, and of the files merged into it.

    Raises store.Unavailable when bytes cannot be deleted; done again it goes on from there. The caller holds the
    enterprise's row, and not yet the end of the log: a store far away takes its time.
    """
    for one in (enterprise, *_merged(session, enterprise)):
        evidence.purge_bytes(session, store, one)


def erase(session: Session, enterprise: Enterprise) -> None:
    """Delete the file with everything in it after `erase_bytes`, and the files merged into it."""
    whole = (enterprise, *_merged(session, enterprise))
    spans.forget(session, [one.id for one in whole])
    for one in whole:
        session.execute(delete(Enterprise).where(Enterprise.id == one.id))


def _merged(session: Session, enterprise: Enterprise) -> list[Enterprise]:
    """The files that were merged into this one, also by way of another."""
    tree = select(Enterprise.id).where(Enterprise.merged_into_id == enterprise.id).cte("merged", recursive=True)
    tree = tree.union(select(Enterprise.id).join(tree, Enterprise.merged_into_id == tree.c.id))
    return list(session.scalars(select(Enterprise).where(Enterprise.id.in_(select(tree.c.id))).order_by(Enterprise.id)))
