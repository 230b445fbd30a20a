"""The page of the way up: read by all who read the file, changed by the firm, never overwritten unseen."""

import re
from datetime import date

import pytest
from flask import Flask

from diagnose import wording
from diagnose.models import AuditEntry, PathChoice, Roadmap, RoadmapItem
from diagnose.services import way_find
from diagnose.services.roadmap import next_monday
from scoring.path import NotProven
from tests.diagnose.cast import File, all_of, open_file
from tests.diagnose.official import GBT, opened, ratings
from tests.diagnose.town import town

CNC = "cnc_rate:0.7"
WRONG_COSTS: list[tuple[dict[str, str], str]] = [
    ({"low": "abc"}, "请填数字，单位万元"),
    ({"low": "-3"}, "请填数字，单位万元"),
    ({"low": "1e9"}, "请填数字，单位万元"),
    ({"low": "NaN"}, "请填数字，单位万元"),
    ({"low": "1.234"}, "最多两位小数"),
    ({"low": "999999999"}, "最多填 100000 万元"),
    ({"low": "5", "high": "4"}, "最高的比最低的还小"),
    ({"high": "<b>"}, "请填数字，单位万元"),
    ({"low": "1" * 10_000}, "请填数字，单位万元"),
    ({"mark": "drop table"}, "请选“可以做”、“做不了”或“不动”"),
]
NO_PLANS: list[tuple[dict[str, str], int]] = [
    ({"starts_on": "某天"}, 422),
    ({"starts_on": ""}, 422),
    ({"starts_on": "1999-01-01"}, 422),
    ({"way": "cheapest"}, 404),
    ({"level": "9"}, 404),
    ({"level": "3"}, 404),
    ({"version": "7"}, 409),
]


@pytest.fixture
def file(small_app: Flask) -> File:
    return open_file(small_app).submitted()


def way(file: File, verdict: int = 1) -> str:
    """Below the file's address."""
    return f"verdict/{verdict}/way"


def page(file: File, path: str = "") -> str:
    answer = file.holder.get(f"{file.address}/{way(file)}{path}")
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def edit(file: File, step: str = CNC, **sent: str) -> tuple[int, str]:
    """Send one step's form as the page does; status and page."""
    shown = {"step": step, "low": "", "high": "", "mark": "go", "version": "0", "level": "4"}
    answer = file.post(f"{way(file)}/step", shown | sent)
    return answer.status_code, answer.get_data(as_text=True)


def total(shown: str) -> str:
    found = re.search(r"合计 <b>([\d.,–]+) 万元</b>", shown)
    assert found, shown
    return found[1]


def test_page_says_what_how_much_how_long_and_that_nothing_is_cheaper(file: File) -> None:
    shown = page(file)
    assert "到协同级（四级）最省的走法" in shown and "已证明：没有更便宜的组合" in shown
    assert "最优（optimal）" in shown and "复核" in shown and "经验值" in shown
    for part in ("每一步怎么做", "别的走法", "到各级最少要花多少", "这个答案的前提", "企业的预期", "做成计划"):
        assert part in shown
    assert f'value="{next_monday(wording.today()).isoformat()}"' in shown
    glance = file.holder.get(f"{file.address}/").get_data(as_text=True)
    assert 'id="path"' in glance and "万元、" in glance and total(shown) in glance


def test_own_cost_is_kept_and_the_answer_follows(file: File) -> None:
    before = total(page(file))
    status, _ = edit(file, low="12.5", high="８０.25 万元")
    assert status == 302
    shown = page(file)
    assert total(shown) != before and "12.5–80.25" in shown and "自填" in shown and 'value="12.5"' in shown
    assert edit(file, high="40", version="1")[0] == 302
    assert all_of(file.app, PathChoice)[0].choices["costs"] == {CNC: [4000, 4000]}
    assert edit(file, version="2")[0] == 302 and total(page(file)) == before
    assert [one.action for one in all_of(file.app, AuditEntry)].count("way_choice") == 3


def test_wrong_costs_stand_beside_their_field_and_change_nothing(file: File) -> None:
    for sent, said in WRONG_COSTS:
        status, shown = edit(file, **sent)
        assert status == 422 and said in shown and "原来的费用和条件都没有变" in shown, sent
    assert all_of(file.app, PathChoice) == []


def test_steps_that_are_not_offered_do_not_exist(file: File) -> None:
    for step in ("", "nothing", "cnc_rate", "energy_change:B", "cnc_rate:0.7'--", "<script>"):
        assert edit(file, step)[0] == 404, step
    assert all_of(file.app, PathChoice) == []


def test_what_somebody_else_changed_is_shown_first(file: File) -> None:
    assert edit(file, low="10")[0] == 302
    status, shown = edit(file, low="20")
    assert status == 409 and "别人刚刚改过" in shown and 'value="20"' in shown
    assert edit(file, low="10", version="x")[0] == 302  # as it is already
    assert edit(file, low="20", version="x")[0] == 409
    assert edit(file, low="20", version="1")[0] == 302


