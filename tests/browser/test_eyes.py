"""The checks of `looks.js` and `Eyes` see what they are there for."""

import pytest

from tests.browser.conftest import Opener

FAULTS = {
    "sideways scroll": "document.querySelector('h1').style.width = '400px'",
    "clipped text": "Object.assign(lead.style, {overflow: 'hidden', whiteSpace: 'nowrap'})",
    "text cut off below": "Object.assign(lead.style, {overflow: 'hidden', height: '20px'})",
    "text out of the page": "lead.style.marginLeft = '-40px'",
    "scrolls inside": "Object.assign(lead.style, {overflow: 'auto', height: '20px'})",
    "no glyph": "document.querySelector('h1').append('\\u0378')",
    "no picture": "document.querySelector('main').append(Object.assign(new Image(), {src: 'data:image/png,'}))",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_seen(look: Opener, fault: str) -> None:
    eyes = look(360)
    eyes.page.goto("/")
    assert eyes.flaws() == []
    eyes.page.evaluate(f"() => {{ const lead = document.querySelector('.zz-lead'); {FAULTS[fault]} }}")
    eyes.page.wait_for_timeout(100)
    assert [flaw for flaw in eyes.flaws() if flaw.startswith(fault)]
    eyes.forgive("data:image/png")


def test_value_too_long_for_its_field_is_seen(look: Opener) -> None:
    eyes = look(360)
    eyes.page.goto("/new")
    eyes.page.get_by_label("统一社会信用代码").fill("9" * 40)
    assert [flaw for flaw in eyes.flaws() if flaw.startswith("clipped value")]


def test_violation_of_the_content_policy_is_heard(look: Opener) -> None:
    eyes = look(360)
    eyes.page.goto("/")
    eyes.page.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    eyes.page.wait_for_timeout(100)
    assert [one for one in eyes.complaints if "Content Security Policy" in one]
    eyes.forgive("Content Security Policy")


def test_missing_file_is_heard(look: Opener) -> None:
    eyes = look(360)
    eyes.page.goto("/")
    eyes.page.evaluate("() => fetch('/static/missing.js').then(() => null)")
    assert [one for one in eyes.complaints if one.startswith("404")]
    eyes.forgive("404")
