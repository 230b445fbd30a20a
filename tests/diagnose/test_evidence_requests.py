"""How large a request may be, and in which form it may come."""

import io
import socket
from pathlib import Path

import pytest

from bench.server import serving
from diagnose.services.pictures import LIMITS
from diagnose.texts import say
from tests.conftest import Visitor
from tests.diagnose.cast import File, typed
from tests.diagnose.photos import PDF
from tests.diagnose.proof import JSON, address, let_go, pieces, upload

MEGABYTE = 1024 * 1024
URLENCODED = "application/x-www-form-urlencoded"
CHUNKED = (
    "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n"
    "Connection: close\r\n\r\n8\r\nfive_g=B\r\n0\r\n\r\n"
)


def padded(megabytes: int) -> bytes:
    """A PDF of this size."""
    return PDF[:9] + bytes(megabytes * MEGABYTE) + PDF[9:]


def test_upload_may_be_larger_than_a_form(small_file: File) -> None:
    assert upload(small_file, (padded(5), "a.pdf"), (padded(11), "b.pdf"), (padded(4), "c.pdf")).status_code == 303
    assert len(pieces(small_file.app)) == 3


def test_request_beyond_the_limit_is_refused_in_words_fit_for_uploads(
    small_file: File, caplog: pytest.LogCaptureFixture
) -> None:
    sent = [(padded(11), f"{number}.pdf") for number in range(6)]
    answer = upload(small_file, *sent)
    assert answer.status_code == 413 and "一个文件最大 12 MB" in answer.text and "256 KB" not in answer.text
    assert "refused evidence_request" in caplog.text
    script = upload(small_file, *sent, headers=JSON)
    assert script.status_code == 413 and "文件太大" in script.get_json()["message"]
    assert pieces(small_file.app) == []


def test_words_name_the_limits_there_are(small_file: File) -> None:
    said = small_file.app.extensions["error_texts"]["upload_413"]["what"]
    assert f"{LIMITS['file_mb']} MB" in said and f"{LIMITS['request_mb']} MB" in said
    assert say("evidence_large", **LIMITS).startswith(f"超过 {LIMITS['file_mb']} MB")


def test_fields_of_an_upload_are_no_larger_than_those_of_a_form(small_file: File) -> None:
    assert upload(small_file, title="x" * 300_000).status_code == 413
    assert pieces(small_file.app) == []


@pytest.mark.parametrize("path", ["evidence/1/delete", "fill/{id}/page/production", "link"])
def test_other_addresses_keep_the_small_limit(small_file: File, path: str) -> None:
    upload(small_file)
    big = {"file": (io.BytesIO(bytes(MEGABYTE)), "a.jpg")}
    answer = let_go(small_file.post(path.format(id=small_file.draft_id), big))
    assert answer.status_code == 413 and "一次最多接收 256 KB" in answer.text


def test_other_kinds_of_body_keep_the_small_limit_on_the_upload_address_too(small_file: File) -> None:
    small_file.holder.get(address(small_file))
    token = {"X-CSRFToken": small_file.holder.token()}
    body = b"title=" + b"x" * MEGABYTE
    answer = small_file.holder.client.post(address(small_file), data=body, content_type=URLENCODED, headers=token)
    assert answer.status_code == 413 and "一次最多接收 256 KB" in answer.text


def test_stranger_cannot_send_a_large_body_at_all(small_file: File) -> None:
    """404 before the body is read: the stream would say when it is."""

    class Untouched(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readinto = readline = read  # type: ignore[assignment]

    length = str(50 * MEGABYTE)
    answer = Visitor(small_file.app).client.post(
        address(small_file),
        input_stream=Untouched(),
        content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": length},
    )
    assert answer.status_code == 404


def test_body_in_chunks_is_refused_and_clears_no_answer(small_file: File) -> None:
    """werkzeug sees no length and takes it as an empty form."""
    before = typed(small_file.app, small_file.answered().draft_id)
    small_file.holder.get(f"{small_file.address}/link")
    for kind in (URLENCODED, "multipart/form-data; boundary=x", "text/plain"):
        for path in (f"{small_file.draft}/page/production", f"{small_file.draft}/answer/five_g", address(small_file)):
            answer = small_file.holder.client.post(
                path,
                input_stream=io.BytesIO(b"five_g=B"),
                content_type=kind,
                headers={"X-CSRFToken": small_file.holder.token(), "Transfer-Encoding": "chunked"},
                environ_overrides={"wsgi.input_terminated": True},
            )
            assert answer.status_code == 411 and "请求没有看懂" in answer.text
    assert typed(small_file.app, small_file.draft_id) == before


def test_server_refuses_a_body_in_chunks(tmp_path: Path) -> None:
    with serving("wsgi:app", tmp_path) as port, socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(CHUNKED.format(path="/new", host="127.0.0.1", kind=URLENCODED).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 411 ") and "请求没有看懂" in answer
