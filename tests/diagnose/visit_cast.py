"""甲企 with a submitted self-assessment, its people, its advisor and its officer: where a visit starts from."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from threading import Barrier
from typing import TypeVar

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Account, Assessment, Finding, Notice, Visit, VisitStep
from diagnose.models.visit import ADOPTED, VERIFIED
from diagnose.services import drafts, visits
from questionnaires.parse import typed_again
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, engine, open_file, portrait
from tests.firms import DISCRETE
from tests.people import HERE, account, assign, join, logged_in

T = TypeVar("T")
ADOPTED_QUESTION = "five_g"


@dataclass
class Story:
    """The people by account id, and the visit once there is one."""

    app: Flask
    file: File
    member: int
    advisor: int
    officer: int
    base: int
    visit: int = 0

    def browser(self, who: str) -> Visitor:
        return logged_in(self.app, getattr(self, who))

    @property
    def address(self) -> str:
        return f"/visits/{self.visit}/"

    def appointed(self, visit_on: date | None = None, due_on: date | None = None) -> "Story":
        with writing(engine(self.app)) as session:
            base, advisor = session.get_one(Assessment, self.base), session.get_one(Account, self.advisor)
            day = visit_on or wording.today()
            self.visit = visits.appoint(session, base, advisor, day, due_on, advisor, wording.now()).id
        return self

    def answered(self, but: tuple[str, ...] = ()) -> "Story":
        """Everything verified as the firm said, one question adopted."""
        row = self.row()
        codes = [question.code for question in portrait(self.app).questions if question.code not in but]
        with writing(engine(self.app)) as session:
            drafts.save(session, row.assessment_id, typed_again(DISCRETE), wording.now(), self.advisor)
            for code in codes:
                choice = ADOPTED if code == ADOPTED_QUESTION else VERIFIED
                moment = {"version": 1, "by_id": self.advisor, "saved_at": wording.now()}
                session.add(Finding(assessment_id=row.assessment_id, question=code, choice=choice, **moment))
        return self

    def row(self) -> Visit:
        with reading(engine(self.app)) as session:
            return session.get_one(Visit, self.visit)

    def steps(self) -> list[VisitStep]:
        return [step for step in all_of(self.app, VisitStep) if step.visit_id == self.visit]

    def move(self, who: str, to: str, version: int | None = None, reason: str = "") -> TestResponse:
        """One person presses a button of the visit's page, as it is now unless an older ``version`` is said."""
        browser = self.browser(who)
        browser.get("/continue")  # a page with a token; the visit's own has none for somebody who may only read
        seen = self.row().version if version is None else version
        return browser.post(f"{self.address}move", {"to": to, "version": str(seen), "reason": reason})

    def done(self, who: str, to: str, reason: str = "") -> "Story":
        answer = self.move(who, to, reason=reason)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return self

    def written(self) -> "Story":
        self.appointed().done("advisor", "visiting")
        return self.answered().done("advisor", "written")

    def confirmed(self) -> "Story":
        return self.written().done("member", "confirmed")

    def notices(self, who: str) -> list[str]:
        with reading(engine(self.app)) as session:
            found = select(Notice.kind).where(Notice.account_id == getattr(self, who)).order_by(Notice.id)
            return list(session.scalars(found))


def story(app: Flask, with_member: bool = True) -> Story:
    """A submitted file with a member (or only its link), an assigned advisor and the district's officer."""
    file = open_file(app).submitted()
    member = account(app, "enterprise", "甲企的人")
    if with_member:
        join(app, member, file.enterprise().id)
    advisor = account(app, "advisor", "顾问")
    assign(app, advisor, file.enterprise().id)
    officer = account(app, "officer", "区县负责人", HERE)
    return Story(app, file, member, advisor, officer, file.draft_id)


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """The jobs started at the same moment, in threads."""
    together = Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        together.wait(timeout=30)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
