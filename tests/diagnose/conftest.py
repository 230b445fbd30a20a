"""甲企 with its file open: `file` on both databases, `small_file` on SQLite only."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from diagnose import create_app
from diagnose.catalog import load_catalog
from diagnose.config import Settings
from diagnose.reports.word_trial import tried
from tests.conftest import Visitor
from tests.diagnose.cast import File, open_file
from tests.diagnose.document_stage import Documents, documents_of


@pytest.fixture(scope="session", autouse=True)
def definitions_are_read_once() -> Iterator[None]:
    """The catalog is frozen, so all apps of a test run can share one; reading it takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diagnose.load_catalog", cache(load_catalog))
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_are_tried_once() -> Iterator[None]:
    """The same Word template gives the same document, and trying it takes a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diagnose.web.admin_templates.tried", cache(tried))
        yield


@pytest.fixture
def file(app: Flask, visitor: Visitor) -> File:
    """甲企's new file and its empty draft, for what concerns storage."""
    return open_file(app, visitor)


@pytest.fixture
def small_file(small_app: Flask) -> File:
    """甲企's new file and its empty draft."""
    return open_file(small_app)


@pytest.fixture(scope="session")
def documents(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    """Contents of documents, made once a run: they are frozen, and the firms take seconds."""
    folder = tmp_path_factory.mktemp("documents")
    shutil.copy(sqlite_template, folder / "app.sqlite3")
    app = create_app(Settings(folder, f"sqlite:///{folder / 'app.sqlite3'}", "a key for tests, long enough to sign"))
    yield documents_of(app)
    app.extensions["diagnose"].engine.dispose()
