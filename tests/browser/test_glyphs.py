"""The check for missing glyphs is worth something: it sees every Chinese character go when the web font is cut off."""

import re

from tests.browser.conftest import Opener

HAN = re.compile(r"[一-鿿]")


def test_pages_show_every_character_with_the_web_font_alone(look: Opener) -> None:
    eyes = look(360)
    fetched: list[str] = []
    eyes.page.on("request", lambda one: fetched.append(one.url) if one.url.endswith(".woff2") else None)
    eyes.page.goto("/methods/digital-portrait/2025")
    assert eyes.flaws() == []
    assert fetched


def test_without_the_web_font_all_chinese_text_is_reported(look: Opener) -> None:
    eyes = look(360)
    eyes.context.route("**/font/*.woff2", lambda route: route.abort())
    eyes.page.goto("/")
    [flaw] = [flaw for flaw in eyes.flaws() if flaw.startswith("no glyph")]
    assert set(HAN.findall(flaw)) == set(
        HAN.findall(" ".join(eyes.page.locator("header, main, footer").all_inner_texts()))
    )
    eyes.forgive("ERR_FAILED", "woff2")


def test_fonts_named_by_the_browser_are_the_web_font_for_chinese(look: Opener) -> None:
    """The browser's own word on which fonts it drew the heading with."""
    eyes = look(1280)
    eyes.page.goto("/")
    eyes.settle()
    tools = eyes.context.new_cdp_session(eyes.page)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    node = tools.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    fonts = tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert {(font["familyName"], font["isCustomFont"]) for font in fonts} == {("Noto Sans SC", True)}
