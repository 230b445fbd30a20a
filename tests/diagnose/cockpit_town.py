"""A small town for the cockpit: firms with verdicts written straight into the database, and settled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Diagnosis, Division, Enterprise, EnterpriseDivision, FirmFact
from diagnose.models.enterprise import CLOSED, OPEN
from diagnose.services import spans
from tests.diagnose.cast import PORTRAIT, engine

CITY, GUANGLING, HANJIANG, JIANGDU = "321000", "321002", "321003", "321012"
UNKNOWN = (-1,) * 11


@dataclass(frozen=True)
class Said:
    """One verdict: kind, so many days ago, level, score and the figures of `scoring.coverage.FIGURES`."""

    kind: str
    days_ago: int
    level: int
    score: int
    figures: Sequence[int] = UNKNOWN


@dataclass(frozen=True)
class FirmOf:
    """One firm; ``facts``: (code, value, days ago from, days ago to or None); ``closed``: days ago."""

    name: str
    place: str
    verdicts: Sequence[Said] = ()
    industry: str = "33"
    size: int = 2
    since: int = 400
    closed: int | None = None
    verified: bool = True
    facts: Sequence[tuple[str, str, int, int | None]] = field(default_factory=tuple)


def ago(days: int) -> date:
    return wording.today() - timedelta(days)


def build(app: Flask, firms: Iterable[FirmOf]) -> dict[str, int]:
    """The firms, settled in one go; their ids by name."""
    with writing(engine(app)) as session:
        places = {one.code: one for one in session.scalars(select(Division).where(Division.code.startswith("3210")))}
        rows = {firm.name: _row(number, firm, places[firm.place]) for number, firm in enumerate(firms)}
        session.add_all(rows.values())
        session.flush()
        for firm in firms:
            session.add_all(_known(rows[firm.name].id, firm))
        session.flush()
        spans.settle(session, [row.id for row in rows.values()])
        return {name: row.id for name, row in rows.items()}


def _row(number: int, firm: FirmOf, place: Division) -> Enterprise:
    return Enterprise(
        public_id=f"{number + 1:016x}",
        credit_code=f"91321000MA{number:08}",
        name=firm.name,
        industry=firm.industry,
        process_type="discrete",
        profile={},
        size=firm.size,
        verified=firm.verified,
        status=OPEN if firm.closed is None else CLOSED,
        closed_on=None if firm.closed is None else ago(firm.closed),
        created_at=wording.now(),
        places=[EnterpriseDivision(division=place, valid_from=ago(firm.since))],
    )


def _known(id_: int, firm: FirmOf) -> list[Diagnosis | FirmFact]:
    facts = [
        FirmFact(
            enterprise_id=id_,
            code=code,
            value=value,
            valid_from=ago(since),
            valid_to=None if until is None else ago(until),
            source="名单",
            recorded_at=wording.now(),
        )
        for code, value, since, until in firm.facts
    ]
    return [*facts, *(_verdict(id_, said) for said in firm.verdicts)]


def _verdict(id_: int, said: Said) -> Diagnosis:
    scheme, _, edition = PORTRAIT.partition("/")
    day = ago(said.days_ago)
    return Diagnosis(
        enterprise_id=id_,
        kind=said.kind,
        scheme=scheme,
        edition=edition,
        ruleset_sha256="0" * 64,
        as_of=day,
        known_at=datetime.combine(day, datetime.min.time(), wording.SHANGHAI),
        statements=[],
        score=said.score,
        level=said.level,
        result={"unmet": []},
        figures=list(said.figures),
    )


TOWN = (
    FirmOf("甲", GUANGLING, [Said("self", 100, 3, 6500, (600, 700, 500, 400, 800, 900, 10, 20, 1, 1, 0))]),
    FirmOf("乙", GUANGLING, [Said("self", 90, 1, 2500, (-1, 300, 300, 300, 300, 300, 1, 10, 0, 0, 1))], "34", 3),
    FirmOf("丙", GUANGLING, facts=[("high_tech", "", 200, None)]),
    FirmOf(
        "丁",
        HANJIANG,
        [Said("self", 80, 2, 4500, (450, 450, 450, 450, 450, 450, -1, -1, 0, 1, 0))],
        facts=[("high_tech", "", 200, None), ("chain", "高端装备", 300, None), ("little_giant", "", 300, 50)],
    ),
    FirmOf(
        "戊",
        HANJIANG,
        [
            Said("self", 70, 2, 4000, (400, 400, 400, 400, 400, 400, 3, 4, 1, 0, 0)),
            Said("onsite", 40, 4, 8200, (820, 820, 820, 820, 820, 820, 4, 4, 1, 1, 0)),
        ],
    ),
    FirmOf("己", HANJIANG, [Said("self", 60, 3, 6100)], verified=False),
    FirmOf("庚", JIANGDU, [Said("self", 60, 3, 6200)], closed=1),
)
