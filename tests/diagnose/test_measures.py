"""How actuals are computed: every measure of measures.yaml against numbers worked out by hand, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask import Flask

from diagnose.db import reading
from diagnose.services import measure_behind, measures
from diagnose.services.measure_kinds import MEASURES, WAYS
from diagnose.services.measure_rows import Period
from diagnose.services.measures import Reading
from tests.diagnose.cast import engine
from tests.diagnose.target_stage import CITY, DAY, FAR, OTHER, START, Stage, division
from tests.people import HERE

PERIOD = Period(START, DAY)
Case = tuple[Callable[[Stage], None], object, object, object]


@pytest.fixture
def stage(app: Flask) -> Stage:
    return Stage(app)


def read(stage: Stage, code: str, where: str = CITY, period: Period = PERIOD) -> Reading:
    place = division(stage.app, where)
    with reading(engine(stage.app)) as session:
        return measures.read(session, code, [place], period)[place.id]


def held(*codes: str) -> Callable[[Stage], None]:
    """Two firms hold each of the codes; others until yesterday, from tomorrow, out of scope, elsewhere, by mistake."""

    def make(stage: Stage) -> None:
        for code in codes:
            stage.firms(2, code)
            stage.fact(stage.firm(), code, "3" if code == "star" else "", to=DAY)
            stage.fact(stage.firm(), code, "3", since=DAY + timedelta(days=1))
            stage.fact(stage.firm(until=DAY), code, "3")
            stage.fact(stage.firm(FAR), code, "3")
            stage.withdrawn(stage.fact(stage.firm(), code, "3"))

    return make


def gained(*codes: str) -> Callable[[Stage], None]:
    """Each code is new for three firms; one had it before, and one came to it again after a gap of a day."""

    def make(stage: Stage) -> None:
        for code in codes:
            stage.firms(2, code)
            stage.firms(1, code, since=START)
            before = stage.firm()
            stage.fact(before, code, "3", since=date(2021, 1, 1), to=date(2023, 6, 1))
            stage.fact(before, code, "4", since=date(2023, 6, 1))
            stage.fact(stage.firm(), code, "3", since=date(2022, 12, 31))

    return make


def things(*codes: str) -> Callable[[Stage], None]:
    """Of each code one firm has two new things and renews one of them, another firm's is from before."""

    def make(stage: Stage) -> None:
        for code in codes:
            firm = stage.firm()
            for name, since in (("一", START), ("二", DAY), ("二", DAY + timedelta(days=9))):
                stage.fact(firm, code, name, since)
            stage.fact(stage.firm(), code, "三", date(2022, 12, 31))
            stage.fact(stage.firm(OTHER), code, "三", date(2023, 3, 1))

    return make


def among(stage: Stage, count: int = 4) -> list[int]:
    """So many 专精特新 firms of all groups; and one that is none."""
    stage.firm()
    found = stage.firms(count, "little_giant", since=date(2021, 1, 1))
    for one in found:
        stage.fact(one, "high_tech")
        stage.fact(one, "srdi_province")  # twice 专精特新 is one firm
    return found


def amounts(stage: Stage) -> None:
    """5 of 100, 0 of 50; then no revenue, only one of both, and figures of another year."""
    a, b, c, d, e = among(stage, 5)
    for firm, spend, revenue in ((a, "5.00", "100.00"), (b, "0.00", "50.00"), (c, "3.00", "0.00")):
        stage.year(firm, "rd_spend", spend)
        stage.year(firm, "rd_revenue", revenue)
    stage.year(d, "rd_spend", "9.00")
    for code in ("rd_spend", "rd_revenue"):
        stage.year(e, code, "7.00", 2022)


def patents(code: str) -> Callable[[Stage], None]:
    def make(stage: Stage) -> None:
        a, b, *_ = among(stage)
        stage.fact(a, code, "3", date(2022, 1, 1), date(2024, 1, 1))
        stage.fact(a, code, "10", date(2024, 1, 1))
        stage.fact(b, code, "7")

    return make


def transformed(stage: Stage) -> None:
    """One has a statement in the period, one a project, one both; one had both before it began."""
    a, b, c, d = among(stage)
    stage.statement(a, START)
    stage.fact(b, "project", "改造", DAY)
    stage.statement(c, DAY)
    stage.fact(c, "project", "改造", START)
    stage.statement(d, START - timedelta(days=1))
    stage.fact(d, "project", "改造", START - timedelta(days=1))


