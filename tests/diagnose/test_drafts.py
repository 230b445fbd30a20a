"""A draft keeps what was typed, right or wrong, until it is submitted or dropped."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from diagnose.db import reading, writing
from diagnose.models import Assessment
from diagnose.services import drafts
from tests.diagnose.cast import File, all_of, counts, engine, open_file, portrait, status, typed
from tests.diagnose.proof import deeds, kept, pieces, upload

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def save(app: Flask, draft: int, moment: datetime = NOON, **texts: list[str]) -> None:
    with writing(engine(app)) as session:
        drafts.save(session, draft, texts, moment)


def test_new_file_has_one_empty_draft_of_the_day_it_named(app: Flask, file: File) -> None:
    (draft,) = all_of(app, Assessment)
    assert (draft.status, draft.purpose, draft.kind, draft.as_of) == ("draft", "first", "self", date(2026, 3, 1))
    assert draft.form_name == "digital-portrait/2025"
    assert typed(app, draft.id) == {}


def test_answer_is_read_back_as_typed(app: Flask, file: File) -> None:
    for texts in (["twenty"], ["４０"], [" 1,000 "], ["A", "B"], ["<b>\n😀"], ["\ufffd"]):
        save(app, file.draft_id, key_processes_total=texts)
        assert typed(app, file.draft_id) == {"key_processes_total": texts}


def test_later_answer_replaces_the_earlier_one_and_leaves_the_others(app: Flask, file: File) -> None:
    save(app, file.draft_id, five_g=["A"], talent=["B", "C"])
    save(app, file.draft_id, NOON + timedelta(minutes=5), five_g=["B"])
    assert typed(app, file.draft_id) == {"five_g": ["B"], "talent": ["B", "C"]}
    with reading(engine(app)) as session:
        saved = drafts.load(session, file.draft_id).saved_at
    assert saved == {"five_g": NOON + timedelta(minutes=5), "talent": NOON}


def test_blank_takes_an_answer_back(app: Flask, file: File) -> None:
    save(app, file.draft_id, five_g=["A"])
    save(app, file.draft_id, five_g=[])
    with reading(engine(app)) as session:
        draft = drafts.load(session, file.draft_id)
    assert "five_g" not in drafts.understand(portrait(app), draft).values


def test_drafts_of_two_files_keep_apart(app: Flask, file: File) -> None:
    other = open_file(app)
    save(app, file.draft_id, five_g=["A"])
    save(app, other.draft_id, five_g=["B"])
    assert (typed(app, file.draft_id), typed(app, other.draft_id)) == ({"five_g": ["A"]}, {"five_g": ["B"]})


def test_progress_counts_answers_and_errors_by_section(app: Flask, file: File) -> None:
    save(app, file.draft_id, own_design=["false"], key_processes_cnc=["x"], five_g=["A"], smart_factory=["Z"])
    with reading(engine(app)) as session:
        reading_ = drafts.understand(portrait(app), drafts.load(session, file.draft_id))
    states = {state.page.code: (state.answered, state.errors) for state in drafts.progress(portrait(app), reading_)}
    assert states["design"] == (3, 0)
    assert states["production"] == (1, 2)
    assert states["needs"] == (0, 0)


def test_submitted_assessment_takes_no_more_answers(app: Flask, file: File) -> None:
    file.submitted()
    before = typed(app, file.draft_id)
    with pytest.raises(drafts.Submitted):
        save(app, file.draft_id, five_g=["C"])
    assert typed(app, file.draft_id) == before


def test_dropped_draft_is_gone_and_the_verdict_stays(app: Flask, file: File) -> None:
    again = file.submitted().next_draft("again")
    answer = again.post(f"{again.filling}/discard")
    assert answer.location == f"{file.address}/"
    assert [one.id for one in all_of(app, Assessment)] == [file.draft_id]
    assert counts(app)["statement"] == counts(app)["diagnosis"] == 1


def test_draft_dropped_with_evidence_leaves_no_bytes_that_nobody_can_erase(app: Flask, file: File) -> None:
    again = file.submitted().next_draft("again")
    upload(again)
    again.post(f"{again.filling}/discard")
    assert status(app, again.draft_id) == "set_aside" and typed(app, again.draft_id) == {}
    assert [row.deleted_at is None for row in pieces(app)] == [False]
    assert [action for action, _ in deeds(app)] == ["evidence_added", "evidence_deleted"]
    assert again.next_draft("again").draft_id != again.draft_id
    file.post("erase", {"sure": "yes"})
    assert kept(app) == []


def test_what_was_submitted_cannot_be_dropped(app: Flask, file: File) -> None:
    file.submitted()
    assert file.post(f"{file.filling}/discard").status_code == 409
    assert status(app, file.draft_id) == "submitted"
    assert counts(app)["statement"] == 1


def test_answers_of_a_draft_are_facts_for_nobody(app: Flask, file: File) -> None:
    file.answered()
    assert counts(app)["statement"] == counts(app)["diagnosis"] == 0
    assert "还没有诊断记录" in file.holder.get(f"{file.address}/").get_data(as_text=True)
