"""Word templates: which one is in force, and another in its place after it was checked and tried."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from diagnose import wording
from diagnose.models import WordTemplate
from diagnose.models.people import ADMIN
from diagnose.reports.documents import MEDIA
from diagnose.reports.word import packaged
from diagnose.reports.word_guide import field_list
from diagnose.reports.word_trial import tried
from diagnose.services import word_templates
from diagnose.services.word_package import LIMITS, Refused
from diagnose.services.word_templates import KINDS
from diagnose.web import errors, here, login

blueprint = Blueprint("admin_templates", __name__, url_prefix="/admin/templates")

REQUEST_BYTES = LIMITS["request_mb"] << 20
DONE = ("accepted", "packaged")


@blueprint.url_value_preprocessor
def _admit(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything of a body is read: only an admin may send a large one, and only as an upload."""
    who = here.account() if request.method == "POST" and endpoint == "admin_templates.upload" else None
    if who and who.role == ADMIN and request.mimetype == "multipart/form-data":
        request.max_content_length = REQUEST_BYTES


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Every kind of document with its template in force, the form for another, the fields, and what was uploaded."""
    login.person(ADMIN)
    return _page()


def _page(kind: str = "", problem: str = "", status: int = 422) -> ResponseReturnValue:
    """``problem``: why the template for ``kind`` was not taken."""
    with here.reading() as db:
        active = {one: word_templates.in_force(db, one) for one in KINDS}
        rows = word_templates.history(db)
    done = request.args.get("done", "")
    page = render_template(
        "admin/templates.html",
        kinds=KINDS,
        active=active,
        history=rows,
        fields=field_list(),
        limits=LIMITS,
        kind=kind,
        problem=problem,
        done=done if done in DONE else "",
    )
    return page, status if problem else 200


@blueprint.get("/<word_kind>/packaged")
def packaged_file(word_kind: str) -> Response:
    """The template that comes with the app, to start from."""
    login.person(ADMIN)
    return _file(packaged(_known(word_kind)), f"{word_kind}.docx")


@blueprint.get("/<word_kind>/current")
def current_file(word_kind: str) -> Response:
    """The template in force."""
    login.person(ADMIN)
    with here.reading() as db:
        found = word_templates.current(db, _known(word_kind))
    return _file(found or packaged(word_kind), f"{word_kind}-current.docx")


@blueprint.get("/uploaded/<row:template_id>")
def uploaded_file(template_id: int) -> Response:
    """One that was uploaded at some time."""
    login.person(ADMIN)
    with here.reading() as db:
        row = db.get(WordTemplate, template_id) or abort(404)
    return _file(row.content, f"{row.kind}-{row.id}.docx")


@blueprint.get("/<word_kind>/trial")
def trial(word_kind: str) -> ResponseReturnValue:
    """The template in force filled in with a synthetic firm."""
    login.person(ADMIN)
    with here.reading() as db:
        found = word_templates.current(db, _known(word_kind))
    try:
        return _file(tried(found or packaged(word_kind), word_kind), f"{word_kind}-trial.docx")
    except Refused as refused:
        return _page(word_kind, refused.message)


@blueprint.post("/<word_kind>")
def upload(word_kind: str) -> ResponseReturnValue:
    """Check a template, try it, and put it in force."""
    who, kind = login.person(ADMIN), _known(word_kind)
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Refused("none")
        data = sent.stream.read((LIMITS["file_mb"] << 20) + 1)  # of one that is too large only so much as shows it
        tried(data, kind)
    except Refused as refused:
        current_app.logger.warning("refused word template: %s", refused.reason)
        with here.writing() as db:
            here.record(db, "template_refused", kind=kind, reason=refused.reason)
        return _page(kind, refused.message)
    with here.writing() as db:
        row = word_templates.accept(db, kind, sent.filename, data, who, wording.now())
        here.record(db, "template_accepted", kind=kind, template=row.id, sha256=row.sha256)
    return redirect(url_for(".show", done="accepted"), 303)


@blueprint.post("/<word_kind>/packaged")
def use_packaged(word_kind: str) -> ResponseReturnValue:
    """Back to the packaged template."""
    login.person(ADMIN)
    with here.writing() as db:
        if word_templates.packaged_again(db, _known(word_kind)):
            here.record(db, "template_packaged", kind=word_kind)
    return redirect(url_for(".show", done="packaged"), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    if request.max_content_length != REQUEST_BYTES:
        return errors.page("413", 413)
    return _page(str((request.view_args or {}).get("word_kind", "")), Refused("large").message, 413)


def _known(kind: str) -> str:
    return kind if kind in KINDS else abort(404)


def _file(data: bytes, name: str) -> Response:
    response = Response(data, mimetype=MEDIA["word"])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
