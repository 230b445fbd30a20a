"""Accounts: made, found by what people type as their login, proved by password and by one-time number (动态验证码)."""

import hmac
import re
import secrets
import unicodedata
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pyotp import TOTP
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnose.limits import LIMITS
from diagnose.models import Account

LOGIN_LENGTH = 64
MOBILE = re.compile(r"(?:\+?86|0086)?(1\d{10})")
STEP_SECONDS = 30  # RFC 6238, and what every authenticator app assumes
HASHER = PasswordHasher()  # argon2id with the library's parameters; rehashed at log-in when they change


class Taken(ValueError):
    """Another account has this login."""


def normal_login(text: str) -> str:
    """Phone, e-mail or name as stored: full-width as plain, no blanks, small letters, no country code."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()
    mobile = MOBILE.fullmatch(plain.replace("-", ""))
    return mobile[1] if mobile else plain


def by_login(session: Session, login: str) -> Account | None:
    """The open account with this (normal) login."""
    if not login.isprintable():
        return None
    return session.scalar(select(Account).where(Account.login == login, Account.active))


def locked(session: Session, account_id: int) -> Account:
    """The account, about to be changed; others who change it wait, but a notice to it may be left meanwhile."""
    return session.scalars(select(Account).where(Account.id == account_id).with_for_update(key_share=True)).one()


def create(
    session: Session,
    login: str,
    name: str,
    password: str,
    role: str,
    now: datetime,
    division_id: int | None = None,
) -> Account:
    """A new account; raises Taken, also when two take the same login at once."""
    account = Account(
        login=normal_login(login),
        name=name,
        role=role,
        division_id=division_id,
        password_hash=hashed(password),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:
        raise Taken from None
    return account


def _plain(password: str) -> str:
    """However a keyboard or input method writes the same characters."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """What is stored of a password."""
    return HASHER.hash(_plain(password))


@cache
def _nobody() -> str:
    return HASHER.hash(secrets.token_hex())


def matches(account: Account | None, password: str) -> bool:
    """Whether the password is right. For no account it is wrong, and finding that out takes just as long."""
    stored = _nobody()
    if account is not None:
        stored = account.password_hash
    try:
        return HASHER.verify(stored, _plain(password))
    except (VerificationError, InvalidHashError):
        return False


def renew_hash(account: Account, password: str) -> None:
    """Hash the (right) password again when the parameters have changed since."""
    if HASHER.check_needs_rehash(account.password_hash):
        account.password_hash = hashed(password)


def set_password(account: Account, password: str) -> None:
    """A new password; whoever was logged in with the old one is out."""
    account.password_hash = hashed(password)
    account.epoch += 1


def password_problem(password: str, login: str) -> str | None:
    """The key of the text that says why this password is refused, or None."""
    plain = _plain(password)
    if len(plain) < LIMITS["password_least"]:
        return "password_short"
    if len(plain) > LIMITS["password_most"]:
        return "password_long"
    if normal_login(password) == normal_login(login):
        return "password_login"
    common = plain.casefold() in LIMITS["common_passwords"] or len(set(plain)) == 1
    return "password_common" if common else None


def totp_step(secret: str, typed: str, now: datetime) -> int | None:
    """The 30-second step this number belongs to, the one before or after included; None when it is wrong."""
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", typed))
    current = int(now.timestamp()) // STEP_SECONDS
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(TOTP(secret).generate_otp(step), digits):
            return step
    return None


def use_totp(session: Session, account: Account, typed: str, now: datetime) -> bool:
    """Whether the number is right and newer than the last one used: each works once, also when sent twice at once."""
    step = totp_step(account.totp_secret, typed, now) if account.totp_secret else None
    if step is None:
        return False
    used = session.execute(
        update(Account)
        .where(Account.id == account.id, or_(Account.totp_step.is_(None), Account.totp_step < step))
        .values(totp_step=step)
        .returning(Account.id)
    )
    return used.first() is not None
