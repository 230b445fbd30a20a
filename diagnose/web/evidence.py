"""佐证 of one answer: a page with its list and upload form, the pictures themselves, deleting."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from diagnose import wording
from diagnose.models import Evidence
from diagnose.services import evidence, pictures
from diagnose.services.pictures import JPEG, Refused
from diagnose.store import Missing, Unavailable
from diagnose.texts import say
from diagnose.web import errors, here, login, uploads
from diagnose.web.evidence_place import Closed, Place, changeable, place_or_404
from diagnose.web.uploads import Fault

blueprint = Blueprint("evidence", __name__, url_prefix="/file/<file:public_id>/evidence")
# Whatever a file turns out to be, opened by itself it may do nothing, and nobody else's page may embed it.
ALONE = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cross-Origin-Resource-Policy": "same-origin"}


@blueprint.record_once
def _give_templates(state: BlueprintSetupState) -> None:
    """What templates/evidence/box.html needs, which other pages import."""
    state.app.jinja_env.globals.update(
        new_change=uploads.new_change, today=wording.today, evidence_limits=pictures.LIMITS
    )


@blueprint.url_value_preprocessor
def _admit(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything of a body is read: only who can open the file may send a large one, and only as an upload."""
    if request.method != "POST" or not values:
        return
    public_id = values["public_id"]
    if here.account() is None and here.code_held(public_id) is None and uploads.wants_json():
        abort(Response('{"signed_out": true}', 401, mimetype="application/json"))
    with here.reading() as db:
        here.enterprise_or_404(db, public_id)
    if endpoint == "evidence.upload" and request.mimetype == "multipart/form-data":
        request.max_content_length = pictures.REQUEST_BYTES


@blueprint.get("/<row:assessment_id>/<question>")
def page(public_id: str, assessment_id: int, question: str) -> ResponseReturnValue:
    """What lies beside one answer, and for whoever may, the form to add to it."""
    with here.reading() as db:
        return _page(db, place_or_404(db, public_id, assessment_id, question))


@blueprint.post("/<row:assessment_id>/<question>")
def upload(public_id: str, assessment_id: int, question: str) -> ResponseReturnValue:
    """Keep one or several files. What is refused is named with the reason; the others are kept all the same."""
    with here.reading() as db:
        changeable(place_or_404(db, public_id, assessment_id, question))
    form, sent = uploads.UploadForm(request.form), uploads.files()
    problem = uploads.problem(form, sent)
    if problem:
        return _not_all(public_id, assessment_id, question, 0, [problem])
    saved: list[Evidence] = []
    refused: list[Fault] = []
    for one in sent:
        try:
            saved.append(uploads.take(public_id, assessment_id, question, one, form))
        except Refused as error:
            _note(public_id, assessment_id, question, error)
            refused.append(Fault(error.message, uploads.title(one, form)))
    if refused:
        return _not_all(public_id, assessment_id, question, len(saved), refused)
    if uploads.wants_json():
        return jsonify(_shown(public_id, saved[0]))
    return _back(public_id, assessment_id, question)


def _note(public_id: str, assessment_id: int, question: str, refused: Refused) -> None:
    current_app.logger.warning("refused evidence_%s", refused.reason)
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        what = {"assessment": assessment_id, "question": question, "reason": refused.reason}
        here.record(db, "evidence_refused", enterprise, **what)


def _not_all(
    public_id: str, assessment_id: int, question: str, saved: int, refused: list[Fault]
) -> ResponseReturnValue:
    """The page with what was not taken, each by its name, and why."""
    if uploads.wants_json():
        return jsonify(message=refused[0].message), 422
    with here.reading() as db:
        return _page(db, place_or_404(db, public_id, assessment_id, question), saved, refused), 422


def _shown(public_id: str, row: Evidence) -> dict[str, object]:
    thumb = url_for(".thumb", public_id=public_id, evidence_id=row.id) if row.media == JPEG else None
    return {"id": row.id, "title": row.title, "thumb": thumb}


def _back(public_id: str, assessment_id: int, question: str) -> ResponseReturnValue:
    """To the page whose form was used."""
    own = url_for(".page", public_id=public_id, assessment_id=assessment_id, question=question)
    return redirect(login.safe_next(request.form.get("back")) or own, 303)


@blueprint.get("/<row:evidence_id>/original")
def original(public_id: str, evidence_id: int) -> ResponseReturnValue:
    """The picture, or the PDF as a download."""
    row = _row_or_404(public_id, evidence_id)
    response = _bytes(row, row.store_key)
    response.content_length = row.size
    how = "inline" if row.media == JPEG else "attachment"
    name = quote(row.title + pictures.EXTENSIONS[row.media], safe="")  # a header is ASCII
    response.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{name}"
    return response


@blueprint.get("/<row:evidence_id>/thumb")
def thumb(public_id: str, evidence_id: int) -> ResponseReturnValue:
    """The small picture; a PDF has none."""
    row = _row_or_404(public_id, evidence_id)
    if row.media != JPEG:
        abort(404)
    return _bytes(row, evidence.thumb_key(row.store_key))


def _row_or_404(public_id: str, evidence_id: int) -> Evidence:
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        return evidence.find(db, enterprise.id, evidence_id) or abort(404)


def _bytes(row: Evidence, key: str) -> Response:
    try:
        return Response(here.store().get(key), mimetype=row.media, headers=ALONE)
    except Missing:
        current_app.logger.error("evidence %s has no bytes in the store", row.id)
        abort(404)


@blueprint.post("/<row:evidence_id>/delete")
def delete(public_id: str, evidence_id: int) -> ResponseReturnValue:
    """Mark one piece as deleted; a second click finds it done."""
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, lock=True)
        row = evidence.find(db, enterprise.id, evidence_id, with_deleted=True) or abort(404)
        changeable(place_or_404(db, public_id, row.assessment_id, row.question, lock=True))
        if evidence.delete(row, here.account_id(), wording.now()):
            here.record(db, "evidence_deleted", enterprise, **evidence.facts(row))
    if uploads.wants_json():
        return jsonify(deleted=row.id)
    return _back(public_id, row.assessment_id, row.question)


@blueprint.errorhandler(Closed)
def _closed(error: Closed) -> ResponseReturnValue:
    current_app.logger.warning("refused evidence_closed")
    if uploads.wants_json():
        return jsonify(closed=True, message=say("evidence_closed")), 410
    return errors.page("evidence_closed", 410)


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> Response:
    current_app.logger.warning("refused evidence_request")
    return errors.page("upload_413" if request.max_content_length == pictures.REQUEST_BYTES else "413", 413)


@blueprint.errorhandler(Unavailable)
def _unavailable(error: Unavailable) -> Response:
    current_app.logger.error("the evidence store is not available: %s", error)
    return errors.page("upload_store", 503)


def _page(db: Session, place: Place, saved: int = 0, refused: list[Fault] | None = None) -> str:
    return render_template(
        "evidence/page.html",
        enterprise=place.enterprise,
        assessment=place.assessment,
        visit=place.visit,
        question=place.question,
        items=evidence.of_question(db, place.assessment.id, place.question.code),
        may_change=place.may_change and place.is_open,
        saved=saved,
        refused=refused or [],
    )
