"""A visit is seen by its advisor, the firm's people and the officers above; for everybody else there is none."""

import pytest
from flask import Flask
from sqlalchemy import update

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Account, Enterprise
from diagnose.services import visits
from tests.conftest import Visitor
from tests.diagnose.cast import engine
from tests.diagnose.visit_cast import Story, story
from tests.people import ELSEWHERE, account, assign, logged_in


@pytest.fixture
def told(app: Flask) -> Story:
    return story(app).appointed()


def others(told: Story) -> list[Visitor]:
    another = account(told.app, "advisor", "也指派来的")
    assign(told.app, another, told.file.enterprise().id, "specialist")
    return [
        logged_in(told.app, another),
        logged_in(told.app, account(told.app, "advisor", "别的顾问")),
        logged_in(told.app, account(told.app, "officer", "外区", ELSEWHERE)),
        logged_in(told.app, account(told.app, "officer", "没有地区")),
        logged_in(told.app, account(told.app, "enterprise", "别的企业")),
        logged_in(told.app, account(told.app, "admin", "管理员")),
    ]


def test_its_people_see_it_and_nobody_else(told: Story) -> None:
    for who in ("advisor", "member", "officer"):
        assert told.browser(who).get(told.address).status_code == 200, who
    for browser in others(told):
        assert browser.get(told.address).status_code == 404
    assert told.browser("advisor").get("/visits/99/").status_code == 404


def test_strangers_move_nothing(told: Story) -> None:
    fields = {"to": "visiting", "version": "1", "visit_on": wording.today().isoformat()}
    for browser in others(told):
        for deed in ("move", "days"):
            browser.get("/continue")
            assert browser.post(f"{told.address}{deed}", fields).status_code == 404
    assert told.row().version == 1


def test_link_alone_shows_no_visit_and_asks_to_log_in(told: Story) -> None:
    for browser in (told.file.holder, Visitor(told.app)):
        answer = browser.get(told.address)
        assert answer.status_code == 302 and answer.location.startswith("/login?next=")


def test_form_without_a_token_moves_nothing(told: Story) -> None:
    browser = told.browser("advisor")
    answer = browser.client.post(f"{told.address}move", data={"to": "visiting", "version": "1"})
    assert answer.status_code == 400 and told.row().version == 1


def test_contact_person_is_shown_to_those_who_may_call(told: Story) -> None:
    with writing(engine(told.app)) as session:
        session.execute(update(Enterprise).values(contact_name="王厂长", contact_phone="0514-8888"))
    assert "王厂长" in told.browser("advisor").get(told.address).get_data(as_text=True)
    assert "王厂长" in told.browser("officer").get(told.address).get_data(as_text=True)


def test_only_the_visits_advisor_may_write_and_only_while_visiting(told: Story) -> None:
    def may(who: str) -> bool:
        with reading(engine(told.app)) as session:
            return visits.writable(told.row(), session.get_one(Account, getattr(told, who)))

    assert not any(may(who) for who in ("advisor", "member", "officer"))
    told.done("advisor", "visiting")
    assert [may(who) for who in ("advisor", "member", "officer")] == [True, False, False]


def test_advisors_pages_are_for_advisors(told: Story) -> None:
    for who in ("member", "officer"):
        assert told.browser(who).get("/visits/").status_code == 404
        assert told.browser(who).get(f"/visits/appoint/{told.file.public_id}").status_code == 404
    assert Visitor(told.app).get("/visits/").status_code == 302


def test_pages_to_take_along_are_those_of_the_own_visits_that_can_be_filled_in(told: Story) -> None:
    def lent(who: str) -> list[int]:
        with reading(engine(told.app)) as session:
            return [visit.id for visit in visits.lent(session, session.get_one(Account, getattr(told, who)))]

    assert lent("advisor") == [told.visit] and lent("officer") == []
    told.done("advisor", "visiting").answered().done("advisor", "written")
    assert lent("advisor") == []
