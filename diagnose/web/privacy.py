"""What is kept about whom, who sees it, for how long, and how to take it along or delete it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from diagnose.limits import LIMITS
from diagnose.services.attempts import WINDOW
from diagnose.web.files import COOKIE_SECONDS

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacy")
def show() -> ResponseReturnValue:
    """The page; every figure on it is the one the program uses."""
    return render_template(
        "public/privacy.html",
        limits=LIMITS,
        cookie_days=COOKIE_SECONDS // 86400,
        window=int(WINDOW.total_seconds() // 60),
    )
