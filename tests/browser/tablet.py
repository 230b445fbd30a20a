"""An advisor's tablet: a browser whose disk survives its closing, and a visit to take along."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from diagnose.db import reading
from diagnose.models import Account, DraftAnswer, Evidence, Finding
from tests.browser.conftest import PATIENCE, screen
from tests.browser.eyes import Eyes
from tests.browser.server import Server
from tests.diagnose.cast import File, engine, open_file
from tests.diagnose.visit_cast import Story
from tests.people import HERE, PASSWORD, account, assign, join

# What a browser itself says about a cut network.
CUT = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to fetch")


def visiting(app: Flask, advisor: int = 0, file: File | None = None) -> Story:
    """A visit in its state visiting, of a new firm, of an advisor of its own if none is given."""
    file = file or open_file(app).submitted()
    advisor = advisor or account(app, "advisor", f"顾问{uuid4().hex[:8]}")
    member = account(app, "enterprise", f"企业{uuid4().hex[:8]}")
    join(app, member, file.enterprise().id)
    assign(app, advisor, file.enterprise().id)
    officer = account(app, "officer", f"区县{uuid4().hex[:8]}", HERE)
    story = Story(app, file, member, advisor, officer, file.draft_id)
    return story.appointed().done("advisor", "visiting")


def typed(story: Story) -> dict[str, list[str]]:
    """What the server has of the visit, by fact."""
    with reading(engine(story.app)) as session:
        here = DraftAnswer.assessment_id == story.row().assessment_id
        return {row.code: row.typed for row in session.scalars(select(DraftAnswer).where(here)) if row.typed}


def findings(story: Story) -> dict[str, tuple[str | None, str, int]]:
    """Choice, note and version by question."""
    with reading(engine(story.app)) as session:
        here = Finding.assessment_id == story.row().assessment_id
        rows = session.scalars(select(Finding).where(here))
        return {row.question: (row.choice, row.note, row.version) for row in rows}


def photos(story: Story) -> Sequence[Evidence]:
    with reading(engine(story.app)) as session:
        return session.scalars(select(Evidence).where(Evidence.assessment_id == story.row().assessment_id)).all()


class Tablet:
    """`open` and `close` it as often as you like; what it has on its disk stays."""

    def __init__(self, browser: Browser, chromium: dict[str, Any], server: Server, disk: Path) -> None:
        self._start = browser.browser_type.launch_persistent_context
        self._options = chromium | screen(server, 360)
        self._server = server
        self._disk = disk
        self.complaints: list[str] = []
        self.eyes: Eyes | None = None

    def open(self, offline: bool = False) -> Page:
        context = self._start(self._disk, **self._options)
        context.set_default_timeout(PATIENCE)
        context.set_offline(offline)
        self.eyes = Eyes(context, self._server.address, 360)
        return self.eyes.page

    def close(self) -> None:
        if self.eyes:
            self.eyes.forgive(*CUT)
            self.complaints += self.eyes.complaints
            self.eyes.context.close()
            self.eyes = None

    def cut(self, offline: bool = True) -> None:
        assert self.eyes
        self.eyes.context.set_offline(offline)


def log_in(page: Page, name: str) -> None:
    page.goto("/login")
    page.locator("#login").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def prepare(page: Page) -> None:
    """离线准备, from its link to its last word."""
    page.get_by_role("link", name="离线准备").first.click()
    page.get_by_role("button", name="开始准备").click()
    expect(page.locator("[data-told]")).to_contain_text("可以不带网络去现场", timeout=PATIENCE)


def block(page: Page, question: str) -> Locator:
    return page.locator(f"#q-{question}")


def state(page: Page, question: str) -> Locator:
    return block(page, question).locator("[data-state]")


def choose(page: Page, question: str, **fields: str) -> None:
    """Tick options and the choice, type into the other fields of a question."""
    for name, value in fields.items():
        field = block(page, question).locator(f"form[data-answer] [name={name}]")
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            block(page, question).locator(f"label:has([name={name}][value='{value}'])").click()
        else:
            field.fill(value)


def save(page: Page, question: str) -> None:
    block(page, question).get_by_role("button", name="保存").click()


def add_photo(page: Page, question: str, name: str, content: bytes) -> None:
    box = block(page, question).locator("[data-evidence]")
    box.locator("summary").click()
    box.get_by_label("选择照片或 PDF").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})
    box.get_by_role("button", name="上传").click()


def sync_state(page: Page) -> Locator:
    return page.locator("main [data-sync-state]").first


def login_of(story: Story) -> str:
    """The name with which the visit's advisor logs in."""
    with reading(engine(story.app)) as session:
        return session.get_one(Account, story.advisor).login
