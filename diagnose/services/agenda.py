"""我的诊断: an advisor's visits, the urgent ones first, and the firms assigned to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Account, Assessment, Assignment, DraftAnswer, Enterprise, Finding, Notice, Visit
from diagnose.models.enterprise import MERGED, OPEN
from diagnose.models.visit import APPOINTED, CANCELLED, CONFIRMED, ENDED, FINAL, VISITING
from diagnose.services import notices, returns
from diagnose.services.onsite_draft import OnsiteDraft, Progress
from diagnose.services.visit_rules import RULES
from questionnaires.schema import Form

DUE = "visit_due"
SHOWN = 20


@dataclass(frozen=True)
class Item:
    """One visit with how far it is. ``late``: its due day has passed; ``now``: it wants something today."""

    visit: Visit
    form: Form
    progress: Progress
    late: bool
    now: bool


@dataclass(frozen=True)
class Line:
    """One assigned firm: what it submitted, what of that could be visited now or was sent back, and whether
    the result is late; ``judged``: how many onsite results it has.
    """

    assignment: Assignment
    enterprise: Enterprise
    submitted: Sequence[Assessment]
    ready: Sequence[Assessment]
    returned: Sequence[Assessment]
    judged: int
    late: bool


@dataclass(frozen=True)
class Agenda:
    """The page: what wants something today, what comes later, what ended lately, and the firms."""

    urgent: list[Item]
    later: list[Item]
    ended: list[Item]
    firms: list[Line]
    served: list[Enterprise]


def agenda(session: Session, catalog: Catalog, advisor: Account) -> Agenda:
    """All that one advisor has to do, in a constant number of queries."""
    today = wording.today()
    items = _items(session, catalog, advisor, today)
    live = sorted((item for item in items if item.visit.state not in ENDED), key=_urgency)
    ended = [item for item in reversed(items) if item.visit.state in ENDED]
    return Agenda(
        [item for item in live if item.now],
        [item for item in live if not item.now],
        ended[:SHOWN],
        _firms(session, advisor, today),
        _assigned(session, advisor, "specialist"),
    )


def _urgency(item: Item) -> tuple[bool, date, int]:
    return not item.late, item.visit.due_on or item.visit.visit_on, item.visit.id


def _items(session: Session, catalog: Catalog, advisor: Account, today: date) -> list[Item]:
    rows = session.scalars(
        select(Visit)
        .join(Visit.enterprise)
        .where(Visit.advisor_id == advisor.id, Enterprise.status != MERGED)
        .options(joinedload(Visit.enterprise), joinedload(Visit.assessment))
        .order_by(Visit.id)
    ).all()
    progress = _progress(session, catalog, [row.assessment for row in rows if row.state not in ENDED])
    return [
        Item(
            row,
            catalog.forms[row.assessment.form_name],
            progress.get(row.assessment_id, Progress(0, 0, 0)),
            is_late(row, today),
            is_late(row, today)
            or row.due_on == today
            or row.state == CONFIRMED
            or (row.state in (APPOINTED, VISITING) and row.visit_on <= today),
        )
        for row in rows
    ]


def is_late(visit: Visit, today: date) -> bool:
    """Whether an open visit's due day has passed."""
    return visit.state not in ENDED and visit.due_on is not None and visit.due_on < today


def _progress(session: Session, catalog: Catalog, onsite: Collection[Assessment]) -> dict[int, Progress]:
    """How far each onsite assessment is."""
    ids = [row.id for row in onsite]
    typed: dict[int, dict[str, list[str]]] = {number: {} for number in ids}
    found: dict[int, dict[str, Finding]] = {number: {} for number in ids}
    for answer in session.scalars(select(DraftAnswer).where(DraftAnswer.assessment_id.in_(ids))):
        typed[answer.assessment_id][answer.code] = answer.typed
    for finding in session.scalars(select(Finding).where(Finding.assessment_id.in_(ids))):
        found[finding.assessment_id][finding.question] = finding
    return {
        row.id: OnsiteDraft(catalog.forms[row.form_name], {}, typed[row.id], found[row.id]).progress for row in onsite
    }


