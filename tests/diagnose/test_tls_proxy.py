"""docs/nginx/zhizhen.conf in front of the real server: what HTTPS brings, and what a client cannot forge."""

import http.client
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from diagnose import create_app
from diagnose.models import Attempt
from diagnose.services import attempts
from diagnose.web.files import TRIES
from tests.browser.server import Server
from tests.diagnose.cast import all_of
from tests.diagnose.nginx import Nginx

WRONG = "0" * 26
FORGED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "Forwarded": "for=203.0.113.7;proto=https"}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Client:
    """A browser that keeps cookies; ``source`` is its own address."""

    port: int
    nginx: Nginx | None = None
    source: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    page: str = ""

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = self._connection()
        cookie = (
            {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        )
        connection.request(
            method, path, body, {**cookie, **{name.replace("_", "-"): text for name, text in headers.items()}}
        )
        answer = connection.getresponse()
        self.page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        connection.close()
        return Answer(answer.status, answer.headers, self.page)

    def _connection(self) -> http.client.HTTPConnection:
        place = (self.source, 0)
        if self.nginx:
            return http.client.HTTPSConnection(
                "localhost", self.port, context=self.nginx.trust(), source_address=place, timeout=60
            )
        return http.client.HTTPConnection("127.0.0.1", self.port, source_address=place, timeout=60)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        body = urlencode({"csrf_token": token[1] if token else "", **fields}).encode()
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded", **headers)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Readable for the user nginx runs as, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory(prefix="zz-nginx-") as made:
        yield Path(made)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Gunicorn that trusts one proxy."""
    with pytest.MonkeyPatch.context() as patch:
        running = Server(tmp_path_factory.mktemp("behind"))
        patch.setitem(running._environment, "PROXIES", "1")
        running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def nginx(server: Server, folder: Path) -> Iterator[Nginx]:
    running = Nginx(folder, server.port)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Gunicorn that trusts nobody, as it comes."""
    running = Server(tmp_path_factory.mktemp("bare"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def client(nginx: Nginx) -> Client:
    return Client(nginx.https, nginx)


def tries_of(server: Server, address: str) -> int:
    app = create_app(server.settings)
    key = attempts.mark(app.config["SECRET_KEY"], "continue", address)
    found = sum(one.tries for one in all_of(app, Attempt) if one.key == key)
    app.extensions["diagnose"].engine.dispose()
    return found


def guess(client: Client, **headers: str) -> int:
    client.ask("GET", "/continue")
    return client.post("/continue", {"code": WRONG}, **headers).status


def test_plain_http_is_sent_to_https(nginx: Nginx) -> None:
    answer = Client(nginx.http).ask("GET", "/methods?a=1", Host="localhost")
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://localhost:{nginx.https}/methods?a=1"


def test_pages_come_with_hsts_and_secure_cookies(client: Client) -> None:
    answer = client.ask("GET", "/new")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "nginx/" not in answer.headers["Server"]
    (cookie,) = answer.headers.get_all("Set-Cookie") or [""]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_form_can_be_posted_through_the_proxy(client: Client) -> None:
    client.ask("GET", "/new")
    answer = client.post("/new", {"step": "code", "credit_code": "1"}, Origin=f"https://localhost:{client.port}")
    assert answer.status == 422 and "统一社会信用代码是 18 位" in answer.text


def test_links_on_pages_carry_the_outside_address(client: Client) -> None:
    answer = client.ask("GET", "/me")
    assert answer.status == 302
    assert answer.headers["Location"].startswith("/login")


def test_guesses_are_counted_by_the_clients_own_address_whatever_it_claims(server: Server, nginx: Nginx) -> None:
    client = Client(nginx.https, nginx, source="127.0.0.2")
    statuses = [guess(client, X_Forwarded_For=f"203.0.113.{number}") for number in range(TRIES + 2)]
    assert statuses == [422] * TRIES + [429] * 2
    assert tries_of(server, "127.0.0.2") == TRIES
    assert tries_of(server, "203.0.113.1") == tries_of(server, "127.0.0.1") == 0
    assert guess(Client(nginx.https, nginx, source="127.0.0.3")) == 422


def test_a_body_of_ten_megabytes_reaches_the_program_and_a_huge_one_does_not(client: Client) -> None:
    client.ask("GET", "/new")
    for path in ("/new", "/file/0123456789abcdef/evidence/1/five_g"):
        answer = client.ask("POST", path, b"x" * 10_000_000, Content_Type="multipart/form-data; boundary=b")
        assert "nginx" not in answer.text and "智诊" in answer.text
        assert answer.status in (400, 404, 413)
    answer = client.ask("POST", "/new", b"x" * 70_000_000)
    assert answer.status == 413 and "nginx" in answer.text


def test_the_service_worker_may_serve_the_whole_site(client: Client) -> None:
    answer = client.ask("GET", "/sw.js")
    assert answer.status == 200 and "javascript" in answer.headers["Content-Type"]
    assert client.ask("GET", "/manifest.webmanifest").status == 200


def test_no_page_is_kept_and_no_visit_is_logged_by_the_proxy(client: Client, nginx: Nginx) -> None:
    assert client.ask("GET", "/new").headers["Cache-Control"] == "no-store"
    assert not list(nginx.folder.glob("*access*"))


def test_without_a_proxy_forged_headers_are_nothing(bare: Server) -> None:
    client = Client(bare.port)
    answer = client.ask("GET", "/new", None, **FORGED)
    assert "Strict-Transport-Security" not in answer.headers
    assert "Secure" not in (answer.headers["Set-Cookie"] or "")
    assert guess(client, **FORGED) == 422
    assert tries_of(bare, "203.0.113.7") == 0 and tries_of(bare, "127.0.0.1") == 1
