"""核验: for anybody who holds a document. By its number, or by the file itself; shown is what stands on the paper."""

from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from diagnose.services import seal, seal_check, seal_keys
from diagnose.services.seal_check import UPLOAD_BYTES, Checked
from diagnose.texts import say
from diagnose.web import errors, here, tries

blueprint = Blueprint("verify", __name__, url_prefix="/verify")
ENVELOPE = 64 << 10  # what a form adds to a file


@blueprint.url_value_preprocessor
def _admit(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Only here may anybody send more than a form."""
    if request.method == "POST" and endpoint == "verify.upload" and request.mimetype == "multipart/form-data":
        request.max_content_length = UPLOAD_BYTES + ENVELOPE


@blueprint.get("")
def ask() -> ResponseReturnValue:
    """The form; with ``?number=`` on to the document."""
    typed = request.args.get("number", "").strip()
    if not typed:
        return _form_page()
    number = seal.normal_number(typed)
    return redirect(url_for(".show", number=number)) if number else _form_page(say("verify_no_number"), "number", 422)


def _form_page(problem: str = "", field: str = "", status: int = 200) -> ResponseReturnValue:
    typed = request.args.get("number", "")[: seal.LONGEST]
    page = render_template("verify/ask.html", problem=problem, field=field, typed=typed, limits=seal_check.RULES)
    return page, status


@blueprint.get("/<number>")
def show(number: str) -> ResponseReturnValue:
    """What was issued under a number. Wrong ones count as guesses; what cannot be a number is none."""
    normal = seal.normal_number(number)
    if normal is None:
        return render_template("verify/none.html"), 404
    attempt = tries.begin()
    with here.reading() as db:
        found = seal_check.by_number(db, normal)
    if found is None:
        return render_template("verify/none.html"), 404
    with here.writing() as db:
        attempt.was_right(db)
    return render_template("verify/show.html", found=found, rules=here.catalog().rulesets.get(found.row.edition))


@blueprint.post("")
def upload() -> ResponseReturnValue:
    """Check a file. It is looked at and forgotten; of a file that is no genuine one nothing is repeated."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _form_page(say("verify_no_file"), "file", 422)
    data = sent.stream.read(UPLOAD_BYTES + 1)
    if len(data) > UPLOAD_BYTES:
        return _form_page(Checked("large").sentence, "file", 413)
    with here.reading() as db:
        found = seal_check.check_here(db, data, here.catalog())
    return render_template("verify/checked.html", found=found, lines=seal_check.lines(found.claim or {}))


@blueprint.get("/keys.json")
def keys() -> ResponseReturnValue:
    """The public keys, for checking without us."""
    with here.reading() as db:
        return jsonify(seal_keys.offered(seal_keys.public_keys(db)))


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Said on the page itself."""
    current_app.logger.warning("refused verify_size")
    if request.endpoint != "verify.upload" or request.max_content_length != UPLOAD_BYTES + ENVELOPE:
        return errors.page("413", 413)
    return _form_page(Checked("large").sentence, "file", 413)
