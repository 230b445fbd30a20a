"""The spans of few firms, kept right: read, made and counted without arrays, for most transactions change one firm."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from diagnose.models import FirmSpan, VerdictSpan
from diagnose.services.count_few import Row, Signed
from diagnose.services.int_columns import HERE, fetched
from diagnose.services.span_few import Fact, Firm, Place, Verdict, few_spans
from diagnose.services.span_truth import BITS, rows_of
from diagnose.services.span_write import Model, replace
from diagnose.services.terms import name_all


def settle_few(session: Session, ids: Iterable[int]) -> tuple[list[Signed], list[Signed]]:
    """Write the spans of these firms; returns those of FirmSpan and of VerdictSpan that come and go."""
    firm, verdict = [], []
    for id_ in ids:
        firm_rows, verdict_rows = _made(session, id_)
        firm += _change(session, FirmSpan, id_, firm_rows)
        verdict += _change(session, VerdictSpan, id_, verdict_rows)
    return firm, verdict


def _made(session: Session, id_: int) -> tuple[list[Row], list[Row]]:
    """From the truth, after every ruler, chain and locality in it has a term."""
    firms, places, facts, verdicts = rows_of(session, id_)
    if any(not one[1] for one in verdicts) or any(one[1] >= BITS and not one[2] for one in facts):
        name_all(session, [id_])
        firms, places, facts, verdicts = rows_of(session, id_)
    if not firms:
        return [], []
    return few_spans(
        Firm._make(firms[0]),
        [Place._make(row) for row in places],
        [Fact._make(row) for row in facts],
        [Verdict._make(row) for row in verdicts],
    )


def _change(session: Session, model: Model, id_: int, new: list[Row]) -> list[Signed]:
    """Write what is different, and tell it."""
    old = fetched(session, _stored(model), [id_])
    gone, come = sorted(set(old).difference(new)), sorted(set(new).difference(old))
    replace(session, model, gone, come)
    return [(row, -1) for row in gone] + [(row, 1) for row in come]


@cache
def _stored(model: Model) -> Select[Any]:
    return select(*model.__table__.c).where(model.enterprise_id.in_([HERE]))
