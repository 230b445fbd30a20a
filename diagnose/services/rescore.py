"""Judge all files again under one edition: verdicts are inserted beside the old ones, nothing existing changes.

A firm that has a verdict of this ruler as of this day is passed over: an interrupted run can simply be started again.
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
from diagnose.models import Diagnosis, Statement
from diagnose.services.answers import batch_answers
from diagnose.services.diagnose import columns
from diagnose.services.facts import DatedFact, known, plain, statements_of
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
    facts: dict[str, DatedFact]
    answers: dict[str, Any]
    row: Row


def open_files(engine: Engine, rules: Ruleset, kind: str, as_of: date) -> int:
    """How many firms have facts on that day and no verdict of this ruler as of it."""
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(_open(rules, kind, as_of).subquery())) or 0


def rescore(engine: Engine, catalog: Catalog, rules: Ruleset, kind: str, as_of: date) -> Iterator[Done]:
    """Judge batch by batch, one transaction each; yields after every batch."""
    last = 0
    while True:
        with writing(engine) as session:
            ids = list(session.scalars(_open(rules, kind, as_of, after=last).limit(BATCH)))
            if not ids:
                return
            done = _judge(session, catalog, rules, kind, as_of, ids)
        last = ids[-1]
        yield done


def _open(rules: Ruleset, kind: str, as_of: date, after: int = 0) -> Select[Any]:
    judged = exists().where(
        Diagnosis.enterprise_id == Statement.enterprise_id,
        Diagnosis.kind == kind,
        Diagnosis.scheme == rules.scheme,
        Diagnosis.edition == rules.edition,
        Diagnosis.as_of == as_of,
    )
    return (
        select(Statement.enterprise_id)
        .where(Statement.kind == kind, Statement.as_of <= as_of, Statement.enterprise_id > after, ~judged)
        .distinct()
        .order_by(Statement.enterprise_id)
    )


def _judge(session: Session, catalog: Catalog, rules: Ruleset, kind: str, as_of: date, ids: list[int]) -> Done:
    now = wording.now()
    groups = groupby(statements_of(session, ids, kind), key=attrgetter("enterprise_id"))
    files = [_file(catalog, rules, id_, known(rows, as_of, now)) for id_, rows in groups]
    fitting = [file for file in files if file]
    if not fitting:
        return Done(0, len(ids))
    judged = verdicts(rules, pack(rules, [file.row for file in fitting]), [file.answers for file in fitting])
    rows = [
        {"enterprise_id": file.enterprise_id, "kind": kind, "as_of": as_of, "known_at": now}
        | columns(rules, one, file.answers, file.facts)
        for file, one in zip(fitting, judged, strict=True)
        if not one.missing
    ]
    if rows:
        session.execute(insert(Diagnosis), rows)
    return Done(len(rows), len(ids) - len(rows))


def _file(catalog: Catalog, rules: Ruleset, enterprise_id: int, facts: dict[str, DatedFact]) -> _File | None:
    """One firm encoded, None when an answer does not fit the ruler."""
    answers = batch_answers(rules, catalog.dictionary, plain(facts))
    try:
        return _File(enterprise_id, facts, answers, encode_one(rules, answers))
    except AnswerError:
        return None
