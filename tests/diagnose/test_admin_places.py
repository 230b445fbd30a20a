"""开发区, 园区 and 街道 below a district: added, renamed, closed; the national divisions are fixed."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from diagnose.db import reading
from diagnose.migrate import upgrade
from diagnose.models import AuditEntry, Division
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.people import HERE, account, logged_in


@pytest.fixture
def district(app: Flask) -> Division:
    with reading(engine(app)) as session:
        return session.scalars(select(Division).where(Division.code == HERE)).one()


@pytest.fixture
def admin(app: Flask, district: Division) -> Visitor:
    visitor = logged_in(app, account(app, "admin", "管理甲"))
    visitor.get(f"/admin/divisions/{district.id}")
    return visitor


def post(admin: Visitor, address: str, data: dict[str, str] | None = None) -> TestResponse:
    """Post with a fresh token: not every page has one."""
    admin.get("/admin/users")
    return admin.post(address, data)


def below(app: Flask, district: Division) -> list[Division]:
    with reading(engine(app)) as session:
        return list(session.scalars(select(Division).where(Division.parent_id == district.id).order_by(Division.id)))


def add(admin: Visitor, district: Division, name: str = "维扬经济开发区", kind: str = "zone") -> int:
    return post(admin, f"/admin/divisions/{district.id}/add", {"name": name, "kind": kind}).status_code


def test_a_zone_added_below_a_district_is_part_of_its_subtree(app: Flask, admin: Visitor, district: Division) -> None:
    assert add(admin, district) == 302
    (zone,) = below(app, district)
    assert (zone.name, zone.kind, zone.code) == ("维扬经济开发区", "zone", None)
    assert zone.path == f"{district.path}{zone.id}/"
    admin.get(f"/admin/divisions/{district.id}")
    assert "维扬经济开发区" in admin.page
    assert add(admin, zone, "汊河街道", "street") == 302
    assert below(app, zone)[0].path == f"{zone.path}{below(app, zone)[0].id}/"


def test_the_same_place_added_twice_is_one_also_at_once(app: Flask, admin: Visitor, district: Division) -> None:
    barrier = threading.Barrier(2)

    def add_one() -> None:
        browser = Visitor(app)
        with admin.client.session_transaction() as mine:
            values = dict(mine)
        with browser.client.session_transaction() as theirs:
            theirs.update(values)
        browser.get(f"/admin/divisions/{district.id}")
        barrier.wait()
        assert add(browser, district) == 302

    threads = [threading.Thread(target=add_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(below(app, district)) == 1
    assert [entry.action for entry in all_of(app, AuditEntry)] == ["place_add"]


@pytest.mark.parametrize(
    "name, kind", [("", "zone"), ("  ", "zone"), ("长" * 61, "zone"), ("甲", "district"), ("甲", "")]
)
def test_a_wrong_name_or_kind_is_refused_with_the_page(
    app: Flask, admin: Visitor, district: Division, name: str, kind: str
) -> None:
    assert add(admin, district, name, kind) == 422
    assert below(app, district) == []


def test_another_kind_of_the_same_name_is_refused(app: Flask, admin: Visitor, district: Division) -> None:
    add(admin, district)
    assert add(admin, district, kind="park") == 422 and "已有同名的地区" in admin.page
    assert len(below(app, district)) == 1


def test_nothing_is_added_below_a_province_or_a_street(app: Flask, admin: Visitor, district: Division) -> None:
    with reading(engine(app)) as session:
        province = session.get_one(Division, int(district.path.split("/")[1]))
    assert add(admin, province) == 422
    add(admin, district, "汊河街道", "street")
    assert add(admin, below(app, district)[0]) == 422


def test_an_added_place_is_renamed_closed_and_opened_again(app: Flask, admin: Visitor, district: Division) -> None:
    add(admin, district)
    zone = below(app, district)[0]
    address = f"/admin/divisions/{zone.id}"
    assert post(admin, f"{address}/rename", {"name": "扬州维扬经济开发区"}).status_code == 302
    assert post(admin, f"{address}/close").status_code == 302
    closed = below(app, district)[0]
    assert closed.name == "扬州维扬经济开发区" and closed.closed_on
    admin.get(address)
    assert post(admin, f"{address}/invite").status_code == 404
    assert add(admin, closed, "汊河街道", "street") == 422
    admin.get("/admin/divisions/?text=维扬经济")
    assert f"/admin/divisions/{zone.id}" not in admin.page
    for _ in range(2):
        post(admin, f"{address}/reopen")
    assert below(app, district)[0].closed_on is None
    actions = [entry.action for entry in all_of(app, AuditEntry)]
    assert actions == ["place_add", "place_rename", "place_close", "place_reopen"]


def test_a_name_taken_beside_it_is_refused(app: Flask, admin: Visitor, district: Division) -> None:
    add(admin, district)
    add(admin, district, "汊河街道", "street")
    zone = below(app, district)[0]
    answer = post(admin, f"/admin/divisions/{zone.id}/rename", {"name": "汊河街道"})
    assert answer.status_code == 422 and "已有同名的地区" in answer.text


@pytest.mark.parametrize("deed", ["rename", "close", "reopen"])
def test_a_national_division_is_fixed(app: Flask, admin: Visitor, district: Division, deed: str) -> None:
    assert post(admin, f"/admin/divisions/{district.id}/{deed}", {"name": "别名"}).status_code in (404, 422)
    with reading(engine(app)) as session:
        now = session.get_one(Division, district.id)
    assert (now.name, now.closed_on) == (district.name, None)
    admin.get(f"/admin/divisions/{district.id}")
    assert "改名与停用" not in admin.page


def test_an_upgrade_keeps_what_was_added(app: Flask, admin: Visitor, district: Division, database_url: str) -> None:
    add(admin, district)
    upgrade(database_url)
    assert [one.name for one in below(app, district)] == ["维扬经济开发区"]
