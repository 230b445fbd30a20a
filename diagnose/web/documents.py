"""Documents of a file: issue and download one, the list of those issued, revoke one."""

import io
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from diagnose.access import Right
from diagnose.config import Settings
from diagnose.models import Enterprise
from diagnose.reports.documents import ENDINGS, MEDIA
from diagnose.reports.word_fields import TemplateRefused
from diagnose.services import issuing, seal, seal_keys
from diagnose.services.seal import Sealed
from diagnose.services.seal_keys import Signer
from diagnose.web import errors, here

REVOKERS = frozenset({Right.OWN, Right.MANAGE})
blueprint = Blueprint("documents", __name__, url_prefix="/file/<file:public_id>")


@blueprint.post("/verdict/<row:diagnosis_id>/document")
def issue(public_id: str, diagnosis_id: int) -> ResponseReturnValue:
    """Issue a document about one verdict, and send it. Whoever may read the file may have it on paper."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        if not issuing.of_firm(db, enterprise, diagnosis_id):
            abort(404)
        kind, format = request.form.get("kind", ""), request.form.get("format", "")
        if kind not in issuing.KINDS or format not in issuing.FORMATS:
            abort(400)
        found = issuing.ready(db, here.catalog(), here.store(), enterprise, kind, diagnosis_id)
    if found is None:
        abort(404)
    try:
        made = found.sealed(_signer(), format, root())
    except seal_keys.KeyLost as error:
        current_app.logger.error("%s", error)
        return errors.page("no_seal_key", 503)
    except TemplateRefused as error:
        current_app.logger.error("word template of %s: %s", kind, error)
        return errors.page("word_template", 503)
    try:
        return _sent(made, _noted(public_id, made))
    except seal.Outdated:
        current_app.logger.warning("refused %s", "seal_key_changed")
        return errors.page("seal_key_changed", 409)


def _noted(public_id: str, made: Sealed) -> Enterprise:
    """In one transaction with the look whether it may still be issued."""
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, lock=True)
        seal.note(db, made.row, here.account_id())
        here.record(db, "document_issue", enterprise, **seal.facts(made.row))
    return enterprise


def _sent(made: Sealed, enterprise: Enterprise) -> Response:
    row = made.row
    name = issuing.file_name(enterprise.name, row.kind, row.format, row.number.split("-")[1])
    answer = send_file(io.BytesIO(made.data), MEDIA[row.format])
    # With a plain name for programs that know no other.
    plain = f"{row.number}{ENDINGS[row.format]}"
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return answer


def _signer() -> Signer:
    return seal.signer_of(here.engine(), settings())


def settings() -> Settings:
    """The settings of this app."""
    found: Settings = current_app.extensions["diagnose"].settings
    return found


def root() -> str:
    """Where people find us, for what is printed: as configured, else as this request did."""
    return settings().public_url or request.host_url.rstrip("/")


@blueprint.get("/documents")
def every(public_id: str) -> ResponseReturnValue:
    """What was issued, when, by whom, and what of it still counts."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        found = issuing.of_file(db, enterprise)
    return render_template(
        "documents/every.html",
        enterprise=enterprise,
        found=found,
        told=request.args.get("told"),
        may_revoke=bool(g.rights & REVOKERS),
    )


@blueprint.post("/documents/<row:document_id>/revoke")
def revoke(public_id: str, document_id: int) -> ResponseReturnValue:
    """作废: for the firm itself and for its officer."""
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, lock=True)
        row = issuing.find(db, enterprise, document_id) if g.rights & REVOKERS else None
        if row is None:
            abort(404)
        if issuing.revoke(row, here.account_id()):
            here.record(db, "document_revoke", enterprise, number=row.number)
    return redirect(url_for(".every", public_id=public_id, told="revoked"), 303)
