"""A visit in its state visiting, and its advisor: what tests of the onsite form start from."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Account, Assessment, Finding, Visit
from diagnose.models.visit import FINAL, VISITING
from diagnose.services import onsite, submit, visits
from diagnose.services.onsite import Outcome
from diagnose.services.onsite_draft import OnsiteDraft, onsite_draft
from questionnaires.parse import typed_again
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, catalog, engine
from tests.people import account, assign, logged_in


@dataclass
class Stage:
    """A firm's file, its advisor and the visit."""

    file: File
    app: Flask
    advisor: int
    visit: int

    def save(self, code: str, choice: str = "verified", version: int | None = None, **more: Any) -> Outcome:
        """The advisor saves one question; ``facts`` are its values, ``version`` the newest if not given."""
        facts, note, change = more.get("facts", {}), more.get("note", ""), more.get("change", "")
        typed = more.get("typed") or typed_again(facts)
        seen = self.version(code) if version is None else version
        with writing(engine(self.app)) as session:
            visit = session.get_one(Visit, self.visit)
            question = catalog(self.app).dictionary.indicators[code]
            stored = (session, catalog(self.app), visit, question)
            by, now = more.get("by", self.advisor), wording.now()
            return onsite.save(*stored, typed, choice, note, seen, change, by, now)

    def save_all(self, choice: str, facts: dict[str, Any] | None = None, but: tuple[str, ...] = ()) -> None:
        """Every open question that applies, in the order of the form."""
        for question in self.draft().form.questions:
            if question.code not in but and not self.draft().done(question):
                given = {fact.code: facts[fact.code] for fact in question.facts if facts and fact.code in facts}
                self.save(question.code, choice, facts=given)

    def draft(self) -> OnsiteDraft:
        with reading(engine(self.app)) as session:
            return onsite_draft(session, catalog(self.app), session.get_one(Visit, self.visit))

    def finding(self, code: str) -> Finding | None:
        return self.draft().findings.get(code)

    def choice(self, code: str) -> str | None:
        found = self.finding(code)
        return found.choice if found else None

    def version(self, code: str) -> int:
        found = self.finding(code)
        return found.version if found else 0

    def open_codes(self) -> list[str]:
        return [question.code for question in self.draft().open_questions]

    def adopted_codes(self) -> list[str]:
        with reading(engine(self.app)) as session:
            return onsite.adopted_codes(session, catalog(self.app), session.get_one(Visit, self.visit))

    def move(self, state: str) -> None:
        """Straight to a state, whatever the rules of moving are."""
        with writing(engine(self.app)) as session:
            session.get_one(Visit, self.visit).state = state

    def finish(self) -> None:
        """The verdict is made, as the last move of a visit does."""
        with writing(engine(self.app)) as session:
            visit = session.get_one(Visit, self.visit)
            visit.state = FINAL
            adopted = onsite.adopted_codes(session, catalog(self.app), visit)
            submit.submit(session, catalog(self.app), visit.enterprise, visit.assessment, adopted=adopted)

    def browser(self) -> Visitor:
        """The advisor's browser."""
        return logged_in(self.app, self.advisor)

    def post(self, visitor: Visitor, code: str, data: dict[str, Any], **extra: Any) -> TestResponse:
        """A browser sends one question's form."""
        visitor.get(f"/visits/{self.visit}/form")
        fields = {"version": str(self.version(code)), **data}
        return visitor.post(f"/visits/{self.visit}/answer/{code}", fields, **extra)


def stage(file: File, advisor: int | None = None) -> Stage:
    """The newest submitted self-assessment of a file is visited, by a new advisor if none is given."""
    app = file.app
    base_id = max(one.id for one in all_of(app, Assessment) if one.submitted_at and one.kind == "self")
    if advisor is None:
        advisor = account(app, "advisor", "顾问甲")
        assign(app, advisor, file.enterprise().id)
    with writing(engine(app)) as session:
        by, base = session.get_one(Account, advisor), session.get_one(Assessment, base_id)
        visit = visits.appoint(session, base, by, wording.today(), None, by, wording.now())
        visit.state = VISITING
        found = visit.id
    return Stage(file, app, advisor, found)
