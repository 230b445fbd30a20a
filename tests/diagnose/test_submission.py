"""A draft is submitted once: one statement, one verdict, in one transaction, or nothing at all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Assessment, Diagnosis, Statement
from diagnose.services import submit
from scoring import ruleset
from tests.diagnose.cast import File, all_of, catalog, counts, engine, status
from tests.firms import DISCRETE, FIRM, NO_DESIGN

AT_ONCE = 6


def test_submission_writes_one_statement_with_the_answers(app: Flask, file: File) -> None:
    file.submitted()
    (statement,) = all_of(app, Statement)
    (assessment,) = all_of(app, Assessment)
    assert {code: statement.answers[code] for code in DISCRETE} == DISCRETE
    assert (statement.kind, statement.source, statement.form, statement.edition) == (
        *("self", "self", "digital-portrait", "2025"),
    )
    assert statement.assessment_id == assessment.id and assessment.status == "submitted"
    assert statement.as_of == assessment.as_of
    assert statement.recorded_at == assessment.submitted_at


def test_submission_writes_one_verdict_pinned_to_its_ruler(app: Flask, file: File) -> None:
    file.submitted()
    (verdict,) = all_of(app, Diagnosis)
    (statement,) = all_of(app, Statement)
    rules = ruleset.find("digital-portrait/2025")
    assert verdict.ruleset == rules.name
    assert verdict.ruleset_sha256 == ruleset.load(rules.path).sha256
    assert verdict.statements == [statement.id]
    assert (verdict.as_of, verdict.known_at, verdict.kind) == (statement.as_of, statement.recorded_at, "self")
    assert len(verdict.result["points"]) == len(rules.indicators)


def test_size_facts_are_copied_into_the_statement(app: Flask, file: File) -> None:
    file.submitted()
    (statement,) = all_of(app, Statement)
    assert (statement.answers["staff"], statement.answers["revenue"]) == (186, "8000.00")
    assert "assets" not in statement.answers


def test_statement_keeps_the_size_when_the_firm_changes_it_later(app: Flask, file: File) -> None:
    file.submitted()
    file.post("firm", FIRM | {"step": "save", "staff": "500"})
    assert file.enterprise().profile["staff"] == 500
    assert all_of(app, Statement)[0].answers["staff"] == 186


def test_what_was_typed_before_a_question_became_not_applicable_is_not_stated(app: Flask, file: File) -> None:
    file.answered(DISCRETE).submitted(NO_DESIGN)
    (statement,) = all_of(app, Statement)
    assert statement.answers["own_design"] is False
    assert not {"designers_with_tools", "designers_total", "design_depth"} & statement.answers.keys()
    (verdict,) = all_of(app, Diagnosis)
    assert verdict.result["not_applicable"] == ["design_tool_rate", "design_depth"]


def test_wrong_answer_to_what_does_not_apply_does_not_block(app: Flask, file: File) -> None:
    file.answered({"designers_total": "many"}).submitted(NO_DESIGN)
    assert counts(app)["statement"] == 1


def test_incomplete_submission_changes_nothing_and_names_the_question(app: Flask, file: File) -> None:
    for gap in ({"five_g": ""}, {"five_g": "Z"}, {"key_processes_cnc": 41}, {"talent": ["A", "B"]}):
        before = counts(file.answered({**DISCRETE, **gap}).app)
        assert file.holder.submit(file.draft).status_code == 422
        assert "还有题目没有填好" in file.holder.page and "还有 1 题没有填好" in file.holder.page, gap
        assert counts(app) == before and before["statement"] == 0
        assert status(app, file.draft_id) == "draft"


def test_submission_needs_the_pledge(app: Flask, file: File) -> None:
    assert file.answered().post(f"{file.filling}/review").status_code == 422
    assert "请先勾选真实性承诺" in file.holder.page
    assert counts(app)["statement"] == 0


def test_second_click_shows_the_result_and_writes_nothing(app: Flask, file: File) -> None:
    file.submitted()
    before = counts(app)
    answer = file.post(f"{file.filling}/review", {"pledge": "yes"})
    assert answer.location == f"{file.address}/"
    assert counts(app) == before
    assert before["statement"] == before["diagnosis"] == 1


def test_clicks_at_the_same_moment_write_one_statement(app: Flask, file: File) -> None:
    file.answered()
    together = Barrier(AT_ONCE)

    def click(_: int) -> int:
        with reading(engine(app)) as session:
            assessment = session.get_one(Assessment, file.draft_id)
        together.wait(timeout=30)
        with writing(engine(app)) as session:
            return len(submit.submit(session, catalog(app), file.enterprise(), assessment, wording.now()))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        written = list(pool.map(click, range(AT_ONCE)))
    assert sorted(written) == [0] * (AT_ONCE - 1) + [1]
    assert counts(app)["statement"] == counts(app)["diagnosis"] == 1


def test_requests_at_the_same_moment_all_end_on_the_result(app: Flask, file: File) -> None:
    file.answered().holder.get(f"{file.draft}/review")
    fields = {"csrf_token": file.holder.token(), "pledge": "yes"}
    together = Barrier(AT_ONCE)

    def click(_: int) -> str:
        browser = app.test_client()
        browser._cookies = file.holder.client._cookies
        together.wait(timeout=30)
        return str(browser.post(f"{file.draft}/review", data=fields).location)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = set(pool.map(click, range(AT_ONCE)))
    assert ends == {f"{file.address}/"}
    assert counts(app)["statement"] == counts(app)["diagnosis"] == 1
