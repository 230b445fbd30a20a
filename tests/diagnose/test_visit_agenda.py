"""我的诊断: the urgent first, how far each visit is, which firm could be visited; and a notice of what is due."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from diagnose import wording
from diagnose.models import Assignment, Notice, Visit
from tests.diagnose.cast import all_of, portrait
from tests.diagnose.visit_cast import Story, story
from tests.people import HERE, account, assign, verified_firm


@pytest.fixture
def told(app: Flask) -> Story:
    return story(app)


@pytest.fixture
def small(small_app: Flask) -> Story:
    return story(small_app)


def sections(story: Story) -> dict[str, str]:
    """The page's sections by the id of their heading."""
    answer = story.browser("advisor").get("/visits/")
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    return dict(re.findall(r'aria-labelledby="h-(\w+)">(.*?)</section>', page, re.S))


def test_visit_of_today_is_urgent_and_shows_how_far_it_is(told: Story) -> None:
    told.appointed().done("advisor", "visiting").answered(but=("five_g", "cloud_stars"))
    total = len(list(portrait(told.app).questions))
    found = sections(told)
    assert f"已核 {total - 2}/{total}" in found["now"] and "核验中" in found["now"]
    assert "甲精密" not in found["later"]


def test_visit_later_is_not_urgent_until_it_is_due(told: Story) -> None:
    today = wording.today()
    told.appointed(visit_on=today + timedelta(days=3), due_on=today + timedelta(days=9))
    found = sections(told)
    assert "甲精密" in found["later"] and "甲精密" not in found["now"]


def test_written_visit_past_its_due_day_is_late(told: Story) -> None:
    told.appointed(due_on=wording.today() - timedelta(days=1))
    assert "已逾期" in sections(told)["now"]


def test_firm_with_a_submission_and_no_open_visit_can_be_appointed(told: Story) -> None:
    bare = verified_firm(told.app, HERE, name="还没有自评的企业", credit_code="0" * 18)
    assign(told.app, told.advisor, bare)
    address = f"/visits/appoint/{told.file.public_id}"
    assert address in sections(told)["firms"] and "等企业提交自评" in sections(told)["firms"]
    browser = told.browser("advisor")
    assert 'type="radio"' in browser.get(address).get_data(as_text=True)
    answer = browser.post(address, {"base": told.base, "visit_on": wording.today().isoformat(), "due_on": ""})
    assert answer.status_code == 302 and answer.location == "/visits/1/"
    assert address not in sections(told)["firms"] and "正在现场诊断" in sections(told)["firms"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"visit_on": ""}, "请填写日期"),
        ({"visit_on": "2026-02-30"}, "这不是一个日期"),
        ({"visit_on": "2999-01-01"}, "超过一年"),
        ({"due_on": "yesterday"}, "不能早于"),
        ({"base": ""}, "请选择核验哪一份自评"),
        ({"base": "x"}, "请选择核验哪一份自评"),
        ({"base": "99"}, "请选择核验哪一份自评"),
    ],
)
def test_wrong_days_and_bases_are_named(small: Story, fields: dict[str, str], said: str) -> None:
    fields = {
        key: str(wording.today() - timedelta(days=1)) if text == "yesterday" else text for key, text in fields.items()
    }
    browser = small.browser("advisor")
    address = f"/visits/appoint/{small.file.public_id}"
    browser.get(address)
    right = {"base": str(small.base), "visit_on": wording.today().isoformat(), "due_on": ""}
    answer = browser.post(address, right | fields)
    assert answer.status_code == 422 and said in answer.get_data(as_text=True)
    assert all_of(small.app, Visit) == []


def test_form_with_another_advisors_open_visit_is_taken(told: Story) -> None:
    told.appointed()
    other = account(told.app, "advisor", "后来的顾问", HERE)
    with_end = told.browser("officer")
    with_end.get("/continue")
    fields = {"role": "advisor", "person": str(other), "due_on": "", "seen": "1", "hand_over": "no"}
    with_end.post(f"/district/firm/{told.file.public_id}/assign", fields)
    assert [row.account_id for row in all_of(told.app, Assignment) if not row.ended_at] == [other]
    told.advisor = other
    browser = told.browser("advisor")
    browser.get("/continue")
    fields = {"base": str(told.base), "visit_on": wording.today().isoformat(), "due_on": ""}
    answer = browser.post(f"/visits/appoint/{told.file.public_id}", fields)
    assert answer.status_code == 409 and "已经约了现场诊断" in answer.get_data(as_text=True)
    assert len(all_of(told.app, Visit)) == 1


def test_day_has_one_notice_of_what_is_due(told: Story) -> None:
    told.appointed(due_on=wording.today() + timedelta(days=3))
    for _ in range(3):
        told.browser("advisor").get("/visits/")
    (notice,) = [row for row in all_of(told.app, Notice) if row.kind == "visit_due"]
    assert (notice.account_id, notice.params["count"], notice.params["late"]) == (told.advisor, 1, 0)


def test_nothing_due_leaves_no_notice(told: Story) -> None:
    told.appointed(due_on=wording.today() + timedelta(days=4))
    told.browser("advisor").get("/visits/")
    assert [row for row in all_of(told.app, Notice) if row.kind == "visit_due"] == []
