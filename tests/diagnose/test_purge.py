"""flask purge: what nobody has claimed, submitted or touched for long goes; everything else stays."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from diagnose import wording
from diagnose.db import writing
from diagnose.limits import LIMITS
from diagnose.models import (
    Assessment,
    Attempt,
    AuditEntry,
    DraftAnswer,
    Enterprise,
    Evidence,
    Job,
    SyncedChange,
    Ticket,
    Visit,
)
from diagnose.services import purge
from diagnose.services.purge import Purged
from diagnose.store import Store
from tests.diagnose.cast import File, all_of, engine, open_file
from tests.people import account, assign, join

NOW = wording.now()
LONG_AGO = NOW - timedelta(days=LIMITS["draft_days"], minutes=1)
LATELY = NOW - timedelta(days=LIMITS["draft_days"]) + timedelta(minutes=1)


def run(app: Flask, now: datetime = NOW) -> Purged:
    parts = app.extensions["diagnose"]
    return purge.purge(parts.engine, parts.store, app.config["SECRET_KEY"], now)


def aged(app: Flask, moment: datetime = LONG_AGO) -> None:
    """As if everything had been written at that moment."""
    with writing(engine(app)) as session:
        session.execute(update(Enterprise).values(created_at=moment))
        session.execute(update(Assessment).values(started_at=moment))
        session.execute(update(DraftAnswer).values(saved_at=moment))


def names(app: Flask) -> list[str]:
    return [one.name for one in all_of(app, Enterprise)]


def photo(app: Flask, file: File) -> str:
    store: Store = app.extensions["diagnose"].store
    store.put("0a1b2c", b"a photo")
    with writing(engine(app)) as session:
        row = Evidence(
            enterprise_id=file.enterprise().id,
            assessment_id=file.draft_id,
            question="five_g",
            change="1",
            title="车间",
            media="image/jpeg",
            size=7,
            sha256="0" * 64,
            store_key="0a1b2c",
            effective_on=date(2026, 1, 1),
            uploaded_at=NOW,
        )
        session.add(row)
    return "0a1b2c"


def test_an_abandoned_draft_goes_with_its_answers_and_photos(app: Flask, file: File) -> None:
    key = photo(app, file.answered())
    aged(app)
    assert run(app).files == 1
    assert names(app) == [] and all_of(app, DraftAnswer) == []
    assert not app.extensions["diagnose"].store.exists(key)
    (entry,) = [one for one in all_of(app, AuditEntry) if one.action == "purge"]
    assert entry.detail == {"files": 1} and entry.file is None


def test_a_draft_saved_within_the_time_stays(app: Flask, file: File) -> None:
    file.answered()
    aged(app, LATELY)
    assert run(app).files == 0 and len(names(app)) == 1


@pytest.mark.parametrize("what", ["created", "started", "saved"])
def test_the_last_thing_done_counts(app: Flask, file: File, what: str) -> None:
    file.answered()
    aged(app)
    column = {"created": Enterprise.created_at, "started": Assessment.started_at, "saved": DraftAnswer.saved_at}[what]
    with writing(engine(app)) as session:
        session.execute(update(column.class_).values({column.key: LATELY}))
    assert run(app).files == 0


def test_what_somebody_has_submitted_claimed_or_works_on_stays(app: Flask) -> None:
    open_file(app, name="已提交").submitted()
    claimed, assigned, verified = (open_file(app, name=name) for name in ("已认领", "已指派", "已核实"))
    join(app, account(app, "enterprise", "甲员工"), claimed.enterprise().id)
    assign(app, account(app, "advisor", "顾问"), assigned.enterprise().id)
    with writing(engine(app)) as session:
        session.get_one(Enterprise, verified.enterprise().id).verified = True
    open_file(app, name="没人要")
    aged(app)
    assert run(app).files == 1
    assert names(app) == ["已提交", "已认领", "已指派", "已核实"]


def test_more_than_one_batch_goes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "BATCH", 2)
    for _ in range(5):
        open_file(app)
    aged(app)
    assert run(app).files == 5
    assert run(app).files == 0


def test_expired_links_old_tries_and_receipts_of_finished_visits_go(app: Flask, file: File) -> None:
    file.submitted()
    advisor, moments = account(app, "advisor", "顾问"), (NOW - timedelta(days=2), NOW + timedelta(days=1))
    with writing(engine(app)) as session:
        for number, moment in enumerate(moments):
            ticket = {"sha256": f"{number}", "purpose": "invite", "created_at": NOW, "expires_at": moment}
            session.add_all([Ticket(**ticket), Attempt(key=f"try {number}", at=moment, tries=1)])
        for number, state in enumerate(("final", "visiting")):
            onsite = Assessment(
                enterprise_id=file.enterprise().id,
                kind="onsite",
                form=f"form-{number}",
                edition="1",
                purpose="visit",
                as_of=NOW.date(),
                started_at=NOW,
            )
            session.add(onsite)
            session.flush()
            visit = Visit(enterprise_id=onsite.enterprise_id, base_id=file.draft_id, assessment_id=onsite.id)
            visit.advisor_id, visit.state, visit.visit_on, visit.created_at = advisor, state, NOW.date(), NOW
            session.add_all([visit, SyncedChange(assessment_id=onsite.id, change="1", outcome={}, at=NOW)])
    done = run(app)
    assert (done.tickets, done.attempts, done.changes) == (1, 1, 1)
    assert [one.sha256 for one in all_of(app, Ticket)] == ["1"]
    assert "try 0" not in [one.key for one in all_of(app, Attempt)]
    assert len(all_of(app, SyncedChange)) == 1


def test_the_server_does_it_once_a_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    parts, runs = app.extensions["diagnose"], []
    for hours in (0, 1, 23, 25, 26):
        now = NOW + timedelta(hours=hours)
        monkeypatch.setattr(wording, "now", lambda now=now: now)
        purge.purge_daily(parts.engine, parts.store, app.config["SECRET_KEY"], now)
        runs.append(len(all_of(app, Job)))
    assert runs == [1, 1, 1, 2, 2]


def test_the_command_says_what_went(app: Flask) -> None:
    open_file(app)
    aged(app)
    said = app.test_cli_runner().invoke(args=["purge"])
    assert said.exit_code == 0 and "删除过期草稿 1 份" in said.output
    (job,) = all_of(app, Job)
    assert (job.kind, job.state, job.done) == ("purge", "done", 1) and "过期草稿 1 份" in job.message
