"""Documents to be sealed: small real files of each format, and an installation that issues them."""

import io
import json
from functools import cache
from typing import Any

import docx
import typst
import xlsxwriter
from flask import Flask
from sqlalchemy import select

from diagnose.db import reading, writing
from diagnose.models import Diagnosis, Document, Enterprise
from diagnose.reports.mark import Mark
from diagnose.services import seal
from diagnose.services.answers import reads
from diagnose.services.facts import facts_read, plain
from diagnose.services.seal import Sealed, Subject
from diagnose.services.trace import traced
from tests.diagnose.cast import File, catalog, engine

FORMATS = ("pdf", "word", "excel", "json")
PUBLIC = "https://zhizhen.example.cn"


@cache
def small(format: str) -> bytes:
    """A file of that format, as a program of its own would make it."""
    out = io.BytesIO()
    if format == "pdf":
        return typst.compile(b"= A dossier\n#lorem(60)")
    if format == "word":
        document = docx.Document()
        document.add_paragraph("一企一档")
        document.save(out)
    else:
        with xlsxwriter.Workbook(out) as book:
            book.add_worksheet().write(0, 0, 63.45)
    return out.getvalue()


def judged(app: Flask, file: File) -> tuple[Enterprise, Diagnosis]:
    """The firm and its newest verdict."""
    with reading(engine(app)) as session:
        firm = session.scalars(select(Enterprise).where(Enterprise.public_id == file.public_id)).one()
        query = select(Diagnosis).where(Diagnosis.enterprise_id == firm.id).order_by(Diagnosis.id.desc())
        return firm, session.scalars(query.limit(1)).one()


def about(app: Flask, file: File) -> Subject:
    firm, shown = judged(app, file)
    return seal.subject("dossier", firm, shown, catalog(app).rulesets[shown.ruleset])


def content(app: Flask, file: File) -> dict[str, Any]:
    """What the JSON says: the facts and the trace, as every reader of it may expect."""
    firm, shown = judged(app, file)
    with reading(engine(app)) as session:
        found = traced(session, catalog(app), firm, shown.id)
        facts = plain(facts_read(session, shown))
    assert found
    read = reads(catalog(app).rulesets[shown.ruleset], catalog(app).dictionary)
    whole = {"title": "一企一档", "facts_read": facts, "reads": read, "trace": found.trace}
    said: dict[str, Any] = json.loads(json.dumps(whole))
    return said


def issued(app: Flask, file: File, format: str = "json", change: Any = None) -> Sealed:
    """A sealed document, noted; ``change`` does something to the content of the JSON before it is sealed."""
    said = content(app, file)
    if change:
        change(said)

    def render(mark: Mark) -> bytes:
        return json.dumps(said | {"number": mark.number}).encode() if format == "json" else small(format)

    parts = app.extensions["diagnose"]
    signer = seal.signer_of(parts.engine, parts.settings)
    made = seal.seal(signer, about(app, file), format, PUBLIC, render)
    with writing(engine(app)) as session:
        seal.note(session, made.row, None)
    return made


def documents(app: Flask) -> list[Document]:
    with reading(engine(app)) as session:
        return list(session.scalars(select(Document).order_by(Document.id)))
