"""What every answer carries so that a browser protects its user."""

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSessionInterface

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
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
# What belongs to one firm stays out of caches and search engines.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
SHARED_PREFIXES = ("/static/", "/bootstrap/", "/font/")


class Sessions(SecureCookieSessionInterface):
    """Session cookies are Secure when the request came over HTTPS, also behind a trusted proxy."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def install(app: Flask) -> None:
    """Add the headers to every answer."""
    app.session_interface = Sessions()
    app.after_request(_protect)


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
    return asked.path.startswith(("/file/", "/continue", "/new"))
