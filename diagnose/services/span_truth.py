"""The truth that spans are made of, read as arrays: firms, their places, dated facts and verdicts."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Integer, Select, String, and_, bindparam, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from diagnose.models import Diagnosis, Enterprise, EnterpriseDivision, FirmFact, Term
from diagnose.models.enterprise import CLOSED, OPEN
from diagnose.models.span import FOREVER, ONSITE, SELF
from diagnose.services.fact_kinds import BITS, DICTIONARY
from diagnose.services.int_columns import HERE, Columns, IntArray, fetched, lists, moment, ordinal
from scoring.coverage import FIGURES

__all__ = ["BITS", "NAMED", "Truth", "truth"]

NOWHERE = 0  # the end of a firm that says it is closed, but not since when
UNKNOWN = ",".join(["-1"] * len(FIGURES))
NAMED = {"chain": BITS, "locality": BITS + 1}  # beyond all marks


@dataclass(frozen=True)
class Truth:
    """Arrays by column; ``firm`` is the enterprise's id everywhere, days are ordinals, ends are exclusive.

    ``firms``: firm, end, industry, size, of the verified ones in the order of their ids. ``places``: firm, division,
    from_day, id. ``facts``: firm, what (a bit, or one of NAMED), term (0 for a mark), from_day, to_day, id.
    ``verdicts``: firm, ruler, kind, as_of, known_at, id, level, score; ``figures`` (n, len(FIGURES)) go with them.
    ``nameless``: a ruler, chain or locality has no term yet.
    """

    firms: Columns
    places: Columns
    facts: Columns
    verdicts: Columns
    figures: IntArray

    @property
    def nameless(self) -> bool:
        unnamed = (self.facts["what"] >= BITS) & (self.facts["term"] == 0)
        return bool(unnamed.any() or (self.verdicts["ruler"] == 0).any())


def truth(session: Session, ids: Collection[int], firms: Columns | None = None) -> Truth:
    """Of these firms; ``firms`` where they are read already. A range of ids stands for very many."""
    whole = isinstance(ids, range)
    firms = firms or firms_of(session, ids)
    verdicts = _read(session, _verdicts(whole), ids, {"figures": len(FIGURES)})
    figures = verdicts.pop("figures").reshape(-1, len(FIGURES))
    return Truth(firms, _read(session, _places(whole), ids), _read(session, _facts(whole), ids), verdicts, figures)


def rows_of(session: Session, id_: int) -> list[list[tuple[Any, ...]]]:
    """The same of one firm as rows: firms, places, facts and verdicts; nothing more where it is not in scope."""
    firms = fetched(session, _firms(False), [id_])
    return [firms, *(fetched(session, query(False), [id_]) if firms else [] for query in (_places, _facts, _verdicts))]


def firms_of(session: Session, ids: Collection[int]) -> Columns:
    """The verified ones among these firms in the order of their ids: `Truth.firms`."""
    firms = _read(session, _firms(isinstance(ids, range)), ids)
    order = np.argsort(firms["firm"], kind="stable")
    return {name: values[order] for name, values in firms.items()}


def _read(session: Session, query: Select[Any], ids: Collection[int], wide: dict[str, int] | None = None) -> Columns:
    """Few rows are fetched, very many come as texts; what they mean is the same."""
    wide = wide or {}
    if isinstance(ids, range):
        found = lists(session, query.params(first=ids.start, before=ids.stop), wide)
        return {name: each if name in wide else each[:, 0] for name, each in found.items()}
    rows = fetched(session, query, ids)
    names = [column.name for column in query.selected_columns]
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {
        name: _split(values) if name in wide else np.array(values, np.int64)
        for name, values in zip(names, columns, strict=True)
    }


def _split(texts: Any) -> IntArray:
    return np.array([int(number) for text in texts for number in text.split(",")], np.int64)


def _of(query: Any, whole: bool, column: Any) -> Select[Any]:
    among = and_(column >= bindparam("first"), column < bindparam("before")) if whole else column.in_([HERE])
    found: Select[Any] = query.where(among)
    return found


@cache
def _firms(whole: bool) -> Select[Any]:
    closed = func.coalesce(ordinal(Enterprise.closed_on), NOWHERE)
    query = select(
        Enterprise.id.label("firm"),
        case((Enterprise.status == OPEN, FOREVER), else_=closed).label("end"),
        cast(Enterprise.industry, Integer).label("industry"),
        Enterprise.size.label("size"),
    ).where(Enterprise.verified, Enterprise.status.in_((OPEN, CLOSED)))
    return _of(query, whole, Enterprise.id)


@cache
def _places(whole: bool) -> Select[Any]:
    table = EnterpriseDivision
    query = select(
        table.enterprise_id.label("firm"),
        table.division_id.label("division"),
        ordinal(table.valid_from).label("from_day"),
        table.id.label("id"),
    )
    return _of(query, whole, table.enterprise_id)


@cache
def _facts(whole: bool) -> Select[Any]:
    """The facts that set a mark, name a chain or name a locality.

    Asked as one expression: for each code SQLite would search the whole table, however few firms are asked for.
    """
    fact, kinds = FirmFact, DICTIONARY.items()
    valued = [(code, value, bit) for code, kind in kinds for value, bit in kind.bits.items()]
    some = [(and_(fact.code == code, fact.value == value), bit) for code, value, bit in valued]
    some += [(fact.code == code, kind.bit) for code, kind in kinds if kind.bit is not None]
    some += [(fact.code == code, what) for code, what in NAMED.items()]
    what = case(*some)
    ends = func.coalesce(ordinal(fact.valid_to), FOREVER)
    lasting = [code for code, kind in kinds if kind.lasting]
    query = (
        select(
            fact.enterprise_id.label("firm"),
            what.label("what"),
            func.coalesce(Term.id, 0).label("term"),
            ordinal(fact.valid_from).label("from_day"),
            case((fact.code.in_(lasting), FOREVER), else_=ends).label("to_day"),
            fact.id.label("id"),
        )
        .outerjoin(Term, and_(fact.code.in_(list(NAMED)), Term.kind == fact.code, Term.name == fact.value))
        .where(fact.withdrawn_at.is_(None), what.is_not(None))
    )
    return _of(query, whole, fact.enterprise_id)


@cache
def _verdicts(whole: bool) -> Select[Any]:
    ruler = aliased(Term)
    text = func.coalesce(func.nullif(cast(Diagnosis.figures, String), "null"), f"[{UNKNOWN}]")
    name = Diagnosis.scheme + "/" + Diagnosis.edition
    query = select(
        Diagnosis.enterprise_id.label("firm"),
        func.coalesce(ruler.id, 0).label("ruler"),
        case((Diagnosis.kind == "onsite", ONSITE), else_=SELF).label("kind"),
        ordinal(Diagnosis.as_of).label("as_of"),
        moment(Diagnosis.known_at).label("known_at"),
        Diagnosis.id.label("id"),
        Diagnosis.level.label("level"),
        Diagnosis.score.label("score"),
        func.replace(func.replace(text, "[", ""), "]", "").label("figures"),
    ).outerjoin(ruler, and_(ruler.kind == "ruler", ruler.name == name))
    return _of(query, whole, Diagnosis.enterprise_id)
