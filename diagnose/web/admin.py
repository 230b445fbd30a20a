"""What the admin sees first, and the users: found, invited, given a new password, moved, closed, logged out."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.models import Account, Division
from diagnose.models.people import ADMIN, ADVISOR, ENTERPRISE, OFFICER
from diagnose.services import admins, audit_check, jobs, localities, people, tickets
from diagnose.services.admins import Kept
from diagnose.texts import say
from diagnose.web import errors, here, login
from diagnose.web.addresses import row_number, searched

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

ROLES = (ENTERPRISE, ADVISOR, OFFICER, ADMIN)
DONE = ("close", "reopen", "logout", "division", "totp_off")

blueprint.add_app_template_global(say)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """What there is to look after, and how the last backup and the last check went."""
    login.person(ADMIN)
    with here.reading() as db:
        last = {kind: next(iter(jobs.latest(db, kind, 1)), None) for kind in ("backup", "verify", "purge")}
        end = audit_check.head(db)
    return render_template("admin/home.html", last=last, end=end, now=wording.now(), state=jobs.state)


@blueprint.get("/users")
def users() -> ResponseReturnValue:
    """All accounts, by role and by name, newest first."""
    who = login.person(ADMIN)
    role, text = request.args.get("role", ""), searched()
    role = role if role in ROLES else ""
    after = row_number(request.args.get("older", ""))
    with here.reading() as db:
        page = people.page(db, who, role, text, after)
    return render_template("admin/users.html", page=page, role=role, text=text, roles=ROLES)


@blueprint.post("/users/invite")
def invite() -> ResponseReturnValue:
    """A one-time link for another admin."""
    who, now = login.person(ADMIN), wording.now()
    with here.writing() as db:
        code = tickets.make(db, tickets.INVITE, who, role=ADMIN, now=now)
        here.record(db, "admin_invite", role=ADMIN, code=access.digest(code)[:16])
    return once(tickets.INVITE, code, url_for(".users"), role=ADMIN)


def once(purpose: str, code: str, back: str, **more: object) -> str:
    """The page that shows a one-time link, this once: it is stored nowhere."""
    return render_template("admin/once.html", purpose=purpose, code=code, back=back, **more)


@blueprint.get("/users/<row:account_id>")
def user(account_id: int) -> ResponseReturnValue:
    """One account, what may be done with it, and the search for another division."""
    who = login.person(ADMIN)
    text = searched()
    done = request.args.get("done", "")
    with here.reading() as db:
        account = _found(db, who, account_id)
        place = localities.full_name(db, account.division) if account.division else ""
        places = localities.search(db, text) if text else []
    movable = account.role in admins.WITH_DIVISION
    done = done if done in DONE else ""
    return render_template(
        "admin/user.html", user=account, place=place, places=places, text=text, movable=movable, done=done
    )


def _found(db: Session, who: Account, account_id: int, lock: bool = False) -> Account:
    return people.in_charge(db, who, account_id, lock) or abort(404)


@blueprint.post("/users/<row:account_id>/reset")
def reset(account_id: int) -> ResponseReturnValue:
    """A one-time link to set a new password; older ones are void."""
    who, now = login.person(ADMIN), wording.now()
    with here.writing() as db:
        account = _found(db, who, account_id, lock=True)
        if not account.active:
            abort(404)
        people.void_links(db, account, now)
        code = tickets.make(db, tickets.RESET, who, account_id=account.id, now=now)
        here.record(db, "admin_reset", account=account.id)
    return once(tickets.RESET, code, url_for(".user", account_id=account_id), user=account)


@blueprint.post("/users/<row:account_id>/close")
def close(account_id: int) -> ResponseReturnValue:
    """Nobody logs in with it any more; never oneself, never the last admin."""
    who = login.person(ADMIN)
    try:
        with here.writing() as db:
            _found(db, who, account_id)
            if admins.close(db, who, account_id, wording.now()):
                here.record(db, "admin_close", account=account_id)
    except Kept as refused:
        current_app.logger.warning("refused %s", refused.reason)
        return errors.page(refused.reason, 409)
    return _done(account_id, "close")


@blueprint.post("/users/<row:account_id>/reopen")
def reopen(account_id: int) -> ResponseReturnValue:
    """The person may log in again."""
    who = login.person(ADMIN)
    with here.writing() as db:
        if people.reopen(_found(db, who, account_id, lock=True)):
            here.record(db, "admin_reopen", account=account_id)
    return _done(account_id, "reopen")


@blueprint.post("/users/<row:account_id>/logout")
def logout(account_id: int) -> ResponseReturnValue:
    """All sessions of the account end."""
    who = login.person(ADMIN)
    with here.writing() as db:
        _found(db, who, account_id, lock=True).epoch += 1
        here.record(db, "admin_logout", account=account_id)
    return redirect(url_for("account.login")) if account_id == who.id else _done(account_id, "logout")


@blueprint.post("/users/<row:account_id>/totp-off")
def totp_off(account_id: int) -> ResponseReturnValue:
    """For somebody who has lost the phone with the one-time numbers; all their sessions end."""
    who = login.person(ADMIN)
    with here.writing() as db:
        account = _found(db, who, account_id, lock=True)
        if account.totp_secret and account_id != who.id:
            account.totp_secret = account.totp_step = None
            account.epoch += 1
            here.record(db, "admin_totp_off", account=account_id)
    return _done(account_id, "totp_off")


@blueprint.post("/users/<row:account_id>/division")
def division(account_id: int) -> ResponseReturnValue:
    """Another division for an officer or advisor."""
    who, typed = login.person(ADMIN), request.form.get("division", "")
    with here.writing() as db:
        account = _found(db, who, account_id, lock=True)
        place = db.get(Division, row_number(typed) or 0)
        if place is None or place.closed_on or account.role not in admins.WITH_DIVISION:
            abort(404)
        before = account.division_id
        if admins.move(account, place):
            here.record(db, "admin_division", account=account_id, before=before, after=place.id)
    return _done(account_id, "division")


def _done(account_id: int, what: str) -> ResponseReturnValue:
    return redirect(url_for(".user", account_id=account_id, done=what))
