"""Judge all files again under one edition: verdicts are inserted beside the old ones, nothing existing changes.

A file counts when the firm has pledged the ruler's form. One that has a verdict of this ruler as of this day, made
after its last statement, is passed over: an interrupted run can simply be started again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Engine, Select, exists, func, insert, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.db import reading, writing
from diagnose.models import Diagnosis, Enterprise, Statement
from diagnose.services import spans
from diagnose.services.answers import batch_answers
from diagnose.services.diagnose import columns
from diagnose.services.facts import known, merge, plain, statements_of
from questionnaires.schema import Form
from scoring.encode import AnswerError, Row, encode_one, pack
from scoring.ruleset import Ruleset
from scoring.verdict import verdicts

BATCH = 500


@dataclass(frozen=True)
class Done:
    """What one batch did: verdicts inserted, firms passed over because facts are missing or do not fit the ruler."""

    judged: int
    skipped: int


@dataclass(frozen=True)
class _File:
    enterprise_id: int
    statements: list[Statement]
    answers: dict[str, Any]
    row: Row


def open_files(engine: Engine, catalog: Catalog, rules: Ruleset, kind: str, as_of: date) -> int:
    """How many firms have facts on that day and no verdict of this ruler as of it."""
    with reading(engine) as session:
        found = _open(catalog.form_of(rules), rules, kind, as_of).subquery()
        return session.scalar(select(func.count()).select_from(found)) or 0


def rescore(engine: Engine, catalog: Catalog, rules: Ruleset, kind: str, as_of: date) -> Iterator[Done]:
    """Judge batch by batch, one transaction each; yields after every batch."""
    form, last = catalog.form_of(rules), 0
    while True:
        with writing(engine) as session:
            ids = list(session.scalars(_open(form, rules, kind, as_of, after=last).limit(BATCH)))
            if not ids:
                return
            done = _judge(session, catalog, rules, kind, as_of, ids)
        last = ids[-1]
        yield done


def _open(form: Form, rules: Ruleset, kind: str, as_of: date, after: int = 0) -> Select[Any]:
    said_last = (
        select(func.max(Statement.recorded_at))
        .where(Statement.enterprise_id == Diagnosis.enterprise_id, Statement.kind == kind)
        .correlate(Diagnosis)
        .scalar_subquery()
    )
    judged = exists().where(
        Diagnosis.enterprise_id == Statement.enterprise_id,
        Diagnosis.kind == kind,
        Diagnosis.scheme == rules.scheme,
        Diagnosis.edition == rules.edition,
        Diagnosis.as_of == as_of,
        Diagnosis.known_at >= said_last,
    )
    return (
        select(Statement.enterprise_id)
        .where(
            Statement.kind == kind,
            Statement.form == form.form,
            Statement.edition == form.edition,
            Statement.as_of <= as_of,
            Statement.enterprise_id > after,
            ~judged,
        )
        .distinct()
        .order_by(Statement.enterprise_id)
    )


def _judge(session: Session, catalog: Catalog, rules: Ruleset, kind: str, as_of: date, ids: list[int]) -> Done:
    _lock(session, ids)
    now = wording.now()
    groups = groupby(statements_of(session, ids, kind), key=attrgetter("enterprise_id"))
    files = [_file(catalog, rules, id_, known(rows, as_of, now)) for id_, rows in groups]
    fitting = [file for file in files if file]
    if not fitting:
        return Done(0, len(ids))
    judged = verdicts(rules, pack(rules, [file.row for file in fitting]), [file.answers for file in fitting])
    rows = [
        {"enterprise_id": file.enterprise_id, "kind": kind, "as_of": as_of, "known_at": now}
        | columns(rules, catalog.dictionary, one, file.answers, file.statements)
        for file, one in zip(fitting, judged, strict=True)
        if not one.missing
    ]
    if rows:
        session.execute(insert(Diagnosis), rows)
        spans.settle(session, [file.enterprise_id for file in fitting])
    return Done(len(rows), len(ids) - len(rows))


def _lock(session: Session, ids: list[int]) -> None:
    """No statement of these firms may be recorded before ``now`` and arrive after it."""
    session.execute(select(Enterprise.id).where(Enterprise.id.in_(ids)).order_by(Enterprise.id).with_for_update())


def _file(catalog: Catalog, rules: Ruleset, enterprise_id: int, statements: list[Statement]) -> _File | None:
    """One firm encoded, None when an answer does not fit the ruler."""
    answers = batch_answers(rules, catalog.dictionary, plain(merge(statements)))
    try:
        return _File(enterprise_id, statements, answers, encode_one(rules, answers))
    except AnswerError:
        return None
