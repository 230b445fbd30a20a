"""flask audit verify: whatever is done to the log outside the app is found, with the number of the entry."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, text

from diagnose.db import make_engine, reading, writing
from diagnose.models import AuditEntry
from diagnose.services import audit, audit_check
from diagnose.services.audit_check import Anchor, check
from tests.diagnose.cast import all_of, engine

SECRET = "a key for tests, long enough to sign"
COUNT = 6
COLUMNS = "at, actor_id, actor_role, action, file, place, detail, hash"
Deed = Callable[[Connection], object]


def add(engine: Engine, count: int = COUNT) -> None:
    for number in range(count):
        with writing(engine) as session:
            audit.record(session, SECRET, "wrote", None, number=number, day="2026-03-01", share=0.1)


def checked(engine: Engine, expect: Anchor | None = None) -> audit_check.Check:
    with reading(engine) as session:
        return check(session, SECRET, expect)


def sql(*statements: str) -> Deed:
    def run(connection: Connection) -> None:
        for one in statements:
            connection.execute(text(one))

    return run


def swapped(connection: Connection) -> None:
    """Entries 3 and 4 change places."""
    sql(
        "UPDATE audit_entry SET id = -3 WHERE id = 3",
        "UPDATE audit_entry SET id = 3 WHERE id = 4",
        "UPDATE audit_entry SET id = 4 WHERE id = -3",
    )(connection)


def inserted(connection: Connection) -> None:
    """A made-up entry 3; what stood from there on moves up, and the end with it."""
    for number in range(COUNT, 2, -1):
        connection.execute(text(f"UPDATE audit_entry SET id = {number + 1} WHERE id = {number}"))
    copy = f"INSERT INTO audit_entry (id, {COLUMNS}) SELECT 3, {COLUMNS} FROM audit_entry WHERE id = 2"
    connection.execute(text(copy))
    connection.execute(text(f"UPDATE audit_head SET last = {COUNT + 1}"))


def closed_up(connection: Connection) -> None:
    """Entry 3 removed, the later ones renumbered."""
    connection.execute(text("DELETE FROM audit_entry WHERE id = 3"))
    for number in range(4, COUNT + 1):
        connection.execute(text(f"UPDATE audit_entry SET id = {number - 1} WHERE id = {number}"))
    connection.execute(text(f"UPDATE audit_head SET last = {COUNT - 1}"))


TAMPERED: dict[str, tuple[Deed, str]] = {
    "action": (sql("UPDATE audit_entry SET action = 'read' WHERE id = 3"), "第 3 条与链对不上"),
    "actor": (sql("UPDATE audit_entry SET actor_id = 7 WHERE id = 3"), "第 3 条与链对不上"),
    "role": (sql("UPDATE audit_entry SET actor_role = 'admin' WHERE id = 3"), "第 3 条与链对不上"),
    "file": (sql("UPDATE audit_entry SET file = '0123456789abcdef' WHERE id = 3"), "第 3 条与链对不上"),
    "place": (sql("UPDATE audit_entry SET place = '/1/' WHERE id = 3"), "第 3 条与链对不上"),
    "detail": (sql("UPDATE audit_entry SET detail = '{\"number\": 9}' WHERE id = 3"), "第 3 条与链对不上"),
    "moment": (sql("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = 3"), "第 3 条与链对不上"),
    "hash": (sql(f"UPDATE audit_entry SET hash = '{'1' * 64}' WHERE id = 3"), "第 3 条与链对不上"),
    "first changed": (sql("UPDATE audit_entry SET action = 'read' WHERE id = 1"), "第 1 条与链对不上"),
    "last changed": (sql(f"UPDATE audit_entry SET action = 'read' WHERE id = {COUNT}"), f"第 {COUNT} 条与链对不上"),
    "removed": (sql("DELETE FROM audit_entry WHERE id = 3"), "第 3 至 3 条不见了"),
    "removed and renumbered": (closed_up, "第 3 条与链对不上"),
    "inserted": (inserted, "第 3 条与链对不上"),
    "inserted before the first": (
        sql(f"INSERT INTO audit_entry (id, {COLUMNS}) SELECT 0, {COLUMNS} FROM audit_entry WHERE id = 1"),
        "编号为 0 的记录",
    ),
    "reordered": (swapped, "第 3 条与链对不上"),
    "truncated": (sql("DELETE FROM audit_entry WHERE id > 4"), f"第 5 至 {COUNT} 条不见了"),
    "emptied": (sql("DELETE FROM audit_entry"), f"第 1 至 {COUNT} 条不见了"),
    "end set back": (sql("UPDATE audit_head SET last = 4"), "链尾记录与第 4 条对不上"),
    "end and hash set back": (
        sql("UPDATE audit_head SET last = 4, hash = (SELECT hash FROM audit_entry WHERE id = 4)"),
        f"链尾记录没有到第 {COUNT} 条",
    ),
    "end's hash": (sql(f"UPDATE audit_head SET hash = '{'1' * 64}'"), f"链尾记录与第 {COUNT} 条对不上"),
    "end removed": (sql("DELETE FROM audit_head"), "链尾记录不见了"),
}


def tamper(app: Flask, deed: Deed) -> None:
    with engine(app).begin() as connection:
        deed(connection)


def test_an_untouched_log_holds_to_its_last_entry(app: Flask) -> None:
    assert checked(engine(app)) == audit_check.Check(0, audit.START, "")
    add(engine(app))
    assert checked(engine(app)) == audit_check.Check(COUNT, all_of(app, AuditEntry)[-1].hash, "")


@pytest.mark.parametrize("how", TAMPERED)
def test_every_tampering_is_found_and_named(app: Flask, how: str) -> None:
    deed, sentence = TAMPERED[how]
    add(engine(app))
    tamper(app, deed)
    assert sentence in checked(engine(app)).problem


@pytest.mark.parametrize("column, value", [("detail", "no json"), ("at", "never")])
def test_an_entry_that_cannot_be_read_is_named(small_app: Flask, column: str, value: str) -> None:
    """PostgreSQL does not store such values at all."""
    add(engine(small_app))
    tamper(small_app, sql(f"UPDATE audit_entry SET {column} = '{value}' WHERE id = 3"))
    found = checked(engine(small_app))
    assert "第 3 条" in found.problem and found.entries == 2


def test_a_new_chain_made_without_the_key_does_not_hold(app: Flask) -> None:
    add(engine(app), 3)
    tamper(app, sql("DELETE FROM audit_entry", f"UPDATE audit_head SET last = 0, hash = '{audit.START}'"))
    with writing(engine(app)) as session:
        audit.record(session, "another key", "wrote", None, number=0)
    assert "第 1 条与链对不上" in checked(engine(app)).problem


def test_a_log_cut_off_with_its_end_set_back_is_found_by_an_anchor_noted_before(app: Flask) -> None:
    add(engine(app))
    end = checked(engine(app))
    cut = "UPDATE audit_head SET last = 4, hash = (SELECT hash FROM audit_entry WHERE id = 4)"
    tamper(app, sql("DELETE FROM audit_entry WHERE id > 4", cut))
    assert checked(engine(app)).problem == ""
    assert f"第 5 至 {COUNT} 条不见了" in checked(engine(app), Anchor(end.entries, end.last)).problem


def test_an_anchor_inside_a_log_that_has_grown_still_holds(app: Flask) -> None:
    for expected in (Anchor(0, audit.START), None):
        add(engine(app), 3)
        end = checked(engine(app), expected)
        add(engine(app), 2)
        assert checked(engine(app), Anchor(end.entries, end.last)).problem == ""
    assert "第 3 条与先前记下的核对点不同" in checked(engine(app), Anchor(3, "f" * 64)).problem
    assert "第 0 条与先前记下的核对点不同" in checked(engine(app), Anchor(0, "f" * 64)).problem


def test_more_entries_than_one_batch_are_read_to_the_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_check, "AT_ONCE", 4)
    add(engine(app), 11)
    assert checked(engine(app)).entries == 11


def test_writers_at_once_never_fork_the_chain(app: Flask, database_url: str) -> None:
    """Each with an engine of its own, as the processes of the server have."""
    each, writers = 15, 4
    engines = [make_engine(database_url) for _ in range(writers)]
    barrier = threading.Barrier(writers)

    def write(own: Engine) -> None:
        barrier.wait()
        add(own, each)

    threads = [threading.Thread(target=write, args=(own,)) for own in engines]
    for thread in threads:
        thread.start()
    during = checked(engine(app))
    for thread in threads:
        thread.join()
    for own in engines:
        own.dispose()
    assert during.problem == ""
    assert checked(engine(app)) == audit_check.Check(each * writers, all_of(app, AuditEntry)[-1].hash, "")


def test_a_deed_undone_leaves_no_hole(app: Flask) -> None:
    add(engine(app), 2)
    with pytest.raises(RuntimeError), writing(engine(app)) as session:
        audit.record(session, SECRET, "wrote", None)
        raise RuntimeError
    add(engine(app), 2)
    assert checked(engine(app)).entries == 4


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["audit", "verify", *arguments])


def test_the_command_prints_an_anchor_that_it_accepts_later(app: Flask) -> None:
    add(engine(app))
    said = run(app)
    assert said.exit_code == 0 and f"操作记录完整：{COUNT} 条" in said.output
    printed = said.output.strip().splitlines()[-1].rpartition("：")[2]
    add(engine(app))
    assert run(app, "--expect", printed).exit_code == 0


def test_the_command_fails_with_a_plain_sentence(app: Flask) -> None:
    add(engine(app))
    tamper(app, TAMPERED["removed"][0])
    said = run(app)
    assert said.exit_code == 1 and "第 3 至 3 条不见了" in said.output and "Traceback" not in said.output


@pytest.mark.parametrize("wrong", ["7", "x:" + "0" * 64, "7:abc", "-1:" + "0" * 64])
def test_the_command_refuses_what_is_no_anchor(small_app: Flask, wrong: str) -> None:
    said = run(small_app, f"--expect={wrong}")
    assert said.exit_code == 1 and "不是核对点" in said.output
