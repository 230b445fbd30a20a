"""The figures of a publication are those of the counters and of the firms themselves."""

from fractions import Fraction

from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Division, Enterprise
from diagnose.services import spans
from diagnose.services.publish_gather import Gathered, gather
from diagnose.services.publish_truth import Row
from tests.diagnose.cast import PORTRAIT, catalog, engine, open_file
from tests.people import HERE

CITY = "321000"


def found(app: Flask, code: str, basis: int = 3) -> Gathered:
    with reading(engine(app)) as session:
        division = session.scalars(select(Division).where(Division.code == code)).one()
        return gather(session, division, wording.today(), catalog(app).rulesets[PORTRAIT], basis)


def one_firm(app: Flask) -> tuple[int, int]:
    """甲企, verified, with its own verdict; the ids of its city and its district."""
    open_file(app).submitted()
    with writing(engine(app)) as session:
        firm = session.scalars(select(Enterprise)).one()
        firm.verified = firm.synthetic = True
        spans.settle(session, [firm.id])
        ids = {code: session.scalars(select(Division.id).where(Division.code == code)).one() for code in (CITY, HERE)}
    return ids[CITY], ids[HERE]


def test_a_firm_stands_in_its_division_industry_and_size(app: Flask) -> None:
    city, here = one_firm(app)
    one = found(app, CITY)
    level = (0, 0, 0, 1, 0)
    assert one.truth.rows == (
        Row(city, "all", 0, 1, level),
        Row(here, "all", 0, 1, level),
        Row(city, "industry", 33, 1, level),
        Row(city, "size", 2, 1, level),
    )
    assert one.synthetic


def test_the_largest_contribution_of_the_only_firm_is_the_whole_sum(app: Flask) -> None:
    one_firm(app)
    one = found(app, CITY)
    assert one.largest == {name: one.truth.sums[name] for name in one.largest}
    assert one.largest["cnc_sum"] == 550_000  # 22 of 40


def test_answers_are_counted_by_stratum(app: Flask) -> None:
    one_firm(app)
    one = found(app, CITY)
    (cnc,) = one.strata["cnc"]
    assert (cnc.firms, cnc.asked, cnc.total, cnc.squares) == (1, 1, Fraction(11, 20), Fraction(121, 400))
    assert sum(each.total for each in one.strata["tools"]) == one.truth.yes["tools"][0]


def test_of_another_basis_only_the_population_is_there(app: Flask) -> None:
    one_firm(app)
    one = found(app, HERE, basis=2)
    assert (one.truth.whole.scope, one.truth.whole.n, one.truth.yes) == (1, 0, {})


def test_a_place_without_firms_has_an_empty_row(app: Flask) -> None:
    one = found(app, HERE)
    assert (one.truth.whole.scope, one.truth.whole.n, one.synthetic) == (0, 0, False)
