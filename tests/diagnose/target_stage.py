"""A city with two districts for the tests of targets: firms in scope with facts and verdicts, set row by row."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import (
    Account,
    Assignment,
    Division,
    Enterprise,
    FirmFact,
    FirmSpan,
    Plan,
    Statement,
    Target,
    Term,
    VerdictSpan,
)
from diagnose.models.span import FOREVER
from diagnose.services.measure_kinds import RULER
from tests.diagnose.cast import engine
from tests.people import HERE

CITY = "321000"
OTHER = "321012"  # 扬州市江都区
FAR = "320102"  # 南京市玄武区
START = date(2023, 1, 1)
DAY = date(2024, 6, 30)


def division(app: Flask, code: str = CITY) -> Division:
    with reading(engine(app)) as session:
        return session.scalars(select(Division).where(Division.code == code)).one()


@dataclass
class Stage:
    """Adds firms; each call is a transaction of its own."""

    app: Flask
    made: list[int] = field(default_factory=list)

    def firm(self, where: str = HERE, *, until: date | None = None, **changed: Any) -> int:
        """A firm in scope since 2020, to before ``until``."""
        number = len(self.made) + 1
        values: dict[str, Any] = {
            "credit_code": f"TEST{number:014d}",
            "name": f"第{number}家",
            "industry": "33",
            "profile": {},
        }
        values |= {"process_type": "discrete", "public_id": f"{number:016x}", "created_at": wording.now()}
        with writing(engine(self.app)) as session:
            row = Enterprise(**(values | changed))
            session.add(row)
            session.flush()
            place = session.scalars(select(Division.id).where(Division.code == where)).one()
            to = until.toordinal() if until else FOREVER
            span = {"division_id": place, "industry": 33, "size": 2, "chain": 0, "locality": 0, "marks": 0}
            session.add(FirmSpan(enterprise_id=row.id, from_day=date(2020, 1, 1).toordinal(), to_day=to, **span))
            self.made.append(row.id)
            return row.id

    def clear(self) -> None:
        """No firm is left."""
        with writing(engine(self.app)) as session:
            session.execute(delete(Enterprise))
        self.made.clear()

    def fact(
        self, firm: int, code: str, value: str = "", since: date = date(2023, 5, 1), to: date | None = None
    ) -> int:
        with writing(engine(self.app)) as session:
            row = FirmFact(enterprise_id=firm, code=code, value=value, valid_from=since, valid_to=to, source="名单")
            row.recorded_at = wording.now()
            session.add(row)
            session.flush()
            return row.id

    def year(self, firm: int, code: str, value: str, year: int = 2023) -> None:
        self.fact(firm, code, value, date(year, 1, 1), date(year + 1, 1, 1))

    def withdrawn(self, fact: int) -> None:
        with writing(engine(self.app)) as session:
            session.get_one(FirmFact, fact).withdrawn_at = wording.now()

    def firms(self, count: int, code: str, where: str = HERE, since: date = date(2023, 5, 1)) -> list[int]:
        """So many firms with one fact each."""
        made = [self.firm(where) for _ in range(count)]
        for one in made:
            self.fact(one, code, "3" if code == "star" else "", since)
        return made

    def verdict(self, firm: int, since: date = date(2024, 1, 1), kind: int = 1, best: int = 1, **figures: int) -> None:
        values = {"cnc_num": -1, "cnc_den": -1, "management": -1, "tools": -1, "no_design": 0, "level": 1, "score": 1}
        with writing(engine(self.app)) as session:
            scope = session.scalars(select(FirmSpan).where(FirmSpan.enterprise_id == firm)).one()
            copied = {
                name: getattr(scope, name) for name in ("division_id", "industry", "size", "chain", "locality", "marks")
            }
            span = {"from_day": since.toordinal(), "to_day": FOREVER, "ruler_id": _ruler(session), "kind": kind}
            span |= {f"d{place}": -1 for place in range(1, 7)}
            session.add(VerdictSpan(enterprise_id=firm, best=best, **copied, **span, **(values | figures)))

    def statement(self, firm: int, as_of: date) -> None:
        with writing(engine(self.app)) as session:
            said = {"source": "self", "form": "f", "edition": "1", "answers": {}, "kind": "self"}
            session.add(Statement(enterprise_id=firm, as_of=as_of, recorded_at=wording.now(), **said))

    def specialist(self, name: str, *firms: int, ended: bool = False) -> None:
        moment = wording.now().replace(year=2024, month=2, day=1)
        with writing(engine(self.app)) as session:
            person = session.scalar(select(Account).where(Account.login == name))
            if person is None:
                person = Account(login=name, name=name, role="advisor", password_hash="x", created_at=moment)
                session.add(person)
                session.flush()
            for firm in firms:
                row = Assignment(enterprise_id=firm, account_id=person.id, role="specialist", made_at=moment)
                row.ended_at = moment.replace(month=3) if ended else None
                session.add(row)

    def plan(self, where: str = CITY, starts: date = START, deadline: date = date(2025, 12, 31), **target: Any) -> Plan:
        """A plan with one target: 100 家 of 小巨人 in total, unless said otherwise."""
        values: dict[str, Any] = {"title": "小巨人", "value": "100", "unit": "家", "kind": "stock", "comparator": "ge"}
        values |= {"measure": "little_giants", "note": "", "position": 1}
        with writing(engine(self.app)) as session:
            place = session.scalars(select(Division.id).where(Division.code == where)).one()
            row = Plan(title="试验计划", source="文件一", starts_on=starts, deadline=deadline, made_at=wording.now())
            row.division_id, row.targets = place, [Target(**(values | target))]
            session.add(row)
            session.flush()
            return row


def _ruler(session: Session) -> int:
    found = session.scalar(select(Term).where(Term.kind == "ruler", Term.name == RULER))
    if found is None:
        found = Term(kind="ruler", name=RULER)
        session.add(found)
        session.flush()
    return found.id
