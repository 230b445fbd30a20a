"""What importing a file would do: every row read and checked, then held against the register, with nothing written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading
from diagnose.models import Division, Intake
from diagnose.services import intake_answers, intake_cells, intake_firms, jobs, sheets
from diagnose.services.intake_fields import Header
from diagnose.services.intake_files import Outcome, Place, write_outcome
from diagnose.services.intake_rows import Options, Problem, Reader, no_search_for_cycles, repeated
from diagnose.services.sheets import Table
from diagnose.texts import say
from questionnaires.schema import Form

Plan = intake_firms.Plan | intake_answers.Plan


def form_of(where: Place, intake: Intake) -> Form | None:
    """The form that the answers of this import are of."""
    return where.catalog.forms.get(intake.form)


def options(table: Table, mapping: dict[str, Any]) -> Options:
    """The mapping as stored, for reading."""
    first, rows = mapping["header"]
    titles = _titles(table, first, rows)
    columns = {int(number): key for number, key in mapping["columns"].items() if int(number) < len(titles)}
    return Options(columns, Header(titles, first, rows), mapping["process_type"], date.fromisoformat(mapping["day"]))


def _titles(table: Table, first: int, rows: int) -> tuple[str, ...]:
    """The titles of the header rows, the lower one of two that are not the same behind the upper one."""
    lines = [texts + [""] * (table.width - len(texts)) for _, texts in table.rows[first : first + rows]]
    return tuple(" ".join(part for part in dict.fromkeys(column) if part) for column in zip(*lines, strict=True))


def check(where: Place, intake: Intake) -> Outcome:
    """What importing would do, without doing it; kept beside the table for the page to show."""
    with no_search_for_cycles(), reading(where.engine) as session:
        ready = prepare(where, session, intake, sheets.load(where.table(intake.id)))
        found = outcome(ready, plan(where, session, ready, lock=False))
    where.report(intake.id).unlink(missing_ok=True)  # of a run before this check
    write_outcome(where.preview(intake.id), found)
    return found


@dataclass(frozen=True)
class Prepared:
    """All rows read and checked by themselves."""

    reader: Reader
    form: Form | None
    places: intake_cells.Places
    rows: int
    good: list[Any]
    problems: list[Problem]


def prepare(where: Place, session: Session, intake: Intake, table: Table, run: jobs.Run | None = None) -> Prepared:
    """Read and check the rows batch by batch, saying how far it is and looking whether to stop."""
    form, today = form_of(where, intake), wording.today()
    asked = options(table, intake.mapping)
    known = intake_cells.places(session, session.get_one(Division, intake.division_id))
    if form:
        reader = intake_answers.reader(form, table, asked, today)
    else:
        reader = intake_firms.reader(where.catalog, known, table, asked, today)
    data = reader.data_rows()
    if run:
        run.expect(len(data))
    good: list[Any] = []
    problems: list[Problem] = []
    everyone: list[Any] = []
    for batch in reader.batches(data):
        right, wrong = intake_answers.sheets(batch, reader, form) if form else intake_firms.rows(batch, reader)
        good += right
        problems += wrong
        everyone += batch
        if run:
            run.advance(len(batch))
            run.stop_if_asked()
    problems += repeated(everyone, reader)
    bad = {problem.row for problem in problems}
    return Prepared(reader, form, known, len(data), [one for one in good if one.row not in bad], problems)


def plan(where: Place, session: Session, ready: Prepared, lock: bool) -> Plan:
    if ready.form:
        return intake_answers.plan(session, ready.places.own_path, ready.good, ready.reader, ready.form, lock)
    return intake_firms.plan(session, where.catalog, ready.places, ready.good, ready.reader, lock)


def outcome(ready: Prepared, made: Plan) -> Outcome:
    problems = sorted([*ready.problems, *made.problems])
    return Outcome(ready.rows, made.counts(), problems, list(_changes(made)))


def _changes(made: Plan) -> Iterator[tuple[int, str, str, str]]:
    if isinstance(made, intake_answers.Plan):
        for sheet, firm in made.new:
            yield sheet.row, firm.name, sheet.code, say("intake_answers_new", day=sheet.as_of)
        return
    for one in made.changed:
        yield one.row, one.name, one.code, one.words
    for one in made.new:
        yield one.row, one.name, one.code, say("intake_firm_new")
