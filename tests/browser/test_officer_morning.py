"""An officer's morning: a list comes in, is answered, filtered, counted, exported, split over, published, reported."""

import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from flask import Flask
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.conftest import PATIENCE, WIDTHS, screen
from tests.browser.eyes import Eyes
from tests.browser.morning import (
    BAD,
    CITY,
    WITHHELD,
    Morning,
    answer_sheets,
    known_since_last_year,
    levels_in,
    lines_of,
    list_of_firms,
    sheet_of,
    told,
)
from tests.browser.server import Server
from tests.diagnose.cast import PORTRAIT
from tests.people import PASSWORD, account

PLAN = "扬州市专精特新提升行动（2026—2028年）"
DISTRICT = "江都区"


@pytest.fixture
def eyes(fresh_server: Server, browser: Browser) -> Iterator[Eyes]:
    yield from _eyes(fresh_server, browser)


@pytest.fixture
def citizen(fresh_server: Server, browser: Browser) -> Iterator[Eyes]:
    """Somebody without an account."""
    yield from _eyes(fresh_server, browser)


def _eyes(server: Server, browser: Browser) -> Iterator[Eyes]:
    context = browser.new_context(**screen(server, max(WIDTHS)))
    context.set_default_timeout(PATIENCE)
    found = Eyes(context, server.address, max(WIDTHS))
    yield found
    context.close()
    assert found.complaints == []


def log_in(here: Morning) -> None:
    page = here.page
    account(here.app, "officer", "王科", CITY)
    page.goto("/login")
    page.locator("#login").fill("王科")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    cockpit(here)
    here.eyes.check("morning-01-empty")
    page.locator("main").get_by_role("link", name="导入企业名单").click()


def upload(here: Morning, name: str, data: bytes, kind: str) -> None:
    page = here.page
    sent: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.goto("/district/import/")
    page.locator(f"label:has([name=kind][value={kind}])").click()
    page.locator("#form").select_option(PORTRAIT)
    page.locator("#file").set_input_files(sent)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def run_import(here: Morning) -> None:
    """From the preview to the result, over the progress that renews itself."""
    here.page.get_by_role("button", name="开始导入").click()
    expect(here.page.get_by_role("heading", level=1)).to_contain_text("已导入", timeout=PATIENCE)


def firms_are_imported(here: Morning) -> None:
    page, eyes = here.page, here.eyes
    upload(here, "培育库名单.xlsx", list_of_firms(), "firms")
    column = page.locator("select[name=column-7]")
    expect(column).to_have_value("")
    column.select_option("fact:srdi_province")
    page.locator("#day").fill("2026-01-15")
    page.get_by_role("button", name="按这样对应，重新预览").click()
    expect(page.locator("select[name=column-7]")).to_have_value("fact:srdi_province")
    expect(page.locator("[aria-labelledby=bad] tbody tr")).to_have_count(len(BAD))
    eyes.check("morning-02-preview")
    page.get_by_text("有错的行不导入，其余导入").click()
    run_import(here)
    expect(page.locator(".zz-totals")).to_contain_text(re.compile(r"新增\s*117"))
    eyes.check("morning-03-imported")
    head, *rows = sheet_of(here.taken("link", "报告 .xlsx", ".xlsx"))
    assert head[0] == "行"
    assert [row[0] for row in rows] == list(BAD)
    assert [row[0] for row in lines_of(here.taken("link", "报告 .csv", ".csv"))[1:]] == [str(row) for row in BAD]


def answers_are_imported(here: Morning) -> None:
    known_since_last_year(here.app)
    upload(here, "纸质答卷.xlsx", answer_sheets(here.app), "answers")
    here.eyes.check("morning-04-answers")
    run_import(here)
    here.eyes.check("morning-05-answered")


def counted(here: Morning) -> int:
    """What the list says it has; the rows of all its pages are as many."""
    page = here.page
    said = re.search(r"共 ([\d,]+) 家", page.locator(".zz-total").inner_text())
    assert said
    rows = page.locator(".zz-firms tbody tr").count()
    while page.locator("a[rel=next]").count():
        page.locator("a[rel=next]").click()
        expect(page.locator("a[rel=prev]")).to_be_visible()
        rows += page.locator(".zz-firms tbody tr").count()
    assert rows == int(said[1].replace(",", ""))
    return rows


def list_is_filtered_and_exported(here: Morning) -> None:
    page = here.page
    level, count = levels_in(here.app, DISTRICT).most_common(1)[0]
    page.get_by_role("link", name="企业", exact=True).click()
    place = page.locator("#division option", has_text=DISTRICT).get_attribute("value")
    page.locator("#division").select_option(place)
    page.locator("#level").select_option(str(level))
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".zz-chips li")).to_have_count(2)
    here.eyes.check("morning-06-filtered")
    assert counted(here) == count
    names = set(page.locator(".zz-firms tbody th > a").all_inner_texts())
    page.get_by_role("link", name="导出", exact=True).click()
    here.eyes.check("morning-07-export")
    head, *rows = sheet_of(here.taken("button", "下载", ".xlsx"), 1)
    assert {row[head.index("企业名称")] for row in rows} == names
    page.get_by_text(".csv", exact=True).click()
    head_, *lines = lines_of(here.taken("button", "下载", ".csv"))
    assert {row[head_.index("企业名称")] for row in lines} == names
    assert len(rows) == len(lines) == count


def number_is_followed(here: Morning) -> None:
    """Of the cockpit: the whole, what is not diagnosed, and a district's; each list has just as many."""
    page = here.page
    for number in range(3):
        cockpit(here)
        follow(here, page.locator("[aria-labelledby=h-cov] p a").nth(number))
    cockpit(here)
    here.eyes.check("morning-08-cockpit")
    follow(here, page.locator("[aria-labelledby=h-lv] tbody tr", has_text=DISTRICT).locator("td a").first)
    here.eyes.check("morning-09-drilled")


