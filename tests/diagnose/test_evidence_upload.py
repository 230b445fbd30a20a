"""Evidence beside an answer: uploaded once, listed, shown, counted, marked as deleted, erased."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.config import Settings
from diagnose.db import reading, writing
from diagnose.models import Enterprise
from diagnose.services import evidence
from diagnose.services.pictures import LIMITS
from diagnose.store import Unavailable, open_store
from tests.diagnose.cast import File, engine
from tests.diagnose.photos import PDF, jpeg
from tests.diagnose.proof import DAY, JSON, address, deeds, kept, pieces, upload
from tests.s3 import s3_server, s3_url

__all__ = ["s3_server", "s3_url"]


def counted(file: File) -> dict[str, int]:
    with reading(engine(file.app)) as session:
        return evidence.count_by_question(session, file.draft_id)


def test_photo_is_stored_redrawn_with_its_own_day_and_checksum(file: File) -> None:
    answer = upload(file, (jpeg(), "车间 5G.JPG"))
    assert answer.status_code == 303 and answer.location == address(file)
    row = pieces(file.app)[0]
    assert (row.title, row.media, row.effective_on, row.question) == (
        "车间 5G",
        "image/jpeg",
        date(2026, 1, 15),
        "five_g",
    )
    shown = file.holder.get(f"{file.address}/evidence/{row.id}/original").data
    assert hashlib.sha256(shown).hexdigest() == row.sha256 and len(shown) == row.size
    assert kept(file.app) == sorted([row.store_key, f"{row.store_key}.thumb"])
    what = {"evidence": row.id, "assessment": file.draft_id, "question": "five_g", "sha256": row.sha256}
    assert deeds(file.app) == [("evidence_added", what)]


def test_page_lists_what_there_is(file: File) -> None:
    upload(file, (jpeg(), "a.jpg"), (PDF, "合同.pdf"))
    page = file.holder.get(address(file)).text
    rows = pieces(file.app)
    assert "已有 2 份" in page and "2026年1月15日" in page and "持链接的人" in page
    assert rows[0].sha256[:12] in page and "合同" in page
    assert f'/evidence/{rows[0].id}/thumb"' in page and f'/evidence/{rows[1].id}/thumb"' not in page


def test_picture_is_shown_and_pdf_is_a_download_and_neither_may_do_anything(small_file: File) -> None:
    file = small_file
    upload(file, (jpeg((800, 600)), "a.jpg"), (PDF, "合同.pdf"))
    assert (
        "%E5%90%88%E5%90%8C.pdf"
        in file.holder.get(f"{file.address}/evidence/2/original").headers["Content-Disposition"]
    )
    for number, media, how in ((1, "image/jpeg", "inline"), (2, "application/pdf", "attachment")):
        answer = file.holder.get(f"{file.address}/evidence/{number}/original")
        assert answer.status_code == 200 and answer.content_type == media
        assert answer.headers["Content-Disposition"].startswith(f"{how}; filename*=UTF-8''")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert len(answer.data) == answer.content_length
    thumb = file.holder.get(f"{file.address}/evidence/1/thumb")
    assert Image.open(io.BytesIO(thumb.data)).size == (320, 240)
    assert file.holder.get(f"{file.address}/evidence/2/thumb").status_code == 404


def test_script_is_told_id_title_and_thumbnail(small_file: File) -> None:
    sent = upload(small_file, (jpeg(), "a.jpg"), headers=JSON, title="五号线")
    base = f"{small_file.address}/evidence"
    assert sent.get_json() == {"id": 1, "title": "五号线", "thumb": f"{base}/1/thumb"}
    assert upload(small_file, (PDF, "b.pdf"), headers=JSON).get_json() == {"id": 2, "title": "b", "thumb": None}
    refused = upload(small_file, (b"<html>", "a.jpg"), headers=JSON)
    assert refused.status_code == 422 and "这不是照片" in refused.get_json()["message"]
    two = upload(small_file, (PDF, "b.pdf"), (PDF, "c.pdf"), headers=JSON)
    assert two.status_code == 422 and len(pieces(small_file.app)) == 2


def test_refused_file_is_named_and_the_others_are_kept(file: File) -> None:
    answer = upload(file, (jpeg(), "a.jpg"), (b"PK\x03\x04...", "表.docx"), (b"", "空.jpg"), (PDF, "d.pdf"))
    assert answer.status_code == 422
    for said in ("有 2 个文件没有收下", "表：", "请另存为 PDF 再传", "空：", "其余 2 份已保存", "都没有受影响"):
        assert said in answer.text
    assert [row.title for row in pieces(file.app)] == ["a", "d"]
    assert [action for action, _ in deeds(file.app)].count("evidence_refused") == 2
    assert {"assessment": file.draft_id, "question": "five_g", "reason": "office"} in [
        one for _, one in deeds(file.app)
    ]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "请填写日期"),
        ("2026-02-30", "这不是一个日期"),
        ((wording.today() + timedelta(days=1)).isoformat(), "日期还没有到"),
    ],
)
def test_day_of_effect_must_be_a_day_that_has_come(small_file: File, day: str, said: str) -> None:
    answer = upload(small_file, effective_on=day)
    assert answer.status_code == 422 and said in answer.text and "-day" in answer.text
    assert pieces(small_file.app) == [] and kept(small_file.app) == []


def test_upload_without_a_file_says_so(small_file: File) -> None:
    small_file.holder.get(address(small_file))
    for fields in ({}, {"file": (io.BytesIO(b""), "")}):
        answer = small_file.holder.post(address(small_file), {"effective_on": DAY, **fields})
        assert answer.status_code == 422 and "还没有选择文件" in answer.text


def test_upload_comes_back_to_the_page_it_was_made_from(small_file: File) -> None:
    assert upload(small_file, back="/visits/3/form#q-five_g").location == "/visits/3/form#q-five_g"
    assert upload(small_file, back="//evil.example").location == address(small_file)


def test_same_file_under_the_same_number_is_stored_once(file: File) -> None:
    first = upload(file, (jpeg(), "a.jpg"), change="c" * 32, headers=JSON)
    again = upload(file, (jpeg(), "a.jpg"), change="c" * 32, headers=JSON)
    assert first.get_json() == again.get_json()
    assert len(pieces(file.app)) == 1 and len(kept(file.app)) == 2 and len(deeds(file.app)) == 1


def test_another_file_under_the_same_number_is_not_lost(file: File) -> None:
    """Somebody goes back to the page, chooses another photo and sends the form with its old number."""
    upload(file, (jpeg(), "a.jpg"), (jpeg(colour=(1, 2, 3)), "b.jpg"), change="c" * 32)
    upload(file, (jpeg(colour=(9, 9, 9)), "c.jpg"), change="c" * 32)
    assert [row.title for row in pieces(file.app)] == ["a", "b", "c"]


def at_once(file: File, times: int, **fields: str) -> list[tuple[int, int | None]]:
    """The holder's browser sends the same photo several times at once: status and id of each answer."""
    file.holder.get(address(file))
    sent = {"csrf_token": file.holder.token(), "effective_on": DAY, **fields}
    session = file.holder.client.get_cookie("visitor")
    barrier = Barrier(times)
    assert session

    def send(_: int) -> tuple[int, int | None]:
        client = file.app.test_client()
        client.set_cookie("visitor", session.value)
        client.set_cookie(f"file_{file.public_id}", file.cookie)
        barrier.wait()
        answer = client.post(address(file), data=sent | {"file": (io.BytesIO(jpeg()), "a.jpg")}, headers=JSON)
        return answer.status_code, answer.get_json().get("id")

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(send, range(times)))


