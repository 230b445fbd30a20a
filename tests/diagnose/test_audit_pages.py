"""Who sees which deeds: the owner those on the own file, the officer those of the subtree, the admin all."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from diagnose.config import PROJECT
from diagnose.db import writing
from diagnose.models import Account, AuditEntry, Enterprise
from diagnose.services import audit, deeds
from tests.conftest import Visitor
from tests.diagnose.cast import File, engine
from tests.people import ELSEWHERE, HERE, account, join, logged_in, verified_firm

CALL = re.compile(r'record\(\s*(?:db|session)\w*,\s*(?:[\w.\[\]"]+,\s*)?"(\w+)"')


def wrote(app: Flask, action: str, who: int | None, firm: int | None) -> None:
    with writing(engine(app)) as session:
        account = session.get(Account, who) if who else None
        enterprise = session.get(Enterprise, firm) if firm else None
        audit.record(session, app.config["SECRET_KEY"], action, account, enterprise)


@pytest.fixture
def officer(app: Flask) -> int:
    return account(app, "officer", "王负责", HERE)


def rows(visitor: Visitor) -> list[str]:
    """The table's rows as plain text."""
    body = re.search(r"<tbody>(.*)</tbody>", visitor.page, re.S)
    found = re.findall(r"<tr>(.*?)</tr>", body[1], re.S) if body else []
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def test_the_holder_of_the_link_sees_who_did_what_to_the_file(app: Flask, file: File, officer: int) -> None:
    wrote(app, "return", officer, file.enterprise().id)
    wrote(app, "export", None, file.enterprise().id)
    assert file.holder.get(f"{file.address}/log").status_code == 200
    download, returned = rows(file.holder)[:2]
    assert "持链接的人（没有账号）" in download and "下载全部数据" in download
    assert "王负责 区县负责人" in returned and "退回自评" in returned


def test_members_and_the_districts_officer_see_it_and_nobody_else(app: Flask, officer: int) -> None:
    firm = verified_firm(app)
    member, other = account(app, "enterprise", "甲员工"), account(app, "enterprise", "乙员工")
    join(app, member, firm)
    wrote(app, "firm_rename", officer, firm)
    with writing(engine(app)) as session:
        address = f"/file/{session.get_one(Enterprise, firm).public_id}/log"
    seen = {
        name: logged_in(app, who).get(address).status_code
        for name, who in {
            "member": member,
            "officer": officer,
            "other": other,
            "elsewhere": account(app, "officer", "外地负责", ELSEWHERE),
            "advisor": account(app, "advisor", "顾问"),
            "admin": account(app, "admin", "管理"),
        }.items()
    }
    assert seen == {"member": 200, "officer": 200, "other": 404, "elsewhere": 404, "advisor": 404, "admin": 404}
    assert Visitor(app).get(address).status_code == 404


def test_deeds_on_a_file_merged_into_this_one_are_its_own(app: Flask, file: File, officer: int) -> None:
    merged = verified_firm(app, status="merged", merged_into_id=file.enterprise().id, verified=False)
    wrote(app, "firm_verify", officer, merged)
    file.holder.get(f"{file.address}/log")
    assert any("核实企业" in row for row in rows(file.holder))


def test_an_officer_sees_the_deeds_of_the_own_subtree_only(app: Flask, officer: int) -> None:
    here, there = verified_firm(app, name="本地厂"), verified_firm(app, ELSEWHERE, name="外地厂", verified=False)
    wrote(app, "firm_rename", officer, here)
    wrote(app, "firm_rename", officer, there)
    wrote(app, "backup", None, None)
    mine = logged_in(app, officer)
    assert mine.get("/district/log").status_code == 200
    (row,) = rows(mine)
    assert "本地厂" in row and "外地厂" not in mine.page
    province = logged_in(app, account(app, "officer", "省负责", "320000"))
    province.get("/district/log")
    assert len(rows(province)) == 1


def test_a_file_that_has_left_the_district_keeps_no_name_there(app: Flask, officer: int) -> None:
    firm = verified_firm(app, name="搬走的厂")
    wrote(app, "firm_move", officer, firm)
    with writing(engine(app)) as session:
        session.execute(update(Enterprise).where(Enterprise.id == firm).values(status="merged"))
    mine = logged_in(app, officer)
    mine.get("/district/log")
    assert "搬走的厂" not in mine.page and "移出本地区的档案" in rows(mine)[0]


def test_deeds_are_found_by_kind_and_day(app: Flask, officer: int) -> None:
    firm = verified_firm(app)
    for action in ("firm_rename", "firm_close", "firm_reopen"):
        wrote(app, action, officer, firm)
    mine = logged_in(app, officer)
    mine.get("/district/log?action=firm_close")
    assert [row for row in rows(mine) if "关闭企业" in row] == rows(mine) != []
    mine.get("/district/log?day=2020-01-01")
    assert rows(mine) == [] and "没有符合条件的记录" in mine.page
    for strange in ("?action=nothing", "?day=yesterday", "?before=x", "?before=99999999999999999999"):
        assert mine.get(f"/district/log{strange}").status_code == 200
        assert len(rows(mine)) == 3


def test_pages_join_without_a_gap(app: Flask, file: File, monkeypatch: pytest.MonkeyPatch, officer: int) -> None:
    monkeypatch.setattr(deeds, "PAGE", 2)
    for _ in range(5):
        wrote(app, "export", officer, file.enterprise().id)
    address, found = f"{file.address}/log", []
    while address:
        file.holder.get(address)
        found += rows(file.holder)
        link = re.search(r'href="([^"]+before=\d+)"', file.holder.page)
        address = link[1].replace("&amp;", "&") if link else ""
    with writing(engine(app)) as session:
        every = session.scalars(select(AuditEntry.id).where(AuditEntry.file == file.public_id)).all()
    assert len(found) == len(every) >= 5


def test_the_admin_sees_all_deeds_and_no_name_of_a_firm(app: Flask, officer: int) -> None:
    firm = verified_firm(app, name="甲精密部件有限公司")
    wrote(app, "firm_rename", officer, firm)
    wrote(app, "backup", None, None)
    admin = logged_in(app, account(app, "admin", "管理"))
    app.test_cli_runner().invoke(args=["audit", "verify"])
    assert admin.get("/admin/audit").status_code == 200
    assert "甲精密部件有限公司" not in admin.page and "操作记录完整：2 条" in admin.page
    backup, rename = rows(admin)
    assert "系统" in backup and "备份数据库" in backup and "王负责" in rename


def test_every_deed_the_app_records_has_its_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(PROJECT / "diagnose").rglob("*.py"))
    recorded = set(CALL.findall(source))
    assert len(recorded) > 20
    assert recorded - set(deeds.WORDS) == set()
    assert all(len(action) <= 30 for action in deeds.WORDS)
