"""The official forms in a real browser, beside a 数字画像: known facts are not asked, batch and page agree."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from diagnose import wording
from diagnose.catalog import Catalog
from tests.browser.conftest import WIDTHS, Opener
from tests.browser.expected import batch_says
from tests.browser.eyes import Eyes
from tests.browser.person import answer_section, save_and_go_on
from tests.conftest import Visitor
from tests.diagnose.official import GBT, MIIT, REST, ratings
from tests.firms import DISCRETE

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def file(cast: Visitor) -> str:
    """甲企 with a 数字画像."""
    address = cast.start()
    draft = cast.draft(address)
    cast.fill(draft, DISCRETE)
    cast.submit(draft)
    return address


def start(eyes: Eyes, cast: Visitor, file: str, form: str) -> None:
    """From the file's page into the form, by its button."""
    eyes.take_over(cast)
    eyes.page.goto(f"{file}/")
    eyes.page.locator(f"form[action$='/start/{form}'] button").click()


def open_section(eyes: Eyes, cast: Visitor, file: str, form: str, code: str) -> None:
    start(eyes, cast, file, form)
    draft = eyes.page.url.partition("/page/")[0]
    eyes.page.goto(f"{draft}/page/{code}")


@SCRIPTS
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("form", [MIIT, GBT], ids=["miit", "gbt"])
def test_official_form_gives_what_the_batch_scorer_says(
    look: Opener, web_app: Flask, cast: Visitor, file: str, form: str, width: int, scripts: bool
) -> None:
    catalog: Catalog = web_app.extensions["diagnose"].catalog
    eyes, facts = look(width, scripts), REST if form == MIIT else ratings(web_app)
    ruler = catalog.forms[form].schemes[0]
    shots = f"{ruler.partition('/')[0]}-{'scripts' if scripts else 'plain'}"
    start(eyes, cast, file, form)
    for number, part in enumerate(catalog.forms[form].pages[:-1] if form == MIIT else catalog.forms[form].pages, 11):
        expect(eyes.page.get_by_role("heading", level=1)).to_have_text(part.title)
        answer_section(eyes, catalog.forms[form], part, facts, scripts)
        eyes.check(f"{shots}-{number}-{part.code}")
        save_and_go_on(eyes.page)
    if form == MIIT:  # every question of the last section is known
        expect(eyes.page.locator(".zz-known")).to_have_count(4)
        eyes.check(f"{shots}-17-outcome")
        save_and_go_on(eyes.page)
    expect(eyes.page.locator("#missing")).to_have_count(0)
    eyes.check(f"{shots}-20-review")
    eyes.page.locator("label:has(#pledge)").click()
    eyes.page.get_by_role("button", name="提交，查看结果").click()
    said = batch_says(catalog, DISCRETE | facts, ruler)
    eyes.page.goto(f"{file}/?scheme={ruler.partition('/')[0]}")
    eyes.check(f"{shots}-21-dossier")
    assert shown(eyes.page) == wanted(catalog, ruler, said)
    eyes.page.get_by_role("link", name="逐条看依据").click()
    eyes.page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    eyes.check(f"{shots}-22-trace")


def shown(page: Page) -> tuple[str, str]:
    """Level and score as the file shows them."""
    level = page.locator(".zz-level-name").evaluate("one => one.firstChild.data")
    return str(level), page.locator(".zz-level-score b").inner_text()


def wanted(catalog: Catalog, ruler: str, said: dict[str, Any]) -> tuple[str, str]:
    """The same from the batch scorer's line."""
    level, _ = wording.level_parts(said["level"], said["level_title"])
    return level, f"{said['score']:.{catalog.rulesets[ruler].decimals}f}"


