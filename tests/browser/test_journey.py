"""自评 → 定级 → 一企一档 in a real browser: three firms, phone and desk, with and without scripts."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from diagnose.catalog import Catalog
from tests.browser.conftest import WIDTHS, Opener
from tests.browser.expected import RULESET, batch_says
from tests.browser.eyes import Eyes
from tests.browser.person import answer_section, save_and_go_on, start_file
from tests.firms import THREE_FIRMS


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("firm", THREE_FIRMS)
def test_page_shows_what_the_batch_scorer_says(
    look: Opener, web_app: Flask, firm: str, width: int, scripts: bool
) -> None:
    catalog: Catalog = web_app.extensions["diagnose"].catalog
    eyes, facts = look(width, scripts), THREE_FIRMS[firm]
    shots = f"{firm}-{'scripts' if scripts else 'plain'}"
    # Pictures of every page once, of the result for every firm.
    each = shots if firm == "discrete" else ""
    start_file(eyes, scripts, each, process_type="process" if firm == "process" else "discrete")
    eyes.page.get_by_role("link", name="已保存，开始填写").click()
    fill(eyes, catalog, facts, scripts, each)
    submit(eyes, shots)
    eyes.check(f"{shots}-21-dossier")
    said = batch_says(catalog, facts)
    assert shown(eyes.page) == wanted(catalog, said)
    assert ("不适用" in eyes.page.locator("main").inner_text()) == (firm == "no_design")


def fill(eyes: Eyes, catalog: Catalog, facts: dict[str, Any], scripts: bool, shots: str) -> None:
    form = catalog.forms[RULESET]
    for number, section in enumerate(form.pages, 11):
        expect(eyes.page.get_by_role("heading", level=1)).to_have_text(section.title)
        answer_section(eyes, form, section, facts, scripts)
        eyes.check(shots and f"{shots}-{number}-{section.code}")
        save_and_go_on(eyes.page)


def submit(eyes: Eyes, shots: str) -> None:
    expect(eyes.page.get_by_role("heading", level=1)).to_have_text("核对与提交")
    expect(eyes.page.locator("#missing")).to_have_count(0)
    expect(eyes.page.locator(".zz-range")).to_have_count(1)
    eyes.check(f"{shots}-20-review")
    eyes.page.locator("label:has(#pledge)").click()
    eyes.page.get_by_role("button", name="提交，查看结果").click()


def shown(page: Page) -> dict[str, Any]:
    """Level, score and dimensions as the dossier page shows them."""
    rows = [row.split("\t")[:2] for row in page.locator(".zz-dims tbody").inner_text().splitlines()]
    return {
        "level": page.locator(".zz-level-name").evaluate("one => one.firstChild.data"),
        "score": page.locator(".zz-level-score b").inner_text(),
        "dimensions": dict(rows),
        "total": page.locator(".zz-dims tfoot td").first.inner_text(),
    }


def wanted(catalog: Catalog, said: dict[str, Any]) -> dict[str, Any]:
    """The same from the batch scorer's line."""
    rules = catalog.rulesets[RULESET]
    dimensions = said["dimensions"]
    title = {dimension.code: dimension.title for dimension in rules.dimensions}
    points, most = (sum(one[key] for one in dimensions.values()) for key in ("points", "max"))
    return {
        "level": said["level_title"],
        "score": f"{said['score']:.2f}",
        "dimensions": {
            title[code]: f"{one['points']:.3f} / {one['max']:g}" if one["max"] else "不适用"
            for code, one in dimensions.items()
        },
        "total": f"{points:.3f} / {most:g}",
    }
