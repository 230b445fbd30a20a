"""flask rescore: verdicts under another edition beside the old ones; the history says why the score changed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose import create_app
from diagnose.catalog import Catalog, load_catalog
from diagnose.config import Settings
from diagnose.db import reading
from diagnose.models import Diagnosis
from diagnose.services import rescore
from tests.conftest import Visitor
from tests.diagnose.cast import File, engine, open_file
from tests.firms import CREDIT_CODE, DISCRETE, NO_DESIGN, PROCESS

SECOND = Path(__file__).parents[1] / "editions" / "digital-portrait-2026.yaml"
DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def two_editions() -> Catalog:
    return load_catalog([SECOND])


@pytest.fixture
def stage(database_url: str, tmp_path: Path, two_editions: Catalog) -> Iterator[Flask]:
    """An app that knows a second edition of digital-portrait, with three submitted files and one that is a draft."""
    app = create_app(Settings(tmp_path, database_url, "a key for tests, long enough to sign"), two_editions)
    app.testing = True
    for facts in (DISCRETE, PROCESS, NO_DESIGN):
        open_file(app, credit_code=CREDIT_CODE).submitted(facts)
    open_file(app).answered()
    yield app
    app.extensions["diagnose"].engine.dispose()


def every(app: Flask) -> list[Diagnosis]:
    with reading(engine(app)) as session:
        return list(session.scalars(select(Diagnosis).order_by(Diagnosis.id)))


def run(app: Flask, catalog: Catalog, limit: int | None = None) -> list[rescore.Done]:
    done = []
    for one in rescore.rescore(engine(app), catalog, catalog.rulesets["digital-portrait/2026"], "self", DAY):
        done.append(one)
        if limit and len(done) == limit:
            break
    return done


def as_values(row: Diagnosis) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in Diagnosis.__table__.columns}


def test_every_file_gets_a_verdict_under_the_other_edition_and_nothing_else_changes(
    stage: Flask, two_editions: Catalog
) -> None:
    before = [as_values(row) for row in every(stage)]
    assert sum(done.judged for done in run(stage, two_editions)) == 3
    after = every(stage)
    assert [as_values(row) for row in after[:3]] == before
    assert {(row.edition, row.as_of) for row in after[3:]} == {("2026", DAY)}
    assert {row.ruleset_sha256 for row in after[3:]} == {two_editions.rulesets["digital-portrait/2026"].sha256}
    assert after[3].score == after[0].score - 216  # 22 of 40: 8.76 points under 2025, 6.6 under 2026


def test_running_it_again_inserts_nothing(stage: Flask, two_editions: Catalog) -> None:
    run(stage, two_editions)
    assert run(stage, two_editions) == []
    assert len(every(stage)) == 6


def test_an_interrupted_run_goes_on_where_it_stopped(
    stage: Flask, two_editions: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescore, "BATCH", 1)
    assert len(run(stage, two_editions, limit=1)) == 1
    rules = two_editions.rulesets["digital-portrait/2026"]
    assert rescore.open_files(engine(stage), two_editions, rules, "self", DAY) == 2
    assert len(run(stage, two_editions)) == 2
    assert len(every(stage)) == 6


def test_a_file_without_all_facts_is_passed_over(stage: Flask, two_editions: Catalog) -> None:
    official = two_editions.rulesets["miit-sme/2024"]
    done = list(rescore.rescore(engine(stage), two_editions, official, "self", DAY))
    assert done == []  # nobody has pledged the official form


def test_the_command_says_how_many_and_refuses_an_unknown_edition(stage: Flask) -> None:
    runner = stage.test_cli_runner()
    said = runner.invoke(args=["rescore", "--scheme", "digital-portrait", "--edition", "2026", "--as-of", "2026-06-01"])
    assert "重新判定 3 家（对应日期 2026年6月1日），跳过 0 家" in said.output
    wrong = runner.invoke(args=["rescore", "--scheme", "digital-portrait", "--edition", "1999"])
    assert wrong.exit_code == 1
    assert "没有标尺 digital-portrait/1999" in wrong.output


def test_the_history_splits_a_change_into_correction_progress_and_ruler(stage: Flask, two_editions: Catalog) -> None:
    file = open_file(stage).submitted({**DISCRETE, "key_processes_cnc": 12})
    file = again(file, "correct", {**DISCRETE, "key_processes_cnc": 20})
    run(stage, two_editions)
    file.holder.get(file.address + "/")
    page = " ".join(file.holder.page.split())
    corrected = 840 - 504  # 12 of 40 and 20 of 40 under 2025
    assert f'+{corrected / 100:.2f}</a><span class="zz-sub">更正 +{corrected / 100:.2f}</span></span>' in page
    assert '-2.40</a><span class="zz-sub">标尺换版 -2.40</span></span>' in page  # 8.4 and 6 points


def again(file: File, how: str, facts: dict[str, Any]) -> File:
    return file.next_draft(how).submitted(facts)


def test_a_visitor_of_another_file_sees_no_rescored_verdict(stage: Flask, two_editions: Catalog) -> None:
    run(stage, two_editions)
    last = every(stage)[-1]
    other = open_file(stage, Visitor(stage))
    assert other.holder.get(f"{other.address}/verdict/{last.id}").status_code == 404
