"""The whole story with four people, each at a screen of their own: from the first start to the signed onsite result."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Account, Assessment, Enterprise, Finding, Visit
from diagnose.models.visit import VERIFIED
from diagnose.services import drafts
from questionnaires.parse import typed_again
from tests.browser.conftest import PATIENCE, screen
from tests.browser.eyes import Eyes
from tests.browser.person import answer_section
from tests.browser.server import Server
from tests.browser.tablet import Tablet, add_photo, block, choose, prepare, save, state, sync_state
from tests.diagnose.cast import all_of, engine, portrait
from tests.diagnose.photos import from_a_phone
from tests.firms import CREDIT_CODE, DISCRETE
from tests.people import PASSWORD, logged_in

FIRM = "甲精密部件有限公司"
LINK = re.compile(r"http://\S+/join#[0-9a-z]{26}")
BY_HAND = ("smart_factory", "five_g", "cnc_rate")


@dataclass
class People:
    """Four screens; the advisor's is a tablet."""

    admin: Eyes
    officer: Eyes
    firm: Eyes
    tablet: Tablet


@pytest.fixture
def people(fresh_server: Server, browser: Browser, chromium: dict[str, Any], tmp_path: Path) -> Iterator[People]:
    contexts = [browser.new_context(**screen(fresh_server, width)) for width in (1280, 1280, 360)]
    for context in contexts:
        context.set_default_timeout(PATIENCE)
    seats = [
        Eyes(context, fresh_server.address, width) for context, width in zip(contexts, (1280, 1280, 360), strict=True)
    ]
    admin, officer, firm = seats
    found = People(admin, officer, firm, Tablet(browser, chromium, fresh_server, tmp_path / "disk"))
    yield found
    found.tablet.close()
    for context in contexts:
        context.close()
    assert [one for eyes in seats for one in eyes.complaints] + found.tablet.complaints == []


