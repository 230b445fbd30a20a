"""Whatever happens to firms, in whatever order: the counters say what counting firm by firm says, and a recount
finds nothing to put right."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Assessment, Division, Enterprise, FirmFact
from diagnose.services import counters, drafts, files, joining, recount, register, rescore, spans, submit, terms
from questionnaires.parse import typed_again
from tests.diagnose.cast import catalog, engine
from tests.diagnose.naive_counts import Count, count
from tests.firms import DISCRETE, NO_DESIGN, PROCESS
from tests.people import account

PLACES = ("321003", "321002", "320102", "110105")
CODES = ("91110000600037341L", "91320000134752138H", "913200007141048456")
STEPS = 45
MARKS = (("pool", ""), ("star", "3"), ("star", "5"), ("champion", ""), ("project", "改造"))


class World:
    """A seeded history."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.app, self.random, self.by = app, Random(seed), account(app, "officer", "历史", PLACES[0])

    def step(self) -> None:
        deeds = (self.add, self.start, self.submit, self.submit, self.submit, self.fact, self.fact, self.move)
        rarely = (self.close, self.reopen, self.verify, self.merge)
        seldom = (self.erase, self.rename, self.withdraw, self.rescore)
        deed = self.random.choice(deeds + self.random.choice((rarely, seldom)))
        with writing(engine(self.app)) as session:
            deed(session)

    def firm(self, session: Session, **wanted: Any) -> Enterprise | None:
        query = select(Enterprise).filter_by(**wanted).order_by(Enterprise.id)
        found = session.scalars(query).all()
        return self.random.choice(found) if found else None

    def place(self, session: Session) -> Division:
        return session.scalars(select(Division).where(Division.code == self.random.choice(PLACES))).one()

    def day(self, ahead: int = 0) -> date:
        return wording.today() + timedelta(days=self.random.randint(-200, ahead))

    def said(self, session: Session) -> files.Firm:
        staff = self.random.choice((5, 150, 900))
        trade = self.random.choice(("33", "38", "701"))
        profile = {"staff": staff, "revenue": "50000.00", "assets": "90000.00"}
        return files.Firm(self.random.choice(CODES), "甲", self.place(session), trade, "discrete", profile)

    def deed(self, session: Session, firm: Enterprise) -> register.Deed:
        return register.Deed(self.by, wording.now(), register.version(session, firm))

    def add(self, session: Session) -> None:
        public_id = f"{self.random.getrandbits(64):016x}"
        contact = register.Contact("", "")
        try:
            register.add(session, self.said(session), contact, public_id, self.by, self.day(), wording.now())
        except register.Registered:
            return

    def start(self, session: Session) -> None:
        files.start(session, self.said(session), f"{self.random.getrandbits(60)}", self.day(), wording.now())

    def submit(self, session: Session) -> None:
        firm = self.firm(session, status="open")
        if firm is None:
            return
        form, now, day = catalog(self.app).first_form, wording.now(), self.day()
        kind = self.random.choice(("self", "self", "onsite"))
        row = Assessment(
            enterprise_id=firm.id,
            kind=kind,
            form=form.form,
            edition=form.edition,
            purpose="again",
            as_of=day,
            status="draft",
            started_at=now,
        )
        session.add(row)
        session.flush()
        facts = {**self.random.choice((DISCRETE, PROCESS, NO_DESIGN))}
        facts["key_processes_cnc"] = self.random.randint(0, facts["key_processes_total"])
        drafts.save(session, row.id, typed_again(facts), now)
        submit.submit(session, catalog(self.app), firm, row, now, self.by)

    def fact(self, session: Session) -> None:
        firm = self.firm(session)
        if firm is None:
            return
        start = self.day(ahead=60)
        code, value = self.random.choice((*MARKS, ("chain", "汽车"), ("chain", "船舶"), ("locality", "高新园")))
        end = start + timedelta(days=self.random.randint(1, 150)) if self.random.random() < 0.6 else None
        if code == "project":
            end = None
        old = session.scalars(select(FirmFact).filter_by(enterprise_id=firm.id, code=code, withdrawn_at=None))
        for one in old if code in ("chain", "locality") else ():
            one.withdrawn_at = wording.now()
        session.add(
            FirmFact(
                enterprise_id=firm.id,
                code=code,
                value=value,
                valid_from=start,
                valid_to=end,
                source="测试",
                recorded_at=wording.now(),
            )
        )
        spans.settle(session, [firm.id])

    def withdraw(self, session: Session) -> None:
        found = session.scalars(select(FirmFact).filter_by(withdrawn_at=None).order_by(FirmFact.id)).all()
        if found:
            one = self.random.choice(found)
            one.withdrawn_at = wording.now()
            spans.settle(session, [one.enterprise_id])

    def move(self, session: Session) -> None:
        if firm := self.firm(session, status="open"):
            today = max(self.day(), firm.places[-1].valid_from)
            register.move(session, firm, self.place(session), today, self.deed(session, firm))

    def close(self, session: Session) -> None:
        if firm := self.firm(session, status="open"):
            register.close(session, firm, "停产", self.deed(session, firm))
            firm.closed_on = self.day()
            spans.settle(session, [firm.id])

    def reopen(self, session: Session) -> None:
        if firm := self.firm(session, status="closed"):
            register.reopen(session, firm, "复产", self.deed(session, firm))

    def verify(self, session: Session) -> None:
        if firm := self.firm(session, status="open", verified=False):
            try:
                register.verify(session, firm, self.deed(session, firm))
            except register.Registered:
                return

    def merge(self, session: Session) -> None:
        target = self.firm(session, status="open", verified=True)
        source = target and self.firm(session, status="open", verified=False, credit_code=target.credit_code)
        if target and source:
            pair = (source, target) if self.random.random() < 0.7 else (target, source)
            joining.join(session, *pair, self.by, wording.now(), catalog(self.app))

    def erase(self, session: Session) -> None:
        firm = self.firm(session, status="open")
        if firm and self.random.random() < 0.4:
            files.erase(session, firm)

    def rename(self, session: Session) -> None:
        if firm := self.firm(session, status="open"):
            now = files.Firm(firm.credit_code, "乙", self.place(session), "38", "discrete", {"staff": 5})
            register.change(session, firm, now, self.by, wording.now())

    def rescore(self, session: Session) -> None:
        rules = catalog(self.app).rulesets["digital-portrait/2025"]
        ids = list(session.scalars(select(Enterprise.id).order_by(Enterprise.id)))
        rescore._judge(session, catalog(self.app), rules, "self", self.day(), ids)


