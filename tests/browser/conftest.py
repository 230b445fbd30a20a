"""A real server and a real browser: every page that a test visits is looked at the way a person would."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from diagnose import create_app
from diagnose.config import PROJECT
from tests.browser.eyes import HEIGHT, Eyes
from tests.browser.server import Server
from tests.conftest import Visitor

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
)
# Every test runs on "a machine with no Chinese font", also where there are some.
NO_CHINESE_FONT = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <selectfont>
    {rejected}
  </selectfont>
</fontconfig>
"""
EAST_ASIAN = ("zh-cn", "zh-tw", "zh-hk", "ja", "ko")
WIDTHS = (360, 1280)
# Milliseconds. The first page with the names of all districts has the server make many slices of the web font.
PATIENCE = 60_000

Opener = Callable[..., Eyes]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Gunicorn with an empty SQLite database, for the whole test run."""
    running = Server(tmp_path_factory.mktemp("server"))
    share_font_slices(running.var)
    running.start()
    yield running
    running.stop()


def share_font_slices(var: Path) -> None:
    """Slices of the web font are made once, by script/setup or an earlier run; a name stands for one content."""
    made = PROJECT / "var" / "fonts"
    made.mkdir(parents=True, exist_ok=True)
    (var / "fonts").symlink_to(made)


@pytest.fixture(scope="session")
def web_app(server: Server) -> Iterator[Flask]:
    """The same app on the same database in this process, to prepare files faster than by clicking."""
    app = create_app(server.settings)
    app.testing = True
    yield app
    app.extensions["diagnose"].engine.dispose()


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has used yet, for one test."""
    running = Server(tmp_path / "server")
    share_font_slices(running.var)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def fresh_app(fresh_server: Server) -> Iterator[Flask]:
    """The app of that server in this process, for what would take long by hand."""
    app = create_app(fresh_server.settings)
    app.testing = True
    yield app
    app.extensions["diagnose"].engine.dispose()


@pytest.fixture
def cast(web_app: Flask) -> Visitor:
    """甲企, prepared in this process; `Eyes.take_over` hands its cookies to the browser."""
    return Visitor(web_app)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """How to launch Debian's Chromium without a Chinese font."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("缺少浏览器：请运行 apt-get install chromium（script/test 会自动安装）。", pytrace=False)
    fonts = {"FONTCONFIG_FILE": str(_font_settings(tmp_path_factory.mktemp("fonts")))}
    return {"executable_path": program, "args": list(FLAGS), "env": fonts}


@pytest.fixture(scope="session")
def browser(chromium: dict[str, Any]) -> Iterator[Browser]:
    """One browser for all tests; each person in it has a context of their own."""
    expect.set_options(timeout=PATIENCE / 4)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(**chromium)
        yield running
        running.close()


def _font_settings(folder: Path) -> Path:
    pattern = '<rejectfont><pattern><patelt name="lang"><string>{}</string></patelt></pattern></rejectfont>'
    rejected = "\n    ".join(pattern.format(language) for language in EAST_ASIAN)
    path = folder / "fonts.conf"
    path.write_text(NO_CHINESE_FONT.format(cache=folder / "cache", rejected=rejected))
    return path


@pytest.fixture
def look(browser: Browser, server: Server) -> Iterator[Opener]:
    """``look(width=1280, scripts=True)`` gives a fresh person in front of a screen; closed after the test.

    At the end of the test everything that the browser complained about must be nothing.
    """
    opened: list[Eyes] = []

    def open_(width: int = 1280, scripts: bool = True) -> Eyes:
        context = _context(browser, server, width, scripts)
        opened.append(Eyes(context, server.address, width))
        return opened[-1]

    yield open_
    for eyes in opened:
        eyes.context.close()
    assert [complaint for eyes in opened for complaint in eyes.complaints] == []


def _context(browser: Browser, server: Server, width: int, scripts: bool) -> BrowserContext:
    context = browser.new_context(java_script_enabled=scripts, **screen(server, width))
    context.set_default_timeout(PATIENCE)
    return context


def screen(server: Server, width: int) -> dict[str, Any]:
    """What every context has in common."""
    return {
        "base_url": server.address,
        "viewport": {"width": width, "height": HEIGHT},
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        # Bootstrap scrolls smoothly; a test should not have to wait for that.
        "reduced_motion": "reduce",
    }
