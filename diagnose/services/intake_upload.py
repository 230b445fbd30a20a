"""A file comes in: read, its columns guessed, kept as a new import. Nothing of it is in the register yet."""

import hashlib
import os
import secrets
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Account, Intake
from diagnose.services import audit, intake_fields, sheets
from diagnose.services.intake_fields import ANSWERS
from diagnose.services.intake_files import Place, write_table
from diagnose.services.sheets import LIMITS, Table
from diagnose.texts import say
from questionnaires.schema import Form


def take(where: Place, upload: Path, name: str, who: Account, kind: str, form: Form | None, now: datetime) -> Intake:
    """Read an uploaded file into a new import with a guessed mapping; raises sheets.Refused."""
    draft = where.folder / f"draft-{secrets.token_hex(8)}"
    sheets.convert(upload, draft)
    try:
        table = sheets.load(draft)
        table = _flat(table, form) if kind == ANSWERS and form else table
        return _keep(where, draft, table, upload, name, who, kind, form, now)
    finally:
        draft.unlink(missing_ok=True)


def _keep(
    where: Place, draft: Path, table: Table, upload: Path, name: str, who: Account, kind: str, form: Form | None,
    now: datetime,
) -> Intake:  # fmt: skip
    fields = intake_fields.fields_of(kind, form)
    header = intake_fields.find_header(table, fields)
    rows = len(table.rows) - header.first - header.rows
    if rows <= 0:
        raise sheets.Refused("header_only")
    if kind == ANSWERS and rows > LIMITS["answer_rows"]:
        raise sheets.Refused("answer_rows")
    mapping = {"columns": intake_fields.guess(header.titles, fields), "header": [header.first, header.rows],
               "process_type": "discrete", "day": str(now.astimezone(wording.SHANGHAI).date())}  # fmt: skip
    digest = hashlib.sha256(upload.read_bytes())
    assert who.division_id  # an officer
    with writing(where.engine) as session:
        made = Intake(
            by_id=who.id,
            division_id=who.division_id,
            kind=kind,
            form=form.name if form else "",
            file_name=_clean_name(name),
            sha256=digest.hexdigest(),
            size=upload.stat().st_size,
            rows=rows,
            mapping=mapping,
            made_at=now,
        )
        session.add(made)
        session.flush()
        write_table(draft, table)
        os.replace(draft, where.table(made.id))
        audit.record(session, where.secret, "intake_upload", who, None, intake=made.id, sha256=made.sha256)
    return made


def _clean_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable())[:120] or say("intake_unnamed")


def _flat(table: Table, form: Form) -> Table:
    """A filled questionnaire (one fact a row) as one row of answers; any other table as it is."""
    codes = {code for fact, _ in intake_fields.facts_asked(form) for code in [fact.code]}
    codes |= {"credit_code", "name", "as_of"}
    found: dict[str, str] = {}
    column: int | None = None
    for _, texts in table.rows:
        plain = [intake_fields.plain(text) for text in texts]
        if (
            column is None
            and intake_fields.plain(say("intake_print_answer")) in plain
            and say("intake_print_code") in texts
        ):
            column = plain.index(intake_fields.plain(say("intake_print_answer")))
        elif column is not None and texts and texts[0] in codes:
            found[texts[0]] = texts[column] if column < len(texts) else ""
    if column is None:
        return table
    return replace(table, rows=[(1, list(found)), (2, list(found.values()))], merged=(), no_value=frozenset())
