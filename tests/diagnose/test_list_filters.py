"""企业列表: the filters that every number of the cockpit links to; they read what held on the day."""

import html
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Account, Assignment, Diagnosis, Division, Statement, VerdictSpan
from diagnose.models.span import SELF
from diagnose.services import firm_find, firm_list, firm_scan
from diagnose.services.firm_filters import Filters, month_end, months_before
from tests.conftest import Visitor
from tests.diagnose.cast import engine
from tests.diagnose.list_cast import RULER, START, judged, month, onsite, placed, span, term, today
from tests.diagnose.test_register_list import listed
from tests.people import ELSEWHERE, HERE, account, logged_in, verified_firm


@pytest.fixture
def officer(app: Flask) -> Visitor:
    return logged_in(app, account(app, "officer", "boss", HERE))


def total(page: str) -> str:
    found = re.search(r'class="zz-total[^"]*"><b>([^<]+)</b>', page)
    return found[1] if found else ""


def chips(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'aria-label="去掉条件 ([^"]+)"', page)]


def test_attributes_of_the_day_are_filters(app: Flask, officer: Visitor) -> None:
    chain, park = term(app, "chain", "高端装备"), term(app, "locality", "科技园")
    placed(app, "甲", chain=chain, marks=1 << 4 | 1 << 2)
    placed(app, "乙", locality=park, industry=34, size=3)
    for asked, name in (
        ({"chain": str(chain)}, "甲"),
        ({"chain": "高端装备"}, "甲"),
        ({"locality": str(park)}, "乙"),
        ({"mark": "4"}, "甲"),
        ({"industry": "34", "day": str(today())}, "乙"),
        ({"size": "3", "day": str(today())}, "乙"),
    ):
        assert listed(officer, **asked) == [name], asked
    assert listed(officer, mark="5") == []
    assert listed(officer, chain="没有这条链") == []
    assert listed(officer, mark="2", locality=str(park)) == []


def test_industry_and_size_alone_are_those_of_the_register(app: Flask, officer: Visitor) -> None:
    verified_firm(app, name="未核实", verified=False, industry="34", size=1)
    placed(app, "甲")
    assert listed(officer, industry="34") == ["未核实"]
    assert listed(officer, size="1") == ["未核实"]


def test_basis_decides_whose_level_counts(app: Flask, officer: Visitor) -> None:
    both, own = placed(app, "两者"), placed(app, "自评")
    placed(app, "没有")
    judged(app, both, 1, best=0)
    onsite(app, both, 3)
    judged(app, own, 1)
    assert listed(officer, level="1", basis="self") == ["自评", "两者"]
    assert listed(officer, level="1", basis="best") == ["自评"]
    assert listed(officer, level="3", basis="onsite") == ["两者"]
    assert listed(officer, level="any", basis="onsite") == ["两者"]
    assert listed(officer, level="none", basis="best") == ["没有"]
    assert listed(officer, diagnosed="no", basis="onsite") == ["没有", "自评"]
    assert listed(officer, level="any", basis="best", ruler="miit-sme/2024") == []


def test_a_past_day_is_looked_at_as_it_stood(app: Flask, officer: Visitor) -> None:
    late, early = placed(app, "后来", spans=False), placed(app, "早先", spans=False)
    span(app, late, date(2026, 3, 1), None)
    span(app, early, START, date(2026, 3, 1))
    judged(app, early, 2, START, date(2026, 3, 1))
    assert listed(officer, day="2026-02-28") == ["早先"]
    assert total(officer.page) == "共 1 家" and "2026年2月28日" in officer.page
    assert listed(officer, day="2026-02-28", level="2", basis="self") == ["早先"]
    assert listed(officer, day="2026-03-01") == ["后来"]
    assert listed(officer, day="2026-03-01", level="2", basis="self") == []


def test_a_firm_that_is_elsewhere_now_is_counted_but_not_shown(app: Flask, officer: Visitor) -> None:
    placed(app, "还在")
    gone = placed(app, "搬走", ELSEWHERE, spans=False)
    span(app, gone, START, date(2026, 2, 1), HERE)
    assert listed(officer, day="2026-01-31") == ["还在"]
    assert total(officer.page) == "共 2 家"
    assert "另有 1 家当时在本区" in officer.page and "搬走" not in officer.page


