"""People with accounts work with the keyboard alone, too, and always see where they are."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.server import Server
from tests.browser.test_keyboard import tab_to
from tests.diagnose.visit_cast import Story, story
from tests.people import HERE, PASSWORD, account


@pytest.fixture
def server(fresh_server: Server) -> Server:
    """`look` opens its pages on this one: people of these names need a database of their own."""
    return fresh_server


@pytest.fixture
def told(fresh_app: Flask) -> Story:
    """A firm with an appointed visit, its officer, and a second advisor of the district."""
    account(fresh_app, "advisor", "本区顾问", HERE)
    return story(fresh_app).appointed()


def test_officer_logs_in_finds_a_firm_and_assigns_it(look: Opener, told: Story) -> None:
    eyes = look(360)
    page = eyes.page
    page.goto("/login")
    tab_to(page, "login")
    page.keyboard.type("区县负责人")
    tab_to(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("企业列表")
    tab_to(page, "text")
    page.keyboard.type("精密")
    page.keyboard.press("Enter")
    expect(page.locator(".zz-firms tbody tr")).to_have_count(1)
    tab_to(page, "甲精密部件有限公司")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("甲精密部件有限公司")
    tab_to(page, "指派")  # the link on top of every page
    tab_to(page, "指派")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("指派顾问和服务专员")
    tab_to(page, "person")
    page.keyboard.type("本区")
    tab_to(page, "保存智能制造顾问")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("指派已保存")


def test_advisor_starts_a_visit_and_fills_in_its_form(look: Opener, told: Story) -> None:
    eyes = look()
    eyes.take_over(told.browser("advisor"))
    page = eyes.page
    page.goto("/visits/")
    tab_to(page, "甲精密部件有限公司")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("现场诊断")
    tab_to(page, "开始现场核验")
    page.keyboard.press("Enter")
    expect(page.locator("main .zz-tag").first).to_have_text("核验中")
    tab_to(page, "填写现场问卷")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("现场核验")
    first = page.locator(".zz-q").first
    tab_to(page, "choice")
    while page.evaluate("document.activeElement.value") != "same":
        page.keyboard.press("ArrowDown")
    tab_to(page, "note")
    page.keyboard.type("看了图纸")
    tab_to(page, "保存")
    page.keyboard.press("Enter")
    expect(first.locator("[data-state]")).to_contain_text("已核实")
    expect(page.locator("[data-done]")).to_have_text("1")


def test_member_sends_a_result_back_with_the_reason(look: Opener, told: Story) -> None:
    told.done("advisor", "visiting").answered().done("advisor", "written")
    eyes = look(360)
    eyes.take_over(told.browser("member"))
    page = eyes.page
    page.goto(told.address)
    tab_to(page, "退回并说明")
    page.keyboard.press("Enter")  # unfolds
    tab_to(page, "reason")
    page.keyboard.type("第三题我们说的是另一条线")
    tab_to(page, "退回并说明")
    page.keyboard.press("Enter")
    expect(page.locator("main .zz-tag").first).to_have_text("核验中")
