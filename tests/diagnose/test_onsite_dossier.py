"""The file shows both kinds of verdict and never mixes them: front, history, rulers, trace, charts, deviation."""

import re
from html import unescape

import pytest
from flask import Flask

from diagnose.models import Assessment, Diagnosis
from diagnose.reports.charts import TrendPoint
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of
from tests.diagnose.official import GBT, both_submitted, opened, ratings
from tests.diagnose.onsite_stage import Stage, stage
from tests.people import HERE, account, logged_in

ADOPTED = "其中 20 题沿用自评（共 22 题）"


def done(visit: Stage) -> Stage:
    """The advisor found two things lower, verified one question, and adopted the rest."""
    visit.save("cnc_rate", facts={"key_processes_cnc": 2, "key_processes_total": 40})
    visit.save("five_g", facts={"five_g": "A"})
    visit.save_all("adopted")
    visit.finish()
    return visit


@pytest.fixture
def visit(small_file: File) -> Stage:
    return done(stage(small_file.submitted()))


def page(visitor: Visitor, address: str) -> str:
    answer = visitor.get(address)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def part(text: str, name: str) -> str:
    """A section of the page; its front without a name."""
    return text.partition(f'id="{name}"')[2].partition("</section>")[0]


def front(text: str) -> str:
    return text.partition('class="zz-level"')[2].partition("<nav")[0]


def of_kind(visit: Stage, kind: str) -> Diagnosis:
    return next(one for one in all_of(visit.app, Diagnosis) if one.kind == kind)


def test_own_verdict_is_in_front_and_the_onsite_one_beside(visit: Stage) -> None:
    text = front(page(visit.file.holder, f"{visit.file.address}/"))
    own, beside = text.split('class="zz-src zz-other"')
    assert f"<b>{of_kind(visit, 'self').score / 100:.2f}</b>" in own and "企业自评" in own and "沿用" not in own
    assert f"<b>{of_kind(visit, 'onsite').score / 100:.2f}</b>" in beside and "现场评定" in beside
    assert ADOPTED in beside and "顾问 顾问甲" in beside and "kind=onsite" in beside


def test_onsite_verdict_can_be_put_in_front_with_its_own_facts(visit: Stage) -> None:
    text = page(visit.file.holder, f"{visit.file.address}/?kind=onsite")
    own, beside = front(text).split('class="zz-src zz-other"')
    assert "现场评定" in own and ADOPTED in own and "企业自评" in beside
    assert "2 / 40 道" in part(text, "facts") and "22 / 40 道" not in part(text, "facts")
    assert "现场核验" in part(text, "facts") and "沿用自评" in part(text, "facts")
    assert f"/verdict/{of_kind(visit, 'onsite').id}/radar.svg" in part(text, "dims")
    assert "2 / 40 道" in part(text, "neck")
    assert "22 / 40 道" in part(page(visit.file.holder, f"{visit.file.address}/"), "facts")


def test_history_names_both_kinds_and_compares_within_one(visit: Stage) -> None:
    visit.file.next_draft("again").submitted()
    text = part(page(visit.file.holder, f"{visit.file.address}/"), "trend")
    rows = text.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    assert "共 3 次结论" in text and len(rows) == 3
    assert [ADOPTED in row for row in rows].count(True) == 1
    onsite = next(row for row in rows if "现场评定" in row)
    assert 'data-label="比上次" class="zz-num"><span>—' in onsite and "zz-tag-solid" in onsite
    assert [">+0.00" in row for row in rows].count(True) == 1


