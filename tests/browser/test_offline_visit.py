"""现场诊断 without network: what was entered stays on the tablet, and is sent once when the network is back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from diagnose.db import writing
from diagnose.models import Account
from tests.browser.conftest import Opener
from tests.browser.server import Server
from tests.browser.tablet import (
    Tablet,
    add_photo,
    block,
    choose,
    findings,
    log_in,
    login_of,
    photos,
    prepare,
    save,
    state,
    sync_state,
    typed,
    visiting,
)
from tests.diagnose.cast import engine
from tests.diagnose.photos import HTML, jpeg
from tests.diagnose.visit_cast import Story
from tests.people import logged_in

KEPT = "已存在本机，待发送"
UNSAVED = "改动还没有保存"
CACHES = "caches.keys().then((names) => names.includes('zhizhen-lent'))"
IS_LENT = "async (path) => Boolean(await (await caches.open('zhizhen-lent')).match(path))"
ROWS = """async (store) => {
  const open = indexedDB.open("zhizhen", 1);
  await new Promise((done) => { open.onsuccess = done; });
  const all = open.result.transaction(store).objectStore(store).getAll();
  await new Promise((done) => { all.onsuccess = done; });
  return all.result.map((one) => one.question);
}"""
FAR_AWAY = """async (days) => {
  const lent = await caches.open("zhizhen-lent");
  const stamp = await (await lent.match("/visits/lent")).json();
  await lent.put("/visits/lent", new Response(JSON.stringify({ ...stamp, at: stamp.at - days * 24 * 3600 * 1000 })));
}"""


@pytest.fixture
def tablet(browser: Browser, chromium: dict[str, Any], server: Server, tmp_path: Path) -> Iterator[Tablet]:
    found = Tablet(browser, chromium, server, tmp_path / "disk")
    yield found
    found.close()
    assert found.complaints == []


def prepared(tablet: Tablet, story: Story) -> Page:
    """The advisor's tablet with the visit on it, and the network cut."""
    page = tablet.open()
    log_in(page, login_of(story))
    prepare(page)
    tablet.cut()
    return page


