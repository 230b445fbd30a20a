"""The network goes while somebody answers: nothing is lost, nothing is stored twice."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from diagnose.db import reading
from diagnose.models import DraftAnswer
from tests.browser.conftest import Opener
from tests.browser.eyes import Eyes
from tests.conftest import Visitor

CUT = "网络中断，留在本机"


@pytest.fixture
def eyes(look: Opener) -> Iterator[Eyes]:
    """A phone whose network fails: the browser's own complaints about that are no fault of the page."""
    found = look(360)
    yield found
    found.forgive("ERR_INTERNET_DISCONNECTED")


@pytest.fixture
def draft(eyes: Eyes, cast: Visitor) -> str:
    address = cast.draft(cast.start())
    eyes.take_over(cast)
    eyes.page.goto(f"{address}/page/production")
    return address


def stored(app: Flask, draft: str) -> dict[str, list[str]]:
    with reading(app.extensions["diagnose"].engine) as session:
        here = DraftAnswer.assessment_id == int(draft.rpartition("/")[2])
        return {row.code: row.typed for row in session.scalars(select(DraftAnswer).where(here))}


def posts(eyes: Eyes) -> list[str]:
    """The addresses of answers that were sent and answered, from now on."""
    sent: list[str] = []
    eyes.context.on("response", lambda one: sent.append(one.url) if "/answer/" in one.url else None)
    return sent


def cut_and_answer(eyes: Eyes) -> None:
    eyes.context.set_offline(True)
    eyes.page.locator("label:has(input[name=smart_factory][value=C])").click()
    eyes.page.locator("#key_processes_cnc").fill("22")
    eyes.page.locator("#key_processes_total").fill("40")
    eyes.page.locator("#t-cnc_rate").click()
    for question in ("smart_factory", "cnc_rate"):
        expect(eyes.page.locator(f"#q-{question} [data-state]")).to_have_text(CUT)


def test_answers_are_sent_once_when_the_network_returns(eyes: Eyes, draft: str, web_app: Flask) -> None:
    cut_and_answer(eyes)
    eyes.check("network-cut")
    sent = posts(eyes)
    eyes.context.set_offline(False)
    expect(eyes.page.locator("#q-cnc_rate [data-state]")).to_contain_text("已保存")
    expect(eyes.page.locator("#q-smart_factory [data-state]")).to_contain_text("已保存")
    eyes.page.reload()
    expect(eyes.page.locator("#q-cnc_rate [data-state]")).to_contain_text("已保存")
    assert sorted(address.rpartition("/")[2] for address in sent) == ["cnc_rate", "smart_factory"]
    assert stored(web_app, draft) == {
        "smart_factory": ["C"],
        "key_processes_cnc": ["22"],
        "key_processes_total": ["40"],
    }


def test_answers_outlive_the_page(eyes: Eyes, draft: str, web_app: Flask) -> None:
    cut_and_answer(eyes)
    eyes.page.close()
    eyes.context.set_offline(False)
    sent = posts(eyes)
    eyes.page = eyes.new_page()
    eyes.page.goto(f"{draft}/page/production")
    expect(eyes.page.locator("#q-cnc_rate [data-state]")).to_contain_text("已保存")
    expect(eyes.page.locator("#q-smart_factory [data-state]")).to_contain_text("已保存")
    expect(eyes.page.locator("#key_processes_cnc")).to_have_value("22")
    expect(eyes.page.locator("input[name=smart_factory][value=C]")).to_be_checked()
    eyes.page.reload()
    expect(eyes.page.locator("#key_processes_cnc")).to_have_value("22")
    assert sorted(address.rpartition("/")[2] for address in sent) == ["cnc_rate", "smart_factory"]
    assert stored(web_app, draft)["key_processes_total"] == ["40"]


def test_page_stays_when_its_button_is_pressed_without_network(eyes: Eyes, draft: str, web_app: Flask) -> None:
    cut_and_answer(eyes)
    eyes.page.get_by_role("button", name="保存并继续").click()
    expect(eyes.page.get_by_text("网络中断，还不能换页")).to_be_visible()
    expect(eyes.page.locator("#key_processes_cnc")).to_have_value("22")
    eyes.context.set_offline(False)
    expect(eyes.page.get_by_text("网络中断，还不能换页")).to_be_hidden()
    expect(eyes.page.locator("#q-cnc_rate [data-state]")).to_contain_text("已保存")
    eyes.page.get_by_role("button", name="保存并继续").click()
    expect(eyes.page.get_by_role("heading", level=1)).to_have_text("经营管理数字化")
    assert stored(web_app, draft)["key_processes_cnc"] == ["22"]
