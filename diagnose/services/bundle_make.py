"""The making of a bundle: what is missing is made, by several processes when it is much; then the ZIP; then the rows.

Killed at any point it goes on from what is ready: each firm's documents are whole or not there, and the rows, the audit
entries and the word that it is done are one transaction at the very end.
"""

import csv
import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.config import private_folder
from diagnose.db import reading, writing
from diagnose.models import Account, Bundle, Diagnosis, Document, Enterprise
from diagnose.models.job import DONE
from diagnose.services import audit, bundle_crew, bundle_piece, issuing, jobs, seal, seal_keys
from diagnose.services.bundle_piece import RULES, Order, Piece, Place, ready
from diagnose.texts import say

CHUNK = 400
NAMES = ("made", "none", "gone")
STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass
class Made:
    """What there is: pieces in the order of the firms, and how many firms came to what."""

    pieces: list[Piece] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))


def carry_out(where: Place, bundle: Bundle, who: Account, job: jobs.Run) -> None:
    """Make it, or go on with it; raises jobs.Cancelled when somebody wants it to stop, jobs.Refused when it cannot."""
    folder = private_folder(where.of(bundle.id))
    order = Order(bundle.id, issuing.kind_of(bundle.kind), tuple(bundle.formats), bundle.counts["root"])
    firms = _allowed(where, who, bundle.firms)
    try:
        seal.signer_of(where.engine, where.settings)  # one key for all processes, or a plain refusal
        _make(where, order, [one for one in firms if ready(folder, one) is None], len(firms), job)
    except seal_keys.KeyLost as error:
        raise jobs.Refused(str(error)) from None
    job.tell(say("bundle_packing"))
    found = _found(folder, firms)
    found.counts["gone"] += len(bundle.firms) - len(firms)
    size = _pack(where.archive(bundle.id), folder, found.pieces)
    job.stop_if_asked()
    _note(where, bundle, who, found, size)
    for path in folder.iterdir():
        if path != where.archive(bundle.id):
            path.unlink()
    job.message = say("bundle_told", documents=len(found.pieces), **found.counts)


def _allowed(where: Place, who: Account, firms: Sequence[int]) -> list[int]:
    """Those the officer may still read, in the order asked for."""
    allowed: set[int] = set()
    with reading(where.engine) as session:
        for start in range(0, len(firms), CHUNK):
            few = select(Enterprise.id).where(Enterprise.id.in_(firms[start : start + CHUNK]), access.in_scope(who))
            allowed |= set(session.scalars(few, access.asker(who)))
    return [one for one in firms if one in allowed]


def _make(where: Place, order: Order, firms: Sequence[int], total: int, job: jobs.Run) -> None:
    """The documents of these firms; looks whether to stop between them."""
    job.expect(total)
    job.advance(total - len(firms))
    told, size = 0, 0
    for done, firm in enumerate(bundle_crew.work(where, order, firms), 1):
        size += bundle_piece.size(where.of(order.bundle_id), firm, order.formats)
        if size > RULES["most_mb"] << 20:
            raise jobs.Refused(say("bundle_large", most=RULES["most_mb"]))
        if done % RULES["batch"] == 0 or done == len(firms):
            job.advance(done - told)
            job.stop_if_asked()
            told = done


def _found(folder: Path, firms: Sequence[int]) -> Made:
    made = Made()
    for firm in firms:
        found = ready(folder, firm)
        outcome, pieces = found if found else ("gone", [])
        made.counts[outcome] += 1
        made.pieces += pieces
    return made


def _pack(path: Path, folder: Path, pieces: Sequence[Piece]) -> int:
    """The ZIP, whole or not there; its size. The files in it are packed already and are stored as they are."""
    draft = path.with_name(f"{path.name}.new")
    listed: list[tuple[str, ...]] = [tuple(say(f"bundle_column_{one}") for one in ("file", "firm", "code", "number"))]
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        for piece in pieces:
            claim = piece.row["claim"]
            name = issuing.file_name(piece.firm, claim["kind"], claim["format"], claim["number"])
            _add(archive, name, (folder / piece.file).read_bytes())
            listed.append((name, piece.firm, claim["firm"]["credit_code"], claim["number"]))
        _add(archive, say("bundle_list"), _csv(listed))
    draft.chmod(0o600)
    os.replace(draft, path)
    return path.stat().st_size


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, STAMP), data)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    """For Excel: UTF-8 with its mark; a text that looks like a formula is none."""
    out = io.StringIO()
    csv.writer(out).writerows([f"'{text}" if text[:1] in "=+-@\t\r" else text for text in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _note(where: Place, bundle: Bundle, who: Account, found: Made, size: int) -> None:
    """Rows, audit entries and the end of the bundle, all at once. Raises jobs.Refused when a firm or its verdict has
    gone meanwhile, or the key changed: done again it goes on without."""
    rows = [piece.document() for piece in found.pieces]
    with writing(where.engine) as session:
        firms = _still_there(session, rows)
        keys = seal_keys.public_keys(session)
        if any(row.key_id not in keys or not keys[row.key_id].valid_at(row.issued_at) for row in rows):
            raise jobs.Refused(say("bundle_key"))
        for few in _chunks(rows):
            session.execute(insert(Document), [_values(row, who.id) for row in few])
        deeds = [(firms[row.enterprise_id], {**seal.facts(row), "bundle": bundle.id}) for row in rows]
        audit.record_many(session, where.settings.secret_key, "document_issue", who, deeds)
        audit.record(
            session, where.settings.secret_key, "bundle_done", who, None, bundle=bundle.id, documents=len(rows)
        )
        counts = {**bundle.counts, **found.counts, "documents": len(rows)}
        ended = {"state": DONE, "size": size, "counts": counts, "ended_at": wording.now()}
        session.execute(update(Bundle).where(Bundle.id == bundle.id).values(**ended))


def _chunks(rows: Sequence[Document]) -> Iterator[Sequence[Document]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _values(row: Document, by: int) -> dict[str, object]:
    names = [column.name for column in Document.__table__.columns if column.name not in ("id", "issued_by_id")]
    return {**{name: getattr(row, name) for name in names}, "issued_by_id": by}


def _still_there(session: Session, rows: Sequence[Document]) -> dict[int, Enterprise]:
    """The firms by id, held; raises jobs.Refused when one of them or a verdict is gone."""
    firms: dict[int, Enterprise] = {}
    for few in _chunks(sorted(rows, key=lambda row: row.enterprise_id)):
        held = select(Enterprise).where(Enterprise.id.in_({row.enterprise_id for row in few})).order_by(Enterprise.id)
        firms |= {one.id: one for one in session.scalars(held.with_for_update())}
        verdicts = {row.diagnosis_id for row in few}
        there = set(session.scalars(select(Diagnosis.id).where(Diagnosis.id.in_(verdicts))))
        if verdicts - there or any(row.enterprise_id not in firms for row in few):
            raise jobs.Refused(say("bundle_changed"))
    return firms