def verdicts(stage: Stage) -> None:
    """1/2, 1/3 and one without key processes; the fourth firm has no verdict, and one firm is not 专精特新."""
    a, b, c, _ = among(stage)
    stage.verdict(a, cnc_num=1, cnc_den=2, management=1, tools=1)
    stage.verdict(b, cnc_num=1, cnc_den=3, management=0, tools=0, no_design=1)
    stage.verdict(b, kind=2, best=0, cnc_num=3, cnc_den=3, management=1, tools=1)
    stage.verdict(c, management=1, tools=0)
    stage.verdict(stage.firm(), cnc_num=1, cnc_den=1, management=0, tools=0)


def having(code: str) -> Callable[[Stage], None]:
    def make(stage: Stage) -> None:
        a, b, c, _ = among(stage)
        stage.fact(a, code, "A")
        stage.fact(b, code, "B", to=DAY)
        stage.fact(c, code, "C", since=DAY)
        stage.fact(stage.firm(), code, "A")

    return make


def specialists(stage: Stage) -> None:
    """Two people for three of four firms; a third one's work has ended, a fourth serves a firm that is none."""
    a, b, c, d = among(stage)
    stage.specialist("甲", a, b)
    stage.specialist("乙", c)
    stage.specialist("丙", d, ended=True)
    stage.specialist("丁", stage.firm())


def institutions(stage: Stage) -> None:
    """Of four 高企 three are 规上, one of them by the skin of its teeth; two of those have an institution."""
    large = {"revenue": "2000.00"}
    firms = [stage.firm(profile=large), stage.firm(profile=large), stage.firm(profile={"revenue": "90000"})]
    small = stage.firm(profile={"revenue": "1999.99"})
    trade = stage.firm(industry="51", profile={"revenue": "90000"})
    for firm in (*firms, small, trade, stage.firm()):
        stage.fact(firm, "high_tech")
    for firm in (*firms[:2], small, trade):
        stage.fact(firm, "rd_institution", "中心")


def diagnosed(stage: Stage) -> None:
    stage.verdict(stage.firm())
    stage.verdict(stage.firm(OTHER), since=DAY)
    stage.verdict(stage.firm(), since=DAY + timedelta(days=1))
    stage.firm(FAR)


HALF_AND_THIRD = Fraction(500_000 + 333_333, 20_000)  # percent, each firm rounded to ppm
TWO_HELD: tuple[object, object, object] = (2, None, None)
GROUPS = {"rd": ("srdi", "srdi_up", "giants"), "firms": ("srdi", "srdi_up")}
# Code → what is set up, and the value, numerator and denominator by hand.
CASES: dict[str, Case] = {
    "champions": (held("champion"), *TWO_HELD),
    "little_giants": (held("little_giant"), *TWO_HELD),
    "srdi_provincial": (held("srdi_province"), *TWO_HELD),
    "srdi_provincial_up": (held("srdi_province", "little_giant"), 4, None, None),
    "srdi_municipal": (held("srdi_city", "srdi_province"), *TWO_HELD),
    "srdi_all": (held("srdi_city", "srdi_province", "little_giant"), 6, None, None),
    "innovative": (held("innovative"), *TWO_HELD),
    "pool": (held("pool"), *TWO_HELD),
    "tech_smes": (held("tech_sme"), *TWO_HELD),
    "high_tech": (held("high_tech"), *TWO_HELD),
    "pool_gained": (gained("pool"), 3, None, None),
    "tech_smes_gained": (gained("tech_sme"), 3, None, None),
    "high_tech_gained": (gained("high_tech"), 3, None, None),
    "srdi_gained": (gained("srdi_city", "srdi_province", "little_giant"), 9, None, None),
    "little_giants_gained": (gained("little_giant"), 3, None, None),
    "star_cloud_gained": (gained("star"), 3, None, None),
    "iiims_gained": (gained("iiims"), 3, None, None),
    "smart_workshops": (things("smart_workshop", "smart_factory"), 3, None, None),
    "smart_factories": (things("smart_factory"), 3, None, None),
    "smart_workshops_factories": (things("smart_workshop", "smart_factory"), 6, None, None),
    "platforms_benchmarks": (things("platform", "benchmark_factory"), 6, None, None),
    "projects": (things("project"), 3, None, None),
    **{f"rd_sums.{one}": (amounts, Fraction(800, 150), 8, 150) for one in GROUPS["rd"]},
    **{f"rd_means.{one}": (amounts, Fraction(5, 2), None, 2) for one in GROUPS["rd"]},
    **{f"high_value_patents.{one}": (patents("patents_high_value"), Fraction(17, 4), 17, 4) for one in GROUPS["firms"]},
    **{f"valid_patents.{one}": (patents("patents_valid"), Fraction(17, 4), 17, 4) for one in GROUPS["firms"]},
    **{f"transformed.{one}": (transformed, 75, 3, 4) for one in GROUPS["firms"]},
    **{f"cnc.{one}": (verdicts, HALF_AND_THIRD, None, 2) for one in GROUPS["firms"]},
    **{f"management.{one}": (verdicts, Fraction(200, 3), 2, 3) for one in GROUPS["firms"]},
    **{f"tools.{one}": (verdicts, Fraction(100, 3), 1, 3) for one in GROUPS["firms"]},
    **{f"free_diagnosis.{one}": (having("free_diagnosis"), 50, 2, 4) for one in GROUPS["firms"]},
    **{f"iiims.{one}": (having("iiims"), 50, 2, 4) for one in GROUPS["firms"]},
    **{f"specialists.{one}": (specialists, Fraction(1, 2), 2, 4) for one in GROUPS["rd"]},
    "rd_institution.high_tech_scale": (institutions, Fraction(200, 3), 2, 3),
    "diagnosed": (diagnosed, Fraction(200, 3), 2, 3),
}


