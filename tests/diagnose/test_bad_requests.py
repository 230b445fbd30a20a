"""Requests that no form of ours sends are answered with a plain Chinese page: never an error 500."""

import io
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.conftest import Visitor
from tests.diagnose.cast import File, counts, typed
from tests.diagnose.walk import routes
from tests.firms import FIRM

URLENCODED = "application/x-www-form-urlencoded"
MEGABYTES = 10 * 1024 * 1024
# A file, a draft and a verdict are named by what a name can be; 2**31 and 2**63 are beyond the keys of the databases.
NOWHERE = [
    *("/nowhere", "/file/", "/file/abc/", "/file/%00/", "/file/%ff%fe/", "/file/" + "a" * 5000 + "/"),
    *("/file/0123456789abcdef/", "/file/0123456789abcdef/fill/1/", "/file/0123456789abcdef/verdict/1"),
    *("/file/0123456789abcdef/fill/2147483648/", "/file/0123456789abcdef/fill/9223372036854775808/review"),
    *("/file/0123456789abcdef/fill/-1/", "/file/0123456789abcdef/fill/0/page/%00", "/file/0123456789ABCDEF/"),
    *("/methods/x/y", "/methods/%00/%ff", "/divisions/%00.json", "/divisions/999999.json", "/font/%00.woff2"),
    *("/static/../diagnose/config.py", "/static/%2e%2e/secret_key", "/bootstrap/static/../x", "/favicon.ico"),
]
NOWHERE_IN_A_FILE = [
    *("fill/99999999999999999999/", "fill/9223372036854775808/review", "fill/2147483648/page/design", "fill/0/"),
    *("verdict/99999999999999999999", "verdict/0", "verdict/2147483647", "verdict/99999999999999999999/radar.png"),
    *("fill/{id}/page/nothing", "fill/{id}/page/%00", "fill/{id}/nothing", "trend.svg"),
]


def raw(file: File, body: bytes, kind: str = URLENCODED, path: str = "page/production") -> tuple[int, str]:
    """Status and page of a POST with exactly these bytes, and a valid token in the header."""
    file.holder.get(f"{file.address}/link")
    headers = {"X-CSRFToken": file.holder.token()}
    answer = file.holder.client.post(f"{file.draft}/{path}", data=body, content_type=kind, headers=headers)
    return answer.status_code, answer.text


def test_body_of_ten_megabytes_is_refused_on_every_route(small_file: File) -> None:
    before = counts(small_file.app)
    for route in routes(small_file.app, small_file, "POST"):
        body = io.BytesIO(b"name=" + b"x" * MEGABYTES)
        answer = small_file.holder.client.post(route.address, input_stream=body, content_type=URLENCODED)
        assert answer.status_code in (400, 413), route
        answer = small_file.holder.client.post(route.address, data=body.getvalue(), content_type=URLENCODED)
        assert answer.status_code == 413 and "一次最多接收 256 KB" in answer.text, route
    assert counts(small_file.app) == before


def test_large_upload_is_refused_in_words(small_file: File) -> None:
    before = typed(small_file.app, small_file.draft_id)
    answer = small_file.post(
        f"{small_file.filling}/page/production", {"five_g": "B", "file": (io.BytesIO(b"x" * 400_000), "a.bin")}
    )
    assert answer.status_code == 413 and "之前已保存的答案没有受影响" in answer.text
    assert typed(small_file.app, small_file.draft_id) == before


def test_form_that_is_not_utf8_is_refused_whole_and_changes_nothing(file: File) -> None:
    """werkzeug would take the first as an empty form, and keep the percent signs of the second."""
    before = typed(file.app, file.answered().draft_id)
    for broken in (b"\xff\xfe", b"%ff%fe", b"%C0%80", b"\xe4\xb8", "关键".encode("gbk"), b"%b9%d8"):
        for path in ("page/production", "answer/five_g", "review", "day"):
            status, page = raw(file, b"asked=five_g&five_g=C&key_processes_total=4" + broken, path=path)
            assert status == 400 and "请求没有看懂" in page and "已保存的答案没有受影响" in page, broken
    assert typed(file.app, file.draft_id) == before


def test_unreadable_character_is_an_error_at_its_field_and_keeps_the_other_answers(file: File) -> None:
    for broken in (b"%00", b"\x00", b"%EF%BF%BD", "\ufffd".encode()):
        status, _ = raw(file, b"asked=cnc_rate&asked=five_g&five_g=B&key_processes_total=4" + broken)
        assert status == 302
        assert "里有无法识别的字符" in file.holder.get(f"{file.draft}/page/production").get_data(as_text=True)
        assert typed(file.app, file.draft_id)["five_g"] == ["B"]


