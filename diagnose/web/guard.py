"""What every answer carries so that a browser protects its user."""

from urllib.parse import unquote_to_bytes

from flask import Flask, Request, Response, abort, request
from flask.sessions import SecureCookieSessionInterface

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# What belongs to one firm or one person stays out of caches and search engines.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
PRIVATE_ROOMS = {"file", "continue", "new", "join", "activate", "login", "logout", "forgot", "me", "notices", "verify"}
PRIVATE_ROOMS |= {"district", "cockpit", "targets", "visits", "admin"}
MOST_DRAINED = 70 << 20
SHARED_PREFIXES = ("/static/", "/bootstrap/", "/font/", "/public/")


class Sessions(SecureCookieSessionInterface):
    """Session cookies are Secure when the request came over HTTPS, also behind a trusted proxy."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def install(app: Flask) -> None:
    """Add the headers to every answer."""
    app.session_interface = Sessions()
    app.before_request(_readable)
    app.after_request(_protect)
    app.after_request(_drained)


def _readable() -> None:
    """Refuse a body that no form of ours sends: of another kind, or not in UTF-8.

    werkzeug reads the first as an empty form, which would clear the answers, and stores the second garbled.
    """
    if request.method != "POST":
        return
    if "Transfer-Encoding" in request.headers:
        abort(411)  # a body in chunks, of unknown length: browsers send no form like that
    if not request.content_length:
        return
    if request.mimetype == "application/x-www-form-urlencoded":
        try:
            unquote_to_bytes(request.get_data(parse_form_data=False)).decode()
        except UnicodeDecodeError:
            abort(400)
    if not request.form and not request.files:
        abort(400)


def _drained(response: Response) -> Response:
    """Read what is left of a body nobody wanted: a proxy that is still sending it takes our closing for a fault.

    Not of one whose length is unknown, or so large that a proxy refuses it itself.
    """
    if 0 < (request.content_length or 0) <= MOST_DRAINED:
        unread = request.environ["wsgi.input"]
        while unread.read(1 << 16):
            pass
    return response


def _protect(response: Response) -> Response:
    for name, value in EVERYWHERE.items():
        response.headers.setdefault(name, value)
    if not request.path.startswith(SHARED_PREFIXES):
        response.headers["Cache-Control"] = PRIVATE["Cache-Control"]
        if _is_private(request):
            response.headers.update(PRIVATE)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _is_private(asked: Request) -> bool:
    return asked.path.split("/")[1] in PRIVATE_ROOMS
