"""The last-resort web font: a style sheet and its slices, fetched only by browsers without a Chinese font."""

import hashlib
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request, send_file

from diagnose.reports import fonts

blueprint = Blueprint("fonts", __name__, url_prefix="/font")

HOUR = 3600
YEAR = 365 * 24 * HOUR


@blueprint.get("/zz-fallback.css")
def css() -> Response:
    """The @font-face rules; asked for again after an hour, as slices are renamed when our texts change."""
    text = fonts.font_css()
    response = Response(text, mimetype="text/css")
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:16])
    response.cache_control.public = True
    response.cache_control.max_age = HOUR
    response.make_conditional(request)
    return response


@blueprint.get("/<name>.woff2")
def font_slice(name: str) -> Response:
    """One slice, made at the first request and never changed; 404 for a name that no style sheet of ours has."""
    if name not in fonts.slices():
        abort(404)
    path = fonts.slice_file(name, Path(current_app.config["FONT_DIR"]))
    response = send_file(path, mimetype="font/woff2", max_age=YEAR)
    response.cache_control.immutable = True
    return response
