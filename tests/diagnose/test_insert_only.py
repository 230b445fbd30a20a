"""Statements and verdicts are inserted and never changed."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose.db import writing
from diagnose.models import Diagnosis, Statement
from diagnose.models.record import InsertOnlyError
from tests.diagnose.cast import File, all_of, engine

CHANGES: list[tuple[type[Statement] | type[Diagnosis], str, Any]] = [
    (Statement, "answers", {}),
    (Statement, "source", "onsite"),
    (Diagnosis, "score", 9999),
    (Diagnosis, "level", 4),
]


def test_change_of_a_record_is_refused(app: Flask, file: File) -> None:
    file.submitted()
    for model, column, value in CHANGES:
        refuse(app, model, column, value)


def refuse(app: Flask, model: Any, column: str, value: Any) -> None:
    before = getattr(all_of(app, model)[0], column)
    with pytest.raises(InsertOnlyError, match=model.__name__), writing(engine(app)) as session:
        setattr(session.scalars(select(model)).one(), column, value)
        session.flush()
    assert getattr(all_of(app, model)[0], column) == before != value