def test_every_measure_has_a_case() -> None:
    assert CASES.keys() == MEASURES.keys()


@pytest.mark.parametrize("way", WAYS)
def test_measures_are_what_was_worked_out_by_hand(stage: Stage, way: str) -> None:
    for code in (code for code in CASES if MEASURES[code].way == way):
        stage.clear()
        empty = read(stage, code)
        assert empty.value == (0 if MEASURES[code].counts else None), code
        assert "2024年6月30日" in empty.scope
        make, value, num, den = CASES[code]
        make(stage)
        found = read(stage, code)
        assert (found.value, found.num, found.den) == (value, num, den), code
        lists_are_as_long_as_the_figures(stage, found)


def lists_are_as_long_as_the_figures(stage: Stage, found: Reading) -> None:
    place, measure = division(stage.app), found.measure
    figures = {"num": found.value if measure.counts else found.num, "rest": found.short}
    figures["den"] = found.firms if measure.way == "sums" else found.den
    with reading(engine(stage.app)) as session:
        for part in measure_behind.parts(measure):
            behind = measure_behind.page(session, measure, place, PERIOD, part, 1)
            assert behind.count == len(behind.lines) == figures[part], (measure.code, part)
            assert all(line.name for line in behind.lines)


def test_districts_are_read_in_one_go_and_add_up(stage: Stage) -> None:
    stage.firms(3, "little_giant")
    stage.firms(2, "little_giant", OTHER)
    stage.firms(1, "little_giant", CITY)  # not yet put into a district
    places = [division(stage.app, code) for code in (CITY, HERE, OTHER)]
    with reading(engine(stage.app)) as session:
        found = measures.read(session, "little_giants", places, PERIOD)
        firms = measures.firms_in_scope(session, places, DAY)
    assert [found[one.id].value for one in places] == [6, 3, 2]
    assert list(firms.values()) == [6, 3, 2]


def test_a_specialist_of_two_districts_counts_once_in_the_city(stage: Stage) -> None:
    here, there = stage.firms(1, "srdi_city")[0], stage.firms(1, "srdi_city", OTHER)[0]
    stage.specialist("甲", here, there)
    assert [read(stage, "specialists.srdi", code).num for code in (CITY, HERE, OTHER)] == [1, 1, 1]


def test_higher_tier_counts_for_the_lower_only_where_the_measure_says_so(stage: Stage) -> None:
    stage.firms(1, "srdi_city")
    stage.firms(1, "srdi_province")
    stage.firms(1, "little_giant")
    codes = ("srdi_municipal", "srdi_provincial", "srdi_provincial_up", "srdi_all")
    assert [read(stage, code).value for code in codes] == [1, 1, 2, 3]
    stage.verdict(stage.made[0], management=1)
    assert [read(stage, code).den for code in ("management.srdi", "management.srdi_up")] == [1, 0]


@pytest.mark.parametrize(("day", "year"), [(date(2024, 12, 30), 2023), (date(2024, 12, 31), 2024)])
def test_amounts_are_those_of_the_last_full_year(day: date, year: int) -> None:
    assert Period(START, day).full_year == year


def test_means_round_each_firm_to_ppm_half_up(stage: Stage) -> None:
    for spend in ("1.00", "2.00"):
        firm = stage.firms(1, "little_giant")[0]
        stage.year(firm, "rd_spend", spend)
        stage.year(firm, "rd_revenue", "3.00")
    assert read(stage, "rd_means.giants").value == Fraction(333_333 + 666_667, 20_000)
