"""佐证: kept beside an answer, shown, counted, marked as deleted, and erased with the file."""

import hashlib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from diagnose.access import Right
from diagnose.models import Assessment, Enterprise, Evidence, Visit
from diagnose.models.assessment import SET_ASIDE
from diagnose.models.visit import VISITING
from diagnose.services import pictures
from diagnose.services.pictures import LIMITS, Refused
from diagnose.store import Store, new_key
from diagnose.texts import say

TITLE_LENGTH = 80
# Built once: the fill page asks for it each time.
_COUNTS = (
    select(Evidence.question, func.count())
    .where(Evidence.assessment_id == bindparam("assessment_id"), Evidence.deleted_at.is_(None))
    .group_by(Evidence.question)
)


@dataclass(frozen=True)
class Kept:
    """An upload whose bytes are in the store, before there is a row for it. ``source``: sha256 of what was sent."""

    key: str
    media: str
    size: int
    sha256: str
    source: str


def keep(store: Store, data: bytes) -> Kept:
    """Put an upload into the store, redrawn if it is a picture; raises Refused, or store.Unavailable.

    Outside any transaction: it takes its time. ``add`` makes the row; who does not get that far calls ``drop``.
    """
    picture = pictures.accept(data)
    kept = Kept(new_key(), picture.media, len(picture.data), _sha256(picture.data), _sha256(data))
    if picture.thumb:
        store.put(thumb_key(kept.key), picture.thumb)
    store.put(kept.key, picture.data)
    return kept


def drop(store: Store, key: str) -> None:
    """Remove the bytes under a key of ``keep``, thumbnail too."""
    store.delete(key)
    store.delete(thumb_key(key))


def thumb_key(key: str) -> str:
    """Where the thumbnail lies."""
    return f"{key}.thumb"


def add(
    session: Session,
    enterprise: Enterprise,
    assessment: Assessment,
    question: str,
    kept: Kept,
    effective_on: date,
    title: str,
    change: str,
    by: int | None,
    now: datetime,
) -> Evidence:
    """The row of an upload. The same file sent again under the same ``change`` gets the row of the first time, whose
    ``store_key`` is another: the bytes of ``kept`` are then to be dropped.

    ``title`` is clean (``clean_title``) or empty. Raises Refused when the question has as many as it may have; the
    caller holds the enterprise's row (``lock=True``), so that two cannot both be the last one.
    """
    number = change_number(change, kept.source)
    existing = of_change(session, assessment.id, number)
    if existing:
        return existing
    if _count(session, assessment.id, question) >= LIMITS["per_question"]:
        raise Refused("full")
    row = Evidence(
        enterprise_id=enterprise.id,
        assessment_id=assessment.id,
        question=question,
        change=number,
        title=title or say(f"evidence_untitled_{pictures.EXTENSIONS[kept.media][1:]}"),
        media=kept.media,
        size=kept.size,
        sha256=kept.sha256,
        store_key=kept.key,
        effective_on=effective_on,
        uploaded_at=now,
        uploaded_by_id=by,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        existing = of_change(session, assessment.id, number)
        if existing is None:
            raise
        return existing
    return row


def change_number(change: str, source: str) -> str:
    """What makes two uploads the same one: the number the page gave, and the file as it was sent.

    The file too, because a page without scripts has one number for all the files it sends, and keeps it when somebody
    goes back and chooses others.
    """
    return _sha256(f"{change} {source}".encode())[:40]


def of_change(session: Session, assessment_id: int, number: str) -> Evidence | None:
    """The upload with this ``change_number``, deleted or not."""
    return session.scalar(select(Evidence).where(Evidence.assessment_id == assessment_id, Evidence.change == number))


def is_stored(session: Session, key: str) -> bool:
    """Whether a row speaks of the bytes under this key."""
    return session.scalar(select(Evidence.id).where(Evidence.store_key == key)) is not None


def of_question(session: Session, assessment_id: int, question: str) -> list[Evidence]:
    """What lies beside one answer, oldest first, with who uploaded it."""
    return list(
        session.scalars(
            select(Evidence)
            .options(joinedload(Evidence.uploaded_by))
            .where(
                Evidence.assessment_id == assessment_id, Evidence.question == question, Evidence.deleted_at.is_(None)
            )
            .order_by(Evidence.id)
        )
    )


def count_by_question(session: Session, assessment_id: int) -> dict[str, int]:
    """How many lie beside each answer; questions without any are missing."""
    rows = session.connection().execute(_COUNTS, {"assessment_id": assessment_id})
    return dict(rows.all())


def find(session: Session, enterprise_id: int, evidence_id: int, with_deleted: bool = False) -> Evidence | None:
    """One piece of this firm."""
    row = session.scalar(select(Evidence).where(Evidence.id == evidence_id, Evidence.enterprise_id == enterprise_id))
    return row if row and (with_deleted or row.deleted_at is None) else None


def delete(row: Evidence, by: int | None, now: datetime) -> bool:
    """Mark as deleted: nobody sees it any more, the bytes stay until the file is erased. False when it was already."""
    if row.deleted_at:
        return False
    row.deleted_at, row.deleted_by_id = now, by
    return True


def purge_bytes(session: Session, store: Store, enterprise: Enterprise) -> int:
    """Erase the bytes of all evidence of a firm, marked or not, before its rows go; returns how many pieces.

    The caller holds the enterprise's row. What was erased once is no error: a purge that broke off is called again.
    """
    keys = session.scalars(select(Evidence.store_key).where(Evidence.enterprise_id == enterprise.id)).all()
    for key in keys:
        drop(store, key)
    return len(keys)


def facts(row: Evidence) -> dict[str, int | str]:
    """What the audit log keeps of a piece."""
    return {"evidence": row.id, "assessment": row.assessment_id, "question": row.question, "sha256": row.sha256}


def right_needed(assessment: Assessment) -> Right:
    """The right with which evidence is added to a filling, or deleted."""
    return Right.VISIT if assessment.kind == "onsite" else Right.FILL


def may_change(rights: Collection[Right], account_id: int | None, assessment: Assessment, visit: Visit | None) -> bool:
    """Whether somebody may add and delete here at all: for onsite only the visit's own advisor."""
    if right_needed(assessment) not in rights:
        return False
    return assessment.kind != "onsite" or (visit is not None and visit.advisor_id == account_id)


def is_open(assessment: Assessment, visit: Visit | None) -> bool:
    """Whether it may be changed now: onsite only during the visit, a self-assessment unless it was set aside."""
    if assessment.kind == "onsite":
        return visit is not None and visit.state == VISITING
    return assessment.status != SET_ASIDE


def title_of_name(name: str) -> str:
    """A file name as a title: without folders and ending."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = last.rpartition(".")
    return clean_title(stem if dot and ending.isascii() and ending.isalnum() and len(ending) <= 5 else last)


def clean_title(text: str) -> str:
    """A title on one line, not too long, without characters that are invisible or turn text around."""
    kept = "".join(" " if one.isspace() else one for one in text if one.isspace() or _is_visible(one))
    return " ".join(unicodedata.normalize("NFC", kept).split()).strip(". ")[:TITLE_LENGTH]


def _is_visible(character: str) -> bool:
    """Not a control, format (bidi), surrogate, private or unassigned character."""
    return not unicodedata.category(character).startswith("C")


def _count(session: Session, assessment_id: int, question: str) -> int:
    return count_by_question(session, assessment_id).get(question, 0)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
