"""Firms with spans, as services/spans.py would write them, for the tests of lists and exports."""

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Division, FirmSpan, Term, VerdictSpan
from diagnose.models.span import FOREVER, ONSITE, SELF
from scoring.coverage import FIGURES
from tests.diagnose.cast import engine
from tests.people import HERE, verified_firm

RULER = "digital-portrait/2025"
START = date(2025, 1, 1)
CODES = (f"9132100{number:011}" for number in range(10_000))


def placed(app: Flask, name: str, division: str = HERE, spans: bool = True, **attributes: Any) -> int:
    """A verified firm of this name; ``attributes`` are those of its span since START. Returns its id."""
    id_ = verified_firm(app, division, name=name, credit_code=next(CODES))
    if spans:
        span(app, id_, START, None, division, **attributes)
    return id_


def span(app: Flask, id_: int, start: date, end: date | None, division: str = HERE, **attributes: Any) -> None:
    """The firm is in scope on these days, and this is what it is then."""
    with writing(engine(app)) as session:
        place = session.scalar(select(Division.id).where(Division.code == division))
        row = {"industry": 33, "size": 2, "chain": 0, "locality": 0, "marks": 0, "division_id": place, **attributes}
        to_day = end.toordinal() if end else FOREVER
        session.execute(
            insert(FirmSpan), {"enterprise_id": id_, "from_day": start.toordinal(), "to_day": to_day, **row}
        )


def judged(app: Flask, id_: int, level: int, start: date = START, end: date | None = None, **more: Any) -> None:
    """The firm has this verdict of RULER on these days; ``kind`` and ``best`` as in VerdictSpan."""
    with writing(engine(app)) as session:
        of = session.scalars(select(FirmSpan).where(FirmSpan.enterprise_id == id_)).first()
        assert of
        names = ("division_id", "industry", "size", "chain", "locality", "marks")
        row = {name: getattr(of, name) for name in names} | dict.fromkeys(FIGURES, 0)
        days = {"from_day": start.toordinal(), "to_day": end.toordinal() if end else FOREVER}
        said = {"level": level, "score": level * 2000, "kind": SELF, "best": 1, "ruler_id": term(app, session=session)}
        session.execute(insert(VerdictSpan), {"enterprise_id": id_, **row, **days, **said, **more})


def term(app: Flask, kind: str = "ruler", name: str = RULER, session: Any = None) -> int:
    """The id of a word, made when missing."""
    if session is None:
        with writing(engine(app)) as opened:
            return term(app, kind, name, opened)
    row = session.scalars(select(Term).where(Term.kind == kind, Term.name == name)).first()
    if row is None:
        row = Term(kind=kind, name=name)
        session.add(row)
        session.flush()
    return int(row.id)


def onsite(app: Flask, id_: int, level: int, start: date = START) -> None:
    judged(app, id_, level, start, kind=ONSITE)


def month(value: date) -> str:
    return f"{value:%Y-%m}"


def today() -> date:
    return wording.today()
