"""忘记密码: a link to set a new one goes to the account's e-mail address, if it has one."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.config import Settings
from diagnose.db import writing
from diagnose.limits import LIMITS
from diagnose.models import Account, Ticket
from diagnose.services import accounts, mail, tickets
from diagnose.texts import say


def send_link(engine: Engine, settings: Settings, login: str, now: datetime) -> None:
    """Make and send the link; does nothing for an unknown login, one without an address, or one that got it just now.

    Meant to run beside the page, which answers everybody the same, and as fast.
    """
    with writing(engine) as session:
        account = accounts.by_login(session, accounts.normal_login(login))
        if account is None or not account.email or _sent_just_now(session, account.id, now):
            return
        code = tickets.make(session, tickets.RESET, None, account_id=account.id, now=now)
    where = f"{settings.public_url}/join#{code}" if settings.public_url else say("mail_reset_code", code=code)
    text = say("mail_reset", name=account.name, where=where, until=wording.moment(tickets.until(tickets.RESET, now)))
    mail.send(settings, account.email, say("mail_reset_subject"), text)


def _sent_just_now(session: Session, account_id: int, now: datetime) -> bool:
    """Locks the account, so that two requests at once send one mail."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    since = now - timedelta(minutes=LIMITS["reset_mail_minutes"])
    found = select(Ticket.id).where(
        Ticket.account_id == account_id,
        Ticket.purpose == tickets.RESET,
        Ticket.created_by_id.is_(None),
        Ticket.created_at > since,
    )
    return session.scalar(found.limit(1)) is not None
