"""A form that comes after the submission changes nothing, and its page lists what was sent."""

import pytest

from diagnose.models import Diagnosis, Statement
from tests.diagnose.cast import File, all_of, counts, typed


def records(file: File) -> list[tuple[object, ...]]:
    statements = [(one.id, one.as_of, one.recorded_at, one.answers) for one in all_of(file.app, Statement)]
    verdicts = [(one.id, one.score, one.level, one.result) for one in all_of(file.app, Diagnosis)]
    return [*statements, *verdicts]


STALE: list[tuple[str, dict[str, str], list[str]]] = [
    (
        "page/production",
        {"key_processes_total": "77", "five_g": "C", "go": "next"},
        ["关键工序总数", "77", "规模化"],
    ),
    ("page/needs", {"needs": "L", "needs_other": "<b>刚写的一长段话</b>"}, ["&lt;b&gt;刚写的一长段话&lt;/b&gt;"]),
    ("day", {"as_of": "2025-12-31"}, ["2025-12-31"]),
]


def test_stale_page_is_answered_with_what_was_sent(file: File) -> None:
    file.submitted()
    before, draft = records(file), typed(file.app, file.draft_id)
    for path, data, shown in STALE:
        answer = file.post(f"{file.filling}/{path}", data)
        assert answer.status_code == 409
        assert "这次填报已经提交" in answer.text and all(text in answer.text for text in shown), path
    assert records(file) == before and typed(file.app, file.draft_id) == draft


def test_stale_script_is_told_in_json(file: File) -> None:
    file.submitted()
    before = records(file)
    answer = file.post(f"{file.filling}/answer/five_g", {"five_g": "C"}, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.get_json() == {"message": "这次填报已经提交。提交时的答案和诊断结果都在，没有受影响。"}
    assert records(file) == before


@pytest.mark.parametrize("path", ["page/design", "review"])
def test_old_address_of_a_submitted_draft_leads_to_the_result(small_file: File, path: str) -> None:
    small_file.submitted()
    assert small_file.holder.get(f"{small_file.draft}/{path}").location == f"{small_file.address}/"


def test_first_link_page_still_opens_after_the_submission(small_file: File) -> None:
    """The address ?first=1 may stand in a bookmark."""
    answer = small_file.submitted().holder.get(f"{small_file.address}/link?first=1")
    assert answer.status_code == 200 and "继续填写码" in answer.text


def test_stale_form_stores_nothing_beside_the_open_draft(small_file: File) -> None:
    again = small_file.submitted().next_draft("again")
    before, fresh = counts(small_file.app), typed(small_file.app, again.draft_id)
    assert small_file.post(f"{small_file.filling}/page/production", {"five_g": "C"}).status_code == 409
    assert counts(small_file.app) == before and typed(small_file.app, again.draft_id) == fresh
