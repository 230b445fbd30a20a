"""The one-time link with which an admin makes the own account: there is no default password anywhere."""

from sqlalchemy import Engine

from diagnose import wording
from diagnose.db import writing
from diagnose.services import tickets
from diagnose.texts import say


def first_admin(engine: Engine, address: str) -> str | None:
    """What to print at the start of the server: a link for the first admin, new each time; None once there is one."""
    now = wording.now()
    with writing(engine) as session:
        code = tickets.setup(session, now)
    return _told("setup_link", code, address) if code else None


def next_admin(engine: Engine, address: str) -> str:
    """A link for a further admin, asked for at the server itself."""
    with writing(engine) as session:
        code = tickets.invite_admin(session, wording.now())
    return _told("admin_link", code, address)


def _told(text: str, code: str, address: str) -> str:
    link = f"{address}/join#{code}" if address else say("link_code", code=code)
    return say(text, link=link, until=wording.moment(tickets.until(tickets.INVITE, wording.now()))).rstrip()