def test_what_cannot_be_done_leaves_the_way_and_can_be_taken_back(file: File) -> None:
    assert edit(file, "cloud_stars:C", mark="fixed")[0] == 302
    shown = page(file)
    assert "现在没有走法" in shown and "星级上云" in shown and 'id="said"' in shown
    assert "看为什么" in file.holder.get(f"{file.address}/").get_data(as_text=True)
    assert file.post(f"{way(file)}/plan", {"version": "1", "starts_on": "2026-03-02"}).status_code == 404
    assert edit(file, "cloud_stars:C", mark="go", version="1")[0] == 302
    assert "最省的走法" in page(file)


def test_expectations_are_kept_and_said(file: File) -> None:
    answer = file.post(f"{way(file)}/expect", {"version": "0", "expect-energy_change": "C", "expect-cost_change": "Z"})
    assert answer.status_code == 302
    assert all_of(file.app, PathChoice)[0].choices["expected"] == {"energy_change": "C"}
    shown = page(file)
    assert "假定" in shown and re.search(r'<option value="C" selected>预期', shown)
    assert file.post(f"{way(file)}/expect", {"version": "0", "expect-energy_change": "B"}).status_code == 409


def test_one_click_makes_a_plan_and_a_second_one_asks_first(file: File) -> None:
    sent = {"level": "4", "version": "0", "starts_on": "2026-12-07", "way": "best"}
    answer = file.post(f"{way(file)}/plan", sent)
    (plan,) = all_of(file.app, Roadmap)
    assert answer.location == f"{file.address}/roadmap/{plan.id}"
    items = all_of(file.app, RoadmapItem)
    assert min(one.starts_on for one in items) == date(2026, 12, 7) and (plan.target, plan.ruler) == (
        4,
        "digital-portrait/2025",
    )
    assert abs(sum(2 * one.budget for one in items) - plan.path["cost_middle"]) <= len(items)
    answer = file.post(f"{way(file)}/plan", sent)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "已有一份进行中的计划" in shown and "这一份就结束" in shown
    assert len(all_of(file.app, Roadmap)) == 1
    assert file.holder.post(f"{file.address}/{way(file)}/plan", sent | {"seen": str(plan.id)}).status_code == 302
    assert [one.ended_at is None for one in all_of(file.app, Roadmap)] == [False, True]


def test_a_plan_of_nonsense_is_not_made(file: File) -> None:
    shown = {"level": "4", "version": "0", "starts_on": "2026-12-07", "way": "best"}
    for sent, status in NO_PLANS:
        assert file.post(f"{way(file)}/plan", shown | sent).status_code == status, sent
    assert all_of(file.app, Roadmap) == []
    assert file.post(f"{way(file)}/plan", shown | {"seen": "9" * 50}).status_code == 302


def test_without_a_proof_there_is_no_way_and_no_plan(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    def unproven(*_: object) -> None:
        raise NotProven("the solver says: time limit")

    monkeypatch.setattr(way_find, "everything", unproven)
    sent = {"level": "4", "version": "0", "starts_on": "2026-12-07", "way": "best"}
    for answer, status in (
        (file.holder.get(f"{file.address}/{way(file)}"), 200),
        (file.post(f"{way(file)}/plan", sent), 503),
    ):
        assert answer.status_code == status and "没有算出有证明的答案" in answer.get_data(as_text=True)
    assert all_of(file.app, Roadmap) == []


def test_levels_that_are_not_above_do_not_exist(file: File) -> None:
    for level in ("3", "5", "x", "-1", "9" * 400):
        assert file.holder.get(f"{file.address}/{way(file)}?level={level}").status_code == 404, level


def test_ruler_without_texts_says_so(small_app: Flask) -> None:
    file = opened(open_file(small_app).submitted(), GBT).submitted(ratings(small_app))
    answer = file.holder.get(f"{file.address}/{way(file, 2)}")
    assert answer.status_code == 200 and "没有收入本平台" in answer.get_data(as_text=True)
    assert file.holder.get(f"{file.address}/?scheme=gbt-39116").status_code == 200


def test_firm_edits_advisor_plans_officer_reads(small_app: Flask) -> None:
    place = town(small_app)
    address = f"{place.file.address}/verdict/{place.known['diagnosis_id']}/way"
    for who, edits, plans in (("member", True, True), ("advisor", False, True), ("officer", False, False)):
        browser = place.browser(who)
        shown = browser.get(address).get_data(as_text=True)
        assert "最省的走法" in shown
        assert ('name="mark"' in shown, 'name="starts_on"' in shown) == (edits, plans), who
        browser.get("/continue")
        sent = {"step": CNC, "low": "1", "high": "2", "mark": "go", "version": "0"}
        assert browser.post(f"{address}/step", sent).status_code == (302 if edits else 404), who
