"""重新自评 and 更正 open a new draft filled from the last statement, and leave what there was readable."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from flask import Flask

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Assessment, Diagnosis, Enterprise, Statement
from diagnose.services import drafts
from questionnaires.parse import typed_again
from tests.diagnose.cast import File, all_of, counts, engine, portrait, typed
from tests.firms import DISCRETE, PROCESS

AT_ONCE = 6


def open_drafts(app: Flask) -> list[Assessment]:
    return [one for one in all_of(app, Assessment) if one.status == "draft"]


def test_new_assessment_starts_from_the_last_answers_as_of_today(app: Flask, file: File) -> None:
    again = file.submitted().next_draft("again")
    (draft,) = open_drafts(app)
    assert (draft.purpose, draft.as_of) == ("again", wording.today())
    assert typed(app, again.draft_id) == typed_again(DISCRETE)


def test_correction_starts_from_the_last_answers_with_the_same_date(app: Flask, file: File) -> None:
    file.submitted()
    answer = file.post("correct")
    (draft,) = open_drafts(app)
    assert (draft.purpose, draft.as_of) == ("correction", date(2026, 3, 1))
    assert typed(app, draft.id) == typed_again(DISCRETE)
    assert answer.location == f"{file.address}/fill/{draft.id}/review"


def test_date_of_a_correction_cannot_be_changed(app: Flask, file: File) -> None:
    correction = file.submitted().next_draft("correct")
    assert correction.post(f"{correction.filling}/day", {"as_of": "2026-01-01"}).status_code == 422
    assert open_drafts(app)[0].as_of == date(2026, 3, 1)


def test_date_of_another_draft_can_be_changed(app: Flask, file: File) -> None:
    assert file.post(f"{file.filling}/day", {"as_of": "2025-12-31"}).status_code == 302
    assert open_drafts(app)[0].as_of == date(2025, 12, 31)


@pytest.mark.parametrize("how", ["again", "correct"])
def test_second_click_ends_in_the_same_draft_with_what_was_changed_in_it(app: Flask, file: File, how: str) -> None:
    first = file.submitted().next_draft(how).answered({"five_g": "C"})
    second = file.next_draft(how)
    assert second.draft == first.draft
    assert typed(app, second.draft_id)["five_g"] == ["C"]


@pytest.mark.parametrize("how", ["again", "correct"])
def test_nothing_to_start_from_is_not_found(file: File, how: str) -> None:
    assert file.post(how).status_code == 404


def test_other_button_leads_to_the_open_draft_and_says_so(app: Flask, file: File) -> None:
    again = file.submitted().next_draft("again")
    answer = file.post("correct")
    assert answer.location == f"{again.draft}/review?other=correction"
    assert "请先提交或放弃它，再去更正" in file.holder.get(answer.location).get_data(as_text=True)
    assert [one.id for one in open_drafts(app)] == [again.draft_id]


def test_clicks_at_the_same_moment_end_in_one_filled_draft(app: Flask, file: File) -> None:
    file.submitted()
    together = Barrier(AT_ONCE)
    number = file.enterprise().id

    def click(_: int) -> int:
        together.wait(timeout=30)
        with writing(engine(app)) as session:
            enterprise = session.get_one(Enterprise, number)
            found = drafts.open_draft(session, enterprise, portrait(app), "again", wording.today(), wording.now())
            return found.id

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = set(pool.map(click, range(AT_ONCE)))
    assert found == {draft.id for draft in open_drafts(app)} and len(found) == 1
    assert typed(app, found.pop()) == typed_again(DISCRETE)


def test_correction_leaves_the_old_statement_and_verdict_as_they_were(app: Flask, file: File) -> None:
    file.submitted()
    old_statement, old_verdict = all_of(app, Statement)[0], all_of(app, Diagnosis)[0]
    file.next_draft("correct").submitted(PROCESS)
    statements, verdicts = all_of(app, Statement), all_of(app, Diagnosis)
    assert len(statements) == len(verdicts) == 2
    assert (statements[0].answers, statements[0].recorded_at) == (old_statement.answers, old_statement.recorded_at)
    assert (verdicts[0].score, verdicts[0].result) == (old_verdict.score, old_verdict.result)
    assert statements[1].as_of == old_statement.as_of
    assert verdicts[1].score != old_verdict.score


def test_earlier_verdict_stays_readable_with_its_own_facts(app: Flask, file: File) -> None:
    file.submitted()
    before = file.holder.get(f"{file.address}/").get_data(as_text=True)
    old = all_of(app, Diagnosis)[0]
    file.next_draft("correct").submitted(PROCESS)
    page = file.holder.get(f"{file.address}/verdict/{old.id}").get_data(as_text=True)
    score = f"<b>{wording.number(old.score, 2)}</b> 分"
    assert score in before and score in page
    assert "之后有更新的结论" in page and "22 / 40" in page
    newest = file.holder.get(f"{file.address}/").get_data(as_text=True)
    assert score not in newest and "13 / 14" in newest and "之后有更新的结论" not in newest


def test_file_shows_the_newest_day_even_when_an_older_one_is_learned_later(app: Flask, file: File) -> None:
    file.submitted(PROCESS)
    again = file.next_draft("again")
    again.post(f"{again.filling}/day", {"as_of": "2025-01-01"})
    again.submitted(DISCRETE)
    assert "13 / 14" in file.holder.get(f"{file.address}/").get_data(as_text=True)
    assert counts(app)["diagnosis"] == 2


def test_history_names_each_verdict_by_its_purpose(file: File) -> None:
    file.submitted().next_draft("correct").submitted(PROCESS).next_draft("again").submitted(PROCESS)
    page = file.holder.get(f"{file.address}/").get_data(as_text=True)
    assert "共 3 次结论" in page
    assert all(word in page for word in ("首次自评", "更正", "重新自评"))
