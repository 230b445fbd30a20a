"""/verify: whoever holds the paper sees what stands on it, and nothing else of the firm."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Document, Enterprise, SealKey
from diagnose.services import seal, seal_check, seal_file
from diagnose.services.seal import Sealed
from diagnose.services.seal_keys import second
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, engine
from tests.diagnose.sealing import issued
from tests.firms import CREDIT_CODE, NO_DESIGN


@pytest.fixture
def made(file: File) -> Sealed:
    return issued(file.app, file.submitted())


def look(app: Flask, number: str) -> tuple[int, str]:
    """What somebody without any cookie sees."""
    answer = Visitor(app).get(f"/verify/{number}")
    return answer.status_code, answer.text


def test_the_holder_of_the_paper_sees_what_stands_on_it(file: File, made: Sealed) -> None:
    status, page = look(file.app, made.row.number)
    assert status == 200
    for word in ("有效", "甲精密部件有限公司", CREDIT_CODE, "企业自评", "digital-portrait/2025", made.row.sha256):
        assert word in page, word
    assert made.row.claim["verdict"]["score"] in page and wording.day(wording.today()) in page
    assert re.search(r"有没有更新的结论</dt><dd>没有", page)
    for secret in (file.public_id, "/file/", "扬州", "186", file.cookie):
        assert secret not in page, secret


def test_a_number_opens_nothing_and_is_kept_out_of_caches(file: File, made: Sealed) -> None:
    visitor = Visitor(file.app)
    answer = visitor.get(f"/verify/{made.row.number}")
    assert answer.headers["Cache-Control"] == "no-store" and "noindex" in answer.headers["X-Robots-Tag"]
    assert visitor.get(f"{file.address}/").status_code == 404


def test_any_way_to_write_the_number_leads_there(small_file: File) -> None:
    number = issued(small_file.app, small_file.submitted()).row.number
    visitor = Visitor(small_file.app)
    for typed in (number.lower(), number.replace("-", " "), f"https://other.example/verify/{number}"):
        answer = visitor.get("/verify", query_string={"number": typed})
        assert answer.status_code == 302 and answer.location == f"/verify/{number}"
    assert visitor.get(f"/verify/{number.lower()}").status_code == 200
    assert visitor.get("/verify").status_code == 200
    wrong = visitor.get("/verify", query_string={"number": "ZZ-2026<b>"})
    assert wrong.status_code == 422 and "编号不对" in wrong.text and "ZZ-2026&lt;b&gt;" in wrong.text


def test_a_newer_verdict_is_told_and_not_shown(file: File, made: Sealed) -> None:
    file.next_draft("again").submitted(NO_DESIGN)
    page = look(file.app, made.row.number)[1]
    assert "企业又有了同一标尺的新结论" in page and made.row.claim["verdict"]["score"] in page
    second_one = issued(file.app, file)
    assert second_one.row.claim["verdict"]["score"] not in page
    assert "没有。" in look(file.app, second_one.row.number)[1]


def test_revoked_forged_and_under_a_dead_key(file: File, made: Sealed) -> None:
    number = made.row.number
    with writing(engine(file.app)) as session:
        session.execute(update(Document).values(revoked_at=second()))
    assert "已作废" in look(file.app, number)[1]
    hours = second() - timedelta(hours=2), second() - timedelta(hours=1)
    with writing(engine(file.app)) as session:
        session.execute(update(SealKey).values(valid_from=hours[0], valid_to=hours[1]))
    assert "签章不符" in look(file.app, number)[1]
    with writing(engine(file.app)) as session:
        better = {**made.row.claim, "firm": {"name": "骗子公司", "credit_code": "1"}}
        session.execute(update(Document).values(claim=better))
    status, page = look(file.app, number)
    assert status == 200 and "签章不符" in page and "骗子公司" not in page, "the database alone proves nothing"


def test_the_claim_of_another_document_proves_nothing(file: File, made: Sealed) -> None:
    other = issued(file.app, file).row
    with writing(engine(file.app)) as session:
        swapped = {"claim": other.claim, "signature": other.signature}
        session.execute(update(Document).where(Document.number == made.row.number).values(swapped))
    status, page = look(file.app, made.row.number)
    assert status == 200 and "签章不符" in page and other.number not in page and "甲精密" not in page


def test_an_erased_file_takes_its_documents_along(file: File, made: Sealed) -> None:
    with writing(engine(file.app)) as session:
        session.execute(delete(Enterprise))
    assert all_of(file.app, Document) == []
    status, page = look(file.app, made.row.number)
    assert status == 404 and "没有签发过这个编号" in page and "甲精密" not in page


@pytest.mark.parametrize("number", ["x", "ZZ-1", "%00", "keys", "ZZ-20261129-7KQ2M4XV9A", "a" * 3000, "企业"])
def test_a_number_that_does_not_exist_gets_one_plain_answer(small_app: Flask, number: str) -> None:
    assert look(small_app, number)[0] == 404 and "没有签发过这个编号" in look(small_app, number)[1]


def test_guessing_numbers_is_slowed_down_and_right_ones_are_not(file: File, made: Sealed) -> None:
    here, there = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}
    visitor = Visitor(file.app)
    for _ in range(15):
        assert visitor.get(f"/verify/{made.row.number}", environ_base=here).status_code == 200
    wrong = [visitor.get(f"/verify/{seal.new_number(second())}", environ_base=here) for _ in range(11)]
    assert [one.status_code for one in wrong] == [404] * 10 + [429]
    assert "为防止有人猜编号" in wrong[-1].text and wrong[-1].headers["Retry-After"]
    assert visitor.get(f"/verify/{made.row.number}", environ_base=here).status_code == 429
    assert visitor.get(f"/verify/{made.row.number}", environ_base=there).status_code == 200


# ---------- by the file itself ----------


def sent(app: Flask, data: bytes, name: str = "文件.json") -> TestResponse:
    visitor = Visitor(app)
    visitor.get("/verify")
    boundary, body = encode_multipart({"csrf_token": visitor.token(), "file": FileStorage(io.BytesIO(data), name)})
    media = f"multipart/form-data; boundary={boundary}"
    return visitor.client.post("/verify", data=body, content_type=media)


def test_a_file_is_checked_and_not_kept(file: File, made: Sealed) -> None:
    page = sent(file.app, made.data).text
    assert "一个字节也没有改过" in page and made.row.number in page and f'href="/verify/{made.row.number}"' in page
    changed = sent(file.app, made.data.replace("一企一档".encode(), "一企二档".encode(), 1))
    assert changed.status_code == 200 and "内容在签发以后被改过" in changed.text and "甲精密" not in changed.text
    with writing(engine(file.app)) as session:
        session.execute(delete(Document))
    assert "没有签发过这个编号" in sent(file.app, made.data).text


def test_another_content_under_an_issued_number_is_found(small_file: File) -> None:
    made = issued(small_file.app, small_file.submitted())
    with writing(engine(small_file.app)) as session:
        session.execute(update(Document).values(sha256="0" * 64))
    assert "签发的不是这份内容" in sent(small_file.app, made.data).text


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "文件类型"), (b"%PDF-1.7", "没有签章"), (b"MZ" * 9, "文件类型"), (b"{}", "没有签章")]
)
def test_files_of_others_get_a_plain_answer(small_app: Flask, data: bytes, words: str) -> None:
    answer = sent(small_app, data)
    assert answer.status_code == 200 and words in answer.text


def test_no_file_and_a_huge_one(small_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "还没有选择文件" in sent(small_app, b"", "").text
    answer = sent(small_app, b"x" * (seal_check.UPLOAD_BYTES + 1))
    assert answer.status_code == 413 and "最多核验 16 MB" in answer.text
    answer = sent(small_app, b"x" * (seal_check.UPLOAD_BYTES + (1 << 20)))
    assert answer.status_code == 413 and "最多核验 16 MB" in answer.text


def test_the_public_keys_are_for_everybody_and_check_a_file(file: File, made: Sealed) -> None:
    answer = Visitor(file.app).get("/verify/keys.json")
    assert answer.content_type == "application/json"
    (key,) = answer.get_json()["keys"]
    assert key["id"] == made.row.key_id and key["valid_to"] is None
    assert "private" not in answer.text and seal_file.open_seal(made.data)[1]["claim"]["key"] == key["id"]
