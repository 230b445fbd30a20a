"""The spans of firms, kept right with the counters in the transaction that changes anything they come from."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Division, Enterprise, FirmSpan, VerdictSpan
from diagnose.services.count_few import Signed, count_few, divisions_of
from diagnose.services.count_make import Ancestors, counted
from diagnose.services.int_columns import HERE, Columns, IntArray, columns, fetched
from diagnose.services.settle_few import settle_few
from diagnose.services.span_make import FIRM, VERDICT, Spans, spans
from diagnose.services.span_truth import Truth, firms_of, truth
from diagnose.services.span_write import COLUMNS, KEYS, Model, add, difference, replace, tuples
from diagnose.services.terms import name_all

__all__ = ["ancestors", "columns", "forget", "settle", "stored"]

Moved = tuple[Spans, Spans]  # spans that come and go, and their signs
AT_ONCE = 2000
FEW = 3  # firms; for more arrays are faster


def settle(session: Session, ids: Collection[int]) -> None:
    """Make the spans of these firms anew and let the counters move by the difference.

    The last thing in a transaction before its record in the log; the caller holds the firms' rows. A firm that is not
    in scope and was not either costs three small queries.
    """
    session.flush()
    rising = sorted(set(ids))
    if len(rising) <= FEW:
        _count_few(session, *settle_few(session, rising))
    else:
        _count(session, [moved for some in _batched(rising) if (moved := _settle(session, some))])


def forget(session: Session, ids: Collection[int]) -> None:
    """Take firms that are about to be deleted out of the counters."""
    moved = []
    for some in _batched(sorted(set(ids))):
        old = Spans(stored(session, FirmSpan, some), stored(session, VerdictSpan, some))
        moved.append(_change(session, old, Spans(old.firm[:, :0], old.verdict[:, :0])))
    _count(session, moved)


def _batched(rising: list[int]) -> list[list[int]]:
    return [rising[start : start + AT_ONCE] for start in range(0, len(rising), AT_ONCE)]


def _settle(session: Session, ids: list[int]) -> Moved | None:
    """Write the spans of these firms; the counters follow when all are written."""
    firms = firms_of(session, ids)
    known = _ever_verified(session, ids, firms)
    if not known:
        return None
    old = Spans(stored(session, FirmSpan, known), stored(session, VerdictSpan, known))
    return _change(session, old, spans(_named_truth(session, known, firms)))


def _ever_verified(session: Session, ids: list[int], firms: Columns) -> list[int]:
    """Those in scope, and of the others those that were: nobody becomes unverified, but a firm is merged."""
    here = firms["firm"].tolist()
    if len(here) == len(ids):
        return ids
    others = sorted(set(ids) - set(here))
    return sorted([*here, *(id_ for (id_,) in fetched(session, _VERIFIED, others))])


_VERIFIED = select(Enterprise.id).where(Enterprise.id.in_([HERE]), Enterprise.verified)


def _named_truth(session: Session, ids: Collection[int], firms: Columns) -> Truth:
    """The truth, after every ruler, chain and locality in it has a term."""
    found = truth(session, ids, firms)
    if not found.nameless:
        return found
    name_all(session, ids)
    return truth(session, ids, firms)


def stored(session: Session, model: Model, ids: Collection[int]) -> IntArray:
    """The rows there are, (columns, n), in the order of their keys."""
    rows = fetched(session, _kept(model), ids)
    return np.array(rows, np.int64).reshape(-1, len(COLUMNS[model])).T


@cache
def _kept(model: Model) -> Select[Any]:
    table = model.__table__
    order = [table.c[name] for name in KEYS[model]]
    return select(*table.c).where(table.c.enterprise_id.in_([HERE])).order_by(*order)


def _change(session: Session, old: Spans, new: Spans) -> Moved:
    """Write what is different, and tell it."""
    gone_firm, come_firm = difference(old.firm, new.firm, FirmSpan)
    gone_verdict, come_verdict = difference(old.verdict, new.verdict, VerdictSpan)
    replace(session, FirmSpan, tuples(gone_firm), tuples(come_firm))
    replace(session, VerdictSpan, tuples(gone_verdict), tuples(come_verdict))
    moved = Spans(np.concatenate([gone_firm, come_firm], axis=1), np.concatenate([gone_verdict, come_verdict], axis=1))
    return moved, Spans(_signs(gone_firm, come_firm), _signs(gone_verdict, come_verdict))


def _signs(gone: IntArray, come: IntArray) -> IntArray:
    return np.repeat(np.array([-1, 1], np.int64), [gone.shape[1], come.shape[1]])


def _count_few(session: Session, firm: list[Signed], verdict: list[Signed]) -> None:
    """Let the counters move by few spans."""
    if firm or verdict:
        above = ancestors(session, divisions_of(firm, verdict))
        add(session, *count_few(firm, verdict, above, wording.today()))


def _count(session: Session, found: list[Moved]) -> None:
    """Let the counters move, once and in the order of their keys: two who did it by turns would wait in a circle."""
    found = [(moved, signs) for moved, signs in found if moved.firm.size or moved.verdict.size]
    if not found:
        return
    moved, signs = (_joined(each) for each in zip(*found, strict=True))
    divisions = {*moved.firm[FIRM.index("division_id")].tolist(), *moved.verdict[VERDICT.index("division_id")].tolist()}
    cells, scores = counted(moved, signs, ancestors(session, divisions), wording.today())
    add(session, tuples(cells.rows), tuples(scores.rows))


def _joined(some: Sequence[Spans]) -> Spans:
    if len(some) == 1:
        return some[0]
    firm, verdict = zip(*((one.firm, one.verdict) for one in some), strict=True)
    return Spans(np.concatenate(firm, axis=-1), np.concatenate(verdict, axis=-1))


def ancestors(session: Session, divisions: Collection[int] | None) -> Ancestors:
    """Each of these divisions, or every one, with itself and all above it."""
    if divisions is None:
        found = [(row.id, row.path) for row in session.execute(select(Division.id, Division.path))]
    else:
        found = fetched(session, _PATHS, sorted(divisions))
    return {id_: [int(part) for part in path.strip("/").split("/")] for id_, path in found}


_PATHS: Any = select(Division.id, Division.path).where(Division.id.in_([HERE]))
