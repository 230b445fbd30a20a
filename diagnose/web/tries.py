"""Tries that may be guesses: counted by what is tried and by address, and refused for some seconds after too many."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from flask import abort, current_app, make_response, render_template, request
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Account
from diagnose.services import accounts, attempts, throttle
from diagnose.web import here


@dataclass(frozen=True)
class Try:
    """One try that is being looked at; it counts as failed unless it `was_right`."""

    keys: tuple[str, ...]
    at: datetime

    def was_right(self, db: Session) -> None:
        throttle.forgive(db, self.keys, self.at)


def begin(**tried: str) -> Try:
    """Count a try under what was tried (``login="…"``) and under the address.

    Who has to wait gets 429 at once with the seconds to wait: no thread of the server sleeps for it.
    """
    secret, now = current_app.config["SECRET_KEY"], wording.now()
    named = {**tried, "address": _address()}
    keys = tuple(attempts.mark(secret, kind, who) for kind, who in named.items())
    with here.writing() as db:
        seconds = throttle.admit(db, keys, now)
    if seconds:
        current_app.logger.warning("refused %s", "too many tries")
        answer = make_response(render_template("account/wait.html", seconds=seconds), 429)
        answer.headers["Retry-After"] = str(seconds)
        abort(answer)
    return Try(keys, now)


def proved(who: Account, typed: str) -> bool:
    """Whether somebody logged in knows their password; wrong ones count like those at the log-in."""
    attempt = begin(login=who.login)
    if not accounts.matches(who, typed):
        current_app.logger.warning("refused %s", "password")
        return False
    with here.writing() as db:
        attempt.was_right(db)
    return True


def _address() -> str:
    """Who calls; of IPv6 the network, because one household or server has 2**64 addresses of its own."""
    called = request.remote_addr or ""
    try:
        address = ip_address(called)
    except ValueError:
        return called
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else called
