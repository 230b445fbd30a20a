"""Pages for anyone: home, the rulers in the open, and the health of the service."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text

from diagnose import access
from diagnose.models import Enterprise
from diagnose.models.people import ENTERPRISE
from diagnose.services.methods import method
from diagnose.web import here

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """What this is, start, continue; the firms of whoever is logged in, and the files this browser has opened."""
    return render_template("public/home.html", form=here.catalog().first_form, files=_files_here(), firms=_own_firms())


@blueprint.get("/methods")
def methods() -> ResponseReturnValue:
    """All rulers with their source and sha256."""
    return render_template("public/methods.html", rulesets=here.catalog().rulesets.values())


@blueprint.get("/methods/<scheme>/<edition>")
def ruler(scheme: str, edition: str) -> ResponseReturnValue:
    """One whole ruler: every question, points, level conditions, sources, what is 待核."""
    rules = here.catalog().rulesets.get(f"{scheme}/{edition}") or abort(404)
    catalog = here.catalog()
    return render_template("public/ruler.html", method=method(rules, catalog.dictionary), catalog=catalog)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 when the database answers, else 503."""
    try:
        with here.reading() as session:
            session.execute(text("SELECT 1"))
    except Exception:
        return {"status": "database does not answer"}, 503
    return {"status": "ok"}


def _own_firms() -> list[Enterprise]:
    """The firms that somebody of role enterprise acts for."""
    who = here.account()
    if who is None or who.role != ENTERPRISE:
        return []
    with here.reading() as session:
        query = select(Enterprise).where(access.in_scope(who)).order_by(Enterprise.id)
        return list(session.scalars(query, access.asker(who)))


def _files_here() -> list[Enterprise]:
    held = {
        name.removeprefix("file_"): access.digest(code)
        for name, code in request.cookies.items()
        if name.startswith("file_")
    }
    if not held:
        return []
    with here.reading() as session:
        rows = session.scalars(select(Enterprise).where(Enterprise.public_id.in_(held)).order_by(Enterprise.id))
        return [row for row in rows if row.link_sha256 == held[row.public_id]]
