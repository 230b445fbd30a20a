"""The facts with their sources, every answer as it was judged, and the evidence, worded for a document."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Evidence as Row
from diagnose.models import Statement
from diagnose.services import evidence as pieces
from diagnose.services import facts as dated
from diagnose.services.document_parts import Answer, Assessed, Evidence, Fact, FactGroup
from diagnose.services.dossier import Dossier
from diagnose.services.pictures import JPEG
from diagnose.services.standing import DimensionLine
from diagnose.services.trace import Traced, TraceLine
from diagnose.store import Missing, Store, Unavailable
from diagnose.texts import say

MARK = 12  # characters of a SHA-256 that name a file
Notes = Mapping[str, str]


def groups(found: Dossier) -> tuple[FactGroup, ...]:
    """What the verdict read, by section of the form."""
    return tuple(
        FactGroup(
            title,
            tuple(
                Fact(
                    line.question.title,
                    say("not_applicable") if line.value is None else line.value,
                    wording.KINDS[line.source],
                    wording.day(line.as_of),
                )
                for line in lines
            ),
        )
        for title, lines in groupby(found.facts, key=lambda line: line.group)
    )


def known(found: Dossier) -> tuple[FactGroup, ...]:
    """What the district has registered of the firm."""
    return tuple(
        FactGroup(
            title, tuple(Fact(line.kind.title, line.value or line.kind.title, line.by, line.days) for line in lines)
        )
        for title, lines in found.known
        if lines
    )


def read(session: Session, found: Dossier) -> dict[str, dict[str, Any]]:
    """The facts as data: value, the day it was true, the moment it was learnt, its source."""
    return {
        code: {
            "value": fact.value,
            "as_of": fact.as_of.isoformat(),
            "recorded_at": fact.recorded_at.isoformat(),
            "source": fact.source,
        }
        for code, fact in sorted(dated.facts_read(session, found.diagnosis).items())
    }


def assessed(found: Dossier, traced: Traced, notes: Notes) -> tuple[Assessed, ...]:
    """现状评估: each dimension with its answers; ``notes``: what the advisor wrote, by question."""
    own = {line.question.code: line for line in found.deviation.lines} if _onsite(found) and found.deviation else {}
    shares = {line.title: line for line in found.standing.dimensions}
    adopted = set(found.diagnosis.result.get("adopted", ()))
    made = []
    for dimension in (*found.rules.dimensions, *found.rules.unscored):
        answers = []
        for line in traced.lines.get(dimension.code, ()):
            other = own.get(line.question.code)
            said = (other.own, other.text) if other else ("", "")
            answers.append(_answer(line, said, line.entry["code"] in adopted, notes.get(line.question.code, "")))
        made.append(Assessed(dimension.title, _summary(shares.get(dimension.title)), tuple(answers)))
    return tuple(made)


def _onsite(found: Dossier) -> bool:
    return found.diagnosis.kind == "onsite"


def _summary(line: DimensionLine | None) -> str:
    if line is None:
        return say("doc_assessed_none")
    if line.share is None:
        return say("doc_none")
    return say("doc_assessed", points=line.points, most=line.most, percent=wording.percent(line.share))


def _answer(line: TraceLine, own: tuple[str, str], adopted: bool, note: str) -> Answer:
    entry = line.entry
    return Answer(
        number=entry["printed_no"] or "",
        title=line.question.title,
        answer=line.answer,
        points=entry["points"] or "",
        most=entry["max"] or "",
        check=entry["check"] or "",
        own=own[0],
        difference=own[1],
        adopted=adopted,
        note=note,
    )


def evidence(
    session: Session, catalog: Catalog, found: Dossier, store: Store | None, also: Iterable[int] = ()
) -> tuple[Evidence, ...]:
    """The evidence beside the fillings a verdict read, and ``also``; with thumbnails where there is a store."""
    filled = session.scalars(select(Statement.assessment_id).where(Statement.id.in_(found.diagnosis.statements)))
    rows = session.scalars(
        select(Row)
        .options(joinedload(Row.uploaded_by))
        .where(
            Row.enterprise_id == found.enterprise.id,
            Row.assessment_id.in_({*(one for one in filled if one), *also}),
            Row.deleted_at.is_(None),
            Row.uploaded_at <= found.diagnosis.known_at,
        )
        .order_by(Row.id)
    )
    order = {question.code: place for place, question in enumerate(found.form.questions)}
    ordered = sorted(rows, key=lambda row: (order.get(row.question, len(order)), row.id))
    return tuple(_piece(catalog, number, row, store) for number, row in enumerate(ordered, 1))


def _piece(catalog: Catalog, number: int, row: Row, store: Store | None) -> Evidence:
    question = catalog.dictionary.indicators.get(row.question)
    return Evidence(
        number=number,
        question=question.short if question else say("doc_question_none"),
        title=row.title,
        media=say("doc_media_jpeg" if row.media == JPEG else "doc_media_pdf"),
        day=wording.day(row.effective_on),
        by=row.uploaded_by.name if row.uploaded_by else say("doc_holder"),
        mark=row.sha256[:MARK],
        picture=_thumbnail(store, row) if store and row.media == JPEG else None,
    )


def _thumbnail(store: Store, row: Row) -> bytes | None:
    """None when the store does not give it: a document without a picture is better than none."""
    try:
        return b"".join(store.get(pieces.thumb_key(row.store_key)))
    except (Missing, Unavailable):
        return None
