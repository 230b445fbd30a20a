"""An officer at the desk, for the tests of the register."""

import re
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from diagnose.db import reading
from diagnose.models import AuditEntry, Division, Enterprise, EnterpriseChange, EnterpriseDivision
from tests.conftest import Visitor
from tests.diagnose.cast import engine
from tests.people import HERE, account, logged_in

OTHER_CODE = "91321003MA1WX9TL3C"
ADD = {
    "credit_code": OTHER_CODE,
    "name": "乙铸造有限公司",
    "industry": "33",
    "process_type": "discrete",
    "staff": "",
    "revenue": "",
    "assets": "",
    "contact_name": "李经理",
    "contact_phone": "0514-8000",
}


def officer(app: Flask, login: str = "boss", division: str = HERE) -> Visitor:
    return logged_in(app, account(app, "officer", login, division))


def division(app: Flask, code: str = HERE) -> str:
    """The id of a division, as a form sends it."""
    with reading(engine(app)) as session:
        return str(session.scalar(select(Division.id).where(Division.code == code)))


def firm(app: Flask, id_: int) -> Enterprise:
    with reading(engine(app)) as session:
        return session.get_one(Enterprise, id_)


def place(app: Flask, id_: int) -> str | None:
    """The national code of where a firm is now."""
    with reading(engine(app)) as session:
        return session.scalar(
            select(Division.code)
            .join(EnterpriseDivision)
            .where(EnterpriseDivision.enterprise_id == id_, EnterpriseDivision.valid_to.is_(None))
        )


def changes(app: Flask, id_: int) -> list[tuple[str, str, str]]:
    """(what, before, after) of a firm's history, oldest first."""
    with reading(engine(app)) as session:
        rows = session.scalars(
            select(EnterpriseChange).where(EnterpriseChange.enterprise_id == id_).order_by(EnterpriseChange.id)
        )
        return [(one.what, one.before, one.after) for one in rows]


def logged(app: Flask, action: str) -> int:
    """How often a deed stands in the audit log."""
    with reading(engine(app)) as session:
        return session.scalar(select(func.count()).where(AuditEntry.action == action)) or 0


def hidden(who: Visitor) -> dict[str, str]:
    """The hidden fields of the page looked at last."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', who.page))


def do(who: Visitor, address: str, **fields: str) -> TestResponse:
    """Open the page of a deed, fill it in, send it."""
    who.get(address)
    return who.post(address, hidden(who) | fields)


def push(who: Visitor, address: str, **fields: str) -> int:
    """Send a form that no page offered, with a good token; the status of the answer."""
    who.get("/district/add")
    return who.post(address, fields).status_code


def add(app: Flask, who: Visitor, **fields: str) -> TestResponse:
    """Add a firm by the form."""
    return do(who, "/district/add", **{**ADD, "division": division(app), **fields})


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run these at the same moment; what each gave."""
    barrier, results = Barrier(len(works)), [None] * len(works)

    def run(number: int) -> None:
        barrier.wait()
        results[number] = works[number]()

    threads = [Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
