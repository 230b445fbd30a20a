"""The district's spans and counters made anew from the truth, held against what is stored, and put in its place."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Engine, delete, exists, select, text
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Counter, Enterprise, FirmSpan, ScoreCount, VerdictSpan
from diagnose.models.enterprise import MERGED
from diagnose.services import jobs, recount_words, spans, terms
from diagnose.services.count_all import Parts, Tally
from diagnose.services.count_make import COUNTER, SCORES, Sums
from diagnose.services.figures_fill import fill_figures, fill_sizes
from diagnose.services.recount_find import Amounts, Differences, all_made, differences
from diagnose.services.span_make import FIRM, VERDICT
from diagnose.services.span_make import spans as made
from diagnose.services.span_truth import truth
from diagnose.services.span_write import add, cell_pieces, difference, drop_empty, fill, pieces, replace, tuples
from diagnose.texts import say

TABLES = (FirmSpan, VerdictSpan, Counter, ScoreCount)
STEPS = 3
MOST = 300_000  # differences; of more all rows are written anew, for these would have to be held at once


@dataclass(frozen=True)
class Found:
    """The outcome: how many differences, whether they were put right, and the sentence for people."""

    count: int
    message: str
    lines: list[str]


def needed(engine: Engine) -> bool:
    """Whether there are firms in scope but nothing was ever counted: the database is older than the counters."""
    in_scope = exists().where(Enterprise.verified, Enterprise.status != MERGED, Enterprise.places.any())
    with reading(engine) as session:
        return bool(session.scalar(select(in_scope & ~exists(select(FirmSpan.enterprise_id)))))


def first(engine: Engine) -> None:
    """Fill and count everything for the first time; for a database older than the counters."""
    fill_sizes(engine)
    fill_figures(engine)
    rebuild(engine)


def rebuild(engine: Engine) -> None:
    """Count everything from the truth and store it, whatever was stored before; for whoever wrote very many rows."""
    with writing(engine) as session:
        _alone(session)
        terms.name_all(session, None)
        _replace(session)


def recount(engine: Engine, check_only: bool = False) -> Found:
    """Hold everything against the truth and put it right, unless it is only to be checked; one job row."""
    with jobs.running(engine, "recount", total=STEPS) as run:
        if not check_only:
            fill_figures(engine)
        run.advance()
        found, right, lines = _looked(engine)
        if found.nameless and not check_only:
            with writing(engine) as session:
                terms.name_all(session, None)
            found, right, lines = _looked(engine)
        run.advance()
        if not check_only and (found or not found.tidy):
            _put_right(engine, found)
        run.advance()
        run.message = _message(found, right, check_only)
    return Found(len(found), run.message, lines)


def _put_right(engine: Engine, found: Differences) -> None:
    """Write only what is different, where that is little and still as it was found; else everything anew."""
    with writing(engine) as session:
        _alone(session)
        if not found.tidy or len(found) > MOST or not _still(session, found):
            terms.name_all(session, None)
            _replace(session)
            return
        replace(session, FirmSpan, tuples(found.gone.firm), tuples(found.come.firm))
        replace(session, VerdictSpan, tuples(found.gone.verdict), tuples(found.come.verdict))
        add(session, *(tuples(np.concatenate([sums.keys, -sums.values])) for sums in (found.cells, found.scores)))
        drop_empty(session)


def _still(session: Session, found: Differences) -> bool:
    """Whether the firms whose spans are wrong are as they were; who has been settled since moved the counters too."""
    some = (found.gone.firm, found.come.firm, found.gone.verdict, found.come.verdict)
    ids = np.unique(np.concatenate([rows[0] for rows in some])).tolist()
    if not ids:
        return True
    new = made(truth(session, ids))
    firm = difference(spans.stored(session, FirmSpan, ids), new.firm, FirmSpan)
    verdict = difference(spans.stored(session, VerdictSpan, ids), new.verdict, VerdictSpan)
    return all(map(np.array_equal, (*firm, *verdict), some))


def _looked(engine: Engine) -> tuple[Differences, Amounts, list[str]]:
    with reading(engine) as session:
        _one_state(session)
        found, right = differences(session)
        return found, right, list(_lines(session, found))


def _message(found: Differences, right: Amounts, check_only: bool) -> str:
    if found and check_only:
        return say("recount_only_checked", count=wording.thousands(len(found)))
    amounts = {**vars(right), "count": len(found)}
    shown = {name: wording.thousands(value) for name, value in amounts.items()}
    return say("recount_replaced" if found else "recount_same", **shown)


def _one_state(session: Session) -> None:
    """All that is read is of one moment; on SQLite it is anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def _alone(session: Session) -> None:
    """Nobody has read spans that are about to be replaced, nor reads them before they are."""
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(table.__tablename__ for table in TABLES)
        session.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def _replace(session: Session) -> None:
    for table in TABLES:
        session.connection().execute(delete(table))
    tally = Tally(wording.today())
    for _, new, _ in all_made(session):
        fill(session, FirmSpan, FIRM, pieces(new.firm))
        fill(session, VerdictSpan, VERDICT, pieces(new.verdict))
        tally.add(new)
    below = tally.below(spans.ancestors(session, None))
    fill(session, Counter, COUNTER, (row for sums in _each(tally.cells, below) for row in cell_pieces(sums.rows)))
    fill(session, ScoreCount, SCORES, (row for sums in _each(tally.scores, below) for row in pieces(sums.rows)))


def _each(parts: Parts, below: dict[int, list[int]]) -> Iterator[Sums]:
    for division, own in below.items():
        yield from parts.of(division, own)


def _lines(session: Session, found: Differences) -> Iterator[str]:
    if not found:
        return
    words = recount_words.Words.read(session)
    yield from words.spans(found.gone, "recount_span_gone")
    yield from words.spans(found.come, "recount_span_come")
    yield from words.cells(found.cells)
    yield from words.scores(found.scores)
