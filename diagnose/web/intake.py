"""导入: lists of firms and answer sheets in; templates and empty questionnaires out."""

import io
import os
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from diagnose import wording
from diagnose.jobs import queue
from diagnose.models import Account, Division, Intake, Job
from diagnose.models.intake import DONE, QUEUED, REFUSED, RUNNING
from diagnose.reports import intake_excel, questionnaire
from diagnose.services import intake, intake_cells, intake_check, intake_fields, intake_files, intake_upload, sheets
from diagnose.services.fact_rules import FIRST_DAY
from diagnose.services.intake_fields import ANSWERS, FIRMS
from diagnose.services.intake_firms import PROCESS_TYPES
from diagnose.services.sheets import FILE_BYTES, LIMITS, Refused
from diagnose.texts import say
from diagnose.web import errors, here, login
from questionnaires.schema import Form

blueprint = Blueprint("intake", __name__, url_prefix="/district/import")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REQUEST_BYTES = LIMITS["request_mb"] << 20

REFRESH = "2"  # seconds


@blueprint.url_value_preprocessor
def _admit(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything of a body is read: only an officer may send a large one, and only as an upload."""
    if request.method != "POST" or endpoint != "intake.upload":
        return
    who = here.account()
    if who and who.role == "officer" and who.division_id and request.mimetype == "multipart/form-data":
        request.max_content_length = REQUEST_BYTES


def _officer() -> Account:
    who = login.person("officer")
    return who if who.division_id else abort(404)


# ---------- the list, and uploading ----------


@blueprint.get("/")
def every() -> ResponseReturnValue:
    """The own imports and those of the same division, the form for another, and what to fill in."""
    return _every_page(_officer())


def _every_page(who: Account, problem: str = "", status: int = 422) -> ResponseReturnValue:
    """``problem``: why an upload was not taken; of one that is too large (413) nothing else was read."""
    with here.reading() as db:
        found = [(one, intake.state(one, job, wording.now()), job) for one, job in intake.of_officer(db, who)]
    forms = here.catalog().forms
    chosen = request.form if problem and status == 422 else {}
    page = render_template("intake/every.html", found=found, forms=forms, problem=problem, limits=LIMITS, chosen=chosen)
    return page, status if problem else 200


@blueprint.post("/")
def upload() -> ResponseReturnValue:
    """Take a file in: read, columns guessed, checked. Whatever is wrong with it is said in a sentence."""
    who = _officer()
    sent = request.files.get("file")
    kind, form = request.form.get("kind", ""), here.catalog().forms.get(request.form.get("form", ""))
    try:
        if kind not in (FIRMS, ANSWERS):
            raise Refused("kind")
        if kind == ANSWERS and form is None:
            raise Refused("form")
        if sent is None or not sent.filename:
            raise Refused("none")
        made = _take(who, sent, kind, form if kind == ANSWERS else None)
    except Refused as refused:
        current_app.logger.warning("refused intake_%s", refused.reason)
        return _every_page(who, refused.message)
    return redirect(url_for(".show", intake_id=made.id), 303)


def _take(who: Account, sent: FileStorage, kind: str, form: Form | None) -> Intake:
    """Copy the upload to a file of our own, piece by piece, and read that."""
    where = queue().place
    handle, name = tempfile.mkstemp(prefix="upload-", dir=where.folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _copy(sent, file)
        made = intake_upload.take(where, path, sent.filename or "", who, kind, form, wording.now())
    finally:
        path.unlink()
    intake_check.check(where, made)
    return made


def _copy(sent: FileStorage, file: Any) -> None:
    size = 0
    while piece := sent.stream.read(1 << 20):
        size += len(piece)
        if size > FILE_BYTES:
            raise Refused("size")
        file.write(piece)


# ---------- one import ----------


@blueprint.get("/<row:intake_id>")
def show(intake_id: int) -> ResponseReturnValue:
    """Columns and preview, how far it is, or what came of it."""
    who = _officer()
    with here.reading() as db:
        found, job = intake.find(db, who, intake_id) or abort(404)
        by = db.get_one(Account, found.by_id)
    state = intake.state(found, job, wording.now())
    if state in (QUEUED, RUNNING):
        answer = Response(render_template("intake/progress.html", intake=found, job=job, state=state))
        answer.headers["Refresh"] = REFRESH
        return answer
    if state in (DONE, REFUSED) and not request.args.get("again"):
        return _result_page(found, state, by)
    return _columns_page(found, job, state)


def _result_page(found: Intake, state: str, by: Account) -> str:
    outcome = intake_files.read_outcome(queue().place.report(found.id))
    return render_template("intake/result.html", intake=found, state=state, outcome=outcome, by=by, limits=LIMITS)


def _columns_page(found: Intake, job: Job | None, state: str, problem: str = "") -> ResponseReturnValue:
    where = queue().place
    outcome = intake_files.read_outcome(where.preview(found.id))
    try:
        table = sheets.load(where.table(found.id))
    except FileNotFoundError:
        return render_template("intake/gone.html", intake=found)
    form = intake_check.form_of(where, found)
    fields = intake_fields.fields_of(found.kind, form)
    asked = intake_check.options(table, found.mapping)
    first = table.rows[asked.header.first + asked.header.rows :][: LIMITS["preview"]]
    page = render_template(
        "intake/columns.html",
        intake=found,
        job=job,
        state=state,
        table=table,
        options=asked,
        groups=_grouped(fields),
        titles={field.key: field.title for field in fields},
        first=first,
        outcome=outcome,
        wrong=_wrong_cells(outcome),
        problem=problem,
        lacking=_lacking(found.mapping["columns"]),
        merged=_merged_columns(table, asked),
        process_types=PROCESS_TYPES,
        limits=LIMITS,
    )
    return page, 422 if problem else 200


def _grouped(fields: Any) -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for field in fields:
        groups.setdefault(field.group, []).append((field.key, field.title))
    return groups


def _wrong_cells(outcome: intake_files.Outcome | None) -> dict[int, dict[int, str]]:
    """Row → column → reason."""
    found: dict[int, dict[int, str]] = {}
    for one in outcome.problems if outcome else ():
        found.setdefault(one.row, {}).setdefault(one.column, one.reason)
    return found


def _lacking(columns: Mapping[str, str]) -> str:
    """The sentence about the one column that nothing goes without."""
    title = sheets.SETTINGS["fields"]["credit_code"]["title"]
    return "" if "credit_code" in columns.values() else say("intake_needed", title=title)


def _merged_columns(table: sheets.Table, asked: Any) -> dict[str, int]:
    """Title of a mapped column → how many merged ranges below the header reach into it."""
    below = table.rows[asked.header.first + asked.header.rows :]
    start = below[0][0] - 1 if below else 0
    found: dict[str, int] = {}
    for (top, left), (bottom, right) in table.merged:
        for column in asked.columns if bottom >= start and bottom >= top else ():
            if left <= column <= right:
                title = asked.header.titles[column]
                found[title] = found.get(title, 0) + 1
    return found


@blueprint.post("/<row:intake_id>/columns")
def columns(intake_id: int) -> ResponseReturnValue:
    """Another mapping: checked anew, and shown."""
    who, where = _officer(), queue().place
    with here.writing() as db:
        found, job = intake.find(db, who, intake_id, lock=True) or abort(404)
        if intake.state(found, job, wording.now()) not in intake.STARTABLE:
            return redirect(url_for(".show", intake_id=intake_id), 303)
        mapping, problem = _mapping(where, found)
        if not problem:
            found.mapping = mapping
    if problem:
        return _columns_page(found, job, intake.state(found, job, wording.now()), problem)
    intake_check.check(where, found)
    return redirect(url_for(".show", intake_id=intake_id, again=1), 303)


def _mapping(where: intake_files.Place, found: Intake) -> tuple[dict[str, Any], str]:
    """What was chosen, and what is wrong with it."""
    try:
        table = sheets.load(where.table(found.id))
    except FileNotFoundError:
        abort(404)
    fields = intake_fields.fields_of(found.kind, intake_check.form_of(where, found))
    chosen = {number: request.form.get(f"column-{number}", "") for number in map(str, range(table.width))}
    mapping = {**found.mapping, "columns": intake_fields.clean(chosen, fields, table.width)}
    if request.form.get("process_type") in PROCESS_TYPES:
        mapping["process_type"] = request.form["process_type"]
    day = _day(request.form.get("day", ""))
    mapping["day"] = str(day or mapping["day"])
    both = intake_fields.twice(mapping["columns"])
    if both:
        titles = {field.key: field.title for field in fields}
        return mapping, say("intake_both", title=titles[both[0]])
    return mapping, _lacking(mapping["columns"]) or ("" if day else say("intake_day_pick"))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= wording.today() else None


@blueprint.post("/<row:intake_id>/start")
def start(intake_id: int) -> ResponseReturnValue:
    """Let the worker do it; twice is once."""
    who = _officer()
    with here.writing() as db:
        found, job = intake.find(db, who, intake_id, lock=True) or abort(404)
        if _lacking(found.mapping["columns"]) or not queue().place.table(intake_id).exists():
            return redirect(url_for(".show", intake_id=intake_id, again=1), 303)
        queued = intake.enqueue(found, who.id, request.form.get("partly") == "yes", job, wording.now())
        if queued:
            here.record(db, "intake_start", None, intake=intake_id, partly=found.partly)
    if queued:
        queue().start_import(intake_id)
    return redirect(url_for(".show", intake_id=intake_id), 303)


@blueprint.post("/<row:intake_id>/cancel")
def cancel(intake_id: int) -> ResponseReturnValue:
    """Stop it; what has been finished meanwhile stays as it is."""
    who = _officer()
    with here.writing() as db:
        found, _ = intake.find(db, who, intake_id, lock=True) or abort(404)
        intake.cancel(db, found)
        here.record(db, "intake_cancel", None, intake=intake_id)
    return redirect(url_for(".show", intake_id=intake_id), 303)


@blueprint.get("/<row:intake_id>/report.xlsx")
def report_excel(intake_id: int) -> ResponseReturnValue:
    """Bad rows and changes as a workbook: of the run, else of the check."""
    return _report(intake_id, intake_excel.report_excel, "xlsx", XLSX)


@blueprint.get("/<row:intake_id>/report.csv")
def report_csv(intake_id: int) -> ResponseReturnValue:
    """The bad rows as CSV."""
    return _report(intake_id, intake_excel.report_csv, "csv", "text/csv")


def _report(intake_id: int, write: Any, ending: str, media: str) -> ResponseReturnValue:
    with here.reading() as db:
        found, _ = intake.find(db, _officer(), intake_id) or abort(404)
    where = queue().place
    outcome = intake_files.read_outcome(where.report(found.id)) or intake_files.read_outcome(where.preview(found.id))
    if outcome is None:
        abort(404)
    handle, name = tempfile.mkstemp(prefix="report-", dir=where.folder)
    os.close(handle)
    path = Path(name)
    try:
        write(path, outcome)
        data = path.read_bytes()
    finally:
        path.unlink()
    return _download(data, f"{Path(found.file_name).stem}-{say('intake_report_problems')}", ending, media)


# ---------- templates ----------


@blueprint.get("/firms.xlsx")
def firms_template() -> ResponseReturnValue:
    """The empty list of firms, with the divisions of the own subtree to choose from."""
    who = _officer()
    with here.reading() as db:
        places = _names_of_places(db, who)
    return _download(intake_excel.firms_template(here.catalog(), places), say("intake_template_sheet"), "xlsx", XLSX)


def _names_of_places(db: Session, who: Account) -> list[str]:
    """The divisions below the own one, by a name that is read back as just this one."""
    known = intake_cells.places(db, db.get_one(Division, who.division_id))
    names: dict[int, str] = {}
    for name, division in known.by_name.items():
        if division is not None and not name.isdecimal() and len(name) < len(names.get(division, name + "…")):
            names[division] = name
    return sorted(names[one] for one in names if one != known.own) or list(names.values())


@blueprint.get("/<form>/<edition>/answers.xlsx")
def answers_template(form: str, edition: str) -> ResponseReturnValue:
    """The empty table of answer sheets."""
    asked = _form(form, edition)
    return _download(
        intake_excel.answers_template(asked), f"{asked.title}-{say('intake_template_answers')}", "xlsx", XLSX
    )


@blueprint.get("/<form>/<edition>/questionnaire.xlsx")
def questionnaire_excel(form: str, edition: str) -> ResponseReturnValue:
    """The empty questionnaire to fill in on a computer."""
    asked = _form(form, edition)
    return _download(questionnaire.excel(asked), say("intake_print_title", title=asked.title), "xlsx", XLSX)


@blueprint.get("/<form>/<edition>/questionnaire.pdf")
def questionnaire_pdf(form: str, edition: str) -> ResponseReturnValue:
    """The empty questionnaire to print."""
    asked = _form(form, edition)
    return _download(questionnaire.pdf(asked), say("intake_print_title", title=asked.title), "pdf", "application/pdf")


def _form(form: str, edition: str) -> Form:
    _officer()
    return here.catalog().forms.get(f"{form}/{edition}") or abort(404)


def _download(data: bytes, title: str, ending: str, media: str) -> Response:
    return send_file(io.BytesIO(data), media, as_attachment=True, download_name=f"{title}.{ending}")


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Said on the page itself. The body is read to its end first, however large: a browser that is still sending takes
    our closing for a broken connection."""
    current_app.logger.warning("refused intake_size")
    if request.endpoint != "intake.upload" or request.max_content_length != REQUEST_BYTES:
        return errors.page("413", 413)
    _drain()
    return _every_page(_officer(), Refused("size").message, 413)


def _drain() -> None:
    unread, left = request.environ["wsgi.input"], LIMITS["drain_mb"] << 20
    until = time.monotonic() + LIMITS["drain_seconds"]
    while left > 0 and time.monotonic() < until:
        piece = unread.read(1 << 20)
        if not piece:
            return
        left -= len(piece)
