"""Uploading evidence as a browser does, and an onsite visit to upload it to."""

import io
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Assessment, AuditEntry, Enterprise, Evidence, Visit
from diagnose.models.visit import VISITING
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, engine
from tests.diagnose.photos import jpeg

DAY = "2026-01-15"
JSON = {"Accept": "application/json"}


def address(file: File, question: str = "five_g", assessment: int | None = None) -> str:
    return f"{file.address}/evidence/{assessment or file.draft_id}/{question}"


def upload(
    file: File, *sent: tuple[bytes, str], visitor: Visitor | None = None, to: str = "", **fields: Any
) -> TestResponse:
    """Open the page of the evidence and send these files with its form; each is (content, name)."""
    visitor, to = visitor or file.holder, to or address(file)
    headers = fields.pop("headers", None)
    visitor.get(to)
    files = [(io.BytesIO(content), name) for content, name in sent or [(jpeg(), "照片.jpg")]]
    return let_go(visitor.post(to, {"effective_on": DAY, "file": files, **fields}, headers=headers))


def let_go(answer: TestResponse) -> TestResponse:
    """Close the file in which werkzeug's client keeps a large request; it leaves it open."""
    answer.request.environ["wsgi.input"].close()
    return answer


def pieces(app: Flask) -> list[Evidence]:
    return all_of(app, Evidence)


def deeds(app: Flask) -> list[tuple[str, dict[str, Any]]]:
    """What the audit log says of evidence."""
    return [(row.action, row.detail) for row in all_of(app, AuditEntry) if row.action.startswith("evidence")]


def kept(app: Flask) -> list[str]:
    """The keys in the store."""
    return sorted(app.extensions["diagnose"].store.keys())


@dataclass
class OnSite:
    """A visit and its onsite filling."""

    app: Flask
    id: int
    assessment_id: int

    def move(self, state: str) -> None:
        with writing(engine(self.app)) as session:
            session.get_one(Visit, self.id).state = state


def visit(app: Flask, file: File, advisor: int, state: str = VISITING) -> OnSite:
    """A visit of this advisor to the firm of a submitted file."""
    today = wording.today()
    with writing(engine(app)) as session:
        firm = session.scalars(select(Enterprise).where(Enterprise.public_id == file.public_id)).one()
        base = session.get_one(Assessment, file.draft_id)
        onsite = Assessment(
            enterprise_id=firm.id,
            kind="onsite",
            form=base.form,
            edition=base.edition,
            purpose="visit",
            as_of=today,
            started_at=wording.now(),
        )
        row = Visit(
            enterprise_id=firm.id,
            base_id=base.id,
            assessment=onsite,
            advisor_id=advisor,
            state=state,
            visit_on=today,
            created_at=wording.now(),
        )
        session.add(row)
        session.flush()
        return OnSite(app, row.id, row.assessment_id)
