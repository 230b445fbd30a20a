"""The officer states, ends and withdraws facts of a firm; the firm sees what holds."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Enterprise, FirmFact, FirmSpan, Flag
from diagnose.models.span import FOREVER
from diagnose.services import export, firm_facts, joining
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, catalog, engine, open_file
from tests.diagnose.register_desk import changes, do, firm, logged, officer, push
from tests.people import ELSEWHERE, account, join, logged_in, verified_firm

STAR = {"code": "star", "value": "4", "valid_from": "2025-03-01", "last": "2026-02-28", "source": "证书 001"}
CHAIN = {"code": "chain", "value": "汽车零部件", "valid_from": "2025-03-01", "source": "产业链清单"}


def at(app: Flask, id_: int) -> str:
    return f"/district/firm/{firm(app, id_).public_id}"


def post(who: Visitor, address: str, **fields: str) -> TestResponse:
    who.get(f"{address}/facts/add?code={fields['code']}")
    return who.post(f"{address}/facts/add", fields)


def facts(app: Flask) -> list[FirmFact]:
    return all_of(app, FirmFact)


def test_an_officer_states_a_fact_and_finds_it_on_the_page(app: Flask) -> None:
    id_ = verified_firm(app)
    who, address = officer(app), at(app, id_)
    who.get(f"{address}/facts/add")
    assert "两化融合管理体系贯标" in who.page
    assert post(who, address, **STAR).status_code == 302
    assert post(who, address, **STAR).status_code == 302
    (row,) = facts(app)
    assert (row.valid_from, row.valid_to, row.source) == (date(2025, 3, 1), date(2026, 3, 1), "证书 001")
    assert logged(app, "fact_state") == 1
    who.get(f"{address}/")
    for text in ("星级上云 四星级", "2025年3月1日至2026年2月28日", "证书 001", "boss"):
        assert text in who.page


def test_a_stated_fact_counts_at_once(app: Flask) -> None:
    id_ = verified_firm(app)
    assert post(officer(app), at(app, id_), **STAR | {"valid_from": "2025-03-01", "last": ""}).status_code == 302
    span = next(row for row in all_of(app, FirmSpan) if row.enterprise_id == id_ and row.to_day == FOREVER)
    assert span.marks == 1 << 9


@pytest.mark.parametrize(
    "typed", ["2025-3-1", "2025/3/1", "2025.03.01", "2025年3月1日", "20250301", "２０２５－３－１"]
)
def test_a_day_may_be_typed_in_several_ways(small_app: Flask, typed: str) -> None:
    id_ = verified_firm(small_app)
    assert post(officer(small_app), at(small_app, id_), **CHAIN | {"valid_from": typed}).status_code == 302
    assert [row.valid_from for row in facts(small_app)] == [date(2025, 3, 1)]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"valid_from": "2025-02-30"}, "这不是一个日期"),
        ({"valid_from": "去年"}, "这不是一个日期"),
        ({"valid_from": ""}, "请填写日期"),
        ({"valid_from": "0001-01-01"}, "核对年份"),
        ({"last": "9999-12-31"}, "核对年份"),
        ({"last": "2025-02-01"}, "早于开始日期"),
        ({"value": ""}, "请填写产业链的内容"),
        ({"value": "链" * 201}, "最多 200 个字"),
        ({"source": " "}, "请填写依据"),
        ({"source": "文" * 201}, "依据最多 200 个字"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(small_app: Flask, changed: dict[str, str], says: str) -> None:
    id_ = verified_firm(small_app)
    who = officer(small_app)
    assert post(who, at(small_app, id_), **CHAIN | changed).status_code == 422
    assert says in who.page
    kept = {"value": CHAIN["value"], "source": CHAIN["source"]} | changed
    assert all(kept[name].strip() in who.page for name in ("value", "source"))
    assert facts(small_app) == []


def test_a_second_chain_offers_to_end_the_first(small_app: Flask) -> None:
    id_ = verified_firm(small_app)
    who, address = officer(small_app), at(small_app, id_)
    post(who, address, **CHAIN)
    assert 'name="replace"' not in who.page
    other = CHAIN | {"value": "高端装备", "valid_from": "2026-01-01"}
    assert post(who, address, **other).status_code == 422
    assert "从2025年3月1日到现在已经有一条" in who.page
    assert 'name="replace"' in who.page
    assert post(who, address, **other, replace="yes").status_code == 302
    assert [row.valid_to for row in facts(small_app)] == [date(2026, 1, 1), None]


def test_five_stars_without_four_need_the_tick(small_app: Flask) -> None:
    id_ = verified_firm(small_app)
    who, address = officer(small_app), at(small_app, id_)
    assert post(who, address, **STAR | {"value": "5"}).status_code == 422
    assert "五星级要先有四星级" in who.page
    assert "待核" in who.page
    assert 'name="sure"' in who.page
    assert post(who, address, **STAR | {"value": "5"}, sure="yes").status_code == 302


def test_a_year_is_typed_as_a_year(small_app: Flask) -> None:
    id_ = verified_firm(small_app)
    who, address = officer(small_app), at(small_app, id_)
    spend = {"code": "rd_spend", "value": "1,200", "source": "辅助账"}
    for wrong in ("", "25", "２０２Ｘ"):
        assert post(who, address, **spend, year=wrong).status_code == 422
    assert post(who, address, **spend, year="２０２５").status_code == 302
    who.get(f"{address}/")
    assert "研发投入 1,200.00 万元" in who.page
    assert "2025年度" in who.page


def test_a_fact_is_ended_by_its_last_day(app: Flask) -> None:
    id_ = verified_firm(app)
    who, address = officer(app), at(app, id_)
    post(who, address, **CHAIN)
    (row,) = facts(app)
    assert do(who, f"{address}/facts/{row.id}/end", last="2025-02-01").status_code == 422
    assert do(who, f"{address}/facts/{row.id}/end", last="2025-12-31").status_code == 302
    assert facts(app)[0].valid_to == date(2026, 1, 1)
    assert changes(app, id_) == [("fact_end", "产业链 汽车零部件，2025年3月1日起", "2025年3月1日至2025年12月31日")]
    assert logged(app, "fact_end") == 1
    who.get(f"{address}/")
    assert "结束企业事实" in who.page


def test_a_fact_is_withdrawn_with_a_reason_that_stays_to_be_read(app: Flask) -> None:
    id_ = verified_firm(app)
    who, address = officer(app), at(app, id_)
    post(who, address, **CHAIN)
    withdraw = f"{address}/facts/{facts(app)[0].id}/withdraw"
    assert do(who, withdraw, reason="").status_code == 422
    assert do(who, withdraw, reason="填到别家了").status_code == 302
    assert do(who, withdraw, reason="又点了一次").status_code == 302
    assert facts(app)[0].withdrawn_at
    assert logged(app, "fact_off") == 1
    who.get(f"{address}/")
    assert "填到别家了" in who.page
    assert "又点了一次" not in who.page
    assert "已结束和已撤回的 1 条" in who.page


def test_nobody_touches_a_fact_of_another_firm_or_district(small_app: Flask) -> None:
    id_ = verified_firm(small_app)
    other = verified_firm(small_app, ELSEWHERE, credit_code="91321003MA1WX9TL3C")
    who = officer(small_app)
    post(who, at(small_app, id_), **CHAIN)
    fact = facts(small_app)[0].id
    stranger = officer(small_app, "elsewhere", ELSEWHERE)
    for deed in (f"{fact}/end", f"{fact}/withdraw"):
        assert push(stranger, f"{at(small_app, id_)}/facts/{deed}", reason="x") == 404
        assert push(stranger, f"{at(small_app, other)}/facts/{deed}", reason="x") == 404
    assert push(stranger, f"{at(small_app, id_)}/facts/add", **CHAIN) == 404
    assert facts(small_app)[0].withdrawn_at is None


def test_the_firm_sees_what_holds_today_with_its_source(small_app: Flask) -> None:
    file = open_file(small_app).submitted()
    with writing(engine(small_app)) as session:
        enterprise, today = session.get_one(Enterprise, file.enterprise().id), wording.today()
        for code, value, first, to in (
            ("high_tech", "", today - timedelta(days=400), None),
            ("chain", "到期的链", today - timedelta(days=400), today),
            ("pool", "", today + timedelta(days=1), None),
            ("rd_spend", "88", date(today.year - 1, 1, 1), None),
        ):
            firm_facts.state(session, enterprise, code, value, first, to, "公告 7 号", None, wording.now())
    file.holder.get(f"{file.address}/")
    assert "高新技术企业" in file.holder.page
    assert "公告 7 号" in file.holder.page
    assert "研发投入 88.00 万元" in file.holder.page
    assert "到期的链" not in file.holder.page
    assert "培育库企业" not in file.holder.page


def test_the_download_holds_the_facts(small_app: Flask) -> None:
    id_ = verified_firm(small_app)
    post(officer(small_app), at(small_app, id_), **CHAIN)
    with writing(engine(small_app)) as session:
        content = export.export(session, session.get_one(Enterprise, id_))
    assert [(one["code"], one["value"], one["valid_from"]) for one in content["facts"]] == [
        ("chain", "汽车零部件", "2025-03-01")
    ]
    member = account(small_app, "enterprise", "member")
    join(small_app, member, id_)
    browser = logged_in(small_app, member)
    assert browser.get(f"/file/{firm(small_app, id_).public_id}/").status_code == 200


def test_joined_files_keep_the_facts_of_both_but_no_two_chains(app: Flask) -> None:
    ids = [verified_firm(app), verified_firm(app, verified=False)]
    day, now = date(2025, 1, 1), wording.now()
    with writing(engine(app)) as session:
        target, source = (session.get_one(Enterprise, id_) for id_ in ids)
        for one, code, value in (
            (target, "chain", "甲链"),
            (source, "chain", "乙链"),
            (source, "smart_workshop", "总装车间"),
            (target, "smart_workshop", "总装车间"),
            (source, "high_tech", ""),
        ):
            firm_facts.state(session, one, code, value, day, None, "名单", None, now)
        session.add(Flag(enterprise_id=source.id, code="x", detail={}, fingerprint="0", found_at=now))
    with writing(engine(app)) as session:
        target, source = (session.get_one(Enterprise, id_) for id_ in ids)
        joining.join(session, source, target, None, now, catalog(app))
    with writing(engine(app)) as session:
        rows = firm_facts.facts_of(session, ids[0])
        owners = set(session.scalars(select(FirmFact.enterprise_id)))
        flags = set(session.scalars(select(Flag.enterprise_id)))
    assert {(row.code, row.value) for row in rows} == {
        ("chain", "甲链"),
        ("smart_workshop", "总装车间"),
        ("high_tech", ""),
    }
    assert owners == flags == {ids[0]}