def test_trend_draws_both_kinds_apart(visit: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[TrendPoint] = []

    def draw(points: list[TrendPoint], *_: object, **__: object) -> str:
        drawn.extend(points)
        return ""

    monkeypatch.setattr("diagnose.web.dossier.trend_svg", draw)
    for kind in ("self", "onsite"):
        drawn.clear()
        visit.file.holder.get(f"{visit.file.address}/verdict/{of_kind(visit, kind).id}/trend.svg")
        assert [(one.kind, one.score) for one in drawn] == [
            (one.kind, one.score / 100) for one in all_of(visit.app, Diagnosis)
        ]
    assert {one.kind for one in drawn} == {"self", "onsite"}


def test_onsite_verdict_has_its_own_page_charts_and_trace(visit: Stage) -> None:
    address = f"{visit.file.address}/verdict/{of_kind(visit, 'onsite').id}"
    assert ADOPTED in front(page(visit.file.holder, address))
    trace = page(visit.file.holder, f"{address}/trace")
    assert "的现场评定" in trace and ADOPTED in trace and trace.count('<span class="zz-tag">沿用自评</span>') == 20
    for chart in ("radar.svg", "radar.png", "trace.json"):
        assert visit.file.holder.get(f"{address}/{chart}").status_code == 200


def test_rulers_show_the_onsite_verdict_below_the_own_one(visit: Stage) -> None:
    text = part(page(visit.file.holder, f"{visit.file.address}/"), "other")
    assert text.count("现场评定") == 1 and text.count(ADOPTED) == 1


def test_deviation_is_shown_from_either_side(visit: Stage) -> None:
    for query in ("", "?kind=onsite"):
        text = part(page(visit.file.holder, f"{visit.file.address}/{query}"), "deviation")
        assert "高估合计" in text and "与自评一致的 20 题" in text and "未定稿" not in text


def test_deviation_keeps_to_the_self_assessment_that_was_visited(visit: Stage) -> None:
    visit.file.next_draft("correct").submitted({"key_processes_cnc": 2})
    text = part(page(visit.file.holder, f"{visit.file.address}/"), "deviation")
    assert "22 / 40 道" in text


def test_visit_under_way_is_named_and_adds_no_verdict(small_file: File) -> None:
    visit = stage(small_file.submitted())
    text = page(small_file.holder, f"{small_file.address}/")
    assert "现场诊断：核验中" in text and "zz-other" not in text and 'id="deviation"' not in text
    assert "接着填写" not in front(text), "the advisor's draft is not the firm's"
    officer = logged_in(visit.app, account(visit.app, "officer", "区县甲", HERE))
    assert f"/visits/{visit.visit}/" not in text
    assert f"/visits/{visit.visit}/" in page(officer, f"{small_file.address}/")


def test_those_who_only_read_get_no_buttons(visit: Stage) -> None:
    file = visit.file
    opened(file)
    officer = logged_in(visit.app, account(visit.app, "officer", "区县甲", HERE))
    for browser in (officer, visit.browser()):
        text = page(browser, f"{file.address}/")
        for button in ("重新自评", "更正最近一次", "下载数据", "接着填写", "开始填写"):
            assert f">{button}<" not in text, button
        assert ">退回自评<" in text
    assert ">退回自评<" not in page(file.holder, f"{file.address}/")
    assert ">重新自评<" in page(file.holder, f"{file.address}/")


def test_other_schemes_are_visited_too(app: Flask, file: File) -> None:
    visit = stage(both_submitted(file))
    visit.save_all("same")
    visit.finish()
    text = page(file.holder, f"{file.address}/?scheme=miit-sme&kind=onsite")
    assert "其中 0 题沿用自评（共 31 题）" in front(text)
    assert "zz-other" not in page(file.holder, f"{file.address}/")
    gbt = stage(opened(file, GBT).submitted(ratings(app)), visit.advisor)
    gbt.save_all("same")
    gbt.finish()
    assert "其中 0 题沿用自评（共 20 题）" in front(page(file.holder, f"{file.address}/?scheme=gbt-39116"))


def test_kind_nobody_has_shows_what_there_is(small_file: File) -> None:
    text = page(small_file.submitted().holder, f"{small_file.address}/?kind=onsite")
    assert "企业自评" in front(text)
    assert re.search("共 1 次结论", text) and all_of(small_file.app, Assessment)
