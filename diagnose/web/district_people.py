"""人员 of a district: advisors and the firms' people; invited, given a new password, closed, opened again."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.models import Account
from diagnose.models.people import ADVISOR, ENTERPRISE
from diagnose.services import people, tickets
from diagnose.web import errors, here, login
from diagnose.web.addresses import row_number, searched
from diagnose.web.district import open_places
from diagnose.web.district_codes import once
from diagnose.web.district_forms import place_form

blueprint = Blueprint("district_people", __name__, url_prefix="/district/people")

ROLES = (ADVISOR, ENTERPRISE)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Everybody in reach, by role and by name."""
    who = login.person("officer")
    role = request.args.get("role", "")
    role = role if role in ROLES else ""
    text, after = searched(), row_number(request.args.get("older", ""))
    with here.reading() as db:
        page = people.page(db, who, role, text, after)
        places = open_places(db, who)
    form = place_form(places, division=str(who.division_id))
    return render_template("district/people.html", page=page, role=role, text=text, form=form)


@blueprint.post("/invite")
def invite() -> ResponseReturnValue:
    """A one-time link for a new advisor, 智能制造顾问 or 服务专员, of a division of the own subtree."""
    who, now = login.person("officer"), wording.now()
    with here.writing() as db:
        form = place_form(open_places(db, who), request.form)
        if not form.validate():
            abort(404)
        division = int(form.division.data or 0)
        code = tickets.make(db, tickets.INVITE, who, role=ADVISOR, division_id=division, now=now)
        here.record(db, "people_invite", division=division, code=access.digest(code)[:16])
    return once(tickets.INVITE, code, url_for(".show"), until=tickets.until(tickets.INVITE, now))


@blueprint.post("/<row:account_id>/reset")
def reset(account_id: int) -> ResponseReturnValue:
    """A one-time link to set a new password; older ones are void."""
    who, now = login.person("officer"), wording.now()
    with here.writing() as db:
        account = _own(db, who, account_id)
        if account is None:
            return _shared()
        if not account.active:
            abort(404)
        people.void_links(db, account, now)
        code = tickets.make(db, tickets.RESET, who, account_id=account.id, now=now)
        here.record(db, "people_reset", account=account.id)
    return once(tickets.RESET, code, url_for(".show"), owner=account, until=tickets.until(tickets.RESET, now))


@blueprint.post("/<row:account_id>/close")
def close(account_id: int) -> ResponseReturnValue:
    """The person can no longer log in, and is logged out everywhere."""
    who = login.person("officer")
    with here.writing() as db:
        account = _own(db, who, account_id)
        if account is None:
            return _shared()
        if people.close(db, account, wording.now()):
            here.record(db, "people_close", account=account.id)
    return redirect(url_for(".show", done="close"))


@blueprint.post("/<row:account_id>/reopen")
def reopen(account_id: int) -> ResponseReturnValue:
    """The person may log in again."""
    who = login.person("officer")
    with here.writing() as db:
        account = _own(db, who, account_id)
        if account is None:
            return _shared()
        if people.reopen(account):
            here.record(db, "people_reopen", account=account.id)
    return redirect(url_for(".show", done="reopen"))


def _own(db: Session, who: Account, account_id: int) -> Account | None:
    """The locked account; 404 out of reach, None when it is in reach of others as well."""
    account = people.in_charge(db, who, account_id, lock=True) or abort(404)
    return None if people.is_shared(db, who, account) else account


def _shared() -> ResponseReturnValue:
    current_app.logger.warning("refused %s", "account acts for firms of other districts")
    return errors.page("shared_account", 409)
