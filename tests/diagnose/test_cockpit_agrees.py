"""驾驶舱: counters and firm-by-firm statistics give the same numbers, whatever happened and whatever is asked."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import reading
from diagnose.models import Division, Term
from diagnose.services import cockpit_counted, cockpit_scanned
from diagnose.services.cockpit_asked import SLICES, Asked, month_ends
from diagnose.services.cockpit_figures import Figures
from tests.diagnose.cast import PORTRAIT, catalog, engine
from tests.diagnose.cockpit_town import CITY, GUANGLING, HANJIANG, JIANGDU, FirmOf, Said, build

FACTS = ("high_tech", "pool", "srdi_city", "chain", "locality")


def firm(number: int, chance: Random) -> FirmOf:
    """A firm with any history."""
    kinds = ["self"] * chance.randrange(3) + ["onsite"] * chance.randrange(2)
    ends = [None, chance.randrange(1, 40)]
    return FirmOf(
        f"企业{number}",
        chance.choice([CITY, GUANGLING, HANJIANG, JIANGDU]),
        [_said(kind, chance) for kind in kinds],
        chance.choice(["33", "34", "06"]),
        chance.randrange(5),
        since=chance.randrange(200, 500),
        closed=chance.choice([None, None, None, 50]),
        verified=chance.random() < 0.9,
        facts=[
            (code, f"{code}{chance.randrange(2)}" if code in ("chain", "locality") else "", 150, chance.choice(ends))
            for code in FACTS
            if chance.random() < 0.4
        ],
    )


def _said(kind: str, chance: Random) -> Said:
    most = chance.randrange(1, 40)
    figures = [chance.randrange(-1, 1001), *(chance.randrange(1001) for _ in range(5)), chance.randrange(most), most]
    return Said(
        kind,
        chance.randrange(500),
        chance.randrange(5),
        chance.randrange(10001),
        [*figures, chance.randrange(2), chance.randrange(2), chance.randrange(2)],
    )


def asked(app: Flask, **more: object) -> Asked:
    with reading(engine(app)) as session:
        city = session.scalars(select(Division).where(Division.code == CITY)).one()
        children = session.scalars(select(Division).where(Division.parent_id == city.id)).all()
    today = wording.today()
    plain: dict[str, object] = {"division": city, "children": children, "rules": catalog(app).rulesets[PORTRAIT]}
    plain |= {"basis": "self", "day": today, "today": today, "by": "district", "filters": {}}
    return Asked(**(plain | more))  # type: ignore[arg-type]


def both(app: Flask, question: Asked) -> tuple[Figures, Figures]:
    assert question.counted
    with reading(engine(app)) as session:
        return cockpit_counted.figures(session, question), cockpit_scanned.figures(session, question)


def months(figures: Figures) -> list[tuple[object, ...]]:
    return [(one.scope, one.cell.n, one.cell.levels, one.cell.score) for one in figures.months]


@pytest.mark.parametrize("seed", [1, 2])
def test_counters_and_firms_agree(app: Flask, seed: int) -> None:
    chance = Random(seed)
    build(app, [firm(number, chance) for number in range(60)])
    days: list[date] = [wording.today(), *month_ends(wording.today(), 4)[:1]]
    for basis in ("self", "onsite", "best"):
        for day in days:
            for by in ("district", *SLICES):
                counted, scanned = both(app, asked(app, basis=basis, day=day, by=by))
                assert counted.rows == scanned.rows, (basis, day, by)
                assert counted.whole == scanned.whole
                assert months(counted) == months(scanned)
                assert counted.percentiles == scanned.percentiles
                assert counted.marks == scanned.marks


def test_they_agree_under_one_filter_too(app: Flask) -> None:
    chance = Random(3)
    build(app, [firm(number, chance) for number in range(60)])
    with reading(engine(app)) as session:
        terms = {term.kind: term.id for term in session.scalars(select(Term))}
    values = {"industry": 6, "size": 1, "chain": terms["chain"], "locality": terms["locality"], "mark": 7}
    for name, value in values.items():
        for by in ("district", name):
            counted, scanned = both(app, asked(app, by=by, filters={name: value}))
            assert counted.whole == scanned.whole and counted.whole.scope
            assert months(counted) == months(scanned)
            assert counted.rows == scanned.rows, (name, by)


def test_firms_without_a_chain_are_counted_firm_by_firm(app: Flask) -> None:
    build(app, [FirmOf("甲", HANJIANG)])
    question = asked(app, filters={"chain": 0})
    assert not question.counted
    with reading(engine(app)) as session:
        assert cockpit_scanned.figures(session, question).whole.scope == 1


def test_a_ruler_that_nobody_has_been_judged_by_still_counts_the_firms(app: Flask) -> None:
    build(app, [FirmOf("甲", HANJIANG)])
    counted, scanned = both(app, asked(app))
    assert counted.whole == scanned.whole and (counted.whole.scope, counted.whole.cell.n) == (1, 0)
    assert counted.percentiles == scanned.percentiles == {}


def test_the_months_before_any_day_are_the_same_from_counters_and_firm_by_firm(small_app: Flask) -> None:
    chance = Random(4)
    build(small_app, [firm(number, chance) for number in range(60)])
    odd = month_ends(wording.today(), 2)[0] - timedelta(days=3)
    for filters in ({}, {"size": 1}):
        quick = asked(small_app, basis="best", day=odd, filters=filters)
        assert quick.only_trend_counted and not replace(quick, by_firm=True).only_trend_counted
        with reading(engine(small_app)) as session:
            one, other = (cockpit_scanned.figures(session, each) for each in (quick, replace(quick, by_firm=True)))
        assert months(one) == months(other)
        assert (one.whole, one.rows, one.percentiles, one.marks) == (
            other.whole,
            other.rows,
            other.percentiles,
            other.marks,
        )
