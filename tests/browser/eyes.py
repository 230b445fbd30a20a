"""One person in front of one screen: what the browser complained about, and what looks wrong on a page."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from diagnose.config import PROJECT
from tests.conftest import Visitor

LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")
HEIGHT = 780
SCREENS = PROJECT / "artifacts" / "screens"
# An icon that a browser asks for by itself, and an image that was still on its way when the page was left.
CUT_SHORT = "net::ERR_ABORTED"
# Those far below, too, which a browser leaves until somebody scrolls there.
ALL_PICTURES = """() => Promise.allSettled([...document.images].map((one) => {
  one.loading = "eager";
  return one.decode();
}))"""
# Only what is wrong crosses over to the test's process: what is right is a hundred times as much.
VIOLATIONS = 'axe.run({resultTypes: ["violations"]}).then((found) => found.violations)'
SERIOUS = ("serious", "critical")


class Eyes:
    """A browser window of one width. `complaints` collects console errors, CSP violations and failed requests."""

    def __init__(self, context: BrowserContext, address: str, width: int) -> None:
        self.context = context
        self.address = address
        self.width = width
        self.complaints: list[str] = []
        self.page: Page = self.new_page()

    def new_page(self) -> Page:
        """Another tab of the same browser."""
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        return page

    def take_over(self, visitor: Visitor) -> None:
        """Continue in this browser with the cookies of a visitor prepared in the test's process."""
        cookies = visitor.client._cookies or {}
        self.context.add_cookies(
            [{"name": one.key, "value": one.value, "url": self.address} for one in cookies.values()]
        )

    def forgive(self, *texts: str) -> None:
        """Forget the complaints that the test itself brought about: those with one of these texts."""
        self.complaints = [one for one in self.complaints if not any(text in one for text in texts)]

    def resize(self, width: int) -> None:
        """The same page on a screen of another width."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def settle(self) -> None:
        """Wait until pictures and web fonts are there."""
        self.page.wait_for_load_state("load")
        self.page.evaluate(ALL_PICTURES)
        while self.page.evaluate("document.fonts.status") != "loaded":
            self.page.wait_for_timeout(20)

    def flaws(self) -> list[str]:
        """What a person would see wrong: sideways scroll, clipped text, missing glyphs, missing pictures."""
        self.settle()
        return list(self.page.evaluate(LOOKS))

    def check(self, name: str = "") -> None:
        """The page looks right. With a name, and SCREENS=1 in the environment, a picture of it is kept in SCREENS."""
        flaws = self.flaws()
        assert flaws == [], f"{self.page.url}: {flaws}"
        if name and os.environ.get("SCREENS"):
            self.page.screenshot(path=SCREENS / f"{name}-{self.width}.png", full_page=True)

    def barriers(self) -> list[str]:
        """What axe finds serious on the page: the rule that is broken, and where."""
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(VIOLATIONS)
        return [_told(one) for one in found if one["impact"] in SERIOUS]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} at {message.location['url']}")

    def _failed(self, request: Request) -> None:
        if request.failure != CUT_SHORT:
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")


def _told(violation: dict[str, Any]) -> str:
    where = "; ".join(str(node["target"]) for node in violation["nodes"][:4])
    return f"{violation['id']} ({violation['impact']}): {violation['help']} at {where}"