def answer_from(story: Story, question: str, **fields: str) -> None:
    """The same advisor answers on another device."""
    device = logged_in(story.app, story.advisor)
    device.get(f"{story.address}form")
    version = findings(story)[question][2] if question in findings(story) else 0
    sent = {"version": str(version), "choice": "verified", "note": "", "change": "", **fields}
    answer = device.post(f"{story.address}answer/{question}", sent, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text


def stored(page: Page, store: str = "changes") -> list[str]:
    return list(page.evaluate(ROWS, store))


def test_entered_without_network_survives_the_browser_and_is_sent_once(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    page = prepared(tablet, story)
    page.get_by_role("link", name="我的诊断").first.click()
    page.get_by_role("link", name="甲精密部件有限公司").first.click()
    page.get_by_role("link", name="填写现场问卷").click()
    expect(sync_state(page)).to_have_text("没有网络。填的内容会先存在本机。")
    choose(page, "smart_factory", smart_factory="C", choice="verified", note="看过车间")
    save(page, "smart_factory")
    block(page, "five_g").get_by_text("沿用自评，没有核实").click()
    save(page, "five_g")
    choose(page, "cnc_rate", key_processes_cnc="21", key_processes_total="4")
    add_photo(page, "smart_factory", "车间.jpg", jpeg((320, 240)))
    expect(state(page, "five_g")).to_have_text(KEPT)
    expect(state(page, "cnc_rate")).to_have_text(UNSAVED)
    assert tablet.eyes
    tablet.eyes.check("offline-form")
    tablet.close()

    page = tablet.open(offline=True)
    page.goto(f"{story.address}form")
    expect(sync_state(page)).to_have_text("没有网络，3 处已存在本机，联网后自动发送。")
    expect(state(page, "smart_factory")).to_have_text(KEPT)
    expect(block(page, "smart_factory").locator("textarea[name=note]")).to_have_value("看过车间")
    expect(block(page, "smart_factory").locator("[name=smart_factory][value=C]")).to_be_checked()
    expect(block(page, "smart_factory").get_by_alt_text("车间.jpg")).to_be_visible()
    expect(block(page, "five_g").locator("[name=choice][value=adopted]")).to_be_checked()
    expect(state(page, "cnc_rate")).to_have_text(UNSAVED)
    expect(block(page, "cnc_rate").locator("#key_processes_cnc")).to_have_value("21")
    assert typed(story) == {}

    other = tablet.eyes.new_page()
    other.goto(f"{story.address}form")
    expect(state(other, "five_g")).to_have_text(KEPT)
    posted: list[str] = []
    page.context.on("request", lambda one: posted.append(one.url) if one.method == "POST" else None)
    tablet.cut(False)
    for tab in (page, other):
        expect(sync_state(tab)).to_have_text("都已发送。")
        expect(state(tab, "smart_factory")).to_contain_text("已核")
        expect(state(tab, "cnc_rate")).to_have_text(UNSAVED)
    expect(block(other, "smart_factory").locator("[data-items] a img")).to_have_count(1)
    tablet.eyes.check("offline-sent")
    assert len(posted) == len(set(posted)) == 3
    assert {code: choice for code, (choice, *_) in findings(story).items()} == {
        "smart_factory": "verified",
        "five_g": "adopted",
    }
    assert findings(story)["smart_factory"][1:] == ("看过车间", 1)
    assert [one.title for one in photos(story)] == ["车间"]
    assert "key_processes_cnc" not in typed(story)


def test_the_same_change_sent_again_is_carried_out_once(tablet: Tablet, web_app: Flask) -> None:
    """The server has it, but its answer is lost; then something newer is saved on top."""
    story = visiting(web_app)
    page = tablet.open()
    log_in(page, login_of(story))
    page.goto(f"{story.address}form")
    expect(sync_state(page)).to_have_text("都已发送。")

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/answer/smart_factory", lose)
    choose(page, "smart_factory", smart_factory="C")
    save(page, "smart_factory")
    expect(sync_state(page)).to_have_text("没有网络，1 处已存在本机，联网后自动发送。")
    assert findings(story)["smart_factory"][2] == 1
    choose(page, "smart_factory", smart_factory="D")
    page.unroute("**/answer/smart_factory")
    save(page, "smart_factory")
    expect(sync_state(page)).to_have_text("都已发送。")
    expect(state(page, "smart_factory")).to_contain_text("已核")
    assert findings(story)["smart_factory"] == ("verified", "", 2)
    assert typed(story)["smart_factory"] == ["D"]


def test_both_answers_are_shown_and_a_person_chooses(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    page = prepared(tablet, story)
    page.goto(f"{story.address}form")
    for question, value in (("smart_factory", "C"), ("five_g", "C")):
        choose(page, question, **{question: value}, note="现场所见")
        save(page, question)
    answer_from(story, "smart_factory", smart_factory="D", note="另一台设备")
    answer_from(story, "five_g", five_g="A")
    tablet.cut(False)
    expect(sync_state(page)).to_have_text("2 处与别人改的不一致，请打开那一题选择。")
    for question in ("smart_factory", "five_g"):
        expect(state(page, question)).to_have_text("与别人改的不一致，请选择")
    box = block(page, "smart_factory").locator("[data-conflict]")
    expect(box).to_contain_text("另一台设备")
    expect(box).to_contain_text("现场所见")
    assert tablet.eyes
    tablet.eyes.check("offline-conflict")
    page.reload()
    expect(block(page, "five_g").locator("[data-conflict]")).to_be_visible()
    assert (typed(story)["smart_factory"], typed(story)["five_g"]) == (["D"], ["A"])
    block(page, "smart_factory").get_by_role("button", name="用我的").click()
    expect(state(page, "smart_factory")).to_contain_text("已核")
    block(page, "five_g").get_by_role("button", name="用已保存的").click()
    expect(sync_state(page)).to_have_text("都已发送。")
    expect(state(page, "five_g")).to_contain_text("已核")
    expect(block(page, "five_g").locator("[name=five_g][value=A]")).to_be_checked()
    assert (typed(story)["smart_factory"], typed(story)["five_g"]) == (["C"], ["A"])
    assert findings(story)["smart_factory"] == ("verified", "现场所见", 2)
    tablet.eyes.forgive("409")


def test_own_changes_to_questions_that_share_a_fact_do_not_conflict(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    answer_from(story, "equipment_digital_rate", equipment_digital="80", equipment_total="120")
    answer_from(story, "equipment_networked_rate", equipment_networked="50")
    page = prepared(tablet, story)
    page.goto(f"{story.address}form")
    choose(page, "equipment_digital_rate", equipment_digital="70", equipment_total="110")
    save(page, "equipment_digital_rate")
    choose(page, "equipment_networked_rate", equipment_networked="40")
    save(page, "equipment_networked_rate")
    choose(page, "equipment_digital_rate", equipment_digital="60", equipment_total="100")
    save(page, "equipment_digital_rate")
    choose(page, "equipment_networked_rate", equipment_networked="30")
    tablet.cut(False)
    expect(sync_state(page)).to_have_text("都已发送。")
    expect(state(page, "equipment_networked_rate")).to_have_text(UNSAVED)
    save(page, "equipment_networked_rate")
    expect(state(page, "equipment_networked_rate")).to_contain_text("已核")
    assert findings(story)["equipment_digital_rate"][2] == 3
    assert typed(story)["equipment_networked"] == ["30"]


def test_a_draft_does_not_go_over_what_came_meanwhile(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    page = prepared(tablet, story)
    page.goto(f"{story.address}form")
    choose(page, "smart_factory", smart_factory="C")
    expect(state(page, "smart_factory")).to_have_text(UNSAVED)
    answer_from(story, "smart_factory", smart_factory="D")
    tablet.cut(False)
    page.reload()
    expect(block(page, "smart_factory").locator("[name=smart_factory][value=C]")).to_be_checked()
    save(page, "smart_factory")
    expect(state(page, "smart_factory")).to_have_text("与别人改的不一致，请选择")
    assert typed(story)["smart_factory"] == ["D"]
    assert tablet.eyes
    tablet.eyes.forgive("409")


def test_what_was_sent_is_in_the_lent_copy_too(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    page = prepared(tablet, story)
    page.goto(f"{story.address}form")
    choose(page, "smart_factory", smart_factory="C")
    save(page, "smart_factory")
    expect(state(page, "smart_factory")).to_have_text(KEPT)
    page.goto("/visits/")
    tablet.cut(False)
    expect(sync_state(page)).to_have_text("都已发送。")
    tablet.cut()
    page.goto(f"{story.address}form")
    expect(state(page, "smart_factory")).to_contain_text("已核")
    choose(page, "smart_factory", smart_factory="D")
    save(page, "smart_factory")
    tablet.cut(False)
    expect(sync_state(page)).to_have_text("都已发送。")
    assert findings(story)["smart_factory"][2] == 2


def test_refused_after_the_visit_was_closed_it_is_kept_and_shown(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    page = prepared(tablet, story)
    page.goto(f"{story.address}form")
    choose(page, "smart_factory", smart_factory="C", note="看过车间")
    save(page, "smart_factory")
    add_photo(page, "smart_factory", "网页.jpg", HTML)
    expect(block(page, "smart_factory").get_by_alt_text("网页.jpg")).to_have_count(1)
    story.answered().done("advisor", "written")
    tablet.cut(False)
    expect(sync_state(page)).to_contain_text("2 处没有被接受")
    expect(state(page, "smart_factory")).to_have_text("没有被接受，仍在本机")
    expect(block(page, "smart_factory").locator("[name=smart_factory][value=C]")).to_be_checked()
    page.goto("/visits/offline")
    lines = page.locator("[data-unsent] li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("看过车间")
    expect(lines.first).to_contain_text("甲精密部件有限公司")
    assert tablet.eyes
    tablet.eyes.check("offline-refused")
    assert page.evaluate(IS_LENT, f"{story.address}form") is False
    story.done("member", "visiting", "数控化率不对")
    lines.first.get_by_role("button", name="再发一次").click()
    expect(lines.first).to_contain_text("与别人改的不一致，请选择")  # on the server stands what it was closed with
    page.goto(f"{story.address}form")
    block(page, "smart_factory").get_by_role("button", name="用我的").click()
    expect(sync_state(page)).to_have_text("1 处没有被接受，仍在本机，见离线准备。")
    page.goto("/visits/offline")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("网页.jpg")
    page.on("dialog", lambda one: one.accept())
    lines.get_by_role("button", name="丢弃").click()
    expect(lines).to_have_count(0)
    expect(page.get_by_text("没有。")).to_be_visible()
    assert findings(story)["smart_factory"][1] == "看过车间"
    tablet.eyes.forgive("409", "410", "422")


def test_leaving_asks_about_what_is_unsent_and_wipes_everything(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    page = prepared(tablet, story)
    page.goto(f"{story.address}form")
    choose(page, "smart_factory", smart_factory="C")
    expect(state(page, "smart_factory")).to_have_text(UNSAVED)
    tablet.cut(False)
    asked: list[str] = []
    answers = iter((False, True))

    def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        if next(answers):
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("button", name="退出").click()
    assert stored(page, "drafts") == ["smart_factory"] and page.evaluate(CACHES)
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/")
    assert asked == ["有 1 处还没有发送，退出后就丢失了。确定退出吗？"] * 2
    assert (stored(page), stored(page, "drafts"), page.evaluate(CACHES)) == ([], [], False)
    tablet.cut()
    page.goto("/visits/")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有网络，本机也没有这一页")


def test_lost_session_wipes_the_pages_and_keeps_what_was_entered(tablet: Tablet, web_app: Flask) -> None:
    story, other = visiting(web_app), visiting(web_app)
    page = prepared(tablet, story)
    page.goto(f"{story.address}form")
    choose(page, "smart_factory", smart_factory="C")
    save(page, "smart_factory")
    expect(state(page, "smart_factory")).to_have_text(KEPT)
    with writing(engine(web_app)) as session:
        session.get_one(Account, story.advisor).epoch += 1
    tablet.cut(False)
    expect(sync_state(page)).to_have_text("登录已失效，1 处已存在本机，重新登录后自动发送。")
    assert not page.evaluate(CACHES)
    log_in(page, login_of(other))
    expect(page.get_by_role("heading", level=1)).to_have_text("我的诊断")
    page.goto("/visits/offline")
    expect(sync_state(page)).to_have_text("都已发送。")
    expect(page.locator("[data-unsent] li")).to_have_count(0)
    prepare(page)
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/")
    assert findings(story) == {} and stored(page) == ["smart_factory"]
    log_in(page, login_of(story))
    expect(sync_state(page)).to_have_text("都已发送。")
    assert findings(story)["smart_factory"][0] == "verified" and stored(page) == []
    assert tablet.eyes
    tablet.eyes.forgive("401")


def test_copies_go_after_14_days_and_when_the_visit_ends(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    page = prepared(tablet, story)
    page.evaluate(FAR_AWAY, 13)
    page.goto(f"{story.address}form")
    expect(page.get_by_role("heading", level=1)).to_have_text("现场核验")
    page.evaluate(FAR_AWAY, 2)
    page.goto(f"{story.address}form")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有网络，本机也没有这一页")
    assert tablet.eyes
    tablet.eyes.check("offline-nothing")
    tablet.cut(False)
    page.get_by_role("link", name="回到我的诊断").click()
    prepare(page)
    story.done("advisor", "cancelled", "企业停产")
    page.get_by_role("link", name="我的诊断").first.click()
    expect(sync_state(page)).to_have_text("都已发送。")
    tablet.cut()
    page.goto(f"{story.address}form")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有网络，本机也没有这一页")


def test_form_is_lent_again_when_the_visit_starts(tablet: Tablet, web_app: Flask) -> None:
    story = visiting(web_app)
    later = visiting(web_app, story.advisor)
    later.done("advisor", "cancelled", "改期").appointed()
    page = tablet.open()
    log_in(page, login_of(story))
    prepare(page)
    expect(page.locator(f"[data-visit='{later.visit}']")).to_contain_text("还没有开始，现场问卷只能看")
    if tablet.eyes:
        tablet.eyes.check("offline-prepared")
    page.goto(later.address)
    page.get_by_role("button", name="开始现场核验").click()
    expect(page.get_by_role("link", name="填写现场问卷")).to_be_visible()
    page.goto("/visits/")
    expect(sync_state(page)).to_have_text("都已发送。")
    tablet.cut()
    page.goto(f"{later.address}form")
    expect(block(page, "five_g").get_by_role("button", name="保存")).to_be_visible()


def test_without_a_secure_context_the_page_says_so(
    browser: Browser, chromium: dict[str, Any], server: Server, look: Opener, web_app: Flask
) -> None:
    story = visiting(web_app)
    mapped = [*chromium["args"], "--host-resolver-rules=MAP factory.example 127.0.0.1"]
    plain = browser.browser_type.launch(**(chromium | {"args": mapped}))
    page = plain.new_page(base_url=f"http://factory.example:{server.port}", locale="zh-CN")
    log_in(page, login_of(story))
    page.get_by_role("link", name="离线准备").first.click()
    expect(page.locator("[data-insecure]")).to_be_visible()
    expect(page.locator("[data-insecure]")).to_contain_text("浏览器不允许离线使用")
    expect(page.get_by_role("button", name="开始准备")).to_be_hidden()
    page.goto(f"{story.address}form")
    choose(page, "smart_factory", smart_factory="C")
    save(page, "smart_factory")
    expect(state(page, "smart_factory")).to_contain_text("已核")
    plain.close()
