"""企业事实: what may be stated of a firm, and when it holds."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Enterprise, FirmFact
from diagnose.services import fact_kinds, fact_sheet, firm_facts
from diagnose.services.firm_facts import BadFact, Doubtful, Overlap
from questionnaires.strict import DefinitionError
from tests.diagnose.cast import engine
from tests.people import verified_firm

SOURCE = "苏工信〔2025〕1号"


class Desk:
    """States facts of one firm, each with the same source."""

    def __init__(self, session: Session, firm: Enterprise) -> None:
        self.session, self.firm = session, firm

    def state(self, code: str, value: str, first: str, to: str = "", **more: Any) -> FirmFact:
        day = date.fromisoformat
        end = day(to) if to else None
        return firm_facts.state(
            self.session, self.firm, code, value, day(first), end, SOURCE, None, wording.now(), **more
        )

    def held(self, day: str) -> list[str]:
        """What holds on a day, as code or code=value."""
        rows, on = firm_facts.facts_of(self.session, self.firm.id), date.fromisoformat(day)
        return [f"{row.code}={row.value}" if row.value else row.code for row in rows if firm_facts.holds(row, on)]


@pytest.fixture
def desk(small_app: Flask):  # type: ignore[no-untyped-def]
    firm_id = verified_firm(small_app)
    with writing(engine(small_app)) as session:
        yield Desk(session, session.get_one(Enterprise, firm_id))


def test_a_fact_holds_from_its_first_day_to_before_its_end(desk: Desk) -> None:
    desk.state("high_tech", "", "2024-11-01", "2027-11-01")
    assert [desk.held(day) for day in ("2024-10-31", "2024-11-01", "2027-10-31", "2027-11-01")] == [
        [],
        ["high_tech"],
        ["high_tech"],
        [],
    ]


def test_the_same_fact_stated_twice_is_one(desk: Desk) -> None:
    first = desk.state("chain", "汽车零部件", "2025-01-01")
    assert desk.state("chain", " 汽车零部件 ", "2025-01-01") is first


def test_two_chains_at_once_are_refused_or_the_old_one_is_ended(desk: Desk) -> None:
    old = desk.state("chain", "汽车零部件", "2025-01-01")
    with pytest.raises(Overlap, match="产业链 汽车零部件 从2025年1月1日到现在已经有一条"):
        desk.state("chain", "高端装备", "2026-01-01")
    desk.state("chain", "高端装备", "2026-01-01", replace=True)
    assert old.valid_to == date(2026, 1, 1)
    assert desk.held("2025-12-31") == ["chain=汽车零部件"]
    assert desk.held("2026-01-01") == ["chain=高端装备"]


def test_an_old_one_that_began_later_is_not_replaced(desk: Desk) -> None:
    desk.state("high_tech", "", "2025-01-01")
    with pytest.raises(Overlap):
        desk.state("high_tech", "", "2024-01-01", replace=True)


def test_several_workshops_hold_at_once_but_none_twice(desk: Desk) -> None:
    desk.state("smart_workshop", "总装车间", "2025-01-01")
    desk.state("smart_workshop", "机加工车间", "2025-01-01")
    with pytest.raises(BadFact, match="同名的不重复填"):
        desk.state("smart_workshop", "总装车间", "2025-06-01")
    assert len(desk.held("2025-06-01")) == 2


def test_the_stars_are_a_ladder_unless_the_certificate_was_checked(desk: Desk) -> None:
    with pytest.raises(Doubtful, match=r"先有四星级.*待核"):
        desk.state("star", "5", "2025-01-01")
    desk.state("star", "4", "2024-01-01", "2025-01-01")
    desk.state("star", "5", "2025-01-01", "2026-01-01")
    for same_or_lower in "54":
        with pytest.raises(Doubtful, match="不重复申报"):
            desk.state("star", same_or_lower, "2026-01-01")
    desk.state("star", "4", "2026-01-01", sure=True)
    assert desk.held("2026-02-01") == ["star=4"]


def test_each_star_sets_its_own_bit_alone() -> None:
    assert [firm_facts.marks("star", value) for value in "345"] == [8, 9, 10]
    assert firm_facts.marks("chain", "x") is None


def test_a_years_figure_holds_that_year(desk: Desk) -> None:
    row = desk.state("rd_spend", "1,234.5", "2025-01-01")
    assert (row.value, row.valid_to) == ("1234.50", date(2026, 1, 1))
    with pytest.raises(BadFact, match=r"2025年的研发投入已经填了 1,234\.50 万元"):
        desk.state("rd_spend", "99", "2025-01-01")
    with pytest.raises(BadFact, match="按年度填写"):
        desk.state("rd_spend", "99", "2024-07-01")
    with pytest.raises(BadFact, match="还没有到"):
        desk.state("rd_spend", "99", f"{wording.today().year + 1}-01-01")


def test_a_count_of_patents_holds_until_the_next_whatever_the_order(desk: Desk) -> None:
    desk.state("patents_valid", "12", "2024-01-01")
    last = desk.state("patents_valid", "20", "2026-01-01")
    desk.state("patents_valid", "15", "2025-01-01")
    assert [desk.held(f"{year}-06-01") for year in (2024, 2025, 2026)] == [
        ["patents_valid=12"],
        ["patents_valid=15"],
        ["patents_valid=20"],
    ]
    assert firm_facts.withdraw(desk.session, last, None, wording.now())
    assert desk.held("2026-06-01") == ["patents_valid=15"]


def test_a_withdrawn_fact_makes_room_and_is_kept(desk: Desk) -> None:
    row = desk.state("locality", "文汇街道", "2025-01-01")
    assert firm_facts.withdraw(desk.session, row, None, wording.now())
    assert not firm_facts.withdraw(desk.session, row, None, wording.now())
    desk.state("locality", "邗上街道", "2025-01-01")
    shown = fact_sheet.sheet(desk.session, desk.firm.id, date(2025, 6, 1))
    assert [line.value for _, lines in shown.groups for line in lines] == ["邗上街道"]
    assert [line.value for line in shown.past] == ["文汇街道"]


def test_an_end_is_moved_but_never_into_the_next_one(desk: Desk) -> None:
    row = desk.state("chain", "甲链", "2024-01-01", "2025-01-01")
    desk.state("chain", "乙链", "2025-01-01")
    assert firm_facts.end(desk.session, row, date(2024, 7, 1), wording.now())
    assert not firm_facts.end(desk.session, row, date(2024, 7, 1), wording.now())
    with pytest.raises(Overlap):
        firm_facts.end(desk.session, row, None, wording.now())


@pytest.mark.parametrize(
    ("code", "value", "first", "to", "says"),
    [
        ("nothing", "", "2025-01-01", "", "没有“nothing”"),
        ("pool", "三级", "2025-01-01", "", "不用填内容"),
        ("chain", "", "2025-01-01", "", "请填写产业链"),
        ("chain", "汽\ufffd车", "2025-01-01", "", "无法识别"),
        ("chain", "汽\u200b车\n", "2025-01-01", "", "无法识别"),
        ("chain", "长" * 201, "2025-01-01", "", "最多 200 个字"),
        ("star", "2", "2025-01-01", "", "没有“2”这个选项"),
        ("patents_valid", "3.5", "2025-01-01", "", "正整数"),
        ("rd_spend", "-1", "2025-01-01", "", "不小于 0"),
        ("pool", "", "1989-12-31", "", "日期要在 1990年1月1日 到"),
        ("pool", "", "2999-01-01", "", "核对年份"),
        ("pool", "", "2025-01-01", "2999-01-01", "核对年份"),
        ("pool", "", "2025-01-01", "2025-01-01", "早于开始"),
        ("project", "技改一期", "2025-01-01", "2026-01-01", "没有结束日期"),
    ],
)
def test_what_cannot_be_is_refused_in_chinese(
    desk: Desk, code: str, value: str, first: str, to: str, says: str
) -> None:
    with pytest.raises(BadFact, match=says):
        desk.state(code, value, first, to)
    assert firm_facts.facts_of(desk.session, desk.firm.id) == []


def test_cells_of_a_list_are_understood() -> None:
    said = {"star": "四星级", "iiims": "AA级", "rd_spend": "１,２００", "little_giant": "是", "patents_valid": "007"}
    read = {code: firm_facts.parse(code, text) for code, text in said.items()}
    assert read == {"star": "4", "iiims": "AA", "rd_spend": "1200.00", "little_giant": "", "patents_valid": "7"}
    shown = [firm_facts.value_text(code, value) for code, value in read.items()]
    assert shown == ["四星级", "AA级", "1,200.00 万元", "", "7 件"]


def test_many_facts_are_stated_without_reading_again(desk: Desk) -> None:
    known: list[FirmFact] = []
    day, now = date(2025, 1, 1), wording.now()
    for value in ("甲链", "甲链"):
        firm_facts.state(desk.session, desk.firm, "chain", value, day, None, SOURCE, None, now, known=known)
    with pytest.raises(Overlap):
        firm_facts.state(desk.session, desk.firm, "chain", "乙链", day, None, SOURCE, None, now, known=known)
    assert [row.value for row in known] == ["甲链"]


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("    bit: 1\n", "    bit: 0\n", "facts.innovative: bit 0 is taken by pool"),
        ("    bit: 1\n", "    bits: 1\n    mark: 2\n", "facts.innovative: unknown key mark"),
        ("    kind: choice\n", "    kind: list\n", "facts.star: kind list"),
        ('    bits: {"3": 8, "4": 9, "5": 10}\n', '    bits: {"3": 8}\n', "facts.star: bits: other keys"),
        ("    group: tier\n", "    group: tiers\n", "facts.pool: group tiers"),
        ("facts:\n", "more: 1\nfacts:\n", "unknown key more"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_key(tmp_path: Path, before: str, after: str, names: str) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(fact_kinds.PATH.read_text("utf-8").replace(before, after, 1), "utf-8")
    with pytest.raises(DefinitionError, match=f"{path}: {names}"):
        fact_kinds.load(path)
