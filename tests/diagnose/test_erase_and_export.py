"""The holder takes everything along, or deletes everything of this file and nothing of another."""

import hashlib
import io
import json
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from diagnose import wording
from diagnose.db import writing
from diagnose.models import (
    Assessment,
    AuditEntry,
    Diagnosis,
    DraftAnswer,
    Enterprise,
    EnterpriseDivision,
    Finding,
    Statement,
    Visit,
    VisitStep,
)
from diagnose.services import evidence, notices
from diagnose.store import Store, Unavailable
from tests.diagnose.cast import File, all_of, counts, engine, open_file
from tests.firms import CREDIT_CODE, DISCRETE, PROCESS
from tests.people import account, assign, join, verified_firm

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
    assert (file.enterprise().link_sha256 or "-") not in answer.get_data(as_text=True)


def test_export_holds_nothing_of_another_file(app: Flask, file: File) -> None:
    open_file(app, name="乙公司").submitted(PROCESS)
    found = exported(file)
    assert found["statements"] == found["diagnoses"] == []
    assert "乙公司" not in json.dumps(found, ensure_ascii=False)


def kept_photo(file: File) -> str:
    """A photo beside an answer of the draft; returns its key in the store."""
    kept = evidence.keep(store(file), a_photo())
    with writing(engine(file.app)) as session:
        enterprise, draft = (
            session.get_one(Enterprise, file.enterprise().id),
            session.get_one(Assessment, file.draft_id),
        )
        today = wording.today()
        evidence.add(session, enterprise, draft, "five_g", kept, today, "车间", "1", None, wording.now())
    return kept.key


def a_photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "gray").save(buffer, "JPEG")
    return buffer.getvalue()


def store(file: File) -> Store:
    found: Store = file.app.extensions["diagnose"].store
    return found


def test_erasing_deletes_the_bytes_of_all_evidence(file: File) -> None:
    key = kept_photo(file)
    assert store(file).exists(key)
    file.post("erase", {"sure": "yes"})
    assert list(store(file).keys()) == []


def test_a_store_that_fails_leaves_the_file_to_be_erased_again(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_photo(file)

    def fail(self: object, key: str) -> None:
        raise Unavailable("gone")

    file.app.testing = False
    with monkeypatch.context() as patch:
        patch.setattr(type(store(file)), "delete", fail)
        assert file.post("erase", {"sure": "yes"}).status_code in (500, 503)
    assert file.enterprise() and not all_of(file.app, AuditEntry)
    assert file.post("erase", {"sure": "yes"}).location == "/erased"


def test_files_merged_into_it_are_erased_with_it(app: Flask, file: File) -> None:
    inner = verified_firm(app, verified=False, status="merged", merged_into_id=file.enterprise().id)
    verified_firm(app, verified=False, status="merged", merged_into_id=inner, public_id="0" * 16)
    other = verified_firm(app, public_id="1" * 16)
    file.post("erase", {"sure": "yes"})
    assert [one.id for one in all_of(app, Enterprise)] == [other]


def test_what_was_erased_can_be_proved_by_the_export_kept(app: Flask, file: File) -> None:
    kept = exported(file.submitted())
    file.post("erase", {"sure": "yes"})
    download, erased = [one for one in all_of(app, AuditEntry) if one.action in ("export", "erase")]
    assert erased.action == "erase" and erased.file == file.public_id and erased.place
    assert erased.detail["sha256"] == download.detail["sha256"] == kept["sha256"]
    content = {key: value for key, value in kept.items() if key not in ("sha256", "log")}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == kept["sha256"]


def test_export_holds_evidence_visits_people_notices_and_the_log(app: Flask, file: File) -> None:
    kept_photo(file)
    firm, advisor = file.submitted().enterprise().id, account(app, "advisor", "张顾问")
    member = account(app, "enterprise", "甲员工", email="a@example.cn")
    join(app, member, firm)
    assign(app, advisor, firm)
    now = wording.now()
    with writing(engine(app)) as session:
        onsite = {"kind": "onsite", "form": "digital-portrait", "edition": "2025", "purpose": "visit"}
        filling = Assessment(enterprise_id=firm, as_of=now.date(), started_at=now, **onsite)
        session.add(filling)
        session.flush()
        visit = Visit(enterprise_id=firm, base_id=file.draft_id, assessment_id=filling.id, advisor_id=advisor)
        visit.visit_on, visit.created_at = now.date(), now
        visit.steps = [VisitStep(state="appointed", at=now, by_id=advisor)]
        finding = Finding(assessment_id=filling.id, question="five_g", choice="verified", note="看过了", saved_at=now)
        session.add_all([visit, finding])
        notices.tell(session, [member], "visit_appointed", "/", now, enterprise_id=firm)
    found = exported(file)
    (photo,) = found["evidence"]
    assert (photo["question"], photo["title"], len(photo["sha256"])) == ("five_g", "车间", 64)
    assert "store_key" not in photo
    assert found["visits"][0]["steps"][0]["by"] == "张顾问"
    assert found["assessments"][-1]["findings"][0]["note"] == "看过了"
    assert [one["name"] for one in found["members"]] == ["甲员工"]
    assert [(one["name"], one["role"]) for one in found["assignments"]] == [("张顾问", "advisor")]
    assert [one["kind"] for one in found["notices"]] == ["visit_appointed"]
    assert "a@example.cn" not in json.dumps(found, ensure_ascii=False)
    assert exported(file)["log"][-1]["action"] == "export"