def test_months_show_who_came_and_whose_level_changed(app: Flask, officer: Visitor) -> None:
    first = today().replace(day=1)
    placed(app, "老")
    new = placed(app, "新", spans=False)
    span(app, new, first, None)
    for name, before, after in (("升", 1, 2), ("降", 2, 1), ("平", 2, 2)):
        id_ = placed(app, name)
        judged(app, id_, before, START, first)
        judged(app, id_, after, first)
    judged(app, new, 4, first)
    assert listed(officer, added=month(first)) == ["新"]
    assert listed(officer, up=month(first), basis="self") == ["升"]
    assert listed(officer, down=month(first), basis="self") == ["降"]
    assert listed(officer, up=month(months_before(first, 1)), basis="self") == []


def stated(app: Flask, id_: int, links: list[str], as_of: date = START) -> None:
    with writing(engine(app)) as session:
        common: dict[str, object] = {"kind": "self", "source": "self", "form": "digital-portrait", "edition": "2025"}
        common |= {"recorded_at": wording.now(), "adopted": [], "assessment_id": None}
        answers = {"management_links": links}
        session.execute(insert(Statement), {**common, "enterprise_id": id_, "as_of": as_of, "answers": answers})


def verdict(app: Flask, id_: int, unmet: list[str], as_of: date = START) -> None:
    with writing(engine(app)) as session:
        row = {"kind": "self", "scheme": "digital-portrait", "edition": "2025", "ruleset_sha256": "x", "as_of": as_of}
        row |= {"known_at": wording.now(), "statements": [], "score": 1, "level": 1, "result": {"unmet": unmet}}
        session.execute(insert(Diagnosis), {**row, "enterprise_id": id_})


def test_one_management_link_alone_is_missing(app: Flask, officer: Visitor) -> None:
    for name, links in (("缺财务", "BCEF"), ("缺两个", "BCE"), ("全", "BCDEF"), ("缺采购", "CDEFG")):
        id_ = placed(app, name)
        judged(app, id_, 1, management=int(name == "全"))
        stated(app, id_, list(links))
    assert listed(officer, missing_link="D") == ["缺财务"]
    assert listed(officer, missing_link="B") == ["缺采购"]
    assert listed(officer, missing_link="C") == []


def test_only_the_newest_answer_says_what_is_missing(app: Flask, officer: Visitor) -> None:
    id_ = placed(app, "甲")
    judged(app, id_, 1)
    stated(app, id_, list("BCEF"))
    stated(app, id_, list("BCE"), date(2026, 1, 1))
    assert listed(officer, missing_link="D") == []


def test_one_condition_short_of_the_next_level(app: Flask, officer: Visitor) -> None:
    for name, unmet in (("差一个", ["score"]), ("差两个", ["score", "cnc_rate"]), ("到顶", [])):
        id_ = placed(app, name)
        judged(app, id_, 1)
        verdict(app, id_, unmet)
    assert listed(officer, one_short="yes") == ["差一个"]


def test_old_self_assessments_and_late_visits_are_found(app: Flask, officer: Visitor) -> None:
    old, new, late = placed(app, "旧"), placed(app, "新"), placed(app, "迟")
    verdict(app, old, [], today() - timedelta(days=400))
    verdict(app, new, [], today() - timedelta(days=400))
    verdict(app, new, [], today() - timedelta(days=10))
    advisor = account(app, "advisor", "顾问")
    with writing(engine(app)) as session:
        for firm, days in ((late, 31), (new, 30)):
            due = today() - timedelta(days=days)
            session.add(
                Assignment(enterprise_id=firm, account_id=advisor, role="advisor", due_on=due, made_at=wording.now())
            )
    assert listed(officer, stale="yes") == ["旧"]
    assert listed(officer, overdue="yes") == ["迟"]


