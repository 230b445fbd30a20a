"""现场诊断 from appointment to signed result: who may move a visit where (data/visits.yaml), and each move once."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from diagnose import wording
from diagnose.access import asker, in_scope
from diagnose.catalog import Catalog
from diagnose.models import Account, Assessment, Assignment, Enterprise, Membership, Visit, VisitStep
from diagnose.models.assessment import DRAFT, SET_ASIDE, SUBMITTED
from diagnose.models.enterprise import MERGED, OPEN
from diagnose.models.people import ADVISOR, ENTERPRISE, OFFICER
from diagnose.models.visit import APPOINTED, CANCELLED, CONFIRMED, ENDED, FINAL, VISITING, WRITTEN
from diagnose.services import submit
from diagnose.services.visit_rules import MOVES, Move

PARTS = {ADVISOR: "advisor", ENTERPRISE: "firm", OFFICER: "officer"}
CHANGEABLE = (APPOINTED, VISITING)
REASON_LENGTH = 2000


class AlreadyOpen(ValueError):
    """The firm has an open visit of this form, ``visit``."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(f"visit {visit.id} is open")
        self.visit = visit


class Stale(ValueError):
    """Somebody moved the visit meanwhile; ``step`` says who, when and whereto."""

    def __init__(self, step: VisitStep) -> None:
        super().__init__(f"visit {step.visit_id} was moved to {step.state}")
        self.step = step


class NotAllowed(ValueError):
    """No such move from here for whoever asks."""


class NoReason(ValueError):
    """This move needs a reason, in at most REASON_LENGTH characters."""


class TooEarly(ValueError):
    """The day of the visit has not come yet."""


def visit_for(session: Session, visit_id: int, account: Account | None) -> Visit | None:
    """A visit as far as this account may see it, else None.

    An advisor sees the own ones, a firm's people and the officers above it those of the firm. Seeing is not writing:
    see ``writable``.
    """
    visit = session.scalar(_seen().where(Visit.id == visit_id))
    if visit is None or (account and account.role == ADVISOR and visit.advisor_id != account.id):
        return None
    scope = select(Enterprise.id).where(Enterprise.id == visit.enterprise_id, in_scope(account))
    return visit if session.scalar(scope, asker(account)) else None


def _seen() -> Select[Visit]:
    """Visits with all that their page shows."""
    return select(Visit).options(
        joinedload(Visit.enterprise),
        joinedload(Visit.base),
        joinedload(Visit.assessment),
        joinedload(Visit.advisor),
        selectinload(Visit.steps).joinedload(VisitStep.by),
    )


def writable(visit: Visit, account: Account | None) -> bool:
    """Whether this account may write answers now: only the visit's advisor, only while visiting."""
    return account is not None and visit.advisor_id == account.id and visit.state == VISITING


def lent(session: Session, advisor: Account) -> list[Visit]:
    """The visits whose pages an advisor may keep for work without network: the own ones that can still be filled in."""
    query = (
        select(Visit)
        .join(Visit.enterprise)
        .where(Visit.advisor_id == advisor.id, Visit.state.in_(CHANGEABLE), Enterprise.status != MERGED)
        .options(joinedload(Visit.enterprise), joinedload(Visit.assessment))
    )
    return list(session.scalars(query.order_by(Visit.visit_on, Visit.id)))