def _assignments(session: Session, advisor: Account, role: str) -> list[tuple[Assignment, Enterprise]]:
    rows = session.execute(
        select(Assignment, Enterprise)
        .join(Enterprise, Enterprise.id == Assignment.enterprise_id)
        .where(
            Assignment.account_id == advisor.id,
            Assignment.role == role,
            Assignment.ended_at.is_(None),
            Enterprise.status == OPEN,
        )
        .order_by(Assignment.due_on.is_(None), Assignment.due_on, Enterprise.name, Enterprise.id)
    )
    return [(assignment, enterprise) for assignment, enterprise in rows]


def _assigned(session: Session, advisor: Account, role: str) -> list[Enterprise]:
    return [enterprise for _, enterprise in _assignments(session, advisor, role)]


def _firms(session: Session, advisor: Account, today: date) -> list[Line]:
    assigned = _assignments(session, advisor, "advisor")
    ids = [enterprise.id for _, enterprise in assigned]
    submitted = returns.newest(session, ids)
    returned = returns.pending(session, ids)
    visited = visits_of(session, ids)
    return [
        Line(
            assignment,
            enterprise,
            submitted[enterprise.id],
            ready(submitted[enterprise.id], visited[enterprise.id]),
            returned[enterprise.id],
            judged := sum(visit.state == FINAL for visit in visited[enterprise.id]),
            not judged and assignment.due_on is not None and assignment.due_on < today,
        )
        for assignment, enterprise in assigned
    ]


def visits_of(session: Session, enterprise_ids: Collection[int]) -> dict[int, list[Visit]]:
    """The visits of some firms that were not cancelled, by firm."""
    found: dict[int, list[Visit]] = {firm: [] for firm in enterprise_ids}
    rows = session.scalars(
        select(Visit)
        .where(Visit.enterprise_id.in_(enterprise_ids), Visit.state != CANCELLED)
        .options(joinedload(Visit.assessment), joinedload(Visit.advisor))
        .order_by(Visit.id)
    )
    for row in rows:
        found[row.enterprise_id].append(row)
    return found


def ready(submitted: Sequence[Assessment], visited: Sequence[Visit]) -> list[Assessment]:
    """The submissions whose form has no open visit."""
    busy = {visit.assessment.form for visit in visited if visit.state not in ENDED}
    return [row for row in submitted if row.form not in busy]


def due(session: Session, advisor: Account, today: date) -> list[Visit]:
    """Open visits that are due within the days of data/visits.yaml, or late."""
    soon = today + timedelta(days=RULES["due_days"])
    rows = session.scalars(
        select(Visit)
        .join(Visit.enterprise)
        .where(
            Visit.advisor_id == advisor.id,
            Visit.state.not_in(ENDED),
            Visit.due_on <= soon,
            Enterprise.status != MERGED,
        )
    )
    return list(rows)


def reminded(session: Session, advisor: Account) -> bool:
    """Whether the advisor was told today already; days are those of Asia/Shanghai."""
    midnight = datetime.combine(wording.today(), datetime.min.time(), wording.SHANGHAI)
    found = session.scalar(
        select(func.count())
        .select_from(Notice)
        .where(Notice.account_id == advisor.id, Notice.kind == DUE, Notice.created_at >= midnight)
    )
    return bool(found)


def remind(session: Session, advisor: Account, address: str, now: datetime) -> bool:
    """Leave the day's one notice of what is due or late, if anything is; True when it was left now."""
    session.execute(select(Account.id).where(Account.id == advisor.id).with_for_update(key_share=True))
    today = wording.today()
    waiting = due(session, advisor, today)
    if not waiting or reminded(session, advisor):
        return False
    late = sum(is_late(visit, today) for visit in waiting)
    notices.tell(session, [advisor.id], DUE, address, now, count=len(waiting), late=late, days=RULES["due_days"])
    return True
