"""Duplicates of one credit code in the own district: both shown, one stays, once, whoever comes second is told."""

import pytest
from flask import Flask

from diagnose.models import Enterprise, Statement
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, open_file
from tests.diagnose.register_desk import OTHER_CODE, at_once, changes, do, hidden, logged, officer, push
from tests.people import ELSEWHERE, account, logged_in, verified_firm

PID = "00000000000000aa"


def merge_page(file: str) -> str:
    return f"/district/firm/{file}/merge"


@pytest.fixture
def mine(app: Flask) -> int:
    return verified_firm(app, public_id=PID)


@pytest.fixture
def found(app: Flask, mine: int) -> File:
    """An unverified file of the same code with a submission."""
    return open_file(app, name="甲精密部件").submitted()


def test_both_are_shown_and_the_verified_one_is_proposed(app: Flask, found: File) -> None:
    who = officer(app)
    who.get(merge_page(found.public_id))
    for text in (PID, found.public_id, "甲精密部件有限公司", "2026年3月1日", "不能撤销"):
        assert text in who.page
    assert f'value="{PID}" checked' in who.page


def test_the_one_that_stays_holds_everything(app: Flask, mine: int, found: File) -> None:
    who, source = officer(app), found.enterprise().id
    answer = do(who, merge_page(found.public_id), stays=PID)
    assert answer.location == f"/district/firm/{PID}/?done=merge"
    assert {one.enterprise_id for one in all_of(app, Statement)} == {mine}
    assert logged(app, "firm_merge") == 2
    who.get(answer.location)
    assert "两份档案已合并" in who.page and "合并" in who.page
    assert [what for what, *_ in changes(app, mine)] == ["merge"]
    assert [what for what, *_ in changes(app, source)] == ["merge"]


def test_unverified_one_may_stay_and_is_verified_then(app: Flask, mine: int, found: File) -> None:
    do(officer(app), merge_page(PID), stays=found.public_id)
    row = found.enterprise()
    assert (row.verified, row.status, row.link_sha256) == (True, "open", None)
    assert found.holder.get(found.address + "/").status_code == 404


def test_link_of_the_file_that_stays_is_void_when_the_other_one_had_members(app: Flask) -> None:
    claimed, stranger = open_file(app).submitted(), open_file(app)
    member = account(app, "enterprise", "甲企的人")
    logged_in(app, member, claimed.holder)
    assert claimed.post("claim").status_code == 302
    do(officer(app), merge_page(claimed.public_id), stays=stranger.public_id)
    assert stranger.enterprise().link_sha256 is None
    assert stranger.holder.get(stranger.address + "/").status_code == 404
    assert claimed.holder.get(stranger.address + "/").status_code == 200


def test_the_same_page_sent_twice_ends_in_the_same_file(app: Flask, found: File) -> None:
    who = officer(app)
    who.get(merge_page(found.public_id))
    sent = hidden(who) | {"stays": PID}
    answers = [who.post(merge_page(found.public_id), sent) for _ in range(2)]
    assert [answer.location for answer in answers] == [f"/district/firm/{PID}/?done=merge"] * 2
    assert logged(app, "firm_merge") == 2


def test_two_officers_who_keep_different_files_at_once_end_in_one(app: Flask, found: File) -> None:
    both = [officer(app), officer(app, "colleague")]
    sent = []
    for who, stays in zip(both, (PID, found.public_id), strict=True):
        who.get(merge_page(found.public_id))
        sent.append(hidden(who) | {"stays": stays})
    address = merge_page(found.public_id)
    answers = at_once(*(lambda n=n: both[n].post(address, sent[n]).status_code for n in range(2)))
    assert answers.count(302) == 1 and set(answers) <= {302, 404, 409}
    assert [one.status for one in all_of(app, Enterprise)].count("merged") == 1
    [kept] = [one for one in all_of(app, Enterprise) if one.status == "open"]
    assert kept.verified and {one.enterprise_id for one in all_of(app, Statement)} == {kept.id}


def test_one_page_sent_twice_at_once_is_one_join(app: Flask, found: File) -> None:
    who = officer(app)
    who.get(merge_page(found.public_id))
    sent, token = hidden(who) | {"stays": PID}, who.client.get_cookie("visitor")
    assert token
    tabs = [Visitor(app), Visitor(app)]
    for tab in tabs:
        tab.client.set_cookie("visitor", token.value)
    address = merge_page(found.public_id)
    assert at_once(*(lambda tab=tab: tab.post(address, sent).status_code for tab in tabs)) == [302, 302]
    assert logged(app, "firm_merge") == 2


def test_page_from_before_a_change_is_refused(app: Flask, found: File) -> None:
    who = officer(app)
    who.get(merge_page(found.public_id))
    sent = hidden(who) | {"stays": PID}
    do(officer(app, "colleague"), f"/district/firm/{PID}/rename", name="新名字")
    assert who.post(merge_page(found.public_id), sent).status_code == 409
    assert [one.status for one in all_of(app, Enterprise)] == ["open", "open"]


def test_which_stays_has_to_be_said(app: Flask, found: File) -> None:
    who = officer(app)
    assert do(who, merge_page(found.public_id)).status_code == 422
    assert "请先选留下哪一份" in who.page


def test_files_of_other_districts_are_neither_shown_nor_joined(app: Flask, mine: int) -> None:
    far = open_file(app, province="110000", division=ELSEWHERE, name="外区的名字")
    who = officer(app)
    who.get(merge_page(PID))
    assert "不用合并" in who.page and "外区的名字" not in who.page
    assert who.get(merge_page(PID) + f"?other={far.public_id}").status_code == 404
    for stays in (PID, far.public_id):
        assert push(who, merge_page(PID), other=far.public_id, stays=stays, seen="0", seen_other="0") == 404
    assert [one.status for one in all_of(app, Enterprise)] == ["open", "open"]


def test_files_of_another_code_are_not_joined(app: Flask, mine: int) -> None:
    other = open_file(app, credit_code=OTHER_CODE)
    who = officer(app)
    who.get(merge_page(PID))
    assert "不用合并" in who.page
    answer = push(who, merge_page(PID), other=other.public_id, stays=PID, seen="0", seen_other="0")
    assert answer in (404, 422)
    assert [one.status for one in all_of(app, Enterprise)] == ["open", "open"]


def test_of_several_others_one_is_chosen_first(app: Flask, found: File) -> None:
    third, who = open_file(app), officer(app)
    who.get(merge_page(PID))
    assert f"other={third.public_id}" in who.page and f"other={found.public_id}" in who.page
    assert do(who, merge_page(PID) + f"?other={third.public_id}", stays=PID).status_code == 302
