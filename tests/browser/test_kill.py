"""Killing the whole server while answers are being saved loses none that a page had shown as 已保存."""

import http.client
import json
import random
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from diagnose import create_app
from diagnose.db import make_engine, reading
from diagnose.models import DraftAnswer
from tests.browser.server import Server
from tests.conftest import Visitor

ROUNDS = 20
POSTGRES_ROUNDS = 3
# Question → its facts: one that stays, one that takes any number. Both together are an answer, shown as 已保存.
ANSWERS = {
    "design_tool_rate": ({"designers_with_tools": "1"}, "designers_total"),
    "cnc_rate": ({"key_processes_cnc": "1"}, "key_processes_total"),
    "needs": ({"needs": "L"}, "needs_other"),
}
DRAFTS = 5
DOUBLE = 0  # the draft that two people fill in at the same time


@dataclass
class Save:
    """One answer on its way: when it was sent, and when it was known to be stored or lost."""

    draft: int
    fact: str
    value: str
    sent: float
    done: float = float("inf")
    shown_saved: bool = False


@dataclass
class Draft:
    """An open draft and what a browser sends along with an answer to it."""

    id: int
    address: str
    headers: dict[str, str]


@dataclass
class Writer:
    """One person who gives one answer after another, as the page's script sends them."""

    draft: Draft
    numbers: Iterable[int]
    saves: list[Save] = field(default_factory=list)
    surprise: str = ""

    def run(self, port: int) -> None:
        """Until the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            for number, question in zip(self.numbers, self._questions(), strict=False):
                self._save(connection, question, str(number))
        except (OSError, http.client.HTTPException):
            self.saves[-1].done = time.monotonic()
        finally:
            connection.close()

    def _questions(self) -> Iterable[str]:
        while not self.surprise:
            yield from ANSWERS

    def _save(self, connection: http.client.HTTPConnection, question: str, value: str) -> None:
        fixed, fact = ANSWERS[question]
        self.saves.append(save := Save(self.draft.id, fact, value, time.monotonic()))
        body = urlencode({**fixed, fact: value})
        connection.request("POST", f"{self.draft.address}/answer/{question}", body, self.draft.headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        save.done = time.monotonic()
        save.shown_saved = answer.status == 200 and "已保存" in json.loads(text)["questions"][question]["text"]
        if not save.shown_saved:
            self.surprise = f"{answer.status} {text}"


def test_killed_sqlite_server_loses_no_saved_answer(tmp_path: Path) -> None:
    server = Server(tmp_path / "server")
    _kill_again_and_again(server, ROUNDS, seed=20260301)
    with sqlite3.connect(tmp_path / "server" / "diagnose.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()


def test_killed_server_on_postgresql_loses_no_saved_answer(tmp_path: Path, postgres_url: str) -> None:
    _kill_again_and_again(Server(tmp_path / "server", postgres_url), POSTGRES_ROUNDS, seed=20260302)


def _kill_again_and_again(server: Server, rounds: int, seed: int) -> None:
    chance, numbers = random.Random(seed), count(1)
    server.start()
    drafts = _drafts(server)
    saves: list[Save] = []
    for round_ in range(rounds):
        moment = chance.uniform(0.0, 0.4)
        found = _save_until_killed(server, drafts, numbers, moment)
        shown = sum(save.shown_saved for save in found)
        print(f"seed {seed} round {round_ + 1}: killed after {moment:.3f} s, {shown} of {len(found)} shown as saved")
        saves += found
        server.start()
        assert _lost(saves, _stored(server)) == []
    server.stop()


def _drafts(server: Server) -> list[Draft]:
    """Open drafts of as many firms, made in this process on the server's database."""
    app = create_app(server.settings)
    app.testing = True
    made = [_draft(Visitor(app)) for _ in range(DRAFTS)]
    app.extensions["diagnose"].engine.dispose()
    return made


def _draft(visitor: Visitor) -> Draft:
    address = visitor.draft(visitor.start())
    visitor.get(f"{address}/page/design")
    cookies = "; ".join(f"{one.key}={one.value}" for one in (visitor.client._cookies or {}).values())
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "X-CSRFToken": visitor.token(),
        "Cookie": cookies,
    }
    return Draft(int(address.rpartition("/")[2]), address, headers)


def _save_until_killed(server: Server, drafts: list[Draft], numbers: Iterable[int], moment: float) -> list[Save]:
    """Everybody saves at once until the server is killed, ``moment`` seconds after the first answer was saved."""
    writers = [Writer(draft, numbers) for draft in [drafts[DOUBLE], *drafts]]
    threads = [threading.Thread(target=writer.run, args=(server.port,)) for writer in writers]
    for thread in threads:
        thread.start()
    while not any(save.shown_saved for writer in writers for save in writer.saves):
        time.sleep(0.005)
    time.sleep(moment)
    server.kill()
    for thread in threads:
        thread.join()
    assert [writer.surprise for writer in writers if writer.surprise] == []
    return [save for writer in writers for save in writer.saves]


def _stored(server: Server) -> dict[tuple[int, str], str]:
    """(draft, fact) → what the database holds, read in another process than the server's."""
    engine = make_engine(server.settings.database_url)
    with reading(engine) as session:
        rows = session.execute(select(DraftAnswer.assessment_id, DraftAnswer.code, DraftAnswer.typed)).all()
    engine.dispose()
    return {(row[0], row[1]): row[2][0] for row in rows}


def _lost(saves: list[Save], stored: dict[tuple[int, str], str]) -> list[Save]:
    """The answers shown as saved that are gone: nothing is stored, or what had been done before they were sent."""
    known = {(save.draft, save.fact, save.value): save for save in saves}
    lost = []
    for save in saves:
        held = known.get((save.draft, save.fact, stored.get((save.draft, save.fact), "")))
        if save.shown_saved and (held is None or held.done < save.sent):
            lost.append(save)
    return lost
