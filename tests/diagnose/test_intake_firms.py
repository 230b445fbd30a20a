"""A list of firms comes in: added, updated by credit code, each bad row named; all of it or nothing."""

from datetime import date

from flask import Flask

from diagnose import wording
from diagnose.db import reading
from diagnose.models import AuditEntry, Division, Enterprise, EnterpriseChange, EnterpriseDivision, FirmFact, Job
from diagnose.services import audit_check
from tests.diagnose.cast import all_of, engine
from tests.diagnose.intake_desk import HEADER, Desk, code, firm, workbook
from tests.people import ELSEWHERE, HERE, verified_firm


def names(app: Flask) -> list[str]:
    return [one.name for one in all_of(app, Enterprise)]


def test_good_rows_become_verified_firms_with_history_and_log(app: Flask) -> None:
    desk = Desk(app)
    page = desk.imported(workbook([firm(1), firm(2, staff="１，２００人")]))
    assert "已导入" in page
    one, two = all_of(app, Enterprise)
    assert (one.name, one.credit_code, one.industry, one.verified) == ("第1机械有限公司", code(1), "33", True)
    assert one.profile == {"staff": 120, "revenue": "3000.50"}
    assert (one.size, two.profile["staff"]) == (2, 1200)
    assert all_of(app, EnterpriseDivision)[0].valid_from <= wording.today()
    assert [(row.what, row.by_id) for row in all_of(app, EnterpriseChange)] == [("add", desk.id)] * 2
    deeds = [row.action for row in all_of(app, AuditEntry)]
    assert deeds == ["intake_upload", "intake_start", "intake_firm", "intake_firm", "intake_done"]
    assert desk.last.counts == {"added": 2, "changed": 0, "same": 0, "bad": 0, "rows": 2}


def test_the_log_still_holds_after_an_import(app: Flask) -> None:
    Desk(app).imported(workbook([firm(number) for number in range(5)]))
    with reading(engine(app)) as session:
        assert audit_check.check(session, app.config["SECRET_KEY"]).problem == ""


def test_the_same_list_again_changes_nothing(app: Flask) -> None:
    desk = Desk(app)
    data = workbook([firm(1), firm(2)])
    desk.imported(data)
    desk.imported(data)
    assert desk.last.counts == {"added": 0, "changed": 0, "same": 2, "bad": 0, "rows": 2}
    assert len(all_of(app, EnterpriseChange)) == 2


def test_another_name_and_figure_are_updated_and_told(app: Flask) -> None:
    desk = Desk(app)
    desk.imported(workbook([firm(1)]))
    page = desk.imported(workbook([firm(1, name="新名字有限公司", staff=450)]))
    row = all_of(app, Enterprise)[0]
    assert (row.name, row.profile, row.size) == ("新名字有限公司", {"staff": 450, "revenue": "3000.50"}, 1)
    assert "第1机械有限公司 → 新名字有限公司" in page
    told = [(one.what, one.after) for one in all_of(app, EnterpriseChange)][1:]
    assert told == [("rename", "新名字有限公司"), ("import", "从业人员：120 → 450")]


def test_a_blank_cell_leaves_what_is_known(app: Flask) -> None:
    desk = Desk(app)
    desk.imported(workbook([firm(1)]))
    desk.imported(workbook([[code(1), "", "", "", "", "", ""]]))
    assert all_of(app, Enterprise)[0].profile == {"staff": 120, "revenue": "3000.50"}
    assert desk.last.counts["same"] == 1


def test_a_bad_row_is_named_and_the_others_go_in(app: Flask) -> None:
    desk = Desk(app)
    page = desk.imported(workbook([firm(1), firm(2, industry="没有这行"), firm(3)]))
    assert names(app) == ["第1机械有限公司", "第3机械有限公司"]
    assert "“没有这行”不是行业大类的名称或代码" in page
    report = desk.browser.client.get(f"/district/import/{desk.last.id}/report.csv").get_data(as_text=True)
    assert "3,D,行业代码,没有这行" in report


def test_with_a_bad_row_nothing_goes_in_when_the_officer_wants_so(app: Flask) -> None:
    desk = Desk(app)
    page = desk.imported(workbook([firm(1), firm(2, code="913210")]), partly=False)
    assert names(app) == []
    assert desk.last.state == "refused"
    assert "一行都没有写入" in page


