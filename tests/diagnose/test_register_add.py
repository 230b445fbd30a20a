"""One firm added by form: verified, once a credit code, also when two add it at the same moment."""

import pytest
from flask import Flask

from diagnose.models import Enterprise
from tests.diagnose.cast import all_of, open_file
from tests.diagnose.register_desk import ADD, OTHER_CODE, add, at_once, changes, division, do, hidden, logged, officer
from tests.people import ELSEWHERE, verified_firm


def test_added_firm_is_verified_without_a_link_and_has_its_history(app: Flask) -> None:
    who = officer(app)
    answer = add(app, who)
    [row] = all_of(app, Enterprise)
    assert answer.status_code == 302 and f"/district/firm/{row.public_id}/" in answer.location
    assert (row.verified, row.link_sha256, row.status, row.profile) == (True, None, "open", {})
    assert (row.contact_name, row.contact_phone) == ("李经理", "0514-8000")
    assert changes(app, row.id) == [("add", "", "乙铸造有限公司")]
    assert logged(app, "firm_add") == 1
    who.get(answer.location)
    for text in ("已添加", "李经理", "待补充", "江苏省扬州市邗江区"):
        assert text in who.page


def test_the_same_page_sent_twice_adds_one_firm(app: Flask) -> None:
    who = officer(app)
    who.get("/district/add")
    sent = hidden(who) | ADD | {"division": division(app)}
    first, second = who.post("/district/add", sent), who.post("/district/add", sent)
    assert first.location == second.location
    assert len(all_of(app, Enterprise)) == 1
    assert logged(app, "firm_add") == 1


def test_an_old_page_filled_in_anew_adds_no_second_firm_under_the_same_name(app: Flask) -> None:
    who = officer(app)
    who.get("/district/add")
    sent = hidden(who) | ADD | {"division": division(app)}
    who.post("/district/add", sent)
    answer = who.post("/district/add", sent | {"credit_code": "91110000600037341L"})
    assert answer.status_code == 409
    assert [one.credit_code for one in all_of(app, Enterprise)] == [OTHER_CODE]


def test_two_officers_adding_one_code_at_once_make_one_firm(app: Flask) -> None:
    both = [officer(app, f"boss{n}") for n in range(2)]
    place = division(app)
    for who in both:
        who.get("/district/add")
    sent = [hidden(who) | ADD | {"division": place} for who in both]
    answers = at_once(*(lambda n=n: both[n].post("/district/add", sent[n]).status_code for n in range(2)))
    assert sorted(answers) == [302, 422]
    assert len(all_of(app, Enterprise)) == 1


def test_code_verified_here_leads_to_its_firm(app: Flask) -> None:
    verified_firm(app, credit_code=OTHER_CODE, public_id="00000000000000aa")
    who = officer(app)
    assert add(app, who).status_code == 422
    assert "/district/firm/00000000000000aa/" in who.page
    assert ADD["name"] in who.page


def test_code_verified_elsewhere_says_only_that(app: Flask) -> None:
    verified_firm(app, ELSEWHERE, credit_code=OTHER_CODE, public_id="00000000000000aa", name="外区的名字")
    who = officer(app)
    assert add(app, who).status_code == 422
    assert "已在其他地区登记" in who.page
    for secret in ("00000000000000aa", "外区的名字", "北京", "朝阳"):
        assert secret not in who.page
    assert len(all_of(app, Enterprise)) == 1


def test_unverified_files_of_the_code_do_not_hinder(app: Flask) -> None:
    open_file(app, credit_code=OTHER_CODE)
    who = officer(app)
    answer = add(app, who)
    assert answer.status_code == 302
    who.get(answer.location)
    assert "本区还有 1 份同一代码的档案" in who.page


def test_a_place_outside_the_own_subtree_is_no_choice(app: Flask) -> None:
    who = officer(app)
    for code in (ELSEWHERE, "321000"):
        assert add(app, who, division=division(app, code)).status_code == 422
    assert all_of(app, Enterprise) == []


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("credit_code", "91321003MA1WX9TL3X", "校验位"),
        ("name", "", "企业名称"),
        ("industry", "", "行业"),
        ("contact_phone", "打我电话", "不该出现的字符"),
        ("contact_name", "王" * 61, "最多 60 个字"),
        ("staff", "很多", "从业人员"),
    ],
)
def test_wrong_fields_are_named_and_the_others_kept(small_app: Flask, field: str, value: str, text: str) -> None:
    who = officer(small_app)
    assert add(small_app, who, **{field: value}).status_code == 422
    assert text in who.page and "处需要修改" in who.page
    kept = "乙铸造有限公司" if field != "name" else "李经理"
    assert kept in who.page
    assert all_of(small_app, Enterprise) == []


def test_posting_without_a_token_is_refused(app: Flask) -> None:
    who = officer(app)
    who.get("/district/add")
    sent = {**hidden(who), **ADD, "division": division(app), "csrf_token": ""}
    assert who.client.post("/district/add", data=sent).status_code == 400
    assert all_of(app, Enterprise) == []


def test_figures_given_are_kept(app: Flask) -> None:
    add(app, officer(app), staff="186", revenue="8000")
    [row] = all_of(app, Enterprise)
    assert row.profile["staff"] == 186


def test_form_without_answers_is_asked_again(small_app: Flask) -> None:
    assert do(officer(small_app), "/district/add").status_code == 422
