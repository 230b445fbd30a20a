"""Points of every option of every single and every count of ticks of every multi, worked out by hand."""

import pytest

from scoring.verdict import verdict
from tests.scoring.firms import everything, nothing
from tests.scoring.oracle import RULESET

SINGLES = {
    "design_depth": [0, 2000, 4000, 5500, 7000],
    "smart_factory": [0, 2000, 3000, 4000],
    "five_g": [0, 1000, 2000],
    "system_integration": [0, 2000, 4000, 6000, 8000],
    "cloud_stars": [0, 4000, 6000, 8000],
    "iiims_certification": [0, 1000, 2500, 3500, 4000],
    "planning": [0, 600, 1200, 1800, 2400, 3000],
    "energy_change": [0, 1000, 2000],
    "quality_change": [0, 1000, 2000],
    "revenue_per_head_change": [0, 1000, 2000],
    "cost_change": [0, 1000, 2000],
}
MULTIS = {  # by how many options are ticked, from none
    "auto_collection": [0, 143, 286, 429, 571, 714, 857, 1000, 1143, 1286, 1429, 1571, 1714, 1857, 2000],  # 2n/14
    "management_links": [1500 * count for count in range(9)],
    "core_business_cloud": [1000 * count for count in range(6)],
    "talent": [400 * count for count in range(6)],
    "network_security": [375 * count for count in range(5)],
    "data_security": [375 * count for count in range(5)],
}


def test_the_tables_here_cover_every_coded_indicator() -> None:
    assert {each.code for each in RULESET.indicators if each.kind != "ratio"} == SINGLES.keys() | MULTIS.keys()


@pytest.mark.parametrize("code", SINGLES)
def test_every_option_of_a_single_gives_its_points(code: str) -> None:
    options = RULESET.indicator(code).options
    assert [verdict(RULESET, nothing(**{code: key})).points[code] for key in options] == SINGLES[code]


@pytest.mark.parametrize("code", MULTIS)
def test_every_count_of_ticks_gives_its_points_whichever_they_are(code: str) -> None:
    ticks = RULESET.indicator(code).ticks
    assert verdict(RULESET, nothing(**{code: ["A"]})).points[code] == 0
    for count in range(1, len(ticks) + 1):
        for chosen in (ticks[:count], ticks[-count:], tuple(reversed(ticks[:count]))):
            assert verdict(RULESET, nothing(**{code: list(chosen)})).points[code] == MULTIS[code][count]


def test_the_least_is_0_and_the_most_is_100() -> None:
    least, most = verdict(RULESET, nothing()), verdict(RULESET, everything())
    assert (least.score, least.level, least.level_title) == (0, 0, "未定级")
    assert (most.score, most.level, most.level_title) == (10000, 4, "协同级")
    assert most.dimensions == {each.code: (each.max_points, each.max_points) for each in RULESET.dimensions}
    assert most.unmet == ()


@pytest.mark.parametrize("code", [each.code for each in RULESET.indicators])
def test_every_indicator_weighs_its_max_points_in_the_score(code: str) -> None:
    weight = RULESET.indicator(code).max_points // 10  # milli-points → hundredths of a point
    assert verdict(RULESET, nothing(**{code: everything()[code]})).score == weight
    assert verdict(RULESET, everything(**{code: nothing()[code]})).score == 10000 - weight