@pytest.mark.parametrize(
    "asked",
    [
        {"mark": "99"}, {"mark": "x"}, {"size": "9"}, {"industry": "zz"}, {"day": "2026-13-01"}, {"day": "9999-01-01"},
        {"added": "2026"}, {"up": "2026-00"}, {"down": "3026-01"}, {"basis": "?"}, {"missing_link": "Z"},
        {"stale": "1"}, {"one_short": "no"}, {"ruler": "no/1"},
    ],
)  # fmt: skip
def test_what_no_control_sends_is_no_filter(app: Flask, officer: Visitor, asked: dict[str, str]) -> None:
    verified_firm(app, name="甲")
    assert listed(officer, **asked) == ["甲"]


def test_filters_in_use_can_be_taken_away_one_by_one(app: Flask, officer: Visitor) -> None:
    placed(app, "甲")
    assert listed(officer, text="甲", mark="4", stale="yes") == []
    assert chips(officer.page) == ["搜索：甲", "梯度与认定：国家专精特新“小巨人”企业", "自评时间：超过 12 个月"]
    assert '<details class="zz-more" open>' in officer.page
    assert listed(officer, text="甲") == ["甲"]
    assert '<details class="zz-more" open>' not in officer.page


def test_count_is_what_the_list_shows_in_the_own_subtree(app: Flask, officer: Visitor) -> None:
    placed(app, "外", ELSEWHERE)
    for number in range(3):
        judged(app, placed(app, f"甲{number}"), number)
    asked = Filters(level="any", ruler=RULER, basis="best")
    with reading(engine(app)) as session:
        who = session.scalars(select(Account).where(Account.login == "boss")).one()
        assert firm_list.count(session, who, asked) == 3
        outside = session.scalars(select(Division.path).where(Division.code == ELSEWHERE)).one()
        assert firm_list.count(session, who, Filters(**{**vars(asked), "below": outside})) == 3


def test_few_and_many_candidates_give_the_same_list(
    app: Flask, officer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(70):
        id_ = placed(app, f"企业{number:02}", marks=number % 3)
        judged(app, id_, number % 5)
    ways = [{"text": "企业"}, {"mark": "1"}, {"level": "2", "basis": "self"}, {"text": "业0"}, {"status": "open"}]
    few = [(listed(officer, **asked), total(officer.page)) for asked in ways]
    monkeypatch.setattr(firm_find, "FEW", 0)
    assert [(listed(officer, **asked), total(officer.page)) for asked in ways] == few
    monkeypatch.setattr(firm_find, "NEAR", 0)
    monkeypatch.setattr(firm_scan, "FIRST", 7)
    assert [(listed(officer, **asked), total(officer.page)) for asked in ways] == few


def test_a_page_that_ran_out_of_time_says_so_and_goes_on(
    app: Flask, officer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(app, "最早的那家")
    for number in range(30):
        placed(app, f"企业{number:02}")
    for name, value in (("FEW", 0), ("NEAR", 0), ("SCAN_SECONDS", 0)):
        monkeypatch.setattr(firm_find, name, value)
    monkeypatch.setattr(firm_scan, "FIRST", 10)
    seen, address = listed(officer, text="最早", status="open"), ""
    for _ in range(5):
        if "还没有全部查完" not in officer.page:
            break
        found = re.search(r'<a href="([^"]+)">继续往前查', officer.page)
        assert found and found[1] != address
        address = found[1]
        officer.get(html.unescape(address))
    assert seen == [] and "最早的那家" in officer.page


def test_a_verdict_span_of_another_firm_is_never_taken(app: Flask, officer: Visitor) -> None:
    judged(app, placed(app, "外", ELSEWHERE), 2)
    placed(app, "甲")
    assert listed(officer, level="2", basis="self") == []
    with reading(engine(app)) as session:
        assert session.scalars(select(VerdictSpan.kind)).all() == [SELF]


def test_months() -> None:
    assert month_end(date(2026, 2, 3)) == date(2026, 2, 28)
    assert month_end(date(2025, 12, 31)) == date(2025, 12, 31)
    assert months_before(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert months_before(date(2026, 1, 31), 2) == date(2025, 11, 30)
