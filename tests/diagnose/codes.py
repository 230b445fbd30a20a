"""One-time codes made straight in the database, and browsers that redeem them; a clock that tests move."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Account, AuditEntry
from diagnose.services import tickets
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PHRASE = "扬州的夏天又长又热又湿"
NEW = {"login": "138 0000 1111", "person": "李工", "password": PHRASE, "again": PHRASE}
Clock = Callable[[timedelta], None]


def stand_still(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the app's time at noon; the function given back moves it to so long after."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(wording, "now", lambda: NOON + by)

    move(timedelta())
    return move


def ticket(app: Flask, purpose: str, by: int | None = None, **more: Any) -> str:
    """A new ticket's code."""
    with writing(engine(app)) as session:
        maker = session.get(Account, by) if by else None
        return tickets.make(session, purpose, maker, now=wording.now(), **more)


def redeem(visitor: Visitor, code: str, step: str = "", **typed: str) -> TestResponse:
    """Open the page for one-time codes and send this one, with a step and what it asks for."""
    visitor.get("/join")
    return visitor.post("/join", {"ticket": code, "step": step, **typed})


def log_in(visitor: Visitor, login: str, password: str, address: str = "203.0.113.7", **more: str) -> TestResponse:
    """Type login and password into the log-in page."""
    visitor.get("/login")
    data = {"login": login, "password": password, **more}
    return visitor.post("/login", data, environ_base={"REMOTE_ADDR": address})


def is_in(visitor: Visitor) -> bool:
    """Whether this browser is logged in."""
    return visitor.get("/me").status_code == 200


def person(app: Flask, account_id: int) -> Account:
    return next(one for one in all_of(app, Account) if one.id == account_id)


def deeds(app: Flask) -> list[str]:
    """The actions in the audit log, in order."""
    return [one.action for one in all_of(app, AuditEntry)]
