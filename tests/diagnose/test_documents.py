"""Documents of a file: issued by whoever may read it, listed, revoked by the firm or its officer."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pypdfium2
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.db import reading
from diagnose.models import AuditEntry, Diagnosis, Document
from diagnose.reports.mark import Mark
from diagnose.services import issuing, seal, seal_check, seal_file, seal_keys
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, catalog, engine, open_file
from tests.diagnose.sealing import issued, small
from tests.diagnose.town import PEOPLE, town
from tests.diagnose.visit_cast import story
from tests.people import logged_in


@pytest.fixture(autouse=True)
def small_documents(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Mark]]:
    """Small files instead of the real ones; the marks that they were drawn with."""
    marks: list[Mark] = []

    def render(kind: str, format: str, content: Any, mark: Mark, template: bytes | None) -> bytes:
        marks.append(mark)
        return json.dumps(content.trace).encode() if format == "json" else small(format)

    monkeypatch.setattr("diagnose.reports.documents.render", render)
    yield marks


def verdict(app: Flask, file: File, kind: str = "self") -> int:
    firm = file.enterprise().id
    return next(one.id for one in all_of(app, Diagnosis) if (one.enterprise_id, one.kind) == (firm, kind))


def asked(
    visitor: Visitor, file: File, number: int, format: str = "pdf", kind: str = "dossier", **more: Any
) -> TestResponse:
    visitor.get("/continue")
    address = f"{file.address}/verdict/{number}/document"
    return visitor.post(address, {"kind": kind, "format": format}, **more)


def outcome(app: Flask, data: bytes) -> str:
    with reading(engine(app)) as session:
        return seal_check.check_here(session, data, catalog(app)).outcome


def test_the_holder_downloads_a_sealed_file_with_a_good_name(file: File, small_documents: list[Mark]) -> None:
    app = file.submitted().app
    answer = asked(file.holder, file, verdict(app, file))
    assert answer.status_code == 200 and answer.content_type == "application/pdf"
    (row,), (mark,) = all_of(app, Document), small_documents
    assert (mark.number, mark.address) == (row.number, f"http://localhost/verify/{row.number}")
    assert row.issued_at == mark.issued_at and row.issued_by_id is None
    day = row.number.split("-")[1]
    name = quote(f"甲精密部件有限公司-一企一档-{day}.pdf")
    assert f"filename=\"{row.number}.pdf\"; filename*=UTF-8''{name}" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert outcome(app, answer.data) == "good"
    (entry,) = [one for one in all_of(app, AuditEntry) if one.action == "document_issue"]
    assert entry.file == file.public_id and entry.detail["sha256"] == row.sha256


@pytest.mark.parametrize("format", ["word", "excel"])
def test_other_formats_have_their_own_ending_and_kind(small_file: File, format: str) -> None:
    app = small_file.submitted().app
    answer = asked(small_file.holder, small_file, verdict(app, small_file), format)
    ending = {"word": ".docx", "excel": ".xlsx"}[format]
    assert ending in answer.headers["Content-Disposition"] and "openxmlformats" in answer.content_type
    assert outcome(app, answer.data) == "good"


def test_a_name_of_nothing_but_signs_still_makes_a_file_name() -> None:
    assert issuing.file_name('a/\\"\r\n\u202e😀../b', "onsite", "word", "20260101") == "ab-诊断报告-20260101.docx"
    assert issuing.file_name("；；", "dossier", "pdf", "20260101") == "企业-一企一档-20260101.pdf"
    assert len(issuing.file_name("甲" * 10_000, "dossier", "pdf", "20260101")) < 100


def test_an_onsite_report_is_only_made_of_an_onsite_verdict(small_app: Flask) -> None:
    told = story(small_app).confirmed()
    told.done("advisor", "final")
    member, own = logged_in(small_app, told.member), verdict(small_app, told.file)
    assert asked(member, told.file, own, kind="onsite").status_code == 404
    answer = asked(member, told.file, verdict(small_app, told.file, "onsite"), kind="onsite")
    assert answer.status_code == 200 and quote("诊断报告") in answer.headers["Content-Disposition"]
    assert [one.claim["verdict"]["kind"] for one in all_of(small_app, Document)] == ["onsite"]


@pytest.mark.parametrize(("kind", "format"), [("", "pdf"), ("dossier", ""), ("x", "pdf"), ("dossier", "exe")])
def test_what_no_button_sends_is_refused(small_file: File, kind: str, format: str) -> None:
    app = small_file.submitted().app
    assert asked(small_file.holder, small_file, verdict(app, small_file), format, kind).status_code == 400
    assert all_of(app, Document) == []


def test_a_verdict_of_another_file_is_not_found(small_app: Flask) -> None:
    mine, other = open_file(small_app).submitted(), open_file(small_app, name="乙公司").submitted()
    assert asked(mine.holder, mine, verdict(small_app, other)).status_code == 404
    assert all_of(small_app, Document) == []


def test_without_the_private_key_nothing_is_issued_and_it_is_said(small_file: File) -> None:
    app = small_file.submitted().app
    issued(app, small_file)
    for path in seal_keys.files(app.extensions["diagnose"].settings.var_dir):
        path.unlink()
    answer = asked(small_file.holder, small_file, verdict(app, small_file))
    assert answer.status_code == 503 and "现在不能签发文件" in answer.text
    assert len(all_of(app, Document)) == 1


def test_when_the_key_is_changed_meanwhile_nothing_is_issued_and_it_is_said(
    small_file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = small_file.submitted().app
    monkeypatch.setattr(seal, "second", lambda: wording.now().replace(microsecond=0) + timedelta(days=1))
    parts = app.extensions["diagnose"]
    signer = seal.signer_of(parts.engine, parts.settings)
    monkeypatch.setattr(seal, "signer_of", lambda *_: signer)
    seal_keys.rotate(parts.engine, parts.settings.var_dir, app.config["SECRET_KEY"])
    answer = asked(small_file.holder, small_file, verdict(app, small_file))
    assert answer.status_code == 409 and "签章密钥刚刚更换" in answer.text
    assert all_of(app, Document) == [] and "document_issue" not in [one.action for one in all_of(app, AuditEntry)]


# Whoever may read the file may have it on paper; who may change it may also take a paper back.
MAY_ISSUE = {"holder", "member", "officer", "city", "advisor"}
MAY_REVOKE = MAY_ISSUE - {"advisor"}


def test_who_may_issue_and_who_may_revoke(small_app: Flask) -> None:
    place = town(small_app)
    for who in PEOPLE:
        file = place.own if who == "holder" else place.file
        made = issued(small_app, file).row
        browser, before = place.browser(who), len(all_of(small_app, Document))
        assert asked(browser, file, made.diagnosis_id).status_code == (200 if who in MAY_ISSUE else 404), who
        assert len(all_of(small_app, Document)) == before + (who in MAY_ISSUE)
        listed = browser.get(f"{file.address}/documents")
        assert listed.status_code == (200 if who in MAY_ISSUE else 404), who
        assert ("确认作废" in listed.text) == (who in MAY_REVOKE), who
        browser.get("/continue")
        answer = browser.post(f"{file.address}/documents/{made.id}/revoke")
        assert answer.status_code == (303 if who in MAY_REVOKE else 404), who
        (row,) = [one for one in all_of(small_app, Document) if one.id == made.id]
        assert (row.revoked_at is not None) == (who in MAY_REVOKE), who


def test_a_revoked_document_is_listed_so_and_revoked_once(file: File) -> None:
    made = issued(file.submitted().app, file)
    address = f"{file.address}/documents"
    for _ in range(2):
        file.holder.get(address)
        assert file.holder.post(f"{address}/{made.row.id}/revoke").status_code == 303
    page = file.holder.get(address).text
    assert made.row.number in page and "已作废" in page and "持有链接的人" in page
    assert [one.action for one in all_of(file.app, AuditEntry)].count("document_revoke") == 1
    assert outcome(file.app, made.data) == "revoked"


def test_the_document_of_another_file_is_not_revoked(small_app: Flask) -> None:
    mine, other = open_file(small_app).submitted(), open_file(small_app, name="乙公司").submitted()
    made = issued(small_app, other)
    mine.holder.get("/continue")
    assert mine.holder.post(f"{mine.address}/documents/{made.row.id}/revoke").status_code == 404
    assert outcome(small_app, made.data) == "good"


def test_the_dossier_has_a_button_for_each_format(small_file: File) -> None:
    page = small_file.submitted().holder.get(f"{small_file.address}/").text
    for format in ("PDF", "Word", "Excel", "JSON"):
        assert f'aria-label="下载一企一档 {format}"' in page
    assert "诊断报告 PDF" not in page


@pytest.mark.parametrize("format", ["pdf", "word", "excel", "json"])
def test_the_real_documents_hold_their_seal_and_open(
    small_file: File, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    app = small_file.submitted().app
    answer = asked(small_file.holder, small_file, verdict(app, small_file), format)
    assert answer.status_code == 200, answer.text
    assert outcome(app, answer.data) == "good"
    (row,) = all_of(app, Document)
    inside, _ = seal_file.open_seal(answer.data)
    if format == "json":
        assert json.loads(inside)["trace"]["level"] == row.claim["verdict"]["level"] == 3
    elif format == "pdf":
        assert row.number in "".join(
            page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.data)
        )
    else:
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert archive.testzip() is None
            assert any(row.number.encode() in archive.read(name) for name in archive.namelist())
