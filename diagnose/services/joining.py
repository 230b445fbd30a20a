"""Join two files of one firm: everything of the one (source) is from now on the other's (target); nothing is lost.

Statements, verdicts and drafts keep their ids and contents, so whatever names them stays right; only the owner changes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from diagnose.catalog import Catalog
from diagnose.models import (
    Assessment,
    Assignment,
    Diagnosis,
    Document,
    Enterprise,
    EnterpriseChange,
    Evidence,
    FirmFact,
    Flag,
    Membership,
    Notice,
    PathChoice,
    Roadmap,
    Statement,
    Ticket,
    Visit,
    VisitStep,
)
from diagnose.models.assessment import DRAFT, SET_ASIDE
from diagnose.models.enterprise import MERGED
from diagnose.models.visit import CANCELLED, ENDED
from diagnose.services import firm_facts, plan_joining, spans
from diagnose.services.answers import batch_answers
from diagnose.services.diagnose import columns, try_verdict
from diagnose.services.facts import merge, plain, statements_of
from diagnose.services.sizes import size_place
from diagnose.texts import say

OWNED = (
    *(Statement, Assessment, Diagnosis, Evidence, Visit, Assignment, Membership, Notice, Ticket, FirmFact, Flag),
    *(PathChoice, Roadmap, Document),
)


class CannotJoin(ValueError):
    """These two files cannot become one; its text says why, in Chinese."""


def join(
    session: Session, source: Enterprise, target: Enterprise, by: int | None, now: datetime, catalog: Catalog
) -> None:
    """Move all that ``source`` holds into ``target``; the source is merged then, its link void. ``by``: account id.

    Raises CannotJoin for the same file, another credit code, or one that is merged already; then nothing has changed.
    Both rows are locked in the order of their ids: who locked one of them before calls `lock` for both first.
    """
    join_all(session, [source], target, by, now, catalog)


def join_all(
    session: Session, sources: Sequence[Enterprise], target: Enterprise, by: int | None, now: datetime, catalog: Catalog
) -> None:
    """The same for several files, one after the other; the counters move once, when all are joined."""
    ids = [target.id, *(source.id for source in sources)]
    lock(session, ids)
    for source in sources:
        _check(source, target)
    for source in sources:
        _join(session, source, target, by, now, catalog)
    spans.settle(session, ids)


def _join(
    session: Session, source: Enterprise, target: Enterprise, by: int | None, now: datetime, catalog: Catalog
) -> None:
    session.execute(
        update(Enterprise)
        .where(Enterprise.id == source.id)
        .values(status=MERGED, merged_into_id=target.id, link_sha256=None)
    )
    session.execute(update(Enterprise).where(Enterprise.merged_into_id == source.id).values(merged_into_id=target.id))
    _make_room(session, source.id, target.id, now, by)
    firm_facts.give_way(session, source.id, target.id, by, now)
    plan_joining.give_way(session, source.id, target.id, now)
    for model in OWNED:
        session.execute(update(model).where(model.enterprise_id == source.id).values(enterprise_id=target.id))
    _readdress(session, source, target)
    session.execute(update(Enterprise).where(Enterprise.id == target.id).values(**_taken_over(session, source, target)))
    _note(session, source, target, by, now)
    for one in (source, target):
        session.refresh(one)
    _judge_newest(session, catalog, target.id, now)
    target.size = size_place(target.industry, target.profile)


def lock(session: Session, ids: Sequence[int]) -> None:
    """Lock these files in the order of their ids, and read again what they are now."""
    query = select(Enterprise).where(Enterprise.id.in_(ids)).order_by(Enterprise.id).with_for_update()
    session.execute(query.execution_options(populate_existing=True)).all()


def joined_ids(enterprise_id: int) -> Select[Any]:
    """The ids of a file and of all that were joined into it, for ``in_``."""
    return select(Enterprise.id).where((Enterprise.id == enterprise_id) | (Enterprise.merged_into_id == enterprise_id))


def _check(source: Enterprise, target: Enterprise) -> None:
    if source.id == target.id:
        raise CannotJoin(say("join_same"))
    if MERGED in (source.status, target.status):
        raise CannotJoin(say("join_merged"))
    if source.credit_code != target.credit_code:
        raise CannotJoin(say("join_other_code"))


def _make_room(session: Session, source: int, target: int, now: datetime, by: int | None) -> None:
    """What there can be only one of: the source's gives way to the target's, and is kept as ended or set aside."""
    there = aliased(Assessment)
    given_way = session.scalars(
        update(Assessment)
        .where(
            Assessment.enterprise_id == source,
            Assessment.status == DRAFT,
            exists().where(
                there.enterprise_id == target,
                there.kind == Assessment.kind,
                there.form == Assessment.form,
                there.status == DRAFT,
            ),
        )
        .values(status=SET_ASIDE)
        .returning(Assessment.id)
    ).all()
    _cancel_visits(session, given_way, now, by)
    current, held = aliased(Assignment), aliased(Membership)
    session.execute(
        update(Assignment)
        .where(
            Assignment.enterprise_id == source,
            Assignment.ended_at.is_(None),
            exists().where(
                current.enterprise_id == target, current.role == Assignment.role, current.ended_at.is_(None)
            ),
        )
        .values(ended_at=now)
    )
    session.execute(
        delete(Membership).where(
            Membership.enterprise_id == source,
            exists().where(held.enterprise_id == target, held.account_id == Membership.account_id),
        )
    )


def _cancel_visits(session: Session, assessments: Sequence[int], now: datetime, by: int | None) -> None:
    """A visit whose form was set aside cannot go on."""
    ended = session.scalars(
        update(Visit)
        .where(Visit.assessment_id.in_(assessments), Visit.state.not_in(ENDED))
        .values(state=CANCELLED, version=Visit.version + 1)
        .returning(Visit.id)
    ).all()
    step = {"move": "cancel", "state": CANCELLED, "at": now, "by_id": by, "reason": say("join_visit_cancelled")}
    if ended:
        session.execute(insert(VisitStep), [{"visit_id": id_, **step} for id_ in ended])


def _readdress(session: Session, source: Enterprise, target: Enterprise) -> None:
    """Notices about the source lead to the target."""
    old, new = (f"/file/{one.public_id}/" for one in (source, target))
    session.execute(
        update(Notice)
        .where(Notice.enterprise_id == target.id, Notice.address.startswith(old))
        .values(address=func.replace(Notice.address, old, new))
    )


def _taken_over(session: Session, source: Enterprise, target: Enterprise) -> dict[str, Any]:
    """What the target knows from the source: only where it knew nothing itself.

    A verified firm's data is never opened by the link of a file that nobody had verified, nor that of a firm which has
    members by any link at all.
    """
    claimed = session.scalar(select(exists().where(Membership.enterprise_id == target.id)))
    keeps_link = not claimed and (target.verified or not source.verified)
    contact = source if not (target.contact_name or target.contact_phone) else target
    return {
        "verified": source.verified or target.verified,
        "link_sha256": target.link_sha256 if keeps_link else None,
        "profile": source.profile | target.profile,
        "contact_name": contact.contact_name,
        "contact_phone": contact.contact_phone,
    }


def _note(session: Session, source: Enterprise, target: Enterprise, by: int | None, now: datetime) -> None:
    common = {"what": "merge", "at": now, "by_id": by}
    session.execute(
        insert(EnterpriseChange),
        [
            {"enterprise_id": source.id, "before": source.name, "after": target.public_id, **common},
            {"enterprise_id": target.id, "before": source.public_id, "after": target.name, **common},
        ],
    )


def _judge_newest(session: Session, catalog: Catalog, enterprise_id: int, now: datetime) -> None:
    """The newest verdict of each kind and scheme is made again when it did not read all that now speaks for its day."""
    newest: dict[tuple[str, str], Diagnosis] = {}
    for one in session.scalars(
        select(Diagnosis)
        .where(Diagnosis.enterprise_id == enterprise_id)
        .order_by(Diagnosis.as_of, Diagnosis.known_at, Diagnosis.id)
    ):
        newest[one.kind, one.scheme] = one
    for one in newest.values():
        _judge(session, catalog, one, now)


def _judge(session: Session, catalog: Catalog, before: Diagnosis, now: datetime) -> None:
    stated = statements_of(session, [before.enterprise_id], before.kind)
    read = [row for row in stated if row.as_of <= before.as_of]
    if [row.id for row in read] == before.statements:
        return
    rules = catalog.rulesets[before.ruleset]
    answers = batch_answers(rules, catalog.dictionary, plain(merge(read)))
    judged = try_verdict(rules, answers)
    if judged is None:
        return
    day = {"enterprise_id": before.enterprise_id, "kind": before.kind, "as_of": before.as_of}
    known_at = max(now, *(row.recorded_at for row in read))
    session.add(Diagnosis(**day, known_at=known_at, **columns(rules, catalog.dictionary, judged, answers, read)))
