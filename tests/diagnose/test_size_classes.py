"""大中小微 by 工信部联企业〔2011〕300号: every edge of every row, exactly on it and the smallest step below."""

from decimal import Decimal
from pathlib import Path

import pytest

from diagnose.services.classify import (
    SizeClass,
    SizeRules,
    above_scale,
    load_industries,
    load_sizes,
    needs_assets,
    size_class,
)
from questionnaires.strict import DefinitionError

DATA = Path(__file__).parents[2] / "diagnose" / "data"
CENT = Decimal("0.000001")  # one 分 in 万元
AMPLE = 10**9
LARGE, MEDIUM, SMALL, MICRO, PENDING = SizeClass

# A firm of each row, and the row's floors for 大型, 中型, 小型 as (staff, revenue, assets); None: not read by the row.
TABLE = {
    "01": ((None, 20000, None), (None, 500, None), (None, 50, None)),
    "34": ((1000, 40000, None), (300, 2000, None), (20, 300, None)),
    "47": ((None, 80000, 80000), (None, 6000, 5000), (None, 300, 300)),
    "51": ((200, 40000, None), (20, 5000, None), (5, 1000, None)),
    "52": ((300, 20000, None), (50, 500, None), (10, 100, None)),
    "54": ((1000, 30000, None), (300, 3000, None), (20, 200, None)),
    "59": ((200, 30000, None), (100, 1000, None), (20, 100, None)),
    "60": ((1000, 30000, None), (300, 2000, None), (20, 100, None)),
    "61": ((300, 10000, None), (100, 2000, None), (10, 100, None)),
    "63": ((2000, 100000, None), (100, 1000, None), (10, 100, None)),
    "65": ((300, 10000, None), (100, 1000, None), (10, 50, None)),
    "701": ((None, 200000, 10000), (None, 1000, 5000), (None, 100, 2000)),
    "702": ((1000, 5000, None), (300, 1000, None), (100, 500, None)),
    "72": ((300, None, 120000), (100, None, 8000), (10, None, 100)),
    "73": ((300, None, None), (100, None, None), (10, None, None)),
}
Figures = tuple[int | None, int | None, int | None]
EDGES = [
    pytest.param(
        industry, floors, on, below, figure, id=f"{industry}-{on.name}-{('staff', 'revenue', 'assets')[figure]}"
    )
    for industry, rows in TABLE.items()
    for floors, on, below in zip(rows, (LARGE, MEDIUM, SMALL), (MEDIUM, SMALL, MICRO), strict=True)
    for figure in range(3)
    if floors[figure] is not None
]


@pytest.fixture(scope="module")
def rules() -> SizeRules:
    return load_sizes(DATA / "size-classes.yaml")


def judge(rules: SizeRules, industry: str, staff: int | None, revenue: object, assets: object) -> SizeClass:
    money = [None if value is None else Decimal(str(value)) for value in (revenue, assets)]
    return size_class(rules, industry, staff, *money)


def test_table_has_a_firm_of_every_row(rules: SizeRules) -> None:
    rows = {row.name for row in rules.row_of.values() if row}
    assert {row.name for row in map(rules.row_of.get, TABLE) if row} == rows
    assert len(rows) == len(TABLE) == 15


@pytest.mark.parametrize(("industry", "floors", "on", "below", "figure"), EDGES)
def test_floor_is_inclusive(
    rules: SizeRules, industry: str, floors: Figures, on: SizeClass, below: SizeClass, figure: int
) -> None:
    assert judge(rules, industry, *floors) is on


@pytest.mark.parametrize(("industry", "floors", "on", "below", "figure"), EDGES)
def test_one_step_below_one_floor_falls_one_class(
    rules: SizeRules, industry: str, floors: Figures, on: SizeClass, below: SizeClass, figure: int
) -> None:
    staff, revenue, assets = floors
    value = floors[figure]
    assert value is not None
    if figure == 0:
        assert judge(rules, industry, value - 1, revenue, assets) is below
    elif figure == 1:
        assert judge(rules, industry, staff, value - CENT, assets) is below
    else:
        assert judge(rules, industry, staff, revenue, value - CENT) is below


@pytest.mark.parametrize(("industry", "floors", "on", "below", "figure"), EDGES)
def test_the_other_figures_do_not_make_up_for_one_below_its_floor(
    rules: SizeRules, industry: str, floors: Figures, on: SizeClass, below: SizeClass, figure: int
) -> None:
    value = floors[figure]
    assert value is not None
    figures = [AMPLE if item is not None else None for item in floors]
    figures[figure] = value - 1
    assert judge(rules, industry, *figures) is below


@pytest.mark.parametrize("industry", TABLE)
def test_no_figures_at_all_stay_pending(rules: SizeRules, industry: str) -> None:
    assert judge(rules, industry, None, None, None) is PENDING


