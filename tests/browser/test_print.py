"""一企一档 on paper: A4, nothing to click, nothing cut off."""

import os
import re

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.eyes import SCREENS
from tests.conftest import Visitor
from tests.firms import DISCRETE

A4 = re.compile(rb"/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]")
# Width of the text area on A4 with the margins of the style sheet, in CSS pixels.
A4_TEXT_WIDTH = round((210 - 14 - 14) / 25.4 * 96)
CONTROLS = "button, input, select, textarea, .btn, nav, .zz-skip, .zz-noprint"


def test_dossier_prints_on_a4_without_controls(look: Opener, cast: Visitor) -> None:
    file = cast.start()
    draft = cast.draft(file)
    cast.fill(draft, DISCRETE)
    cast.submit(draft)
    eyes = look(A4_TEXT_WIDTH)
    eyes.take_over(cast)
    eyes.page.goto(file + "/")
    eyes.page.emulate_media(media="print")
    assert [one.inner_text() for one in eyes.page.locator(CONTROLS).all() if one.is_visible()] == []
    eyes.check("dossier-print")
    eyes.page.emulate_media(media="null")
    sheets = eyes.page.pdf(prefer_css_page_size=True, print_background=False)
    pages = sheets.count(b"/Type /Page\n")
    assert pages in range(3, 12)
    assert len(A4.findall(sheets)) == pages
    if os.environ.get("SCREENS"):
        (SCREENS / "dossier-a4.pdf").write_bytes(sheets)
    expect(eyes.page.locator("details:not([open])")).to_have_count(0)
