"""Everybody takes the rows they share in one order: firm, visit, one-time code, account, end of the log.

Only PostgreSQL locks single rows. Each test holds one row, lets somebody else wait for it, and then takes what they
must not have taken before; were it the other way round, one of two people would get an error for nothing.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Executable, insert, select, text

from diagnose import create_app, wording
from diagnose.config import Settings
from diagnose.db import reading, writing
from diagnose.models import Account, AuditHead, Enterprise, Notice, Ticket, Visit
from diagnose.store import Store
from tests.conftest import Visitor
from tests.diagnose.cast import engine, open_file
from tests.diagnose.codes import NEW, log_in, redeem, ticket
from tests.diagnose.proof import upload
from tests.diagnose.visit_cast import story
from tests.people import PASSWORD, account, verified_firm

FIRM = select(Enterprise.id).with_for_update()
LOG = select(AuditHead.id).with_for_update()


@pytest.fixture
def app(postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(Settings(tmp_path, postgres_url, "a key for tests, long enough to sign"))
    app.testing = True
    yield app
    engine(app).dispose()


def meanwhile(app: Flask, held: Executable, deed: Callable[[], int], wanted: Executable) -> int:
    """Hold one row, wait until ``deed`` waits for it, and take another at once; then ``deed`` goes on to its end."""
    with ThreadPoolExecutor(1) as pool:
        with writing(engine(app)) as session:
            session.execute(held)
            answer = pool.submit(deed)
            while not waiting(app):
                assert not answer.done(), "it did not wait for what was held"
                time.sleep(0.02)
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            session.execute(wanted)
        return answer.result(20)


def waiting(app: Flask) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with reading(engine(app)) as session:
        return session.scalar(text(query)) is not None


@pytest.mark.parametrize("wanted", [LOG, select(Ticket.id).with_for_update()], ids=["log", "code"])
def test_invited_person_takes_the_firm_first(app: Flask, wanted: Executable) -> None:
    code, visitor = ticket(app, "invite", role="enterprise", enterprise_id=verified_firm(app)), Visitor(app)
    visitor.get("/join")
    assert meanwhile(app, FIRM, lambda: redeem(visitor, code, "save", **NEW).status_code, wanted) == 302


def test_whoever_claims_a_file_with_a_new_account_takes_the_firm_first(app: Flask) -> None:
    file = open_file(app)
    file.holder.get(f"{file.address}/claim")
    assert meanwhile(app, FIRM, lambda: file.holder.post(f"{file.address}/claim", NEW).status_code, LOG) == 302


def test_advisor_who_answers_takes_the_firm_before_the_visit(app: Flask) -> None:
    told = story(app).appointed().done("advisor", "visiting")
    browser = told.browser("advisor")
    browser.get(f"{told.address}form")

    def answer() -> int:
        return browser.post(f"{told.address}answer/five_g", {"version": "0"}).status_code

    assert meanwhile(app, FIRM, answer, select(Visit.id).with_for_update()) == 303


def test_who_logs_in_does_not_hold_up_a_notice_to_them(app: Flask) -> None:
    person, visitor = account(app, "enterprise", "某人"), Visitor(app)
    notice = {"account_id": person, "kind": "joined", "params": {}, "address": "/", "created_at": wording.now()}
    wanted = insert(Notice).values(notice)
    assert meanwhile(app, LOG, lambda: log_in(visitor, "某人", PASSWORD).status_code, wanted) == 302


def test_who_sets_a_new_password_takes_the_account_before_the_code(app: Flask) -> None:
    person = account(app, "advisor", "某人")
    code, visitor = ticket(app, "reset", account_id=person), Visitor(app)
    words = {"password": NEW["password"], "again": NEW["again"]}
    held = select(Account.id).where(Account.id == person).with_for_update()
    wanted = select(Ticket.id).with_for_update()
    assert meanwhile(app, held, lambda: redeem(visitor, code, "save", **words).status_code, wanted) == 302


def test_bytes_are_erased_before_everybody_waits_for_the_log(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    file, store = open_file(app).submitted(), app.extensions["diagnose"].store
    upload(file)
    free: list[object] = []

    def erase(self: Store, key: str) -> None:
        with writing(engine(app)) as session:
            free.append(session.scalar(LOG.with_for_update(skip_locked=True)))

    monkeypatch.setattr(type(store), "delete", erase)
    assert file.post("erase", {"sure": "yes"}).location == "/erased"
    assert free and all(free)