def locked(session: Session, visit_id: int) -> Visit:
    """The visit as it is now; on PostgreSQL whoever else moves it or writes answers waits for this transaction."""
    query = select(Visit).where(Visit.id == visit_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def appoint(
    session: Session,
    base: Assessment,
    advisor: Account,
    visit_on: date,
    due_on: date | None,
    by: Account,
    now: datetime,
) -> Visit:
    """A visit that checks a submitted self-assessment, with its empty onsite assessment of the same form edition.

    Raises AlreadyOpen when the firm has one of this form (one is enough, also of two simultaneous requests),
    NotAllowed when ``base`` is not a submitted self-assessment.
    """
    if base.kind != "self" or base.status != SUBMITTED:
        raise NotAllowed
    take_turn(session, [base.enterprise_id])
    existing = open_visit(session, base.enterprise_id, base.form)
    if existing:
        raise AlreadyOpen(existing)
    onsite = Assessment(
        enterprise_id=base.enterprise_id,
        kind="onsite",
        form=base.form,
        edition=base.edition,
        purpose="visit",
        as_of=visit_on,
        status=DRAFT,
        started_at=now,
    )
    visit = Visit(
        enterprise_id=base.enterprise_id,
        base=base,
        assessment=onsite,
        advisor_id=advisor.id,
        state=APPOINTED,
        version=1,
        due_on=due_on,
        visit_on=visit_on,
        created_at=now,
        steps=[VisitStep(move="appoint", state=APPOINTED, at=now, by_id=by.id)],
    )
    session.add(visit)
    session.flush()
    return visit


def take_turn(session: Session, enterprise_ids: Sequence[int]) -> None:
    """Whoever appoints, moves or assigns for one of these firms waits until this transaction ends.

    Always taken before a visit's row, so that nobody waits in a circle; other rows may still be added to the firms.
    """
    session.execute(
        select(Enterprise.id)
        .where(Enterprise.id.in_(enterprise_ids))
        .order_by(Enterprise.id)
        .with_for_update(key_share=True)
    ).all()


def open_visit(session: Session, enterprise_id: int, form: str) -> Visit | None:
    """The open visit of a firm for one form."""
    return session.scalar(
        _seen().where(Visit.enterprise_id == enterprise_id, Visit.state.not_in(ENDED), _of_form(form)).limit(1)
    )


def _of_form(form: str) -> ColumnElement[bool]:
    return exists().where(Assessment.id == Visit.assessment_id, Assessment.form == form)


def moves_of(session: Session, visit: Visit, account: Account) -> list[Move]:
    """The moves that whoever sees the visit may make now, in the order of the file; of a closed firm, to cancel it."""
    part = _part(visit, account)
    found = [move for move in MOVES if move.origin == visit.state and part in move.who]
    if visit.enterprise.status != OPEN:
        return [move for move in found if move.to == CANCELLED]
    if any(move.unclaimed for move in found) and claimed(session, visit.enterprise_id):
        return [move for move in found if not move.unclaimed]
    return found


def _part(visit: Visit, account: Account) -> str:
    part = PARTS.get(account.role, "")
    return "" if part == "advisor" and visit.advisor_id != account.id else part


def claimed(session: Session, enterprise_id: int) -> bool:
    """Whether somebody with an account acts for the firm."""
    return session.scalar(select(exists().where(Membership.enterprise_id == enterprise_id))) or False


def move(
    session: Session, catalog: Catalog, visit: Visit, to: str, seen: int, by: Account, reason: str, now: datetime
) -> bool:
    """Move a visit that ``by`` may see; False when this very person had done so already (a double click).

    ``seen``: the version they saw. Raises Stale, NotAllowed, NoReason, TooEarly, and
    submit.Incomplete with the open questions when it is to be written up; then nothing has changed.
    """
    take_turn(session, [visit.enterprise_id])
    visit = locked(session, visit.id)
    if seen != visit.version:
        return _repeated(session, visit, to, seen, by)
    chosen = next((one for one in moves_of(session, visit, by) if one.to == to), None)
    if chosen is None:
        raise NotAllowed
    if len(reason) > REASON_LENGTH or (chosen.reason and not reason.strip()):
        raise NoReason
    _check(session, catalog, visit, to)
    add_step(session, visit, chosen.name, to, by, reason.strip(), now)
    session.flush()
    _carry_out(session, catalog, visit, by, now)
    return True


def _repeated(session: Session, visit: Visit, to: str, seen: int, by: Account) -> bool:
    """False for the move that made ``seen`` old, sent again by whoever made it; raises Stale otherwise."""
    steps = session.scalars(select(VisitStep).where(VisitStep.visit_id == visit.id).order_by(VisitStep.id)).all()
    if not 0 < seen < len(steps):
        raise NotAllowed
    made = steps[seen]
    if made.state == to and made.by_id == by.id:
        return False
    raise Stale(steps[-1])


def _check(session: Session, catalog: Catalog, visit: Visit, to: str) -> None:
    """What must be so before a visit is written up, and still when it becomes final."""
    if to in (WRITTEN, FINAL) and visit.visit_on > wording.today():
        raise TooEarly
    if to == WRITTEN:
        from diagnose.services import onsite  # it knows visits as well

        missing = onsite.open_questions(session, catalog, visit)
        if missing:
            raise submit.Incomplete(missing)


def add_step(session: Session, visit: Visit, name: str, state: str, by: Account, reason: str, now: datetime) -> None:
    """Write a move down; each one raises the version by one."""
    visit.state = state
    visit.version += 1
    session.add(VisitStep(visit_id=visit.id, move=name, state=state, at=now, by_id=by.id, reason=reason))


def _carry_out(session: Session, catalog: Catalog, visit: Visit, by: Account, now: datetime) -> None:
    """What else a move does: final submits the onsite assessment, cancelled lets go of it."""
    if visit.state == FINAL:
        from diagnose.services import onsite

        adopted = onsite.adopted_codes(session, catalog, visit)
        submit.submit(session, catalog, visit.enterprise, visit.assessment, now, by.id, adopted)
    if visit.state == CANCELLED:
        visit.assessment.status = SET_ASIDE


def last_step(session: Session, visit: Visit) -> VisitStep:
    """The newest step, also when it was made in this transaction."""
    query = select(VisitStep).where(VisitStep.visit_id == visit.id).order_by(VisitStep.id.desc()).limit(1)
    return session.scalars(query).one()


def change_days(
    session: Session, visit: Visit, visit_on: date, due_on: date | None, seen: int, by: Account, now: datetime
) -> bool:
    """Another day for the visit, and for its result to be due; False when it was so already.

    Raises Stale, and NotAllowed for others than the advisor or once the visit is written up.
    """
    take_turn(session, [visit.enterprise_id])
    visit = locked(session, visit.id)
    if _part(visit, by) != "advisor" or visit.state not in CHANGEABLE:
        raise NotAllowed
    if (visit.visit_on, visit.due_on) == (visit_on, due_on):
        return False
    if seen != visit.version:
        raise Stale(visit.steps[-1])
    visit.visit_on = visit.assessment.as_of = visit_on
    visit.due_on = due_on
    add_step(session, visit, "days", visit.state, by, wording.day(visit_on), now)
    return True


def assigners(session: Session, enterprise_id: int) -> list[int]:
    """The officer who assigned the firm's present advisor, if any: its account id."""
    made_by = select(Assignment.made_by_id).where(_present(enterprise_id), Assignment.made_by_id.is_not(None))
    return [number for number in session.scalars(made_by) if number is not None]


def due_of_assignment(session: Session, enterprise_id: int) -> date | None:
    """The day by which the officer wants the result."""
    return session.scalar(select(Assignment.due_on).where(_present(enterprise_id)))


def _present(enterprise_id: int) -> ColumnElement[bool]:
    return and_(Assignment.enterprise_id == enterprise_id, Assignment.role == ADVISOR, Assignment.ended_at.is_(None))


def confirmation(visit: Visit) -> VisitStep | None:
    """The step by which the result was confirmed last, if it is; ``move`` is paper for a 纸质确认."""
    if visit.state not in (CONFIRMED, FINAL):
        return None
    return next(one for one in reversed(visit.steps) if one.state == CONFIRMED)
