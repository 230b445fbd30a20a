"""The holder takes everything along, or deletes everything of this file and nothing of another."""

import json
from typing import Any

import pytest
from flask import Flask

from diagnose.models import Assessment, Diagnosis, DraftAnswer, Enterprise, EnterpriseDivision, Statement
from tests.diagnose.cast import File, all_of, counts, open_file
from tests.firms import CREDIT_CODE, DISCRETE, PROCESS

OWNED: tuple[Any, ...] = (Assessment, Statement, Diagnosis, EnterpriseDivision)


def exported(file: File) -> dict[str, Any]:
    answer = file.holder.get(f"{file.address}/data.json")
    assert answer.content_type == "application/json"
    found: dict[str, Any] = json.loads(answer.get_data())
    return found


def test_erasing_deletes_everything_of_this_file_and_nothing_else(app: Flask, file: File) -> None:
    other = open_file(app).submitted(PROCESS)
    other.next_draft("again")
    left = counts(app)
    assert file.submitted().next_draft("correct").draft_id
    assert counts(app) != left
    gone = file.enterprise().id
    assert file.post("erase", {"sure": "yes"}).location == "/erased"
    kept = other.enterprise().id
    assert [one.id for one in all_of(app, Enterprise)] == [kept]
    for model in OWNED:
        assert {one.enterprise_id for one in all_of(app, model)} == {kept}, model
    assert {one.assessment_id for one in all_of(app, DraftAnswer)} <= {one.id for one in all_of(app, Assessment)}
    assert gone != kept
    assert other.holder.get(f"{other.address}/").status_code == 200


def test_erased_file_leaves_no_row_behind(app: Flask, file: File) -> None:
    file.submitted().next_draft("again")
    file.post("erase", {"sure": "yes"})
    assert set(counts(app).values()) == {0}


def test_erased_file_is_not_found_and_its_cookie_is_taken_back(app: Flask, file: File) -> None:
    file.post("erase", {"sure": "yes"})
    assert file.holder.client.get_cookie(f"file_{file.public_id}") is None
    assert file.holder.get(f"{file.address}/").status_code == 404
    assert file.holder.get("/erased").status_code == 200


@pytest.mark.parametrize("sure", [{}, {"sure": ""}, {"sure": "no"}])
def test_without_the_tick_nothing_is_erased(small_file: File, sure: dict[str, str]) -> None:
    answer = small_file.post("erase", sure)
    assert answer.status_code == 422
    assert "没有删除：请先勾选下面的确认" in small_file.holder.page
    assert small_file.holder.get(f"{small_file.address}/").status_code == 200


def test_export_holds_the_firm_its_places_answers_and_verdicts(app: Flask, file: File) -> None:
    file.submitted().next_draft("again").answered({"five_g": "typed wrong"})
    found = exported(file)
    assert found["enterprise"]["credit_code"] == CREDIT_CODE
    assert found["enterprise"]["profile"] == {"staff": 186, "revenue": "8000.00"}
    (place,) = found["places"]
    assert (place["code"], place["to"]) == ("321003", None)
    (statement,) = found["statements"]
    assert statement["answers"] == {**DISCRETE, "staff": 186, "revenue": "8000.00"}
    (verdict,) = found["diagnoses"]
    assert verdict["score"] == all_of(app, Diagnosis)[0].score
    assert verdict["statements"] == [statement["id"]]
    assert [one["status"] for one in found["assessments"]] == ["submitted", "draft"]
    assert found["assessments"][1]["typed"]["five_g"] == ["typed wrong"]


def test_export_is_a_download_without_the_link(file: File) -> None:
    answer = file.holder.get(f"{file.address}/data.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{file.public_id}.json"'
    assert file.cookie not in answer.get_data(as_text=True)
    assert file.enterprise().link_sha256 not in answer.get_data(as_text=True)


def test_export_holds_nothing_of_another_file(app: Flask, file: File) -> None:
    open_file(app, name="乙公司").submitted(PROCESS)
    found = exported(file)
    assert found["statements"] == found["diagnoses"] == []
    assert "乙公司" not in json.dumps(found, ensure_ascii=False)
