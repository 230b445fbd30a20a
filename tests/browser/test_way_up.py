"""从结果到文件: result, cheapest way, an own cost, roadmap, four documents, the link on the cover; phone and desk."""

import json
import re
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Locator, expect

from tests.browser.conftest import WIDTHS, Opener
from tests.browser.eyes import Eyes
from tests.conftest import Visitor
from tests.diagnose.cast import open_file

BEGINS = {"PDF": b"%PDF-", "Word": b"PK", "Excel": b"PK", "JSON": b"{"}


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
    page.goto(f"{file.address}/")
    first = page.locator("#path tbody th").first.inner_text().splitlines()[0]
    told = {name: downloaded(eyes, name) for name in BEGINS}
    content = json.loads(told["JSON"])
    assert first in json.dumps(content, ensure_ascii=False)
    checked(eyes, link_on_the_cover(told["PDF"]))
    eyes.check(f"{shots}-4-verified")
    assert not scripts or eyes.barriers() == []


def downloaded(eyes: Eyes, name: str) -> bytes:
    """One format of the 一企一档, as its button sends it; it is of the format that it says."""
    with eyes.page.expect_download() as waiting:
        eyes.page.get_by_role("button", name=f"下载一企一档 {name}").click()
    data = Path(waiting.value.path()).read_bytes()
    assert data.startswith(BEGINS[name])
    return data


def link_on_the_cover(pdf: bytes) -> str:
    """The address that the QR code stands for, as printed below it."""
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage().get_text_bounded().replace("\r\n", "")
    document.close()
    found = re.search(r"https?://[^/\s]+(/verify/[0-9A-Za-z-]+)", text)
    assert found, text
    return found[1]


def checked(eyes: Eyes, address: str) -> None:
    """Anybody who opens the link sees that the document counts."""
    eyes.page.goto(address)
    expect(eyes.page.get_by_role("status")).to_contain_text("有效")
    assert "甲精密部件有限公司" in eyes.page.locator("h1").inner_text()


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
