"""Everything works with the keyboard alone, and one always sees where one is."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.conftest import Visitor
from tests.firms import DISCRETE

# A choice shows its focus on the whole row, a number on its frame, everything else on itself.
FOCUS_SHOWN = """() => {
  const one = document.activeElement;
  const shows = [one, one.closest(".zz-opt"), one.closest(".zz-in")].filter(Boolean);
  const seen = shows.map((box) => getComputedStyle(box))
    .some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  const box = one.getBoundingClientRect();
  return seen && box.bottom > 0 && box.top < innerHeight && box.right > 0;
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  return one.name ? `${one.name} ${one.value}` : one.id || one.textContent.trim();
}"""
NEXT = "go next"


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the wanted control has the focus; everything passed on the way shows its focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SHOWN), page.evaluate(FOCUSED)
        if page.evaluate(FOCUSED).startswith(wanted):
            return
    raise AssertionError(f"Tab never reaches {wanted}")


def test_section_is_filled_and_sent_with_the_keyboard_alone(look: Opener, cast: Visitor) -> None:
    draft = cast.draft(cast.start())
    eyes = look()
    eyes.take_over(cast)
    page = eyes.page
    page.goto(f"{draft}/page/design")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "跳到正文"
    page.keyboard.press("Enter")
    tab_to(page, "own_design")
    page.keyboard.press("Space")
    tab_to(page, "designers_with_tools")
    page.keyboard.type("9")
    tab_to(page, "designers_total")
    page.keyboard.type("12")
    tab_to(page, "design_depth")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, NEXT)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("生产制造数字化")
    expect(page.locator("[data-answered]")).to_have_text("3")


def test_review_is_submitted_with_the_keyboard_alone(look: Opener, cast: Visitor) -> None:
    draft = cast.draft(cast.start())
    cast.fill(draft, DISCRETE)
    eyes = look(360)
    eyes.take_over(cast)
    page = eyes.page
    page.goto(f"{draft}/review")
    tab_to(page, "pledge")
    page.keyboard.press("Space")
    tab_to(page, "提交，查看结果")
    page.keyboard.press("Enter")
    expect(page.locator(".zz-level-name")).to_contain_text("集成级")
    while page.evaluate(FOCUSED) != "查看全部题目、分值与等级条件":
        tab_to(page, "")


def test_enter_in_a_field_saves_the_section_and_never_goes_back(look: Opener, cast: Visitor) -> None:
    draft = cast.draft(cast.start())
    eyes = look()
    eyes.take_over(cast)
    page = eyes.page
    page.goto(f"{draft}/page/production")
    page.locator("#key_processes_cnc").fill("22")
    page.locator("#key_processes_total").fill("40")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("经营管理数字化")
    page.goto(f"{draft}/page/production")
    expect(page.locator("#key_processes_total")).to_have_value("40")
