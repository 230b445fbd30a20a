"""Who did what: to one file, for its owner and its officer; in a district, for the officer."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from diagnose.access import Right
from diagnose.services import deeds
from diagnose.web import here, login
from diagnose.web.addresses import row_number

blueprint = Blueprint("log", __name__)


def before() -> int | None:
    """The number after which the page asked for begins."""
    return row_number(request.args.get("before", ""))


@blueprint.get("/file/<file:public_id>/log")
def of_file(public_id: str) -> ResponseReturnValue:
    """The deeds on one file."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.LOG)
        page = deeds.of_file(db, enterprise, before())
    return render_template("log/file.html", enterprise=enterprise, page=page)


@blueprint.get("/district/log")
def of_district() -> ResponseReturnValue:
    """The deeds in the officer's subtree."""
    officer = login.person("officer")
    action = request.args.get("action", "")
    action, day = action if action in deeds.WORDS else "", _day(request.args.get("day", ""))
    with here.reading() as db:
        page = deeds.of_place(db, officer, action, day, before())
    return render_template("log/district.html", page=page, action=action, day=day, words=deeds.WORDS)


def _day(typed: str) -> date | None:
    """The day asked for; one without a neighbour in the calendar is none."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if date.min < day < date.max else None
