"""What an officer has on the desk in the morning: a list of firms and a table of answer sheets; and how one reads."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select, update

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Diagnosis, Enterprise, EnterpriseDivision
from diagnose.services import spans
from diagnose.services.intake_fields import answer_fields, facts_asked
from questionnaires.parse import typed_again
from tests.browser.eyes import Eyes
from tests.diagnose.cast import PORTRAIT, engine, portrait
from tests.diagnose.intake_desk import HEADER, code, firm, workbook
from tests.firms import DISCRETE, NO_DESIGN, PROCESS

CITY = "321000"  # 扬州市
PLACES = ("广陵区",) * 50 + ("邗江区",) * 40 + ("江都区",) * 30
INDUSTRIES = ("33",) * 3 + ("34",) * 2 + ("35",)
TIER = "省里认定"  # no title that an import knows
SINCE = date(2025, 1, 1)
SHEETS = (DISCRETE,) * 3 + (PROCESS,) * 2 + (NO_DESIGN,) * 2
WITHHELD = ("—", "不公布")
# Row of the file (the header is row 1) → the cell that is wrong in it.
BAD = {12: {"code": code(10)[:-1] + "?"}, 62: {"place": "没有这个县"}, 112: {"staff": "很多"}}


@dataclass
class Morning:
    """The officer's screen, the app behind it, a folder for what is sent and taken, and what is known so far."""

    eyes: Eyes
    app: Flask
    folder: Path
    known: dict[str, str] = field(default_factory=dict)

    @property
    def page(self) -> Page:
        return self.eyes.page

    def taken(self, kind: str, name: str, ending: str) -> Path:
        """The file behind a link or button of the page. (A browser without a locale suggests no Chinese name.)"""
        with self.page.expect_download() as found:
            self.page.locator("main").get_by_role(kind, name=name).first.click()  # type: ignore[arg-type]
        path = self.folder / f"taken{ending}"
        found.value.save_as(path)
        return path


def list_of_firms() -> bytes:
    """120 firms in three districts, every sixth of a tier under a title of the office's own; three rows are wrong."""
    rows = []
    for number, place in enumerate(PLACES):
        about = {"place": place, "industry": INDUSTRIES[number % 6], "staff": 60 + 3 * number} | BAD.get(number + 2, {})
        rows.append([*firm(number, **about), "" if number % 6 else "是"])
    return workbook(rows, (*HEADER, TIER))


def days() -> list[date]:
    """When the sheets were filled in: two months that are over, and this one."""
    first = wording.today().replace(day=1)
    return [first - timedelta(35), first - timedelta(3), wording.today()]


def answer_sheets(app: Flask) -> bytes:
    """Those of every good row of the list but each tenth; most are of months that are over."""
    form = portrait(app)
    good = [number for number in range(len(PLACES)) if number + 2 not in BAD and number % 10]
    return workbook(
        [_sheet(app, number) for number in good],
        [one.title for one in answer_fields(form)],
    )


def _sheet(app: Flask, number: int) -> list[str]:
    typed = {key: "；".join(texts) for key, texts in typed_again(SHEETS[number % len(SHEETS)]).items()}
    day = days()[(0, 0, 1, 2)[number % 4]]
    return [code(number), "", day.isoformat(), *(typed.get(fact.code, "") for fact, _ in facts_asked(portrait(app)))]


def known_since_last_year(app: Flask) -> None:
    """The firms of the list have been in their districts for long: their months before today count, too."""
    with writing(engine(app)) as session:
        session.execute(update(EnterpriseDivision).values(valid_from=SINCE))
        spans.settle(session, list(session.scalars(select(Enterprise.id))))


def levels_in(app: Flask, place: str) -> Counter[int]:
    """Level → how many firms of a district have it today, counted firm by firm."""
    inside = {code(number) for number, name in enumerate(PLACES) if name == place}
    query = select(Diagnosis.level).join(Enterprise, Enterprise.id == Diagnosis.enterprise_id)
    query = query.where(Diagnosis.scheme == PORTRAIT.partition("/")[0], Enterprise.credit_code.in_(inside))
    with reading(engine(app)) as session:
        return Counter(session.scalars(query))


def sheet_of(path: Path, number: int = 0) -> list[tuple[object, ...]]:
    """The rows of a workbook's sheet."""
    return list(openpyxl.load_workbook(path).worksheets[number].iter_rows(values_only=True))


def lines_of(path: Path) -> list[list[str]]:
    """The rows of a .csv."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def told(page: Page) -> list[list[str | None]]:
    """The tables of a publication on a page, line by line; None: withheld. The first line of a cell is its figure."""
    rows = page.locator(".zz-told tbody tr").evaluate_all(
        "all => all.map((row) => [...row.cells].map((one) => one.innerText.trim().split('\\n')[0]))"
    )
    return [[None if text in WITHHELD else text.replace(",", "") for text in row] for row in rows]