def make_account(page: Page, name: str) -> None:
    """On the page that a one-time link or an activation code leads to."""
    page.locator("#person").fill(name)
    page.locator("#login").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.get_by_role("button", name="建立账号并登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()


def handed(page: Page) -> str:
    """What the page shows once, to be handed to somebody."""
    return page.locator("[data-copied]").first.inner_text()


def accounts_are_made(people: People, server: Server) -> Page:
    """The first start's link makes the admin, who invites the officer, who invites the advisor; returns the tablet."""
    admin, officer = people.admin.page, people.officer.page
    found = LINK.search(server.log.read_text())
    assert found
    admin.goto(found[0])
    make_account(admin, "周管理")
    admin.get_by_role("link", name="行政区划").click()
    for place in ("江苏省", "扬州市", "邗江区"):
        admin.get_by_role("link", name=place, exact=True).click()
    admin.get_by_role("button", name="生成负责人邀请链接").click()
    officer.goto(handed(admin))
    make_account(officer, "王科")
    officer.get_by_role("link", name="人员").click()
    officer.get_by_role("button", name="发邀请链接").click()
    advisor = people.tablet.open()
    advisor.goto(handed(officer))
    make_account(advisor, "李顾问")
    return advisor


def firm_is_added(officer: Page) -> str:
    """By the officer; returns the activation code."""
    officer.goto("/district/add")
    officer.locator("#credit_code").fill(CREDIT_CODE)
    officer.locator("#name").fill(FIRM)
    here = officer.locator("#division option", has_text="邗江区").first.get_attribute("value")
    officer.locator("#division").select_option(here)
    officer.locator("#industry").select_option("33")
    officer.locator("label:has([name=process_type][value=discrete])").click()
    officer.locator("#staff").fill("186")
    officer.locator("#revenue").fill("8000")
    officer.get_by_role("button", name="添加").click()
    officer.get_by_role("button", name="发激活码").click()
    return handed(officer)


def firm_reports(eyes: Eyes, code: str, fresh_app: Flask) -> None:
    """Joins with the code and submits the 数字画像: one section by hand, the others in one go."""
    page = eyes.page
    page.goto("/activate")
    page.locator("#code").fill(code)
    page.get_by_role("button", name="下一步").click()
    make_account(page, "陈厂长")
    page.goto("/")
    page.get_by_role("link", name=FIRM).click()
    page.get_by_role("button", name="开始自评").click()
    form = portrait(fresh_app)
    answer_section(eyes, form, form.pages[0], DISCRETE, scripts=True)
    page.get_by_role("button", name="保存并继续").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(form.pages[1].title)
    with writing(engine(fresh_app)) as session:
        drafts.save(session, all_of(fresh_app, Assessment)[0].id, typed_again(DISCRETE), wording.now())
    page.goto(re.sub("/page/.*", "/review", page.url))
    page.locator("label:has(#pledge)").click()
    page.get_by_role("button", name="提交，查看结果").click()
    expect(page.locator("#h-neck")).to_be_visible()


def advisor_is_assigned(officer: Page) -> None:
    officer.goto("/district/")
    officer.locator("main").get_by_role("link", name=FIRM).first.click()
    officer.get_by_role("link", name="指派").last.click()
    officer.locator("#advisor-person").select_option(label="李顾问（在办 0 家）")
    officer.get_by_role("form", name="顾问").get_by_role("button").click()
    expect(officer.locator("main")).to_contain_text("李顾问")


def visit_starts(page: Page, fresh_app: Flask) -> Visit:
    page.goto("/visits/")
    page.get_by_role("link", name="约定现场诊断").click()
    page.get_by_role("button", name="约定").click()
    page.get_by_role("button", name="开始现场核验").click()
    expect(page.get_by_role("link", name="填写现场问卷")).to_be_visible()
    return all_of(fresh_app, Visit)[0]


def workshop_without_network(tablet: Tablet, page: Page, form: str) -> Page:
    """Values, a choice and a photo; the browser is closed and opened again."""
    prepare(page)
    tablet.cut()
    page.goto(form)
    choose(page, "smart_factory", smart_factory="A", choice="verified", note="没有看到证书")
    save(page, "smart_factory")
    block(page, "five_g").get_by_text("沿用自评，没有核实").click()
    save(page, "five_g")
    choose(page, "cnc_rate", key_processes_cnc="16", key_processes_total="40")
    save(page, "cnc_rate")
    add_photo(page, "cnc_rate", "车间.jpg", from_a_phone())
    expect(sync_state(page)).to_have_text("没有网络，4 处已存在本机，联网后自动发送。")
    tablet.close()
    page = tablet.open(offline=True)
    page.goto(form)
    expect(sync_state(page)).to_have_text("没有网络，4 处已存在本机，联网后自动发送。")
    expect(block(page, "cnc_rate").get_by_alt_text("车间.jpg")).to_be_visible()
    return page


def same_answer_elsewhere(fresh_app: Flask, visit: Visit) -> None:
    """The advisor's own telephone had network."""
    phone = logged_in(fresh_app, visit.advisor_id)
    phone.get(f"/visits/{visit.id}/form")
    sent = {"version": "0", "choice": "verified", "note": "电话里说的", "smart_factory": "C", "change": ""}
    phone.post(f"/visits/{visit.id}/answer/smart_factory", sent, headers={"Accept": "application/json"})


def network_is_back(tablet: Tablet, page: Page) -> None:
    tablet.cut(False)
    expect(sync_state(page)).to_have_text("1 处与别人改的不一致，请打开那一题选择。")
    box = block(page, "smart_factory").locator("[data-conflict]")
    expect(box).to_contain_text("电话里说的")
    box.get_by_role("button", name="用我的").click()
    expect(sync_state(page)).to_have_text("都已发送。")
    expect(state(page, "five_g")).to_have_text("沿用自评")
    expect(block(page, "cnc_rate").locator("[data-items] a img")).to_have_count(1)
    assert tablet.eyes
    tablet.eyes.forgive("409")


def rest_is_verified(fresh_app: Flask, visit: Visit) -> None:
    """As the firm said, but for what the advisor answered by hand."""
    questions = [one for one in portrait(fresh_app).questions if one.code not in BY_HAND]
    facts = {fact.code for one in questions for fact in one.facts}
    now = wording.now()
    with writing(engine(fresh_app)) as session:
        typed = typed_again({code: value for code, value in DISCRETE.items() if code in facts})
        drafts.save(session, visit.assessment_id, typed, now, visit.advisor_id)
        moment = {"version": 1, "by_id": visit.advisor_id, "saved_at": now}
        for one in questions:
            session.add(Finding(assessment_id=visit.assessment_id, question=one.code, choice=VERIFIED, **moment))


def firm_objects_then_confirms(firm: Page, page: Page, visit: Visit) -> None:
    """写完, sent back with a reason, put right, confirmed; then the advisor makes it final."""
    address = f"/visits/{visit.id}/"
    page.goto(address)
    page.get_by_role("button", name="写好了，请企业确认").click()
    firm.goto(address)
    firm.locator("summary", has_text="退回并说明").click()
    firm.get_by_label("说明").fill("数控工序是 18 道，漏了两道")
    firm.locator("details").get_by_role("button", name="退回并说明").click()
    expect(firm.locator("main")).to_contain_text("企业退回")
    page.goto(address)
    expect(page.locator("main")).to_contain_text("漏了两道")
    page.get_by_role("link", name="填写现场问卷").click()
    choose(page, "cnc_rate", key_processes_cnc="18")
    save(page, "cnc_rate")
    expect(sync_state(page)).to_have_text("都已发送。")
    expect(state(page, "cnc_rate")).to_have_text("已核实")
    page.goto(address)
    page.get_by_role("button", name="写好了，请企业确认").click()
    firm.goto(address)
    firm.get_by_role("button", name="确认现场结论").click()
    expect(firm.locator("main")).to_contain_text("企业已确认")
    page.goto(address)
    page.get_by_role("button", name="出具现场结论").click()
    expect(page.locator("main")).to_contain_text("已出结论")


def test_from_the_fresh_server_to_the_signed_result(fresh_server: Server, fresh_app: Flask, people: People) -> None:
    officer, firm = people.officer.page, people.firm.page
    page = accounts_are_made(people, fresh_server)
    firm_reports(people.firm, firm_is_added(officer), fresh_app)
    advisor_is_assigned(officer)
    visit = visit_starts(page, fresh_app)
    page = workshop_without_network(people.tablet, page, f"/visits/{visit.id}/form")
    same_answer_elsewhere(fresh_app, visit)
    network_is_back(people.tablet, page)
    rest_is_verified(fresh_app, visit)
    firm_objects_then_confirms(firm, page, visit)
    everybody_sees_it(people, page, all_of(fresh_app, Enterprise)[0].public_id)
    assert {one.role for one in all_of(fresh_app, Account)} == {"admin", "officer", "advisor", "enterprise"}


def everybody_sees_it(people: People, page: Page, public_id: str) -> None:
    """Self and onsite side by side, the deviation, how many were adopted; the list; the log."""
    officer, firm = people.officer.page, people.firm.page
    for one in (page, firm):
        one.goto(f"/file/{public_id}/")
        expect(one.locator("main")).to_contain_text("现场评定")
        expect(one.locator("main")).to_contain_text("1 题沿用自评")
        expect(one.locator("#deviation")).to_contain_text("关键工序数控化率")
        expect(one.locator("#deviation")).to_contain_text("智能车间")
    officer.goto("/district/")
    row = officer.locator("main tr", has_text=FIRM)
    expect(row).to_contain_text("李顾问")
    people.officer.check("story-district")
    firm.goto(f"/file/{public_id}/log")
    for deed in ("提交自评", "出具现场结论", "退回现场诊断"):
        expect(firm.locator("main")).to_contain_text(deed)
    people.firm.check("story-log")
