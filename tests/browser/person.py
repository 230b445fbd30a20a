"""Fills the questionnaire as a person does: clicks choices, types numbers, reads what the page says."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from questionnaires.forms import asked_first
from questionnaires.parse import typed_again
from questionnaires.schema import Form, Indicator
from questionnaires.schema import Page as Section
from tests.browser.eyes import Eyes
from tests.firms import FIRM


def start_file(eyes: Eyes, scripts: bool, shots: str = "", **changed: str) -> None:
    """From the home page to the page that shows the new file's link."""
    page, firm = eyes.page, {**FIRM, **changed}
    page.goto("/")
    eyes.check(shots and f"{shots}-01-home")
    page.get_by_role("link", name="开始自评").last.click()
    eyes.check(shots and f"{shots}-02-code")
    page.get_by_label("统一社会信用代码").fill(firm["credit_code"])
    page.get_by_role("button", name="下一步").click()
    _fill_firm(page, firm, scripts)
    eyes.check(shots and f"{shots}-03-firm")
    page.get_by_role("button", name="建立档案，开始填写").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("档案建好了，请先保存链接")
    eyes.check(shots and f"{shots}-04-link")


def _fill_firm(page: Page, firm: Mapping[str, str], scripts: bool) -> None:
    page.get_by_label("企业名称").fill(firm["name"])
    page.get_by_label("省份", exact=True).select_option(firm["province"])
    if not scripts:
        page.get_by_role("button", name="列出区县").click()
    page.get_by_label("所在区县").select_option(firm["division"])
    page.get_by_label("所属行业").select_option(firm["industry"])
    page.locator(f"input[name=process_type][value={firm['process_type']}]").check()
    page.get_by_label("从业人员").fill(firm["staff"])
    page.get_by_label("营业收入").fill(firm["revenue"])
    page.get_by_label("按哪一天的情况填报").fill(firm["as_of"])


def answer_section(eyes: Eyes, form: Form, section: Section, facts: Mapping[str, Any], scripts: bool) -> None:
    """Answer every question of a section but the known ones; with scripts each is seen as saved before the next."""
    for question in section.questions:
        block = eyes.page.locator(f"#q-{question.code}")
        if block.locator(".zz-known").count():
            expect(block.locator("[data-state]")).to_have_text("沿用")
            continue
        if question.facts[0].code not in facts:
            if scripts:
                expect(block.locator("[data-state]")).to_have_text("不适用")
            continue
        _answer(eyes.page, form, question, typed_again(facts))
        if scripts:
            expect(block.locator("[data-state]")).to_contain_text("已保存")


def _answer(page: Page, form: Form, question: Indicator, typed: Mapping[str, list[str]]) -> None:
    for fact in question.facts:
        if fact.kind == "ratings":
            _rate(page, fact.code, typed[fact.code])
        elif fact.kind in ("single", "yes_no", "multi", "scene"):
            for value in typed[fact.code]:
                page.locator(f"label:has(input[name={fact.code}][value='{value}'])").click()
        elif asked_first(form)[fact.code] is question and fact.code in typed:
            page.locator(f"[name={fact.code}]").fill(typed[fact.code][0])
    if question.kind in ("ratio", "multi"):
        page.locator(f"#t-{question.code}").click()


def _rate(page: Page, code: str, marks: list[str]) -> None:
    """A mark a level up to the first 0, or 不适用."""
    if marks == ["NA"]:
        page.locator(f"label:has(input[name={code}][value=NA])").click()
        return
    last = marks.index("0") if "0" in marks else len(marks) - 1
    for level, mark in enumerate(marks[: last + 1], 1):
        page.locator(f"#{code}-{level}").select_option(mark)


def save_and_go_on(page: Page) -> None:
    """The visible button at the end of a section."""
    page.get_by_role("button", name="保存并继续").click()
