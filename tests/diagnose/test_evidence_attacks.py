"""Uploads that mean harm are refused and logged, or made harmless."""

import io

import pytest

from diagnose.services import evidence
from diagnose.services.pictures import LIMITS
from diagnose.texts import say
from tests.diagnose import photos
from tests.diagnose.cast import File
from tests.diagnose.photos import HTML, PDF, jpeg
from tests.diagnose.proof import DAY, address, deeds, kept, pieces, upload

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (HTML, "photo.jpg", "type"),
        (b"GIF89a/*" + HTML, "photo.jpg", "gif"),
        (photos.png_header(10_000, 10_000), "large.png", "pixels"),
        (photos.zip_bomb(), "bomb.docx", "office"),
        (jpeg()[:300], "cut.jpg", "broken"),
        (b"", "nothing.jpg", "empty"),
        (bytes(LIMITS["file_mb"] * MEGABYTE + 1), "big.jpg", "large"),
    ],
)
def test_harmful_file_is_refused_with_its_reason_and_logged_without_its_name(
    small_file: File, caplog: pytest.LogCaptureFixture, content: bytes, name: str, reason: str
) -> None:
    answer = upload(small_file, (content, name))
    assert answer.status_code == 422 and say(f"evidence_{reason}", **LIMITS) in answer.text
    assert "已有的答案和佐证都没有受影响" in answer.text
    assert kept(small_file.app) == [] and pieces(small_file.app) == []
    what = {"assessment": small_file.draft_id, "question": "five_g", "reason": reason}
    assert deeds(small_file.app) == [("evidence_refused", what)]
    assert f"refused evidence_{reason}" in caplog.text and name.partition(".")[0] not in caplog.text


def test_photo_that_is_a_page_too_is_served_as_the_photo_it_is(small_file: File) -> None:
    upload(small_file, (jpeg() + HTML, "page.html"))
    answer = small_file.holder.get(f"{small_file.address}/evidence/1/original")
    assert answer.content_type == "image/jpeg" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert HTML not in answer.data and "page.jpg" in answer.headers["Content-Disposition"]


def test_pdf_that_is_a_page_too_is_a_download(small_file: File) -> None:
    upload(small_file, (PDF[:-6] + HTML + b"\n%%EOF\n", "a.html"))
    answer = small_file.holder.get(f"{small_file.address}/evidence/1/original")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\车间.jpg", "车间"),
        ("..", ""),
        ("/", ""),
        ("照片\u202egpj.exe", "照片gpj"),
        ("a\x00b\r\nSet-Cookie: x.jpg", "ab Set-Cookie: x"),
        ("\u200b\u2066\ufeff.png", ""),
        ("长" * 300 + ".jpg", "长" * 80),
        ("👷🏭 5G.jpeg", "👷🏭 5G"),
        ("合同.2026.pdf", "合同.2026"),
        ("<b>x</b>.jpg", "b>"),
        ("版本 2.0 说明", "版本 2.0 说明"),
        ("  空   格 .jpg", "空 格"),
    ],
)
def test_name_becomes_a_plain_title(name: str, title: str) -> None:
    assert evidence.title_of_name(name) == title


def test_odd_names_are_no_paths_and_do_no_harm_on_the_page(small_file: File) -> None:
    names = [
        "../../etc/passwd",
        "C:\\x\\y.jpg",
        "照片\u202egpj.exe",
        "长" * 300 + ".jpg",
        "👷.jpg",
        "<b>x</b>.jpg",
        "..jpg",
    ]
    for number, name in enumerate(names):
        assert upload(small_file, (jpeg(colour=(number, 0, 0)), name)).status_code == 303, name
        answer = small_file.holder.get(f"{small_file.address}/evidence/{number + 1}/original")
        told = answer.headers["Content-Disposition"]
        assert answer.status_code == 200 and told.isascii() and "%E2%80%AE" not in told and "%2F" not in told
    folder = small_file.app.extensions["diagnose"].settings.var_dir / "evidence"
    assert {path.name for path in folder.iterdir()} == set(kept(small_file.app))
    page = small_file.holder.get(address(small_file)).text
    assert "<b>x" not in page and "\u202e" not in page and "👷" in page
    assert pieces(small_file.app)[6].title == "照片"


def test_typed_title_is_cleaned_and_harmless_too(small_file: File) -> None:
    upload(small_file, title="A/B \u202e测试<script>\x07" + "长" * 300)
    title = pieces(small_file.app)[0].title
    assert title.startswith("A/B 测试<script>长") and len(title) == 80
    assert "<script>长" not in small_file.holder.get(address(small_file)).text


def test_upload_without_the_token_is_refused(small_file: File) -> None:
    for token in ({}, {"csrf_token": "wrong"}):
        fields = {"effective_on": DAY, "file": (io.BytesIO(jpeg()), "a.jpg"), **token}
        answer = small_file.holder.client.post(address(small_file), data=fields)
        assert answer.status_code == 400 and "页面已过期" in answer.text
    upload(small_file)
    assert small_file.holder.client.post(f"{small_file.address}/evidence/1/delete").status_code == 400
    assert len(pieces(small_file.app)) == 1 and pieces(small_file.app)[0].deleted_at is None
