"""路线图: made of a way, changed item by item, never overwritten unseen; what it led to stands beside it."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import AuditEntry, Enterprise, PathChoice, Roadmap, RoadmapItem, RoadmapNote
from diagnose.services import plan_reached, roadmap
from diagnose.services.joining import join
from diagnose.services.roadmap import months_after, next_monday
from tests.diagnose.cast import File, all_of, catalog, counts, engine, open_file
from tests.diagnose.plan_desk import items, planned, two_steps
from tests.diagnose.town import town
from tests.firms import DISCRETE, PROCESS

WRONG = [
    ("budget", "abc", "请填数字，单位万元"),
    ("budget", "-1", "请填数字，单位万元"),
    ("budget", "1.234", "最多两位小数"),
    ("budget", "9" * 12, "最多填 100000 万元"),
    ("budget", "", "不花钱的填 0"),
    ("due_on", "2026-01-01", "完成期限早于开始日期"),
    ("starts_on", "某天", "日期"),
    ("starts_on", "0001-01-01", "离今天超过十年"),
    ("due_on", "9999-12-31", "离今天超过十年"),
    ("status", "删库", "请选择状态"),
    ("owner", "王" * 61, "负责人最多 60 个字"),
    ("owner", "王\x00工", "无法识别的字符"),
    ("note", "长" * 1001, "说明最多 1000 个字"),
]
LATER = DISCRETE | {"key_processes_cnc": 28, "cloud_stars": "B"}


@pytest.fixture
def file(app: Flask) -> File:
    return open_file(app).submitted()


@pytest.fixture
def small_file(small_app: Flask) -> File:
    return open_file(small_app).submitted()


def sent(file: File, item: int, **changed: str) -> dict[str, str]:
    """What the page of an item sends."""
    row = next(one for one in all_of(file.app, RoadmapItem) if one.id == item)
    shown = {"status": row.status, "owner": row.owner, "starts_on": row.starts_on.isoformat()}
    shown |= {"due_on": row.due_on.isoformat(), "budget": wording.wan(row.budget), "version": str(row.version)}
    return shown | {"note": ""} | changed


def test_items_take_dates_and_budget_from_the_way(small_file: File) -> None:
    file = small_file
    first, second = (items := all_of(file.app, RoadmapItem) if planned(file) else [])
    assert (first.starts_on, first.due_on, first.budget) == (date(2026, 3, 2), date(2026, 9, 1), 4001)
    assert (second.starts_on, second.due_on, second.budget) == (date(2026, 9, 2), date(2026, 12, 1), 500)
    assert {one.status for one in items} == {"todo"}
    page = file.holder.get(f"{file.address}/roadmap/").get_data(as_text=True)
    assert "关键工序数控化到七成" in page and "40.01" in page and "45.01 万元" in page
    assert "2026年3月2日 至 2026年9月1日" in page and "zz-chart-gantt" in page


def test_a_new_plan_ends_the_old_only_when_it_was_seen(file: File) -> None:
    old = planned(file)
    with pytest.raises(roadmap.OpenPlan):
        planned(file)
    new = planned(file, seen=old)
    assert [(one.id, one.ended_at is None) for one in all_of(file.app, Roadmap)] == [(old, False), (new, True)]
    page = file.holder.get(f"{file.address}/roadmap/{old}").get_data(as_text=True)
    assert "这份计划已于" in page and f"/roadmap/{new}" in page
    answer = file.post(f"roadmap/item/{items(file, old)[0]}", sent(file, items(file, old)[0], status="done"))
    assert answer.status_code == 409 and "这份计划已经结束" in answer.get_data(as_text=True)


def test_a_change_is_kept_once_with_its_history(file: File) -> None:
    item = items(file, planned(file))[0]
    asked = sent(file, item, status="doing", owner="王工", budget="12.5", note="设备到了")
    assert file.post(f"roadmap/item/{item}", asked).status_code == 302
    repeated = asked | {"note": ""}
    assert file.post(f"roadmap/item/{item}", repeated).status_code == 302
    (note,) = all_of(file.app, RoadmapNote)
    assert note.changed == {"owner": ["", "王工"], "budget": [4001, 1250], "status": ["todo", "doing"]}
    page = file.holder.get(f"{file.address}/roadmap/item/{item}").get_data(as_text=True)
    assert "40.01 → 12.5 万元" in page and "设备到了" in page
    assert [one.action for one in all_of(file.app, AuditEntry)].count("plan_item") == 1


def test_nobody_overwrites_what_they_have_not_seen(small_file: File) -> None:
    file = small_file
    item = items(file, planned(file))[0]
    mine = sent(file, item, owner="李工")
    assert file.post(f"roadmap/item/{item}", sent(file, item, owner="王工")).status_code == 302
    answer = file.post(f"roadmap/item/{item}", mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "刚刚被别人改过" in page and 'value="李工"' in page
    assert all_of(file.app, RoadmapItem)[0].owner == "王工"
    assert file.holder.post(f"{file.address}/roadmap/item/{item}", mine | {"version": "2"}).status_code == 302
    assert all_of(file.app, RoadmapItem)[0].owner == "李工"


def test_wrong_values_stand_beside_their_field_and_change_nothing(small_file: File) -> None:
    item = items(small_file, planned(small_file))[0]
    for field, typed, said in WRONG:
        answer = small_file.post(f"roadmap/item/{item}", sent(small_file, item, owner="王工") | {field: typed})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and said in page and f"{field}-error" in page, (field, typed)
        assert field == "owner" or 'value="王工"' in page
    assert all_of(small_file.app, RoadmapNote) == []


def test_what_people_write_comes_out_as_text(small_file: File) -> None:
    item = items(small_file, planned(small_file))[0]
    evil = "<script>alert(1)</script>{{7*7}}"
    assert small_file.post(f"roadmap/item/{item}", sent(small_file, item, owner=evil, note=evil)).status_code == 302
    for path in ("roadmap/", f"roadmap/item/{item}"):
        page = small_file.holder.get(f"{small_file.address}/{path}").get_data(as_text=True)
        assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page


def test_done_items_are_answered_again_and_stand_beside_the_result(small_file: File) -> None:
    file = small_file
    plan = planned(file)
    for item in items(file, plan):
        assert file.post(f"roadmap/item/{item}", sent(file, item, status="done")).status_code == 302
    page = file.holder.get(f"{file.address}/roadmap/").get_data(as_text=True)
    assert "2 项已经完成" in page and "重新自评这几项" in page
    answer = file.post(f"roadmap/{plan}/again")
    listed = file.holder.get(answer.location).get_data(as_text=True)
    assert "page/production?edit=cnc_rate#q-cnc_rate" in listed and "page/cloud?edit=cloud_stars" in listed
    assert "page/design?edit" not in listed and "填报里现在是：55.0%" in listed
    draft = answer.location.rpartition("/")[2]
    again = File(file.app, file.holder, file.address, f"{file.address}/fill/{draft}").submitted(LATER)
    page = again.holder.get(f"{file.address}/roadmap/").get_data(as_text=True)
    assert "计划与结果" in page and "70.0%（28 / 40 道）" in page and "1 项已经完成" in page
    with reading(engine(file.app)) as session:
        found = plan_reached.standing(
            session, catalog(file.app), roadmap.plans(session, file.enterprise().id, date.max)[0]
        )
    assert found.reached and [one.reached for one in found.reached.lines] == [True, False]
    assert [line.code for line in found.again] == ["cloud_stars"]


def test_the_open_plan_of_a_scheme_and_what_is_late_of_it(small_file: File) -> None:
    with reading(engine(small_file.app)) as session:
        assert roadmap.open_row(session, small_file.enterprise().id, "digital-portrait") is None
    planned(small_file)
    with reading(engine(small_file.app)) as session:
        row = roadmap.open_row(session, small_file.enterprise().id, "digital-portrait")
        assert row and roadmap.open_row(session, row.enterprise_id, "miit-sme") is None
        plan = roadmap.plan_of(row, date(2027, 1, 1))
    assert [(one.status_word, one.late) for one in plan.lines] == [("待办", True), ("待办", True)]
    assert plan.budget == 4501 and plan.path["cost_middle"] == 9001


def test_plans_and_choices_move_when_files_are_joined_and_give_way(app: Flask) -> None:
    source, target = open_file(app).submitted(), open_file(app, as_of="2026-02-01").submitted(PROCESS)
    plans = planned(source), planned(target)
    ids = [one.enterprise().id for one in (source, target)]
    said: list[dict[str, Any]] = [{"costs": {"a": [1, 2], "b": [3, 4]}, "fixed": {"x": True}}, {"costs": {"a": [5, 6]}}]
    with writing(engine(app)) as session:
        for firm, choices in zip(ids, said, strict=True):
            common = {"scheme": "digital-portrait", "updated_at": wording.now()}
            session.add(PathChoice(enterprise_id=firm, choices=choices, **common))
        one = PathChoice(
            enterprise_id=ids[0], choices={"fixed": {"y": True}}, scheme="miit-sme", updated_at=wording.now()
        )
        session.add(one)
    with writing(engine(app)) as session:
        files = [session.get_one(Enterprise, id_) for id_ in ids]
        join(session, files[0], files[1], None, wording.now(), catalog(app))
    rows = {row.id: row for row in all_of(app, Roadmap)}
    assert {row.enterprise_id for row in rows.values()} == {ids[1]}
    assert rows[plans[0]].ended_at and rows[plans[1]].ended_at is None
    kept = {row.scheme: row for row in all_of(app, PathChoice)}
    assert {row.enterprise_id for row in kept.values()} == {ids[1]} and len(all_of(app, PathChoice)) == 2
    assert kept["digital-portrait"].choices == {"costs": {"a": [5, 6], "b": [3, 4]}, "fixed": {"x": True}}
    assert (kept["digital-portrait"].version, kept["miit-sme"].version) == (2, 1)
    page = target.holder.get(f"{target.address}/roadmap/{plans[0]}").get_data(as_text=True)
    assert "计划已于" in page


def test_download_holds_the_plan_and_erasing_leaves_nothing(file: File) -> None:
    item = items(file, planned(file))[1]
    file.post(f"roadmap/item/{item}", sent(file, item, note="谈好了价"))
    found = json.loads(file.holder.get(f"{file.address}/data.json").get_data())
    (plan,) = found["roadmaps"]
    assert [one["step"] for one in plan["items"]] == ["0.7", "C"]
    assert plan["items"][1]["notes"][0]["text"] == "谈好了价" and found["path_choices"] == []
    file.post("erase", {"sure": "yes"})
    assert set(counts(file.app).values()) == {0}


def test_firm_and_advisor_change_a_plan_and_the_officer_reads_it(small_app: Flask) -> None:
    place = town(small_app)
    item = int(str(place.known["item_id"]))
    for who, changes in (("member", True), ("advisor", True), ("officer", False), ("city", False)):
        browser = place.browser(who)
        page = browser.get(f"{place.file.address}/roadmap/item/{item}").get_data(as_text=True)
        assert "照样做。" in page and ('name="status"' in page) == changes, who
        browser.get("/continue")
        answer = browser.post(f"{place.file.address}/roadmap/item/{item}", sent(place.file, item, owner=who))
        assert answer.status_code == (302 if changes else 404), who
        assert (all_of(small_app, RoadmapItem)[0].owner == who) == changes


def test_months_end_where_the_month_ends() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert next_monday(date(2026, 11, 30)) == date(2026, 12, 7) and next_monday(date(2026, 11, 29)) == date(
        2026, 11, 30
    )


def test_empty_way_makes_a_plan_without_items(small_file: File) -> None:
    planned(small_file, replace(two_steps(small_file.app), steps=(), months=0))
    page = small_file.holder.get(f"{small_file.address}/roadmap/").get_data(as_text=True)
    assert "没有要做的项" in page
