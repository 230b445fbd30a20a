"""The people of the cast besides 甲企: accounts made straight in the database, and browsers logged in as them."""

import time
from datetime import date
from functools import cache

from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Account, Assignment, Division, Enterprise, EnterpriseDivision, Membership
from diagnose.models.enterprise import OPEN
from diagnose.services import accounts
from tests.conftest import Visitor
from tests.firms import CREDIT_CODE

PASSWORD = "工厂在扬州-2026"
HERE = "321003"  # 扬州市邗江区, where FIRM is
ELSEWHERE = "110105"


@cache
def _hash() -> str:
    return accounts.hashed(PASSWORD)


def account(app: Flask, role: str, login: str, division: str | None = None, **more: object) -> int:
    """A new account and its id."""
    with writing(app.extensions["diagnose"].engine) as session:
        place = session.scalar(select(Division.id).where(Division.code == division)) if division else None
        row = Account(
            login=login,
            name=login,
            role=role,
            division_id=place,
            password_hash=_hash(),
            created_at=wording.now(),
            **more,
        )
        session.add(row)
        session.flush()
        return row.id


def logged_in(app: Flask, account_id: int, visitor: Visitor | None = None) -> Visitor:
    """A browser in which this account is logged in, without going through the log-in page."""
    visitor = visitor or Visitor(app)
    with writing(app.extensions["diagnose"].engine) as session:
        epoch = session.get_one(Account, account_id).epoch
    with visitor.client.session_transaction() as cookie:
        now = int(time.time())
        cookie.update({"_user_id": f"{account_id}.{epoch}", "_fresh": True, "since": now, "seen": now})
    return visitor


def verified_firm(app: Flask, division: str = HERE, **changed: object) -> int:
    """A verified firm known from a list, without a link; returns its id."""
    with writing(app.extensions["diagnose"].engine) as session:
        place = session.scalars(select(Division).where(Division.code == division)).one()
        values: dict[str, object] = {
            "public_id": f"{time.monotonic_ns():016x}",
            "credit_code": CREDIT_CODE,
            "name": "甲精密部件有限公司",
            "industry": "33",
            "process_type": "discrete",
            "profile": {"staff": 186, "revenue": "8000.00"},
            "verified": True,
            "status": OPEN,
            "created_at": wording.now(),
        }
        row = Enterprise(**(values | changed), places=[EnterpriseDivision(division=place, valid_from=date(2025, 1, 1))])
        session.add(row)
        session.flush()
        return row.id


def join(app: Flask, account_id: int, enterprise_id: int) -> None:
    """Make the account a member of the firm."""
    with writing(app.extensions["diagnose"].engine) as session:
        session.add(Membership(account_id=account_id, enterprise_id=enterprise_id, since=wording.now()))


def assign(app: Flask, account_id: int, enterprise_id: int, role: str = "advisor") -> None:
    """Assign an advisor or specialist to the firm."""
    with writing(app.extensions["diagnose"].engine) as session:
        session.add(Assignment(enterprise_id=enterprise_id, account_id=account_id, role=role, made_at=wording.now()))