def cockpit(here: Morning) -> None:
    here.page.get_by_role("link", name="驾驶舱", exact=True).click()
    expect(here.page.get_by_role("heading", level=1)).to_have_text("扬州市驾驶舱")


def follow(here: Morning, link: Locator) -> None:
    number = int(link.inner_text().replace(",", ""))
    link.click()
    expect(here.page.get_by_role("heading", level=1)).to_have_text("企业列表")
    assert counted(here) == number > 0


def target_is_split(here: Morning) -> None:
    page = here.page
    page.get_by_role("link", name="目标", exact=True).click()
    here.eyes.check("morning-10-targets")
    page.get_by_role("link", name="建立计划").click()
    plan_is_made(page)
    here.known["plan"] = page.url.partition("/plan/")[2].partition("/")[0]
    page.get_by_role("link", name="省级专精特新企业", exact=True).first.click()
    page.locator("label:has([value=srdi_provincial])").click()
    page.get_by_role("button", name="采用这个口径").click()
    expect(page.locator(".zz-rows")).to_contain_text("19 家")
    here.eyes.check("morning-11-target")
    page.get_by_role("link", name="分解到各地区").click()
    page.get_by_text("按应诊断企业数").click()
    page.get_by_role("button", name="填入方案").click()
    expect(page.locator("#sums")).to_contain_text("正好")
    whole = page.get_by_label(f"{DISTRICT} 全期")
    whole.fill(str(int(whole.input_value()) - 5))
    page.get_by_role("button", name="只核对合计").click()
    expect(page.locator("#sums")).to_contain_text("合计 95，还差 5")
    here.eyes.check("morning-12-split")
    page.get_by_text("合计与目标不一致，仍照这些数保存").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("分解已保存。")
    here.eyes.check("morning-13-split-saved")


def plan_is_made(page: Page) -> None:
    page.locator("#title").fill(PLAN)
    page.locator("#source").fill("扬州市专精特新提升行动（2026—2028年）三")
    page.locator("#starts_on").fill("2026-01-01")
    page.locator("#deadline").fill("2028-12-31")
    page.locator("#goal-1-title").fill("省级专精特新企业")
    page.get_by_label("第 1 行 目标值").fill("100")
    page.get_by_label("第 1 行 单位").fill("家")
    page.get_by_label("第 1 行 怎么算").select_option("stock")
    page.locator("main").get_by_role("button", name="保存").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PLAN)


def month_is_published(here: Morning, citizen: Eyes) -> None:
    page, open_page = here.page, citizen.page
    page.get_by_role("link", name="发布", exact=True).click()
    page.get_by_role("button", name="验算并预览").click()
    expect(page.locator("main")).to_contain_text("验算通过", timeout=PATIENCE)
    preview = told(page)
    withheld = sum(figure is None for row in preview for figure in row)
    assert 0 < withheld < sum(map(len, preview)) / 2
    here.eyes.check("morning-14-preview")
    page.get_by_role("button", name="公布这些数").click()
    expect(page.get_by_role("status")).to_have_text("已公布。")
    here.eyes.check("morning-15-published")
    open_page.goto("/public/")
    open_page.locator("main").get_by_role("link", name=re.compile("扬州市")).click()
    expect(open_page.locator(".zz-told")).not_to_have_count(0)
    citizen.check("morning-16-public")
    assert told(open_page) == preview
    assert open_page.locator(".zz-told").get_by_text("不公布", exact=True).count() >= withheld - len(preview)
    public = Morning(citizen, here.app, here.folder)
    lines = lines_of(public.taken("link", "下载表格（.csv）", ".csv"))
    table = [row[1:] for row in lines if row and row[0].startswith("按")]
    assert [[None if text in WITHHELD else text for text in row] for row in table] == preview


def year_is_reported(here: Morning) -> None:
    page = here.page
    page.get_by_role("link", name="目标", exact=True).click()
    report = docx.Document(str(here.taken("button", "下载 Word", ".docx")))
    assert "扬州市" in report.paragraphs[0].text
    assert any("省级专精特新企业" in cell.text for table in report.tables for row in table.rows for cell in row.cells)
    goals = sheet_of(here.taken("button", "下载 Excel", ".xlsx"))
    mine = next(row for row in goals if PLAN in row)
    assert (mine[1], mine[3]) == ("省级专精特新企业", 100)


def everything_fits_a_phone(here: Morning, citizen: Eyes) -> None:
    """The pages of the morning, and the public one, on a narrow screen."""
    here.eyes.resize(min(WIDTHS))
    pages = ("cockpit/", "district/", "district/import/", "district/import/1", "targets/", "targets/plan/{plan}/")
    for address in (*pages, "district/publish"):
        here.page.goto("/" + address.format(**here.known))
        here.eyes.check(f"morning-17-{address.partition('{')[0].strip('/').replace('/', '-')}")
    citizen.resize(min(WIDTHS))
    citizen.check("morning-16-public")


def test_an_officers_morning(eyes: Eyes, citizen: Eyes, fresh_app: Flask, tmp_path: Path) -> None:
    here = Morning(eyes, fresh_app, tmp_path)
    log_in(here)
    firms_are_imported(here)
    answers_are_imported(here)
    list_is_filtered_and_exported(here)
    number_is_followed(here)
    target_is_split(here)
    month_is_published(here, citizen)
    year_is_reported(here)
    everything_fits_a_phone(here, citizen)
