"""忘记密码: everybody gets the same answer; a link goes to the address on record, by SMTP or into the outbox."""

import re
import socketserver
import stat
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from diagnose import wording
from diagnose.config import Settings
from diagnose.models import Ticket
from diagnose.services import forgot, mail
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.diagnose.codes import NEW, log_in, redeem
from tests.people import HERE, PASSWORD, account

PATIENCE = 10


def ask(app: Flask, login: str, host: str = "localhost") -> tuple[int, str]:
    visitor = Visitor(app)
    visitor.get("/forgot", base_url=f"http://{host}")
    answer = visitor.post("/forgot", {"login": login}, base_url=f"http://{host}", headers={"X-Forwarded-Host": host})
    return answer.status_code, re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)


def settle() -> None:
    """Wait until what runs beside the pages is done."""
    deadline = time.monotonic() + PATIENCE
    for thread in threading.enumerate():
        if getattr(thread, "_target", None) is forgot.send_link:
            thread.join(deadline - time.monotonic())


def outbox(folder: Path) -> list[EmailMessage]:
    settle()
    files = sorted((folder / "outbox").glob("*.eml")) if (folder / "outbox").exists() else []
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def test_everybody_gets_the_same_answer(app: Flask, tmp_path: Path) -> None:
    account(app, "officer", "有邮箱", HERE, email="wang@example.com")
    account(app, "officer", "没邮箱", HERE)
    account(app, "officer", "离职", HERE, email="gone@example.com", active=False)
    answers = {ask(app, login) for login in ("有邮箱", "没邮箱", "离职", "没人", "", "\x00", "x" * 500)}
    assert len(answers) == 1 and answers.pop()[0] == 200
    assert [one["To"] for one in outbox(tmp_path)] == ["wang@example.com"]


def test_link_in_the_mail_sets_a_new_password(app: Flask, tmp_path: Path) -> None:
    account(app, "officer", "王科", HERE, email="wang@example.com")
    ask(app, " 王 科 ")
    (message,) = outbox(tmp_path)
    text = message.get_content()
    code = re.search(r"[0-9a-z]{26}", text)
    assert code and "王科" in text and message["Subject"] == "智诊：重设密码"
    redeem(Visitor(app), code[0], "save", password=NEW["password"], again=NEW["password"])
    assert log_in(Visitor(app), "王科", PASSWORD).status_code == 422
    assert log_in(Visitor(app), "王科", NEW["password"]).status_code == 302


def test_host_of_the_request_is_never_in_the_mail(app: Flask, tmp_path: Path) -> None:
    account(app, "officer", "王科", HERE, email="wang@example.com")
    assert ask(app, "王科", "evil.example")[0] == 200
    (message,) = outbox(tmp_path)
    assert "evil.example" not in message.get_content() and "http" not in message.get_content()


def test_link_starts_with_the_public_address(app: Flask, tmp_path: Path) -> None:
    account(app, "officer", "王科", HERE, email="wang@example.com")
    settings = Settings(tmp_path, "", "", public_url="https://zz.example.gov.cn")
    forgot.send_link(engine(app), settings, "王科", wording.now())
    assert re.search(r"https://zz\.example\.gov\.cn/join#[0-9a-z]{26}\n", outbox(tmp_path)[0].get_content())


def test_asking_again_at_once_sends_no_second_mail(app: Flask, tmp_path: Path) -> None:
    account(app, "officer", "王科", HERE, email="wang@example.com")
    for _ in range(3):
        ask(app, "王科")
        settle()
    assert len(outbox(tmp_path)) == len(all_of(app, Ticket)) == 1


def test_asking_too_often_is_slowed_down(small_app: Flask) -> None:
    assert [ask(small_app, "没人")[0] for _ in range(11)] == [200] * 10 + [429]


def test_outbox_is_private(tmp_path: Path) -> None:
    assert mail.send(Settings(tmp_path, "", ""), "a@b.example", "题目", "正文\n")
    (file,) = (tmp_path / "outbox").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("bad", ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1", "smtp://127.0.0.1:notaport", "smtp://"])
def test_mail_that_cannot_be_sent_raises_nothing_and_names_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bad: str
) -> None:
    settings = Settings(tmp_path, "", "", smtp_url=bad)
    assert not mail.send(settings, "wang@example.com", "题目", "secret text")
    assert "mail not sent" in caplog.text
    assert "wang" not in caplog.text and "secret text" not in caplog.text


def test_line_break_in_an_address_is_refused(tmp_path: Path) -> None:
    assert not mail.send(Settings(tmp_path, "", ""), "a@b.example\r\nBcc: all@c.example", "题目", "正文")


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one mail needs; no TLS."""

    def handle(self) -> None:
        said: list[str] = self.server.said  # type: ignore[attr-defined]
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            said.append(line.decode().strip())
            word = said[-1].upper()
            if word == "DATA":
                self.wfile.write(b"354 go\r\n")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += self.rfile.readline()
                said.append(body.decode())
            self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n")
            if word == "QUIT":
                return


@pytest.fixture
def smtp() -> Iterator[tuple[str, list[str]]]:
    """``host:port`` of a mail server, and what it heard."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.daemon_threads = True
        server.said = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", server.said  # type: ignore[attr-defined]
        server.shutdown()


def test_mail_goes_out_by_smtp(tmp_path: Path, smtp: tuple[str, list[str]]) -> None:
    address, said = smtp
    settings = Settings(tmp_path, "", "", smtp_url=f"smtp://{address}", mail_from="zz@example.gov.cn")
    assert mail.send(settings, "wang@example.com", "智诊：重设密码", "您好")
    assert any("wang@example.com" in line for line in said) and any("zz@example.gov.cn" in line for line in said)
    body = next(line for line in said if "Subject:" in line)
    message: EmailMessage = message_from_bytes(body.encode(), policy=policy.default)
    assert message["Subject"] == "智诊：重设密码" and message.get_content().strip("\r\n.") == "您好"
    assert not (tmp_path / "outbox").exists()


def test_password_of_the_mail_server_is_never_sent_in_the_clear(tmp_path: Path, smtp: tuple[str, list[str]]) -> None:
    address, said = smtp
    settings = Settings(tmp_path, "", "", smtp_url=f"smtp://user:hunter2@{address}")
    assert not mail.send(settings, "wang@example.com", "题目", "正文")
    assert not any("AUTH" in line for line in said)
