"""Who may see evidence, and who may add and delete it, when."""

import pytest
from flask import Flask

from diagnose.models.visit import APPOINTED, CANCELLED, CONFIRMED, FINAL, WRITTEN
from tests.conftest import Visitor
from tests.diagnose.cast import File, open_file
from tests.diagnose.photos import PDF
from tests.diagnose.proof import DAY, JSON, OnSite, address, deeds, kept, pieces, upload, visit
from tests.people import ELSEWHERE, HERE, account, assign, join, logged_in

OTHER_FIRM = "乙公司"


@pytest.fixture
def advisor(small_file: File) -> int:
    """The advisor of the firm, which has submitted."""
    made = account(small_file.app, "advisor", "advisor")
    assign(small_file.app, made, small_file.submitted().enterprise().id)
    return made


@pytest.fixture
def onsite(small_file: File, advisor: int) -> OnSite:
    return visit(small_file.app, small_file, advisor)


def person(app: Flask, role: str, division: str | None = None) -> Visitor:
    return logged_in(app, account(app, role, f"{role}-{division}", division))


def test_only_who_may_read_the_file_sees_its_evidence(small_file: File, advisor: int) -> None:
    app = small_file.app
    upload(small_file)
    member = account(app, "enterprise", "member")
    join(app, member, small_file.enterprise().id)
    sees = [logged_in(app, advisor), logged_in(app, member), person(app, "officer", HERE), small_file.holder]
    blind = [Visitor(app), person(app, "officer", ELSEWHERE), person(app, "enterprise"), person(app, "admin")]
    paths = [address(small_file), *(f"{small_file.address}/evidence/1/{path}" for path in ("original", "thumb"))]
    for path in paths:
        assert [one.get(path).status_code for one in sees] == [200] * 4, path
        assert [one.get(path).status_code for one in blind] == [404] * 4, path
    assert "持链接的人" in logged_in(app, advisor).get(paths[0]).text


def test_who_may_only_read_gets_no_form_and_cannot_send_one(small_file: File, advisor: int) -> None:
    app = small_file.app
    upload(small_file)
    for one in (logged_in(app, advisor), person(app, "officer", HERE)):
        assert "<input" not in one.get(address(small_file)).text.partition("<main")[2]
        one.get("/continue")
        assert upload(small_file, visitor=one).status_code in (400, 404)
        token = {"X-CSRFToken": token_of(one)}
        sent = one.client.post(address(small_file), data={"effective_on": DAY}, headers=token)
        assert sent.status_code == 404
        gone = one.client.post(f"{small_file.address}/evidence/1/delete", headers=token)
        assert gone.status_code == 404
    assert len(pieces(app)) == 1 and pieces(app)[0].deleted_at is None


def token_of(visitor: Visitor) -> str:
    visitor.get("/new")
    return visitor.token()


def test_the_visits_advisor_adds_and_deletes_during_the_visit(small_file: File, onsite: OnSite, advisor: int) -> None:
    browser, to = logged_in(small_file.app, advisor), address(small_file, assessment=onsite.assessment_id)
    assert upload(small_file, visitor=browser, to=to).status_code == 303
    assert pieces(small_file.app)[0].uploaded_by_id == advisor
    page = browser.get(to).text
    assert "advisor" in page and f"/visits/{onsite.id}/form#q-five_g" in page
    assert browser.post(f"{small_file.address}/evidence/1/delete").status_code == 303
    assert pieces(small_file.app)[0].deleted_by_id == advisor


@pytest.mark.parametrize("state", [APPOINTED, WRITTEN, CONFIRMED, FINAL, CANCELLED])
def test_outside_the_visit_nothing_is_added_or_deleted(
    small_file: File, onsite: OnSite, advisor: int, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser, to = logged_in(small_file.app, advisor), address(small_file, assessment=onsite.assessment_id)
    upload(small_file, visitor=browser, to=to)
    onsite.move(state)
    before = kept(small_file.app)
    sent = upload(small_file, (PDF, "b.pdf"), visitor=browser, to=to, headers=JSON, csrf_token=token_of(browser))
    assert sent.status_code == 400 or sent.status_code == 410
    token = {"X-CSRFToken": token_of(browser)}
    for path, data in ((to, {"effective_on": DAY}), (f"{small_file.address}/evidence/1/delete", {})):
        answer = browser.client.post(path, data=data, headers=token)
        assert answer.status_code == 410 and "佐证不能再改了" in answer.text
        script = browser.client.post(path, data=data, headers=token | JSON)
        assert script.status_code == 410 and script.get_json()["closed"] is True
    assert "refused evidence_closed" in caplog.text
    assert kept(small_file.app) == before and pieces(small_file.app)[0].deleted_at is None
    assert browser.get(f"{small_file.address}/evidence/1/original").status_code == 200


def test_another_advisor_and_the_firm_cannot_add_to_a_visit(small_file: File, onsite: OnSite) -> None:
    app, to = small_file.app, address(small_file, assessment=onsite.assessment_id)
    second = account(app, "advisor", "second")
    assign(app, second, small_file.enterprise().id, "specialist")
    for browser in (logged_in(app, second), small_file.holder, person(app, "officer", HERE)):
        token = {"X-CSRFToken": token_of(browser)}
        assert browser.get(to).status_code == 200
        assert browser.client.post(to, data={"effective_on": DAY}, headers=token).status_code == 404
    assert pieces(app) == []


def test_evidence_of_another_file_is_not_found_below_the_own_one(small_file: File) -> None:
    upload(small_file)
    other = open_file(small_file.app, name=OTHER_FIRM)
    for path in ("original", "thumb"):
        assert other.holder.get(f"{other.address}/evidence/1/{path}").status_code == 404
        assert other.holder.get(f"{small_file.address}/evidence/1/{path}").status_code == 404
    assert other.post("evidence/1/delete").status_code == 404
    assert other.holder.get(address(other, assessment=small_file.draft_id)).status_code == 404
    assert other.post(f"evidence/{small_file.draft_id}/five_g", {"effective_on": DAY}).status_code == 404
    assert pieces(small_file.app)[0].deleted_at is None and len(deeds(small_file.app)) == 1


def test_unknown_question_filling_or_piece_is_not_found(small_file: File) -> None:
    for path in (f"{small_file.draft_id}/nothing", "999/five_g", "999/original", "999/thumb", f"{2**40}/original"):
        assert small_file.holder.get(f"{small_file.address}/evidence/{path}").status_code == 404, path
    for path in (f"{small_file.draft_id}/nothing", "999/five_g", "999/delete"):
        assert small_file.post(f"evidence/{path}", {"effective_on": DAY}).status_code == 404, path


def test_script_of_somebody_signed_out_is_told_so(small_file: File) -> None:
    answer = Visitor(small_file.app).client.post(address(small_file), data={"effective_on": DAY}, headers=JSON)
    assert answer.status_code == 401 and answer.get_json() == {"signed_out": True}
