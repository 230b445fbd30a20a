"""The fill page with its script: saved states, errors, live figures, shared denominators, 无, 不适用."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.eyes import Eyes
from tests.conftest import Visitor


@pytest.fixture
def eyes(look: Opener, cast: Visitor) -> Eyes:
    """甲企 at the desk; `draft` is the address of its open draft."""
    return look()


@pytest.fixture
def draft(eyes: Eyes, cast: Visitor) -> str:
    address = cast.draft(cast.start())
    eyes.take_over(cast)
    return address


def state(page: Page, question: str) -> Locator:
    return page.locator(f"#q-{question} [data-state]")


def option(page: Page, fact: str, value: str) -> Locator:
    return page.locator(f"label:has(input[name={fact}][value='{value}'])")


def ticked(page: Page, fact: str) -> list[str]:
    found: list[str] = page.locator(f"input[name={fact}]:checked").evaluate_all(
        "boxes => boxes.map((one) => one.value)"
    )
    return found


def test_wrong_answer_is_marked_at_once_and_after_a_reload_and_the_others_are_kept(eyes: Eyes, draft: str) -> None:
    page = eyes.page
    page.goto(f"{draft}/page/production")
    option(page, "smart_factory", "C").click()
    page.locator("#key_processes_total").fill("40")
    page.locator("#key_processes_cnc").fill("41")
    page.locator("#t-cnc_rate").click()
    expect(state(page, "cnc_rate")).to_have_text("未保存")
    beside = page.locator("#q-cnc_rate .zz-err")
    expect(beside).to_contain_text("41")
    said = beside.inner_text()
    eyes.check("error-beside-the-field")
    page.reload()
    expect(beside).to_have_text(said)
    expect(page.locator(".zz-errsum")).to_be_focused()
    expect(page.locator(".zz-errsum li")).to_have_text(f"2.1 关键工序数控化率：{said}")
    expect(page.locator("#key_processes_cnc")).to_have_value("41")
    assert ticked(page, "smart_factory") == ["C"]
    eyes.check("error-after-reload")
    page.locator(".zz-errsum a").click()
    expect(page.locator("#key_processes_cnc")).to_be_focused()
    page.locator("#key_processes_cnc").fill("22")
    page.locator("#t-cnc_rate").click()
    expect(state(page, "cnc_rate")).to_contain_text("已保存")
    expect(beside).to_have_count(0)


def test_half_typed_value_is_kept_as_typed_and_is_no_answer(eyes: Eyes, draft: str) -> None:
    page = eyes.page
    page.goto(f"{draft}/page/production")
    page.locator("#key_processes_total").fill("四十")
    page.locator("#t-cnc_rate").click()
    expect(state(page, "cnc_rate")).to_have_text("未保存")
    page.reload()
    expect(page.locator("#key_processes_total")).to_have_value("四十")
    expect(page.locator("[data-answered]")).to_have_text("0")


def test_none_and_the_other_options_clear_each_other(eyes: Eyes, draft: str) -> None:
    page = eyes.page
    page.goto(f"{draft}/page/production")
    for value in ("F", "G"):
        option(page, "auto_collection", value).click()
    assert ticked(page, "auto_collection") == ["F", "G"]
    option(page, "auto_collection", "A").click()
    assert ticked(page, "auto_collection") == ["A"]
    option(page, "auto_collection", "H").click()
    assert ticked(page, "auto_collection") == ["H"]
    expect(state(page, "auto_collection")).to_contain_text("已保存")
    page.reload()
    assert ticked(page, "auto_collection") == ["H"]


def test_percentage_and_progress_follow_while_typing(eyes: Eyes, draft: str) -> None:
    page = eyes.page
    page.goto(f"{draft}/page/production")
    result = page.locator("#q-cnc_rate output")
    page.locator("#key_processes_cnc").press_sequentially("22")
    expect(result).to_have_text("—")
    page.locator("#key_processes_total").press_sequentially("40")
    expect(result).to_have_text("55.0%")
    expect(page.locator("[data-answered]")).to_have_text("0")
    page.locator("#t-cnc_rate").click()
    expect(page.locator("[data-answered]")).to_have_text("1")
    expect(page.locator("[data-left]")).to_have_text("23")
    expect(page.locator("[data-section=production] small")).to_have_text("剩 5 题")


def test_shared_denominator_is_asked_once_and_mirrored(eyes: Eyes, draft: str) -> None:
    page = eyes.page
    page.goto(f"{draft}/page/cloud")
    mirror = page.locator("#q-equipment_cloud_rate [data-same=equipment_total]")
    expect(mirror).to_have_value("")
    page.locator("#equipment_cloud").fill("24")
    page.get_by_role("link", name="先在 2.2 填写").click()
    expect(page.locator("#equipment_total")).to_be_visible()
    here = page.locator("#q-equipment_networked_rate")
    here.locator("#equipment_networked").fill("50")
    page.locator("#equipment_digital").fill("80")
    page.locator("#equipment_total").fill("120")
    expect(here.locator("[data-same]")).to_have_value("120")
    expect(here.locator("[data-same]")).not_to_be_editable()
    expect(here.locator("output")).to_have_text("41.7%")
    expect(here.get_by_role("link", name="先在 2.2 填写")).to_be_hidden()
    page.locator("#t-equipment_digital_rate").click()
    expect(state(page, "equipment_networked_rate")).to_contain_text("已保存")
    eyes.check("shared-denominator")
    page.goto(f"{draft}/page/cloud")
    expect(mirror).to_have_value("120")
    expect(mirror).not_to_be_editable()
    expect(page.locator("#q-equipment_cloud_rate output")).to_have_text("20.0%")
    expect(state(page, "equipment_cloud_rate")).to_contain_text("已保存")


def test_no_own_design_disables_two_questions_and_keeps_what_was_typed(eyes: Eyes, draft: str) -> None:
    page = eyes.page
    page.goto(f"{draft}/page/design")
    page.locator("#designers_with_tools").fill("9")
    page.locator("#designers_total").fill("12")
    option(page, "design_depth", "C").click()
    option(page, "own_design", "false").click()
    for question in ("design_tool_rate", "design_depth"):
        expect(state(page, question)).to_have_text("不适用")
    expect(page.locator("#designers_total")).to_be_disabled()
    expect(page.locator("#q-design_tool_rate output")).to_have_text("不适用")
    eyes.check("not-applicable")
    page.get_by_role("button", name="保存并继续").click()
    page.goto(f"{draft}/page/design")
    expect(state(page, "design_depth")).to_have_text("不适用")
    option(page, "own_design", "true").click()
    expect(page.locator("#designers_total")).to_be_enabled()
    expect(page.locator("#q-design_tool_rate output")).to_have_text("75.0%")
    expect(page.locator("#designers_with_tools")).to_have_value("9")
    assert ticked(page, "design_depth") == ["C"]
    page.reload()
    expect(state(page, "design_tool_rate")).to_contain_text("已保存")
    expect(page.locator("#designers_total")).to_have_value("12")