def test_marks_above_the_first_zero_and_beside_not_applicable_cannot_be_given(
    look: Opener, cast: Visitor, file: str
) -> None:
    eyes = look(360)
    open_section(eyes, cast, file, GBT, "people")
    page, code = eyes.page, "gbt_personnel_skills"
    marks = [page.locator(f"#{code}-{level}") for level in range(1, 6)]
    state, na = page.locator(f"#q-{code} [data-state]"), page.locator(f"input[name={code}][value=NA]")
    for mark, given in zip(marks, ("1", "1", "0.8", "0.5", "0.5"), strict=True):
        mark.select_option(given)
    expect(state).to_contain_text("已保存")
    marks[2].select_option("0")
    for mark in marks[3:]:
        expect(mark).to_be_disabled()
        expect(mark).to_have_value("")
    eyes.check("ratings-stopped")
    page.reload()
    expect(state).to_contain_text("已保存")
    expect(marks[2]).to_have_value("0")
    expect(marks[3]).to_be_disabled()
    marks[2].select_option("0.5")
    expect(marks[3]).to_be_enabled()
    expect(state).to_have_text("未填")
    na.check()
    for mark in marks:
        expect(mark).to_be_disabled()
    expect(state).to_contain_text("已保存")
    page.reload()
    expect(na).to_be_checked()
    expect(marks[0]).to_be_disabled()
    na.uncheck()
    expect(marks[0]).to_be_enabled()
    expect(state).to_have_text("未填")


def test_ratings_given_without_network_come_back_in_their_places(look: Opener, cast: Visitor, file: str) -> None:
    eyes = look(360)
    open_section(eyes, cast, file, GBT, "people")
    page, code = eyes.page, "gbt_organization_strategy"
    eyes.context.set_offline(True)
    for level, mark in enumerate(("1", "0.8", "0.5", "0"), 1):
        page.locator(f"#{code}-{level}").select_option(mark)
    expect(page.locator(f"#q-{code} [data-state]")).to_have_text("网络中断，留在本机")
    address = page.url
    page.close()
    eyes.context.set_offline(False)
    eyes.page = page = eyes.new_page()
    page.goto(address)
    expect(page.locator(f"#q-{code} [data-state]")).to_contain_text("已保存")
    values = page.locator(f"select[name={code}]").evaluate_all("all => all.map((one) => one.value)")
    assert values == ["1", "0.8", "0.5", "0", ""]
    eyes.forgive("ERR_INTERNET_DISCONNECTED")


def test_answer_beside_a_known_one_is_saved_at_once(look: Opener, cast: Visitor, file: str) -> None:
    """The known question shares its denominator with the one that is asked again."""
    eyes = look(1280)
    open_section(eyes, cast, file, MIIT, "foundation")
    page = eyes.page
    page.locator("#q-equipment_digital_rate").get_by_role("button", name="情况变了，重填").click()
    expect(page.locator("#equipment_digital")).to_have_value("80")
    page.locator("#equipment_digital").fill("90")
    page.locator("#t-equipment_digital_rate").click()
    expect(page.locator("#q-equipment_digital_rate [data-state]")).to_contain_text("已保存")
    expect(page.locator("#q-equipment_digital_rate output")).to_have_text("75.0%")
    expect(page.locator("#q-equipment_networked_rate [data-state]")).to_contain_text("已保存")
    expect(page.locator("#q-equipment_networked_rate .zz-known")).to_be_visible()
    eyes.check("known-asked-again")


def test_yearly_figures_propose_an_answer_while_typing(look: Opener, cast: Visitor, file: str) -> None:
    eyes = look(360)
    open_section(eyes, cast, file, MIIT, "outcome")
    page = eyes.page
    page.locator("#q-quality_change").get_by_role("button", name="情况变了，重填").click()
    block = page.locator("#q-quality_change")
    block.locator("summary", has_text="有两年的数据").click()
    expect(block.locator("[data-proposed]")).to_be_hidden()
    page.locator("#pass_rate_before").fill("97.50")
    page.locator("#pass_rate_after").fill("97.50")
    page.locator("#t-quality_change").click()
    expect(block.locator("[data-proposed]")).to_contain_text("按这些数据，应选“")
    expect(block.locator(".zz-err")).to_contain_text("和所选的不一致")
    eyes.check("figures-contradict")
    label = block.locator("[data-proposed] b").inner_text()
    block.locator(".zz-opt", has_text=label).click()
    expect(block.locator(".zz-err")).to_have_count(0)
    expect(block.locator("[data-state]")).to_contain_text("已保存")
