"""What is stored of the district's spans and counters and should not be, and the other way round."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Enterprise, FirmSpan, VerdictSpan
from diagnose.services import spans
from diagnose.services.count_all import Tally
from diagnose.services.count_make import Sums
from diagnose.services.int_columns import IntArray, columns
from diagnose.services.int_keys import packed
from diagnose.services.recount_held import held_cells, held_scores
from diagnose.services.span_make import FIRM, VERDICT, Spans
from diagnose.services.span_make import spans as made
from diagnose.services.span_truth import truth
from diagnose.services.span_write import KEYS, Model, difference

FIRMS = 50_000  # ids at once


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


def all_made(session: Session) -> Iterator[tuple[range, Spans, bool]]:
    """(ids, all spans of the firms with these ids, whether some are nameless) from the truth, some after the other."""
    last = session.scalar(select(func.max(Enterprise.id))) or 0
    for start in range(1, last + 1, FIRMS):
        ids = range(start, start + FIRMS)
        found = truth(session, ids)
        yield ids, made(found), found.nameless


def differences(session: Session) -> tuple[Differences, Amounts]:
    amounts, tally, pairs, unnamed = Amounts(), Tally(wording.today()), [], False
    for ids, new, nameless in all_made(session):
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
