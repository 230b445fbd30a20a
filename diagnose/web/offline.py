"""现场没有网络: the worker that answers instead of the network, 离线准备, and who is logged in, for sending later."""

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from diagnose.models.people import ADVISOR
from diagnose.services import visits
from diagnose.texts import say
from diagnose.web import here, login

blueprint = Blueprint("offline", __name__)
WORDS = (
    "all_sent", "waiting_online", "waiting_offline", "waiting_signed_out", "offline", "signed_out", "conflicts",
    "refusals", "refused", "refused_mark", "unsaved", "kept", "conflict", "file_waits", "sent", "no_file", "discard",
    "discard_sure", "resend", "full", "logout", "logout_offline", "prepared", "preparing", "not_prepared",
    "prepared_on", "choice_open", "choice_verified", "choice_same", "choice_adopted",
)  # fmt: skip
BLANKS = {name: f"{{{name}}}" for name in ("count", "day", "until")}


def words() -> dict[str, str]:
    """The texts that the scripts of 现场诊断 show; they fill in the blanks themselves."""
    return {key: say(f"offline_{key}", **BLANKS) for key in WORDS}


blueprint.add_app_template_global(words, "offline_words")


@blueprint.get("/sw.js")
def worker() -> Response:
    """The service worker, at the root so that it may answer for /visits/."""
    response = current_app.send_static_file("sw.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """What a browser needs to install 现场诊断 as an app."""
    icons = [
        {"src": url_for("static", filename=f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    about = {
        "name": say("app_name"),
        "short_name": say("app_short_name"),
        "lang": "zh-CN",
        "start_url": url_for("visits.mine"),
        "scope": url_for("public.home"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#1664c0",
        "icons": icons,
    }
    response = jsonify(about)
    response.mimetype = "application/manifest+json"
    return response


@blueprint.get("/visits/session.json")
def session() -> ResponseReturnValue:
    """Who is logged in, the token to send with, and the visits whose pages this browser may keep, with versions."""
    account = login.person(ADVISOR)
    with here.reading() as db:
        lent = {visit.id: visit.version for visit in visits.lent(db, account)}
    return jsonify(account=account.id, csrf=generate_csrf(), visits=lent)


@blueprint.get("/visits/offline")
def prepare() -> ResponseReturnValue:
    """离线准备: the pages to take along, and what has not been sent yet."""
    account = login.person(ADVISOR)
    with here.reading() as db:
        lent = visits.lent(db, account)
    return render_template("offline/prepare.html", visits=lent, forms=here.catalog().forms)
