"""50,000 firms with 20 columns imported into a fresh SQLite database: uploaded and previewed, then written."""

import time
from pathlib import Path
from random import Random

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from stdnum.cn import uscc

from diagnose import create_app, wording
from diagnose.config import Settings
from diagnose.db import reading, writing
from diagnose.jobs import queue
from diagnose.migrate import upgrade
from diagnose.models import Account, Division
from diagnose.services import intake, intake_check, intake_upload

ROWS = 50_000
GOAL = 30.0  # seconds, upload to end
HEADER = (
    "统一社会信用代码", "企业名称", "所属县区", "行业代码", "生产类型", "从业人员", "营业收入", "资产总额", "联系人",
    "联系电话", "产业链", "园区/街道", "专精特新", "小巨人认定日期", "星级上云", "星级上云认定日期", "高企",
    "两化融合", "研发投入", "研发年度",
)  # fmt: skip


def measure(folder: Path, rows: int = ROWS) -> list[tuple[str, float, float | None]]:
    """(name, seconds, goal) of each step; ``folder`` is empty and gets the database."""
    source = folder / "list.xlsx"
    make_list(source, rows)
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    upgrade(url)
    app = create_app(Settings(folder, url, "a key for the bench, long enough to sign"))
    app.testing = True  # the job is done in this process
    jobs = queue(app)
    who = _officer(jobs.place.engine)
    start = time.perf_counter()
    made = intake_upload.take(jobs.place, source, source.name, who, "firms", None, wording.now())
    found = intake_check.check(jobs.place, made)
    previewed = time.perf_counter()
    with writing(jobs.place.engine) as session:
        one = intake.find(session, who, made.id)
        assert one
        intake.enqueue(one[0], one[0].by_id, False, None, wording.now())
    jobs.start_import(made.id)
    end = time.perf_counter()
    if found.counts["added"] != rows or found.problems:
        raise RuntimeError(f"not all rows are good: {found.counts}, {found.problems[:3]}")
    return [("intake_preview_s", previewed - start, None), ("intake_run_s", end - previewed, None),
            ("intake_total_s", end - start, GOAL)]  # fmt: skip


def _officer(engine) -> Account:  # type: ignore[no-untyped-def]
    with writing(engine) as session:
        place = session.scalars(select(Division).where(Division.code == "321003")).one()
        who = {"login": "bench", "name": "bench", "role": "officer", "password_hash": ""}
        session.add(Account(**who, division=place, created_at=wording.now()))
    with reading(engine) as session:
        return session.scalars(select(Account).options(joinedload(Account.division))).one()


def make_list(path: Path, rows: int) -> None:
    """A list whose every row is good."""
    random = Random(1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for number in range(rows):
            sheet.write_row(number + 1, 0, _row(number, random))


def _row(number: int, random: Random) -> list[str | int | float]:
    body = f"91321003MA{number:07d}"
    star = random.choice((("", ""), ("三星级", "2024-03-01"), ("四星级", "2023/4/1")))
    return [
        body + str(uscc.calc_check_digit(body)), f"第{number}精密机械有限公司", random.choice(("邗江区", "321003")),
        random.choice(("33", "C34", "3812")), random.choice(("离散", "流程", "")), random.randint(5, 900),
        round(random.random() * 90000, 2), round(random.random() * 90000, 2), "张三", f"0514-8{number:07d}",
        random.choice(("高端装备", "汽车及零部件", "")), random.choice(("文汇街道", "汊河街道")),
        random.choice(("", "2023-05-01")), random.choice(("", "2022年7月")), *star, random.choice(("是", "否", "")),
        random.choice(("", "AA级")), round(random.random() * 1000, 2), 2025,
    ]  # fmt: skip