def days() -> list[date]:
    """Month ends of the last seven months, and today."""
    found, day = [wording.today()], wording.today()
    for _ in range(4):
        day = day.replace(day=1) - timedelta(days=1)
        found.append(day)
    return found


def stored(session: Session, divisions: list[int], day: date, wanted: Count) -> dict[Any, list[int]]:
    """What the counters say of the same."""
    found: dict[Any, list[int]] = {}
    words = {kind: terms.terms(session, kind) for kind in ("chain", "locality")}
    rulers = {ruler: terms.ruler_id(session, ruler) if ruler else 0 for _, ruler, *_ in wanted.cells}
    for ruler, id_ in rulers.items():
        for basis in (1, 2, 3) if ruler else (0,):
            for slice_ in ("all", "industry", "size", "chain", "locality", "mark"):
                state = counters.cells(session, divisions, id_, basis, slice_, [day.toordinal()])
                for (division, value, _), cell in state.items():
                    name = words[slice_][value] if slice_ in words else value
                    found[division, ruler, basis, slice_, name] = list(cell)
    return found


def nearest_rank(values: list[int], point: int) -> int:
    return sorted(values)[max(-(-len(values) * point // 100), 1) - 1]


@pytest.mark.parametrize("seed", range(2))
def test_counters_say_what_counting_firm_by_firm_says(app: Flask, seed: int) -> None:
    world = World(app, seed)
    for number in range(STEPS):
        world.step()
        if number == STEPS // 2:
            agrees(app)
    recount.rebuild(engine(app))
    agrees(app)


def agrees(app: Flask) -> None:
    """The recount finds nothing, and an independent count says the same."""
    found = recount.recount(engine(app), check_only=True)
    assert found.lines == [] and found.count == 0
    with reading(engine(app)) as session:
        for day in days():
            wanted = count(session, day)
            divisions = sorted({division for division, *_ in wanted.cells})
            assert stored(session, divisions, day, wanted) == wanted.cells
            for (division, ruler, basis), measures in wanted.values.items():
                id_ = terms.ruler_id(session, ruler)
                said = counters.percentiles(session, division, id_, basis, day.toordinal())
                right = {name: [nearest_rank(each, point) for point in (25, 50, 75)] for name, each in measures.items()}
                assert said == right
