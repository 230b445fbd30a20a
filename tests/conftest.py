"""The cast and the stage: an app on a fresh database, visitors with their own cookies, a firm with answers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from diagnose import create_app
from diagnose.config import Settings
from diagnose.db import make_engine
from diagnose.services import accounts
from questionnaires.parse import typed_again
from tests.databases import (
    database_url,
    empty_database_url,
    engine,
    postgres_copy,
    postgres_server,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.firms import CREDIT_CODE, FIRM

__all__ = [
    "database_url",
    "empty_database_url",
    "engine",
    "postgres_copy",
    "postgres_server",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
]


class Visitor:
    """One browser: keeps cookies, finds the CSRF token of the page it looked at last, follows nothing by itself."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.page = ""

    def get(self, address: str, **extra: Any) -> TestResponse:
        answer = self.client.get(address, **extra)
        self.page = answer.get_data(as_text=True) if "text/html" in (answer.content_type or "") else self.page
        return answer

    def post(self, address: str, data: dict[str, Any] | None = None, **extra: Any) -> TestResponse:
        """Post with the token of the last page."""
        answer = self.client.post(address, data={"csrf_token": self.token(), **(data or {})}, **extra)
        if "text/html" in (answer.content_type or ""):
            self.page = answer.get_data(as_text=True)
        return answer

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        return found[1] if found else ""

    def start(self, **changed: str) -> str:
        """Start a file as FIRM and return its address ``/file/<public_id>``."""
        self.get("/new")
        self.post("/new", {"step": "code", "credit_code": changed.get("credit_code", CREDIT_CODE)})
        answer = self.post("/new", {"step": "save", **FIRM, **changed})
        assert answer.status_code == 302, self.page
        file = re.fullmatch(r"(/file/[0-9a-f]+)/link\?first=1", answer.location)
        assert file
        return file[1]

    def draft(self, file: str) -> str:
        """The address of the file's open draft, ``/file/…/fill/<id>``."""
        self.get(file + "/")
        found = re.search(rf'"({file}/fill/\d+)/"', self.page)
        assert found
        return found[1]

    def fill(self, draft: str, facts: dict[str, Any]) -> None:
        """Answer page by page, as a browser without scripts does."""
        typed = typed_again(facts)
        for code in ("design", "production", "operation", "cloud", "foundation", "outcome", "needs"):
            self.get(f"{draft}/page/{code}")
            answer = self.post(f"{draft}/page/{code}", {"go": "next", **typed})
            assert answer.status_code == 302

    def submit(self, draft: str) -> TestResponse:
        self.get(f"{draft}/review")
        return self.post(f"{draft}/review", {"pledge": "yes"})


class Compiled(BytecodeCache):
    """What templates were compiled to, by their place and their text."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def templates_are_compiled_once() -> Iterator[None]:
    """All apps of a test run share the compiled templates; compiling them takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", Compiled())
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_are_compiled_once() -> Iterator[None]:
    """All apps of a test run share the compiled builders of addresses: five sixths of the time an app takes to make."""
    made: dict[tuple[str, bool], Callable[..., Any]] = {}
    compiled = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (f"{rule.subdomain} {rule.rule} {rule.defaults}", append_unknown)
        return made.setdefault(key, made.get(key) or compiled(rule, append_unknown))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


# The real parameters, kept for the test that looks at them, and quick ones for everybody else.
SHIPPED_HASHER, QUICK_HASHER = accounts.HASHER, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_quickly() -> Iterator[None]:
    """Argon2 is slow on purpose; most tests that log somebody in have nothing to do with that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "HASHER", QUICK_HASHER)
        yield


class Statements(dict[tuple[Any, ...], Any]):
    """SQLAlchemy's compiled statements by database system instead of by engine: every test has an engine of its own."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), value)


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """All engines of a test run share the compiled statements."""
    shared = Statements()

    def share(url: str) -> Engine:
        engine = make_engine(url)
        engine.update_execution_options(compiled_cache=shared)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diagnose.make_engine", share)
        yield


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on a fresh database, once on SQLite and once on PostgreSQL."""
    yield from _app(database_url, tmp_path)


@pytest.fixture
def small_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on SQLite only, for what has nothing to do with storage."""
    yield from _app(sqlite_url, tmp_path)


def _app(url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(Settings(folder, url, "a key for tests, long enough to sign"))
    app.testing = True
    yield app
    app.extensions["diagnose"].engine.dispose()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """甲企: a browser without any cookie."""
    return Visitor(app)


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Another browser, who must see nothing of 甲企."""
    return Visitor(app)


@pytest.fixture
def new_visitor() -> Callable[[Flask], Visitor]:
    """Makes further browsers."""
    return Visitor
