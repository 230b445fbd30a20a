"""Log in, in one step or two, log out, and ask for a new password."""

from datetime import UTC, datetime, timedelta
from threading import Thread

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from diagnose import wording
from diagnose.limits import LIMITS
from diagnose.models import Account
from diagnose.models.people import ENTERPRISE
from diagnose.services import accounts, claims, forgot, tickets
from diagnose.texts import say
from diagnose.web import here, login, tries

blueprint = Blueprint("account", __name__)
HALF = "half"  # the password was right, the one-time number is still to come: [account, epoch, when]


@blueprint.record_once
def _install(state) -> None:  # type: ignore[no-untyped-def]
    """For templates: until when a one-time code that is made now is good, and what a role is called."""
    state.app.jinja_env.globals.update(
        ticket_until=lambda purpose: tickets.until(purpose, wording.now()), role_name=lambda role: say(f"role_{role}")
    )


@blueprint.get("/login", endpoint="login")
def ask() -> ResponseReturnValue:
    """The log-in page; who is logged in already goes where they wanted to."""
    who, target = here.account(), login.safe_next(request.args.get("next"))
    if who:
        return redirect(target or home(who))
    told = request.args.get("told", "")
    return _page(target, told=say(told) if told in ("half_expired", "reset_done") else "")


def _page(target: str | None, error: str = "", typed: str = "", told: str = "") -> str:
    return render_template("account/login.html", next=target, error=error, typed=typed, told=told)


@blueprint.post("/login")
def enter() -> ResponseReturnValue:
    """Check login and password; the answer to a wrong login is that to a wrong password, and takes as long."""
    typed, password = request.form.get("login", ""), request.form.get("password", "")
    target, name = login.safe_next(request.form.get("next")), accounts.normal_login(typed)
    attempt = tries.begin(login=name)
    with here.reading() as db:
        account = accounts.by_login(db, name)
    if not accounts.matches(account, password) or account is None:
        _failed(account)
        return _page(target, say("login_wrong"), typed), 422
    if account.totp_secret:
        return _half_way(account, attempt, target)
    return _finish(account, attempt, target, password)


def _failed(account: Account | None) -> None:
    current_app.logger.warning("refused %s", "log-in")
    with here.writing() as db:
        login.note(db, None, "login_failed", account=account.id if account else None)


def _half_way(account: Account, attempt: tries.Try, target: str | None) -> ResponseReturnValue:
    with here.writing() as db:
        attempt.was_right(db)
    session.clear()
    session[HALF] = [account.id, account.epoch, int(wording.now().timestamp())]
    return redirect(url_for(".number", next=target))


def _finish(account: Account, attempt: tries.Try, target: str | None, password: str | None) -> ResponseReturnValue:
    """Everything was right: a fresh session, unless the account was changed or closed meanwhile."""
    with here.writing() as db:
        now_there = accounts.locked(db, account.id)
        if not now_there.active or now_there.epoch != account.epoch:
            return redirect(url_for(".login", next=target))
        if password is not None:
            accounts.renew_hash(now_there, password)
        attempt.was_right(db)
        login.note(db, now_there, "login")
    login.sign_in(now_there)
    return redirect(target or home(now_there))


@blueprint.get("/login/number")
def number() -> ResponseReturnValue:
    """Second step: the one-time number, within five minutes."""
    target = login.safe_next(request.args.get("next"))
    if _half() is None:
        return redirect(url_for(".login", next=target, told="half_expired"))
    return render_template("account/number.html", next=target, error="")


@blueprint.post("/login/number")
def check_number() -> ResponseReturnValue:
    """Check the one-time number; each is good once."""
    target, account = login.safe_next(request.form.get("next")), _half()
    if account is None:
        return redirect(url_for(".login", next=target, told="half_expired"))
    attempt = tries.begin(number=str(account.id))
    with here.writing() as db:
        right = accounts.use_totp(db, account, request.form.get("totp", ""), wording.now())
    if not right:
        _failed(account)
        return render_template("account/number.html", next=target, error=say("totp_wrong")), 422
    return _finish(account, attempt, target, None)


def _half() -> Account | None:
    """Whose password was right a moment ago in this browser."""
    account_id, epoch, since = session.get(HALF) or (0, 0, 0)
    late = wording.now() - datetime.fromtimestamp(since, UTC) > timedelta(minutes=LIMITS["half_minutes"])
    if late:
        return None
    with here.reading() as db:
        account = db.get(Account, account_id)
    return account if account and account.active and account.epoch == epoch else None


def home(account: Account) -> str:
    """Where this person starts: people of one firm in its file, others on the page of their role."""
    if account.role != ENTERPRISE:
        return login.HOMES[account.role]
    with here.reading() as db:
        firms = claims.firms(db, account.id)
    return url_for("dossier.show", public_id=firms[0].public_id) if len(firms) == 1 else login.HOMES[ENTERPRISE]


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """End this browser's session."""
    if here.account():
        with here.writing() as db:
            here.record(db, "logout")
    login.sign_out()
    return redirect(url_for("public.home"))


@blueprint.get("/forgot")
def forgotten() -> ResponseReturnValue:
    """Ask for a link to set a new password."""
    return render_template("account/forgot.html", sent=False)


@blueprint.post("/forgot")
def send_link() -> ResponseReturnValue:
    """The same answer for everybody, at once: looking up and sending happen beside it."""
    typed = request.form.get("login", "")
    tries.begin(forgot=accounts.normal_login(typed))
    parts = current_app.extensions["diagnose"]
    Thread(target=forgot.send_link, args=(parts.engine, parts.settings, typed, wording.now())).start()
    return render_template("account/forgot.html", sent=True)