def test_broken_characters_in_an_upload_form_are_an_error_at_their_field(file: File) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = part % (b"key_processes_total", b"4\xff") + part % (b"five_g", b"B") + b"--x--\r\n"
    assert raw(file, body, "multipart/form-data; boundary=x")[0] == 302
    assert "里有无法识别的字符" in file.holder.get(f"{file.draft}/page/production").get_data(as_text=True)
    assert typed(file.app, file.draft_id)["five_g"] == ["B"]


def test_broken_name_of_a_firm_is_refused_whole(small_app: Flask) -> None:
    visitor = Visitor(small_app)
    visitor.get("/new")
    fields = {"csrf_token": visitor.token(), "step": "save", **FIRM}
    body = urlencode(fields).encode() + b"&name=%ff"
    answer = visitor.client.post("/new", data=body, content_type=URLENCODED)
    assert answer.status_code == 400 and set(counts(small_app).values()) == {0}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x89PNG", "image/png"),
        (b"{}", "application/json"),
        (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"five_g=C", "text/plain"),
        (b"five_g=C", ""),
        (b"&&&", URLENCODED),
    ],
)
def test_body_that_is_no_form_is_refused_and_clears_no_answer(small_file: File, body: bytes, kind: str) -> None:
    before = typed(small_file.app, small_file.answered().draft_id)
    for path in ("page/production", "answer/five_g", "review", "day"):
        status, page = raw(small_file, body, kind, path)
        assert status == 400 and "请求没有看懂" in page
    assert typed(small_file.app, small_file.draft_id) == before


@pytest.mark.parametrize("body", [b"===%%%", b"five_g=B;five_g=C" * 2000, b"five_g=A&" * 3000, b"asked=" + b"x" * 9999])
def test_odd_form_is_no_crash(small_file: File, body: bytes) -> None:
    for path in ("page/production", "answer/five_g", "review", "day"):
        assert raw(small_file, body, path=path)[0] < 500


def test_empty_body_is_an_answer_taken_back(small_file: File) -> None:
    """What the page's script sends when the last tick of a question is taken away."""
    small_file.answered()
    assert raw(small_file, b"", path="answer/talent")[0] == 200
    assert "talent" not in typed(small_file.app, small_file.draft_id)


@pytest.mark.parametrize("query", ["?first=%ff", "?other=%ff%fe", "?first=%00", "?other=<script>", "?" + "a=1&" * 500])
def test_broken_query_is_no_crash(small_file: File, query: str) -> None:
    for address in ("/", "/new", "/continue", f"{small_file.address}/link", f"{small_file.draft}/review"):
        answer = small_file.holder.get(address + query)
        assert answer.status_code == 200 and "<script>alert" not in answer.text


def test_unknown_address_is_a_chinese_404(app: Flask) -> None:
    for address in NOWHERE:
        answer = Visitor(app).get(address)
        assert answer.status_code == 404, address
        assert "没有这个页面" in answer.text and "已保存的答案没有受影响" in answer.text


def test_unknown_part_of_a_file_is_a_chinese_404_for_its_holder(file: File) -> None:
    for path in NOWHERE_IN_A_FILE:
        answer = file.holder.get(f"{file.address}/{path.format(id=file.draft_id)}")
        assert answer.status_code == 404 and "没有这个页面" in answer.text, path


def test_unknown_question_or_section_stores_nothing(file: File) -> None:
    for path in ("page/nothing", "answer/nothing", "answer/%00", "answer/staff"):
        assert file.post(f"{file.filling}/{path}", {"five_g": "B", "staff": "1"}).status_code == 404, path
    assert typed(file.app, file.draft_id) == {}


def test_wrong_method_is_a_chinese_405_on_every_route(small_file: File) -> None:
    for route in routes(small_file.app, small_file, "GET", "POST"):
        answer = small_file.holder.client.put(route.address)
        assert answer.status_code == 405, route
        assert "这个地址不能这样打开" in answer.text and "Allow" in answer.headers


def test_cookie_that_is_garbage_is_no_crash(app: Flask) -> None:
    for cookie in (
        "file_=x; file_\xff=1; visitor=garbage",
        "visitor=" + "a" * 3000,
        "=;;;=",
        "file_%00=%00; file_a\x01=b",
    ):
        for address in ("/", "/new", "/file/abc/"):
            assert Visitor(app).get(address, headers={"Cookie": cookie}).status_code in (200, 404)
