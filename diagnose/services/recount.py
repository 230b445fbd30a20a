"""The district's spans and counters made anew from the truth, held against what is stored, and put in its place."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Engine, delete, exists, func, select, text
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Counter, Enterprise, FirmSpan, ScoreCount, VerdictSpan
from diagnose.models.enterprise import MERGED
from diagnose.services import jobs, recount_words, spans, terms
from diagnose.services.count_all import Parts, Tally
from diagnose.services.count_make import COUNTER, SCORES, Sums
from diagnose.services.figures_fill import fill_figures, fill_sizes
from diagnose.services.int_columns import IntArray, columns
from diagnose.services.int_keys import packed
from diagnose.services.recount_held import held_cells, held_scores
from diagnose.services.span_make import FIRM, VERDICT, Spans
from diagnose.services.span_make import spans as made
from diagnose.services.span_truth import truth
from diagnose.services.span_write import KEYS, Model, cell_pieces, difference, fill, pieces
from diagnose.texts import say

FIRMS = 50_000  # ids at once
TABLES = (FirmSpan, VerdictSpan, Counter, ScoreCount)
STEPS = 3


@dataclass
class Amounts:
    """How much there is: firms, spans, and rows of the two tables of counters."""

    firms: int = 0
    spans: int = 0
    cells: int = 0
    scores: int = 0

    def add(self, new: Spans) -> None:
        self.firms += len(np.unique(new.firm[0]))
        self.spans += new.firm.shape[1] + new.verdict.shape[1]


@dataclass(frozen=True)
class Differences:
    """What is stored and should not be, and the other way round; of the counters stored less right."""

    gone: Spans
    come: Spans
    cells: Sums
    scores: Sums
    tidy: bool  # every stored row of a month gone by lies on its last day
    nameless: bool  # a verdict or fact could not be counted, for its ruler, chain or locality has no term

    def __len__(self) -> int:
        some = (self.gone.firm, self.gone.verdict, self.come.firm, self.come.verdict, self.cells.keys, self.scores.keys)
        return sum(each.shape[1] for each in some)


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
            rebuild(engine)
        run.advance()
        run.message = _message(found, right, check_only)
    return Found(len(found), run.message, lines)


def _looked(engine: Engine) -> tuple[Differences, Amounts, list[str]]:
    with reading(engine) as session:
        _one_state(session)
        found, right = _differences(session)
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


def _all_made(session: Session) -> Iterator[tuple[range, Spans, bool]]:
    """(ids, all spans of the firms with these ids, whether some are nameless) from the truth, some after the other."""
    last = session.scalar(select(func.max(Enterprise.id))) or 0
    for start in range(1, last + 1, FIRMS):
        ids = range(start, start + FIRMS)
        found = truth(session, ids)
        yield ids, made(found), found.nameless


def _replace(session: Session) -> None:
    for table in TABLES:
        session.connection().execute(delete(table))
    tally = Tally(wording.today())
    for _, new, _ in _all_made(session):
        fill(session, FirmSpan, FIRM, pieces(new.firm))
        fill(session, VerdictSpan, VERDICT, pieces(new.verdict))
        tally.add(new)
    below = tally.below(spans.ancestors(session, None))
    fill(session, Counter, COUNTER, (row for sums in _each(tally.cells, below) for row in cell_pieces(sums.rows)))
    fill(session, ScoreCount, SCORES, (row for sums in _each(tally.scores, below) for row in pieces(sums.rows)))


def _each(parts: Parts, below: dict[int, list[int]]) -> Iterator[Sums]:
    for division, own in below.items():
        yield from parts.of(division, own)


def _differences(session: Session) -> tuple[Differences, Amounts]:
    amounts, tally, pairs, unnamed = Amounts(), Tally(wording.today()), [], False
    for ids, new, nameless in _all_made(session):
        unnamed |= nameless
        pairs.append(_different(session, ids, new))
        amounts.add(new)
        tally.add(new)
    below = tally.below(spans.ancestors(session, None))
    cells = held_cells(session, tally.cells, below, wording.today())
    scores = held_scores(session, tally.scores, below, wording.today())
    amounts.cells, amounts.scores = cells.rows, scores.rows
    gone, come = (_joined([pair[number] for pair in pairs]) for number in (0, 1))
    return Differences(gone, come, cells.found, scores.found, cells.tidy and scores.tidy, unnamed), amounts


def _different(session: Session, ids: range, new: Spans) -> tuple[Spans, Spans]:
    """(what is stored of these firms and should not be, what is missing)."""
    gone_firm, come_firm = difference(_stored(session, FirmSpan, FIRM, ids), new.firm, FirmSpan)
    gone_verdict, come_verdict = difference(_stored(session, VerdictSpan, VERDICT, ids), new.verdict, VerdictSpan)
    return Spans(gone_firm, gone_verdict), Spans(come_firm, come_verdict)


def _stored(session: Session, model: Model, names: tuple[str, ...], ids: range) -> IntArray:
    id_ = model.enterprise_id
    found = columns(session, select(*model.__table__.c).where(id_ >= ids.start, id_ < ids.stop))
    rows = np.array([found[name] for name in names])
    return rows[:, np.argsort(packed(rows[[names.index(name) for name in KEYS[model]]]))]


def _joined(some: list[Spans]) -> Spans:
    nothing = Spans(np.zeros((len(FIRM), 0), np.int64), np.zeros((len(VERDICT), 0), np.int64))
    firm, verdict = zip(*((one.firm, one.verdict) for one in [nothing, *some]), strict=True)
    return Spans(np.concatenate(firm, axis=1), np.concatenate(verdict, axis=1))


def _lines(session: Session, found: Differences) -> Iterator[str]:
    if not found:
        return
    words = recount_words.Words.read(session)
    yield from words.spans(found.gone, "recount_span_gone")
    yield from words.spans(found.come, "recount_span_come")
    yield from words.cells(found.cells)
    yield from words.scores(found.scores)