@pytest.mark.parametrize("industry", TABLE)
def test_zero_in_every_figure_is_micro(rules: SizeRules, industry: str) -> None:
    assert judge(rules, industry, 0, 0, 0) is MICRO


@pytest.mark.parametrize("industry", TABLE)
def test_figures_the_row_does_not_read_change_nothing(rules: SizeRules, industry: str) -> None:
    for floors, on in zip(TABLE[industry], (LARGE, MEDIUM, SMALL), strict=True):
        assert judge(rules, industry, *[AMPLE if item is None else item for item in floors]) is on


def test_missing_figure_is_pending_while_it_could_change_the_class(rules: SizeRules) -> None:
    assert judge(rules, "34", 20, None, None) is PENDING
    assert judge(rules, "34", 5000, None, None) is PENDING
    assert judge(rules, "34", None, 300, None) is PENDING
    assert judge(rules, "47", 5000, 90000, None) is PENDING
    assert judge(rules, "72", 300, 90000, None) is PENDING


def test_class_is_given_when_no_value_of_the_missing_figure_could_change_it(rules: SizeRules) -> None:
    assert judge(rules, "34", 19, None, None) is MICRO
    assert judge(rules, "34", None, Decimal(300) - CENT, None) is MICRO
    assert judge(rules, "47", None, None, 299) is MICRO
    assert judge(rules, "72", 9, None, None) is MICRO


def test_real_estate_without_its_finer_code_stays_pending(rules: SizeRules) -> None:
    assert judge(rules, "70", AMPLE, AMPLE, AMPLE) is PENDING
    assert judge(rules, "703", 300, None, None) is LARGE


def test_unknown_industry_is_refused(rules: SizeRules) -> None:
    with pytest.raises(KeyError):
        judge(rules, "98", 1, 1, 1)


def test_assets_are_asked_only_where_the_row_reads_them(rules: SizeRules) -> None:
    assert {code for code in rules.row_of if needs_assets(rules, code)} == {"47", "48", "49", "50", "701", "71", "72"}


def test_every_industry_has_a_row_and_every_row_only_known_industries(rules: SizeRules) -> None:
    assert rules.row_of.keys() == load_industries(DATA / "industries.yaml").by_code.keys()
    assert [code for code, row in rules.row_of.items() if row is None] == ["70"]


def test_rows_cover_the_industries_of_the_standard(rules: SizeRules) -> None:
    row_names = {code: row.name for code, row in rules.row_of.items() if row}
    edges = {
        "05": "agriculture", "06": "industry", "46": "industry", "50": "construction", "51": "wholesale",
        "52": "retail",
        "53": "transport", "58": "transport", "59": "storage", "60": "post", "62": "hospitality", "64": "telecom",
        "65": "software", "66": "other", "701": "real_estate", "702": "property", "704": "other", "71": "leasing",
        "73": "other", "97": "other",
    }  # fmt: skip
    assert {code: row_names[code] for code in edges} == edges


def test_above_scale_is_an_industrial_firm_from_2000_wan(rules: SizeRules) -> None:
    assert above_scale(rules, "06", Decimal(2000)) is True
    assert above_scale(rules, "46", Decimal(2000) - CENT) is False
    assert above_scale(rules, "34", None) is None
    assert above_scale(rules, "47", Decimal(AMPLE)) is False
    assert above_scale(rules, "05", None) is False
    assert above_scale(rules, "70", None) is False


def test_data_names_source_and_open_check(rules: SizeRules) -> None:
    assert "工信部联企业〔2011〕300号" in rules.source
    assert rules.check.startswith("待核")
    assert rules.figures == {
        "staff": ("从业人员", "人"),
        "revenue": ("营业收入", "万元"),
        "assets": ("资产总额", "万元"),
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("check:", "cheque:", "unknown key cheque"),
        ("small: {revenue: 50}", "small: {revenue: 500}", "rows.agriculture: revenue: floors"),
        ("small: {revenue: 50}", "small: {revenue: 0}", "rows.agriculture: revenue: floors"),
        ("small: {revenue: 50}", "small: {revenue: 49.5}", "rows.agriculture: revenue: floors"),
        ("small: {revenue: 50}", "small: {staff: 50}", "rows.agriculture: large, medium and small"),
        ("small: {revenue: 50}", "small: {profit: 50}", "rows.agriculture: unknown key profit"),
        ('["01-05"]', '["01-06"]', "rows.industry: industry 06 already has a row"),
        ('["01-05"]', '["1-5"]', "rows.agriculture: industries: '1-5' is no code"),
        ('["01-05"]', '"01-05"', "rows.agriculture: industries: expected a list"),
        ("  industry:\n", "  agriculture:\n", "duplicate key agriculture"),
        ("  row: industry", "  row: industrial", "above_scale: row must name a row"),
    ],
)
def test_wrong_size_data_is_refused_naming_file_and_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "sizes.yaml"
    text = (DATA / "size-classes.yaml").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"sizes\.yaml") as error:
        load_sizes(path)
    assert message in str(error.value)
