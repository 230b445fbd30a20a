"""Killing the whole server while answers are being saved loses none that a page had shown as 已保存."""

import http.client
import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from diagnose import create_app
from diagnose.db import reading
from diagnose.models import DraftAnswer
from tests.browser.server import Server
from tests.conftest import Visitor

ROUNDS = 20
SEED = 20260301
# Facts that any number answers. The first two writers share a draft and the first three questions between them.
NUMBERS = {"design_tool_rate": "designers_total", "cnc_rate": "key_processes_total"}
DRAFTS = 5
SHARED = 0


@dataclass
class Save:
    """One answer on its way: when it was sent, and until when it may have been stored."""

    draft: int
    fact: str
    value: str
    sent: float
    done: float = float("inf")
    shown: bool = False


@dataclass
class Writer:
    """One person who saves one number after another, as the page's script does."""

    port: int
    address: str
    draft: int
    headers: dict[str, str]
    numbers: Iterator[int]
    saves: list[Save] = field(default_factory=list)
    stop: bool = False

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            while not self.stop:
                for question, fact in NUMBERS.items():
                    self._save(connection, question, fact)
        except (OSError, http.client.HTTPException):
            pass  # the server was killed
        finally:
            connection.close()

    def _save(self, connection: http.client.HTTPConnection, question: str, fact: str) -> None:
        save = Save(self.draft, fact, str(next(self.numbers)), time.monotonic())
        self.saves.append(save)
        connection.request("POST", f"{self.address}/answer/{question}", urlencode({fact: save.value}), self.headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        save.done = time.monotonic()
        assert answer.status == 200, said
        # The other number of the ratio is blank, so the page says 未填完; see `test_page_says_saved`.
        save.shown = said["questions"][question]["error"] is None


