"""退回: a submitted self-assessment sent back with a reason. It stands; the firm is asked for a correction."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Account, Assessment, Enterprise
from diagnose.models.assessment import SUBMITTED
from diagnose.services import drafts, visits

Newest = dict[int, list[Assessment]]


class Overtaken(ValueError):
    """The firm has submitted something newer since; there is nothing to send back."""


class NoReason(ValueError):
    """Sending back needs a reason, in at most `visits.REASON_LENGTH` characters."""


def newest(session: Session, enterprise_ids: Collection[int]) -> Newest:
    """The self-assessment of each form that counts now, by firm: latest as_of, then latest submitted."""
    return _newest(enterprise_ids, _submitted(session, enterprise_ids))


def pending(session: Session, enterprise_ids: Collection[int]) -> Newest:
    """Those sent back after which nothing was submitted with the same form, by firm."""
    return {firm: [row for row in rows if row.returned_at] for firm, rows in _last(session, enterprise_ids).items()}


def _last(session: Session, enterprise_ids: Collection[int]) -> Newest:
    """What was submitted last with each form, by firm."""
    rows = _submitted(session, enterprise_ids)
    return _newest(enterprise_ids, sorted(rows, key=lambda row: (row.submitted_at or row.started_at, row.id)))


def _submitted(session: Session, enterprise_ids: Collection[int]) -> Sequence[Assessment]:
    return session.scalars(
        select(Assessment)
        .where(Assessment.enterprise_id.in_(enterprise_ids), Assessment.kind == "self", Assessment.status == SUBMITTED)
        .order_by(Assessment.as_of, Assessment.submitted_at, Assessment.id)
        .execution_options(populate_existing=True)
    ).all()


def _newest(enterprise_ids: Collection[int], rows: Sequence[Assessment]) -> Newest:
    last = {(row.enterprise_id, row.form): row for row in rows}
    found: Newest = {firm: [] for firm in enterprise_ids}
    for (firm, _), row in sorted(last.items()):
        found[firm].append(row)
    return found


def send_back(
    session: Session,
    catalog: Catalog,
    enterprise: Enterprise,
    assessment: Assessment,
    reason: str,
    by: Account,
    now: datetime,
) -> bool:
    """Send a submission back and open the firm's correction draft (or keep the draft that is open).

    False when it was sent back before: the first reason stands. Raises Overtaken and NoReason.
    """
    if not reason.strip() or len(reason) > visits.REASON_LENGTH:
        raise NoReason
    visits.take_turn(session, [enterprise.id])
    row = next((one for one in _last(session, [enterprise.id])[enterprise.id] if one.id == assessment.id), None)
    if row is None:
        raise Overtaken
    if row.returned_at:
        return False
    row.returned_at, row.returned_by_id, row.return_reason = now, by.id, reason.strip()
    drafts.open_draft(session, enterprise, catalog.forms[row.form_name], "correction", row.as_of, now)
    session.flush()
    return True
