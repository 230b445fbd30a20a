"""The first admin: a one-time link at each start until there is an account; no default password anywhere."""

import re
from pathlib import Path

from flask import Flask

from diagnose.models import Account, Ticket
from diagnose.services.first import first_admin, next_admin
from tests.browser.server import Server
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.diagnose.codes import NEW, log_in, redeem, ticket
from tests.people import HERE, account

LINK = re.compile(r"http://[^\s/]+/join#([0-9a-z]{26})")


def code(told: str | None) -> str:
    found = LINK.search(told or "")
    assert found, told
    return found[1]


def test_link_of_the_first_start_makes_an_admin_and_no_second_one(app: Flask) -> None:
    first = code(first_admin(engine(app), "http://localhost"))
    assert redeem(Visitor(app), first, "save", **NEW).location == "/admin/"
    assert all_of(app, Account)[0].role == "admin"
    assert first_admin(engine(app), "http://localhost") is None
    assert redeem(Visitor(app), first, "save", **(NEW | {"login": "另一个人"})).status_code == 422


def test_each_start_prints_a_new_link_and_voids_the_one_before(app: Flask) -> None:
    old, new = (code(first_admin(engine(app), "http://localhost")) for _ in range(2))
    assert old != new and len(all_of(app, Ticket)) == 1
    assert redeem(Visitor(app), old).status_code == 422
    assert redeem(Visitor(app), new).status_code == 200


def test_no_link_is_printed_once_there_is_any_account(app: Flask) -> None:
    account(app, "officer", "王科", HERE)
    assert first_admin(engine(app), "http://localhost") is None


def test_further_admins_are_invited_at_the_server(app: Flask) -> None:
    account(app, "admin", "管理员")
    answer = app.test_cli_runner().invoke(args=["invite-admin"])
    found = re.search(r"/join，输入 ([0-9a-z]{26})", answer.output)
    assert answer.exit_code == 0 and found
    redeem(Visitor(app), found[1], "save", **NEW)
    assert [one.role for one in all_of(app, Account)] == ["admin", "admin"]


def test_officers_invitation_of_an_admin_is_not_voided_by_the_server(app: Flask) -> None:
    chief = account(app, "admin", "管理员")
    invited = ticket(app, "invite", chief, role="admin")
    next_admin(engine(app), "http://localhost")
    assert redeem(Visitor(app), invited).status_code == 200


def test_fresh_installation_has_no_account_to_guess(app: Flask) -> None:
    for login in ("admin", "root", "管理员"):
        for password in ("admin", "admin123456", "password", ""):
            assert log_in(Visitor(app), login, password, f"192.0.2.{len(login)}").status_code == 422


def test_server_prints_the_link_at_its_first_start_and_stops_when_it_was_used(tmp_path: Path) -> None:
    server = Server(tmp_path / "server", workers=1)
    server.start()
    server.stop()
    server.start()
    printed = LINK.findall(server.log.read_text())
    server.stop()
    assert len(printed) == len(set(printed)) == 2 and server.address in server.log.read_text()
