"""甲企 with its file open, and what tests ask of its database."""

from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.db import Base, reading, writing
from diagnose.models import Assessment, Enterprise
from diagnose.services import drafts
from questionnaires.parse import typed_again
from questionnaires.schema import Form
from tests.conftest import Visitor
from tests.firms import DISCRETE

Model = TypeVar("Model", bound=Base)
PORTRAIT = "digital-portrait/2025"


@dataclass
class File:
    """A file somebody opened, ``/file/<public_id>``, with its first draft ``/file/<public_id>/fill/<id>``."""

    app: Flask
    holder: Visitor
    address: str
    draft: str

    @property
    def public_id(self) -> str:
        return self.address.rpartition("/")[2]

    @property
    def draft_id(self) -> int:
        return int(self.draft.rpartition("/")[2])

    @property
    def filling(self) -> str:
        """The draft's address below the file's, ``fill/<id>``."""
        return f"fill/{self.draft_id}"

    @property
    def cookie(self) -> str:
        """The link's code, as the holder's browser keeps it."""
        found = self.holder.client.get_cookie(f"file_{self.public_id}")
        assert found
        return found.value

    def enterprise(self) -> Enterprise:
        """Its row."""
        with reading(engine(self.app)) as session:
            return session.scalars(select(Enterprise).where(Enterprise.public_id == self.public_id)).one()

    def post(self, path: str, data: dict[str, Any] | None = None, **extra: Any) -> TestResponse:
        """The holder posts to a path below the file's address, with a fresh token."""
        self.holder.get(f"{self.address}/link")
        return self.holder.post(f"{self.address}/{path}", data, **extra)

    def answered(self, facts: dict[str, Any] = DISCRETE) -> "File":
        """All answers typed into the draft, in one go."""
        with writing(engine(self.app)) as session:
            drafts.save(session, self.draft_id, typed_again(facts), wording.now())
        return self

    def submitted(self, facts: dict[str, Any] = DISCRETE) -> "File":
        """Answered and submitted; the draft's address is a stale one from now on."""
        answer = self.answered(facts).holder.submit(self.draft)
        assert answer.status_code == 302, self.holder.page
        return self

    def next_draft(self, how: str) -> "File":
        """After 重新自评 (again) or 更正 (correct): the same file with the new draft."""
        self.post(how)
        return File(self.app, self.holder, self.address, self.holder.draft(self.address))


def open_file(app: Flask, holder: Visitor | None = None, **changed: str) -> File:
    """A visitor, a new one if none is given, starts a file."""
    holder = holder or Visitor(app)
    address = holder.start(**changed)
    return File(app, holder, address, holder.draft(address))


def engine(app: Flask) -> Engine:
    found: Engine = app.extensions["diagnose"].engine
    return found


def catalog(app: Flask) -> Catalog:
    found: Catalog = app.extensions["diagnose"].catalog
    return found


def portrait(app: Flask) -> Form:
    return catalog(app).forms[PORTRAIT]


def all_of(app: Flask, model: type[Model]) -> list[Model]:
    """All rows of a table in the order of their keys."""
    with reading(engine(app)) as session:
        return list(session.scalars(select(model).order_by(*model.__table__.primary_key)))


def counts(app: Flask) -> dict[str, int]:
    """How many rows each table has, but for places, words, counters, counted tries and the log: they outlive a file."""
    others = ("division", "attempt", "audit_entry", "audit_head", "term", "counter", "score_count", "plan", "target")
    left = [table for name, table in Base.metadata.tables.items() if name not in others]
    with reading(engine(app)) as session:
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in left}


def typed(app: Flask, assessment_id: int) -> dict[str, list[str]]:
    """What a draft holds, as typed, without the blanks."""
    with reading(engine(app)) as session:
        return {code: list(texts) for code, texts in drafts.load(session, assessment_id).typed.items() if texts}


def status(app: Flask, assessment_id: int) -> str:
    return next(one.status for one in all_of(app, Assessment) if one.id == assessment_id)
