"""Who is logged in: the session's person, how long a session lasts, and the way back after logging in."""

from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnose import wording
from diagnose.access import Right
from diagnose.limits import LIMITS
from diagnose.models import Account, Enterprise
from diagnose.models.people import ADMIN, ADVISOR, ENTERPRISE, OFFICER
from diagnose.services import audit
from diagnose.web import here

# Where each role starts after logging in.
HOMES = {ENTERPRISE: "/me", ADVISOR: "/visits/", OFFICER: "/district/", ADMIN: "/admin/"}
SEEN_EVERY = timedelta(minutes=1)
LOG = getLogger("diagnose")  # the app's own, also where no request is


class Person(UserMixin):  # type: ignore[misc]
    """An account as Flask-Login knows it; the epoch in its id ends all sessions when it moves."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.id}.{self.account.epoch}"


def install(app: Flask) -> None:
    """Load the person of each request, and give templates ``account`` and ``rights``."""
    manager = LoginManager(app)
    manager.user_loader(_load)
    manager.session_protection = None  # the session is signed and short; an address that changes is a phone
    app.context_processor(lambda: {"account": here.account(), "rights": g.get("rights", frozenset()), "Right": Right})


def sign_in(account: Account) -> None:
    """Start a fresh session: nothing of the one before it survives, so that a planted one is worth nothing."""
    session.clear()
    session.permanent = True
    now = int(wording.now().timestamp())
    session["since"] = session["seen"] = now
    login_user(Person(account))


def sign_out() -> None:
    """End this browser's session."""
    logout_user()
    session.clear()


def note(db: Session, who: Account | None, action: str, enterprise: Enterprise | None = None, **detail: Any) -> None:
    """Write a deed of somebody who is not (or no longer) logged in into the audit log; see `here.record`."""
    audit.record(db, current_app.config["SECRET_KEY"], action, who, enterprise, **detail)


def _load(identity: str) -> Person | None:
    number, _, epoch = identity.partition(".")
    with here.reading() as db:
        account = db.scalar(
            select(Account).options(joinedload(Account.division)).where(Account.id == int(number), Account.active)
        )
    if account is None or str(account.epoch) != epoch or not _still_valid(account):
        return None
    return Person(account)


def _still_valid(account: Account) -> bool:
    """False when the session was idle too long, or is too old altogether; notes that it is in use."""
    now = wording.now()
    idle = timedelta(hours=LIMITS["idle_hours"][account.role])
    if now - _moment("seen") > idle or now - _moment("since") > timedelta(days=LIMITS["session_days"]):
        return False
    if now - _moment("seen") > SEEN_EVERY:
        session["seen"] = int(now.timestamp())
    return True


def _moment(key: str) -> datetime:
    return datetime.fromtimestamp(session.get(key, 0), wording.now().tzinfo)


def person(*roles: str) -> Account:
    """The account logged in, one of ``roles``; others are asked to log in, or told that there is no such page."""
    if not current_user.is_authenticated:
        abort(_to_login())
    account: Account = current_user.account
    if account.role not in roles:
        abort(404)
    return account


def _to_login() -> Response:
    LOG.warning("refused %s for nobody", request.endpoint)
    if request.accept_mimetypes.best == "application/json":
        response = Response('{"signed_out": true}', 401, mimetype="application/json")
        return response
    target: Any = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.login", next=target))  # type: ignore[return-value]


def safe_next(target: str | None) -> str | None:
    """A way back inside this site, or None: one slash, then no other, no backslash, nothing unprintable."""
    if not target:
        return None
    inside = target.startswith("/") and not target.startswith("//") and target.isprintable() and "\\" not in target
    if not inside:
        LOG.warning("refused %s", "a way back that leads elsewhere")
    return target if inside else None
