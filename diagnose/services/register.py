"""What an officer does with a firm of the own district: add, rename, move, close, verify; each deed once, with history.

A form carries the ``version`` of the firm it was made from (the newest row of its history). A deed that was done
already is no deed (False: a double click); one from a page that is out of date raises Changed. The caller holds the
firm's row locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.access import Right, asker, in_scope
from diagnose.models import Account, Division, Enterprise, EnterpriseChange
from diagnose.models.enterprise import CLOSED, MERGED, OPEN
from diagnose.services import files, notices, spans
from diagnose.services.dossier import place_name
from diagnose.services.files import Firm
from diagnose.services.joining import joined_ids

TEXT_LENGTH = 250


class Changed(ValueError):
    """Somebody changed the firm after the page was made; nothing was changed now."""


class Registered(ValueError):
    """There is a verified firm with this credit code, ``there`` (its public id); who may know, the caller decides."""

    def __init__(self, there: str) -> None:
        super().__init__("registered")
        self.there = there


@dataclass(frozen=True)
class Contact:
    """Whom to call."""

    name: str
    phone: str


@dataclass(frozen=True)
class Deed:
    """Who does it, when, and the version of the firm they saw."""

    by: int
    now: datetime
    seen: int


@dataclass(frozen=True)
class HistoryLine:
    """One change with whoever made it; ``by`` is empty when no account did."""

    change: EnterpriseChange
    by: str


def version(session: Session, firm: Enterprise) -> int:
    """The newest row of the firm's history."""
    newest = select(func.max(EnterpriseChange.id)).where(EnterpriseChange.enterprise_id == firm.id)
    return session.scalar(newest) or 0


def history(session: Session, firm: Enterprise) -> list[HistoryLine]:
    """All changes of the firm and of what was joined into it, newest first."""
    rows = session.execute(
        select(EnterpriseChange, Account.name)
        .outerjoin(Account, Account.id == EnterpriseChange.by_id)
        .where(EnterpriseChange.enterprise_id.in_(joined_ids(firm.id)))
        .order_by(EnterpriseChange.id.desc())
    )
    return [HistoryLine(change, name or "") for change, name in rows]


def add(
    session: Session, firm: Firm, contact: Contact, public_id: str, by: int, today: date, now: datetime
) -> tuple[Enterprise, bool]:
    """A verified firm without a link; (firm, False) when this ``public_id`` was added before (a double click).

    Raises Registered when another firm is the verified one of this credit code, Changed when the page that gave
    ``public_id`` has added another firm.
    """
    who_to_call = {"contact_name": contact.name, "contact_phone": contact.phone}
    enterprise = files.made(firm, today, now, public_id=public_id, verified=True, **who_to_call)
    try:
        with session.begin_nested():
            session.add(enterprise)
    except IntegrityError:
        same = session.scalar(select(Enterprise).where(Enterprise.public_id == public_id))
        if same is None:
            raise Registered(_verified_one(session, firm.credit_code)) from None
        if same.credit_code != firm.credit_code:
            raise Changed from None
        return same, False
    _note(session, enterprise, "add", "", enterprise.name, by, now)
    spans.settle(session, [enterprise.id])
    return enterprise, True


def _verified_one(session: Session, credit_code: str) -> str:
    """The verified firm of a credit code, wherever it is."""
    found = session.scalar(
        select(Enterprise.public_id).where(
            Enterprise.credit_code == credit_code, Enterprise.verified, Enterprise.status != MERGED
        )
    )
    return found or ""


def duplicates(session: Session, who: Account, firm: Enterprise) -> Sequence[Enterprise]:
    """The other files with the firm's credit code that this person may manage, the verified one first."""
    query = select(Enterprise).where(
        Enterprise.credit_code == firm.credit_code, Enterprise.id != firm.id, in_scope(who, Right.MANAGE)
    )
    return session.scalars(query.order_by(Enterprise.verified.desc(), Enterprise.id), asker(who)).all()


def may_manage(session: Session, who: Account, public_id: str) -> bool:
    """Whether a firm found otherwise is one of this person's own."""
    query = select(Enterprise.id).where(Enterprise.public_id == public_id, in_scope(who, Right.MANAGE))
    return session.scalar(query, asker(who)) is not None


def joined_into(session: Session, public_id: str) -> str | None:
    """The public id of the file that a merged one has become part of."""
    target = select(Enterprise.merged_into_id).where(Enterprise.public_id == public_id).scalar_subquery()
    return session.scalar(select(Enterprise.public_id).where(Enterprise.id == target))


