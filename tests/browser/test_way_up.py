"""从结果到计划: from the result to the cheapest way, an own cost, the roadmap; on a phone and a desk, axe clean."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Locator, expect

from tests.browser.conftest import WIDTHS, Opener
from tests.browser.eyes import Eyes
from tests.conftest import Visitor
from tests.diagnose.cast import open_file


def total(eyes: Eyes) -> str:
    return eyes.page.locator(".zz-way-sum").inner_text()


def cost_form(eyes: Eyes) -> Locator:
    return eyes.page.locator("form[data-way]", has=eyes.page.locator("input[name=step]")).first


@pytest.mark.parametrize(("width", "scripts"), [(WIDTHS[0], True), (WIDTHS[1], False)])
def test_from_the_result_to_the_way_and_the_roadmap(
    look: Opener, web_app: Flask, cast: Visitor, width: int, scripts: bool
) -> None:
    file = open_file(web_app, cast).submitted()
    eyes = look(width, scripts)
    eyes.take_over(cast)
    page, shots = eyes.page, f"way-{'scripts' if scripts else 'plain'}"
    page.goto(f"{file.address}/")
    page.get_by_role("link", name=re.compile("看全部 .* 步")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("还差什么、怎么最省")
    eyes.check(f"{shots}-1")
    before = total(eyes)
    own_cost(eyes, "很贵", scripts)
    expect(page.locator("#way .zz-err").first).to_be_visible()
    assert total(eyes) == before
    own_cost(eyes, "0.5", scripts)
    expect(page.locator(".zz-way-sum")).not_to_have_text(before)
    expect(page.locator("#way table.zz-path")).to_contain_text("自填")
    eyes.forgive("422")
    eyes.check(f"{shots}-2-own-cost")
    page.get_by_role("button", name="做成计划").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("路线图：到协同级")
    expect(page.locator("svg.zz-chart-gantt rect").first).to_be_visible()
    eyes.check(f"{shots}-3-roadmap")
    if scripts:
        assert eyes.barriers() == []
    page.get_by_role("link", name=re.compile("更新第 1 项")).click()
    page.locator("#status label", has_text="完成").click()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="重新自评这几项")).to_be_visible()


def own_cost(eyes: Eyes, text: str, scripts: bool) -> None:
    """Type a cost of the first step and save; with the script nothing jumps, and the answer is told."""
    form = cost_form(eyes)
    step = eyes.page.locator("details.zz-step", has=form)
    if step.first.get_attribute("open") is None:
        step.first.locator("summary").first.click()
    form.get_by_label("最高").fill(text)
    before = eyes.page.evaluate("scrollY")
    form.get_by_role("button", name="保存并重算").click()
    if scripts and text == "0.5":
        expect(eyes.page.locator("#way [data-status]")).to_contain_text("已保存")
        assert abs(eyes.page.evaluate("scrollY") - before) < eyes.page.evaluate("innerHeight")