def test_a_firm_of_another_district_is_refused_without_telling_where(app: Flask) -> None:
    verified_firm(app, ELSEWHERE, credit_code=code(1), name="别处的企业")
    desk = Desk(app)
    page = desk.imported(workbook([firm(1)]))
    assert names(app) == ["别处的企业"]
    assert "已在其他地区登记" in page and "朝阳" not in page and "别处的企业" not in page


def test_two_rows_with_one_code_name_each_other_and_neither_goes_in(app: Flask) -> None:
    desk = Desk(app)
    page = desk.imported(workbook([firm(1), firm(2), firm(1, name="另一个名字")]))
    assert names(app) == ["第2机械有限公司"]
    assert "与第 4 行的代码相同" in page and "与第 2 行的代码相同" in page


def test_a_place_outside_the_subtree_is_refused(app: Flask) -> None:
    desk = Desk(app)
    page = desk.imported(workbook([firm(1, place="朝阳区"), firm(2, place="110105"), firm(3, place="321003")]))
    assert names(app) == ["第3机械有限公司"]
    assert "不在您的辖区内" in page


def test_a_city_officer_moves_a_firm_by_the_list(app: Flask) -> None:
    desk = Desk(app, "321000")
    verified_firm(app, HERE, credit_code=code(1))
    desk.imported(workbook([firm(1, name="甲精密部件有限公司", place="广陵区", revenue=8000, staff=186)]))
    codes = {one.id: one.code for one in all_of(app, Division)}
    places = [(codes[one.division_id], one.valid_to is None) for one in all_of(app, EnterpriseDivision)]
    assert places == [(HERE, False), ("321002", True)]
    assert [one.what for one in all_of(app, EnterpriseChange)] == ["move"]


def test_a_city_officer_has_to_say_where_a_new_firm_is(app: Flask) -> None:
    page = Desk(app, "321000").imported(workbook([firm(1, place="")]))
    assert names(app) == []
    assert "没有行政区划" in page


def test_dated_facts_come_with_the_list(app: Flask) -> None:
    desk = Desk(app)
    header = [*HEADER, "专精特新认定日期", "小巨人", "星级上云", "星级上云认定日期", "产业链", "研发投入", "研发年度"]
    row = [*firm(1), "2023年5月", "是", "四星级", 45413, "高端装备", "1,234.5", 2025]
    desk.imported(workbook([row], header))
    found = {one.code: (one.value, one.valid_from.isoformat()) for one in all_of(app, FirmFact)}
    assert found["srdi_province"] == ("", "2023-05-01")
    assert found["star"] == ("4", "2024-05-01")
    assert found["rd_spend"] == ("1234.50", "2025-01-01")
    assert found.keys() == {"srdi_province", "little_giant", "star", "chain", "rd_spend"}


def test_a_new_star_ends_the_one_before(app: Flask) -> None:
    desk = Desk(app)
    header = ["统一社会信用代码", "星级上云", "星级上云认定日期"]
    desk.imported(workbook([firm(1)]))
    desk.imported(workbook([[code(1), "三星级", "2024-03-01"]], header))
    page = desk.imported(workbook([[code(1), "四星级", "2025-06-01"]], header))
    found = [(one.value, one.valid_from, one.valid_to) for one in all_of(app, FirmFact)]
    assert found == [("3", date(2024, 3, 1), date(2025, 6, 1)), ("4", date(2025, 6, 1), None)]
    assert "星级上云：四星级（2025-06-01 起）" in page
    desk.imported(workbook([[code(1), "四星级", "2025-06-01"]], header))
    assert desk.last.counts["same"] == 1


def test_a_closed_firm_is_not_updated(app: Flask) -> None:
    verified_firm(app, HERE, credit_code=code(1), status="closed", name="停产的")
    page = Desk(app).imported(workbook([firm(1)]))
    assert names(app) == ["停产的"]
    assert "已停用" in page


def test_a_crash_while_writing_leaves_nothing_and_says_so(app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    desk = Desk(app)

    def broken(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("diagnose.services.intake_write.spans.settle", broken)
    page = desk.imported(workbook([firm(1)]))
    assert names(app) == [] and all_of(app, EnterpriseChange) == []
    assert "上次没有做完，什么都没有写入" in page
    assert [job.state for job in all_of(app, Job)] == ["failed"]
    monkeypatch.undo()
    address = f"/district/import/{desk.last.id}"
    desk.browser.post(f"{address}/start", {"partly": "yes"})
    assert desk.last.state == "done" and names(app) == ["第1机械有限公司"]