def rename(session: Session, firm: Enterprise, name: str, deed: Deed) -> bool:
    """Change the name."""
    if firm.name == name:
        return False
    check_version(session, firm, deed.seen)
    _note(session, firm, "rename", firm.name, name, deed.by, deed.now)
    firm.name = name
    return True


def set_contact(session: Session, firm: Enterprise, contact: Contact, deed: Deed) -> bool:
    """Change whom to call."""
    before = Contact(firm.contact_name, firm.contact_phone)
    if before == contact:
        return False
    check_version(session, firm, deed.seen)
    _note(session, firm, "contact", _call(before), _call(contact), deed.by, deed.now)
    firm.contact_name, firm.contact_phone = contact.name, contact.phone
    return True


def move(session: Session, firm: Enterprise, division: Division, today: date, deed: Deed) -> bool:
    """From today on the firm belongs to another division."""
    here = firm.places[-1].division
    if here.id == division.id:
        return False
    check_version(session, firm, deed.seen)
    _note(session, firm, "move", place_name(session, here), place_name(session, division), deed.by, deed.now)
    files.move(firm, division, today)
    spans.settle(session, [firm.id])
    return True


def has_moved(session: Session, public_id: str, by: int, now: datetime) -> bool:
    """Whether the last thing that happened to a firm is that ``by`` moved it just now: a form sent twice."""
    newest = session.scalar(
        select(EnterpriseChange)
        .join(Enterprise, Enterprise.id == EnterpriseChange.enterprise_id)
        .where(Enterprise.public_id == public_id)
        .order_by(EnterpriseChange.id.desc())
        .limit(1)
    )
    return newest is not None and (newest.what, newest.by_id) == ("move", by) and now - newest.at < files.TWICE


def tell_officers(session: Session, firm: Enterprise, division: Division, address: str, now: datetime) -> None:
    """The officers of a division learn that a firm was handed over to them."""
    officers = select(Account.id).where(Account.division_id == division.id, Account.role == "officer", Account.active)
    notices.tell(session, session.scalars(officers), "firm_handed_over", address, now, firm.id, name=firm.name)


def close(session: Session, firm: Enterprise, reason: str, deed: Deed) -> bool:
    """注销、停产: the firm is not filled in any more; what it has said stays."""
    return _turn(session, firm, CLOSED, "close", reason, deed)


def reopen(session: Session, firm: Enterprise, reason: str, deed: Deed) -> bool:
    """The firm works again."""
    return _turn(session, firm, OPEN, "reopen", reason, deed)


def _turn(session: Session, firm: Enterprise, status: str, what: str, reason: str, deed: Deed) -> bool:
    if firm.status == status:
        return False
    check_version(session, firm, deed.seen)
    _note(session, firm, what, "", reason, deed.by, deed.now)
    firm.status = status
    firm.closed_on = deed.now.astimezone(wording.SHANGHAI).date() if status == CLOSED else None
    spans.settle(session, [firm.id])
    return True


def verify(session: Session, firm: Enterprise, deed: Deed) -> bool:
    """Make it the verified firm of its credit code; raises Registered when there is one already."""
    if firm.verified:
        return False
    check_version(session, firm, deed.seen)
    try:
        with session.begin_nested():
            firm.verified = True
    except IntegrityError:
        raise Registered(_verified_one(session, firm.credit_code)) from None
    _note(session, firm, "verify", "", firm.credit_code, deed.by, deed.now)
    spans.settle(session, [firm.id])
    return True


def change(session: Session, enterprise: Enterprise, said: Firm, by: int | None, now: datetime) -> None:
    """Take over what the firm's own people say of it; another name or place is noted in its history."""
    before = enterprise.places[-1].division
    if said.name != enterprise.name:
        _note(session, enterprise, "rename", enterprise.name, said.name, by, now)
    if said.division.id != before.id:
        _note(session, enterprise, "move", place_name(session, before), place_name(session, said.division), by, now)
    files.change(enterprise, said, wording.today())
    spans.settle(session, [enterprise.id])


def check_version(session: Session, firm: Enterprise, seen: int) -> None:
    """Raises Changed when the firm has another version than the page that was sent."""
    if version(session, firm) != seen:
        raise Changed


def _note(
    session: Session, firm: Enterprise, what: str, before: str, after: str, by: int | None, now: datetime
) -> None:
    before, after = before[:TEXT_LENGTH], after[:TEXT_LENGTH]
    session.add(EnterpriseChange(enterprise_id=firm.id, what=what, before=before, after=after, at=now, by_id=by))
    session.flush()


def _call(contact: Contact) -> str:
    return " ".join(part for part in (contact.name, contact.phone) if part)