def test_simultaneous_requests_with_one_number_store_one(file: File) -> None:
    assert set(at_once(file, 3, change="d" * 32)) == {(200, 1)}
    assert len(pieces(file.app)) == 1 and len(kept(file.app)) == 2 and len(deeds(file.app)) == 1


def test_no_more_than_the_limit_also_when_two_want_to_be_the_last(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "per_question", 2)
    upload(file, (jpeg(), "a.jpg"))
    assert sorted(status for status, _ in at_once(file, 2)) == [200, 422]
    assert len(pieces(file.app)) == 2 and len(kept(file.app)) == 4


def test_full_question_says_so_and_another_question_is_not_full(
    small_file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "per_question", 1)
    upload(small_file)
    answer = upload(small_file, (PDF, "b.pdf"))
    assert answer.status_code == 422 and "到了上限" in answer.text
    assert upload(small_file, to=address(small_file, "talent")).status_code == 303


def test_bytes_are_dropped_when_the_row_fails(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no row")

    monkeypatch.setattr(evidence, "add", fails)
    with pytest.raises(RuntimeError, match="no row"):
        upload(file)
    assert kept(file.app) == [] and pieces(file.app) == []


def test_store_out_of_order_is_told_plainly_and_nothing_is_stored(
    small_file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise Unavailable("full")

    monkeypatch.setattr(small_file.app.extensions["diagnose"].store, "put", fails)
    answer = upload(small_file)
    assert answer.status_code == 503 and "暂时存不了文件" in answer.text and pieces(small_file.app) == []


def test_deleting_is_marking(file: File) -> None:
    upload(file)
    assert counted(file) == {"five_g": 1}
    for _ in range(2):
        assert file.post("evidence/1/delete").status_code == 303
    row = pieces(file.app)[0]
    assert row.deleted_at is not None
    assert [action for action, _ in deeds(file.app)] == ["evidence_added", "evidence_deleted"]
    assert kept(file.app) == sorted([row.store_key, f"{row.store_key}.thumb"])
    for path in ("original", "thumb"):
        assert file.holder.get(f"{file.address}/evidence/1/{path}").status_code == 404
    assert "已有 0 份" in file.holder.get(address(file)).text and counted(file) == {}


def test_purge_erases_the_bytes_of_one_file_marked_or_not(file: File) -> None:
    upload(file, (jpeg(), "a.jpg"), (PDF, "b.pdf"))
    file.post("evidence/1/delete")
    store = file.app.extensions["diagnose"].store
    store.put("of-another", b"x")
    with writing(engine(file.app)) as session:
        assert evidence.purge_bytes(session, store, _firm(session, file)) == 2
        assert evidence.purge_bytes(session, store, _firm(session, file)) == 2  # broken off and called again
    assert kept(file.app) == ["of-another"]
    assert file.holder.get(f"{file.address}/evidence/2/original").status_code == 404


def _firm(session: Session, file: File) -> Enterprise:
    return session.scalars(select(Enterprise).where(Enterprise.public_id == file.public_id)).one()


def test_fill_and_review_pages_count_it(file: File) -> None:
    upload(file, (jpeg(), "a.jpg"), (PDF, "b.pdf"))
    link = f'href="{address(file)}">'
    page = file.holder.get(f"{file.draft}/page/production").text
    assert f"{link}佐证 2 份" in page and "佐证 0 份" in page
    assert f"{link}2 份" in file.holder.get(f"{file.draft}/review").text


def test_evidence_can_be_added_after_submitting(small_file: File) -> None:
    assert upload(small_file.submitted()).status_code == 303


def test_everything_works_with_an_s3_store(small_file: File, s3_url: str) -> None:
    parts = small_file.app.extensions["diagnose"]
    settings = Settings(parts.settings.var_dir, "", "", evidence_url=s3_url)
    object.__setattr__(parts, "store", open_store(settings))
    upload(small_file, (jpeg(), "a.jpg"), (PDF, "b.pdf"))
    assert small_file.holder.get(f"{small_file.address}/evidence/2/original").data == PDF
    assert small_file.holder.get(f"{small_file.address}/evidence/1/thumb").data.startswith(b"\xff\xd8\xff")
    assert len(kept(small_file.app)) == 3
    assert not (parts.settings.var_dir / "evidence").exists()
    with writing(engine(small_file.app)) as session:
        evidence.purge_bytes(session, parts.store, _firm(session, small_file))
    assert kept(small_file.app) == []
