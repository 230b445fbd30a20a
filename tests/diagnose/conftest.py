"""甲企 with its file open: `file` on both databases, `small_file` on SQLite only."""

from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask

from diagnose.catalog import load_catalog
from tests.conftest import Visitor
from tests.diagnose.cast import File, open_file


@pytest.fixture(scope="session", autouse=True)
def definitions_are_read_once() -> Iterator[None]:
    """The catalog is frozen, so all apps of a test run can share one; reading it takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diagnose.load_catalog", cache(load_catalog))
        yield


@pytest.fixture
def file(app: Flask, visitor: Visitor) -> File:
    """甲企's new file and its empty draft, for what concerns storage."""
    return open_file(app, visitor)


@pytest.fixture
def small_file(small_app: Flask) -> File:
    """甲企's new file and its empty draft."""
    return open_file(small_app)
