"""The officer's pages of targets: who sees which plan, what is computed, entered, split and refused."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import AuditEntry, Plan, Target, TargetActual, TargetShare
from diagnose.services import targets
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.diagnose.target_stage import CITY, DAY, FAR, OTHER, Stage, division
from tests.people import HERE, account, logged_in

PROVINCE = "320000"
ROW = {"goal_id": "", "goal_title": "上市企业", "goal_value": "５", "goal_unit": "家"}
ROW |= {"goal_kind": "stock", "goal_comparator": "ge"}
HEAD = {"title": "我们的计划", "source": "某文件 二", "starts_on": "2026-01-01", "deadline": "2028-12-31"}


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(wording, "today", lambda: DAY)
    return Stage(app)


def officer(app: Flask, place: str = CITY) -> Visitor:
    return logged_in(app, account(app, "officer", f"负责{place}", place))


def push(visitor: Visitor, address: str, data: dict[str, Any]) -> TestResponse:
    """Post with a fresh token."""
    visitor.get("/targets/add")
    return visitor.post(address, data)


def deeds(app: Flask) -> list[str]:
    return [entry.action for entry in all_of(app, AuditEntry)]


def target_of(plan: Plan) -> str:
    return f"/targets/target/{plan.targets[0].id}"


def test_first_visit_makes_the_built_in_plans_of_the_own_line_once(app: Flask) -> None:
    city, far = officer(app), officer(app, FAR)
    for _ in range(2):
        assert city.get("/targets/").status_code == 200
    codes = {plan.code for plan in all_of(app, Plan)}
    assert codes == {"jiangsu-2023-2025", "yangzhou-2022-2024", "jiangsu-hightech-2020"}
    assert len(all_of(app, Target)) == 15 + 14 + 6
    assert "扬州市促进中小企业专精特新发展三年行动计划" in city.page
    far.get("/targets/")
    assert "扬州市" not in far.page
    assert "江苏省专精特新企业培育三年行动计划" in far.page
    province = officer(app, PROVINCE)
    province.get("/targets/")
    assert "连云港市：" in province.page


def test_progress_counts_built_in_plans_before_anybody_opened_the_page(app: Flask, stage: Stage) -> None:
    stage.firms(3, "champion")
    with reading(engine(app)) as session:
        found = targets.progress(session, division(app), DAY)
    assert [plan.title for plan in found] == ["扬州市促进中小企业专精特新发展三年行动计划（2022-2024年）"]
    first = found[0].targets[0]
    assert (first.title, first.value_text, first.actual_text) == ("国家制造业单项冠军", "≥ 15 家", "3 家")
    assert (first.share_text, first.status, first.light, first.manual) == ("20%", "behind", "red", False)
    assert all_of(app, Plan) == []


def test_a_plan_that_is_over_counts_as_of_its_deadline(app: Flask, stage: Stage) -> None:
    plan = stage.plan(deadline=date(2023, 12, 31))
    stage.firms(2, "little_giant")
    stage.firms(5, "little_giant", since=date(2024, 1, 1))
    with reading(engine(app)) as session:
        found = targets.plan_progress(session, session.get_one(Plan, plan.id), division(app), DAY)
    assert (found.ended, found.day) == (True, date(2023, 12, 31)) and found.elapsed == 1
    assert found.targets[0].actual == 2
    assert found.targets[0].status == "behind"


def test_a_stock_is_measured_from_what_there_was_before_the_start(app: Flask, stage: Stage) -> None:
    plan = stage.plan(value="20")
    stage.firms(10, "little_giant", since=date(2022, 1, 1))
    stage.firms(4, "little_giant")
    with reading(engine(app)) as session:
        one = targets.plan_progress(session, session.get_one(Plan, plan.id), division(app), DAY).targets[0]
    assert one.actual == 14 and (one.status, one.light) == ("behind", "yellow")  # the line asks 10 + 10 × 547/1096


def test_a_city_sees_the_plan_above_with_its_own_share_only(app: Flask, stage: Stage) -> None:
    plan = stage.plan(PROVINCE)
    stage.firms(3, "little_giant")
    stage.firms(9, "little_giant", FAR)
    with writing(engine(app)) as session:
        session.add(TargetShare(target_id=plan.targets[0].id, division_id=division(app).id, year=0, value="6"))
    city = officer(app)
    city.get(target_of(plan) + "/")
    assert "≥ 6 家" in city.page
    assert "3 家" in city.page
    assert "12 家" not in city.page
    assert "采用这个口径" not in city.page
    assert push(city, f"{target_of(plan)}/measure", {"measure": ""}).status_code == 404
    assert city.get(f"/targets/plan/{plan.id}/edit").status_code == 404
    with reading(engine(app)) as session:
        assert "试验计划" in [one.title for one in targets.progress(session, division(app), DAY)]
        assert "试验计划" not in [one.title for one in targets.progress(session, division(app, HERE), DAY)]


@pytest.mark.parametrize("way", ["", "measure", "firms", "actual", "split"])
def test_another_districts_plan_is_not_there(app: Flask, stage: Stage, way: str) -> None:
    plan = stage.plan()
    far = officer(app, FAR)
    address = f"{target_of(plan)}/{way}"
    assert (push(far, address, {}) if way == "measure" else far.get(address)).status_code == 404
    assert far.get(f"/targets/plan/{plan.id}/").status_code == 404
    own = division(app, FAR).id
    assert officer(app).get(f"{target_of(plan)}/?division={own}").status_code == 404
    assert officer(app, HERE).get(f"{target_of(plan)}/?division={division(app).id}").status_code == 404


def test_districts_are_ranked_and_lead_to_their_lists(app: Flask, stage: Stage) -> None:
    plan = stage.plan()
    stage.firms(2, "little_giant")
    stage.firms(3, "little_giant", OTHER)
    city = officer(app)
    city.get(target_of(plan) + "/")
    assert city.page.index("江都区") < city.page.index("邗江区")
    city.get(f"{target_of(plan)}/firms?division={division(app, HERE).id}")
    assert "共 2 条" in city.page
    assert "第1家" in city.page
    assert "第3家" not in city.page
    assert city.get(f"{target_of(plan)}/firms?part=den").status_code == 404


def test_an_unclear_target_is_entered_by_hand_until_a_measure_is_taken_over(app: Flask, stage: Stage) -> None:
    city = officer(app)
    city.get("/targets/")
    found = next(one for one in all_of(app, Target) if one.title == "小巨人户均研发投入占比")
    address = f"/targets/target/{found.id}"
    assert found.measure == ""
    city.get(address + "/")
    assert "建议：国家“小巨人”企业研发投入占比（各企业平均）" in city.page
    assert push(city, address + "/measure", {"measure": "champions"}).status_code == 422
    assert "请在列出的口径里选一个" in city.page
    assert push(city, address + "/measure", {"measure": "rd_means.giants"}).status_code == 302
    assert deeds(app)[-1] == "target_measure"
    assert next(one for one in all_of(app, Target) if one.id == found.id).measure == "rd_means.giants"
    assert city.get(address + "/actual").status_code == 404


def test_figures_by_hand_are_kept_and_the_newest_day_counts(app: Flask, stage: Stage) -> None:
    plan = stage.plan(measure="", kind="rate", unit="%", value="80")
    city, address = officer(app), target_of(plan)
    for on, value in (("2024-05-01", "60"), ("2024-03-01", "70"), ("2024-05-01", "６２．５"), ("2024-05-01", "62.5")):
        answer = push(city, address + "/actual", {"on": on, "value": value, "note": "统计局通报"})
        assert answer.status_code == 302
    assert [row.value for row in all_of(app, TargetActual)] == ["60", "70", "62.5"]
    city.get(address + "/")
    assert "62.5%" in city.page
    assert "统计局通报" in city.page
    assert deeds(app).count("target_actual") == 3


WRONG_ACTUALS = [
    ({"on": "2024-05-01", "value": "很多", "note": "x"}, "这不是一个数"),
    ({"on": "2024-05-01", "value": "1", "note": " "}, "请写明这个数从哪里来"),
    ({"on": "2099-05-01", "value": "1", "note": "x"}, "日期还没有到"),
    ({"on": "二月", "value": "1", "note": "x"}, "这不是一个日期"),
    ({"on": "2022-12-31", "value": "1", "note": "x"}, "日期早于计划开始的那一天"),
    ({"on": "2024-05-01", "value": "1" * 40, "note": "x"}, "这不是一个数"),
]


@pytest.mark.parametrize(("sent", "says"), WRONG_ACTUALS)
def test_a_wrong_figure_by_hand_is_explained_and_kept(
    app: Flask, stage: Stage, sent: dict[str, str], says: str
) -> None:
    plan = stage.plan(measure="", kind="flow")
    city = officer(app)
    assert push(city, target_of(plan) + "/actual", sent).status_code == 422
    assert says in city.page
    assert f'value="{sent["value"]}"' in city.page
    assert all_of(app, TargetActual) == []


def test_a_plan_of_ones_own_is_added_and_changed(app: Flask) -> None:
    city = officer(app)
    place = {"division": str(division(app, HERE).id)}
    assert push(city, "/targets/add", {**HEAD, **ROW, **place, "step": "more"}).status_code == 200
    assert city.page.count('name="goal_title"') == 6
    assert push(city, "/targets/add", {**HEAD, **ROW, **place}).status_code == 302
    plan, target = all_of(app, Plan)[0], all_of(app, Target)[0]
    assert (plan.title, plan.code, target.value, target.measure) == ("我们的计划", None, "5", "")
    again: dict[str, Any] = {**HEAD, "title": "改过的计划"} | ROW | {"goal_id": str(target.id), "goal_value": "1,000"}
    assert push(city, f"/targets/plan/{plan.id}/edit", again).status_code == 302
    assert (all_of(app, Plan)[0].title, all_of(app, Target)[0].value) == ("改过的计划", "1000")
    assert deeds(app)[-2:] == ["target_plan_add", "target_plan_edit"]
    assert officer(app, OTHER).get(f"/targets/plan/{plan.id}/").status_code == 404


WRONG_PLANS = [
    ({"title": ""}, "请填写计划名称"),
    ({"source": ""}, "取自哪份文件"),
    ({"deadline": "2025-12-31"}, "到期日要晚于开始日"),
    ({"deadline": "2090-12-31"}, "最长 20 年"),
    ({"division": "1"}, "请选择所在区县"),
    ({"goal_title": "", "goal_value": "", "goal_unit": ""}, "至少要有一个目标"),
    ({"goal_title": ""}, "第 1 行：请填写目标名称"),
    ({"goal_value": "0"}, "目标值要是大于 0 的数"),
    ({"goal_unit": ""}, "请填写单位"),
    ({"goal_title": "长" * 201}, "最多 200 个字"),
]


@pytest.mark.parametrize(("wrong", "says"), WRONG_PLANS)
def test_a_wrong_plan_is_explained_and_nothing_is_lost(app: Flask, wrong: dict[str, str], says: str) -> None:
    city = officer(app)
    sent = {**HEAD, **ROW, "division": str(division(app).id), **wrong}
    assert push(city, "/targets/add", sent).status_code == 422
    assert says in city.page
    assert sent["starts_on"] in city.page
    assert all_of(app, Plan) == []


def test_a_target_with_figures_is_not_removed(app: Flask, stage: Stage) -> None:
    plan = stage.plan(measure="")
    city, target = officer(app), plan.targets[0]
    row = {"goal_id": [str(target.id), ""], "goal_title": ["小巨人", "新的"], "goal_value": ["100", "3"]}
    row |= {"goal_unit": ["家", "家"], "goal_kind": ["stock"] * 2, "goal_comparator": ["ge"] * 2}
    sent = {**HEAD, **row, "goal_remove": str(target.id)}
    push(city, target_of(plan) + "/actual", {"on": "2024-01-01", "value": "3", "note": "x"})
    assert push(city, f"/targets/plan/{plan.id}/edit", sent).status_code == 422
    assert "不能删除" in city.page
    assert [one.title for one in all_of(app, Target)] == ["小巨人"]
    with writing(engine(app)) as session:
        session.execute(delete(TargetActual))
    assert push(city, f"/targets/plan/{plan.id}/edit", sent).status_code == 302
    assert [one.title for one in all_of(app, Target)] == ["新的"]
