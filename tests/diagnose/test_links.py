"""A file belongs to whoever holds its link: enough random bits, only their SHA-256 stored, a cookie that stays safe."""

import hashlib
import math
import re

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from diagnose import access
from tests.conftest import Visitor
from tests.diagnose.cast import File, engine, open_file
from tests.firms import CREDIT_CODE

SECURE = {"base_url": "https://localhost"}


def open_by(app: Flask, typed: str) -> Visitor:
    """Another browser that opens a file by what somebody typed or pasted."""
    visitor = Visitor(app)
    visitor.get("/continue")
    visitor.post("/continue", {"code": typed})
    return visitor


def test_code_has_at_least_128_random_bits() -> None:
    assert len(set(access.ALPHABET)) == len(access.ALPHABET)
    assert math.log2(len(access.ALPHABET)) * access.LENGTH >= 128
    codes = {access.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    for position in range(access.LENGTH):
        assert len({code[position] for code in codes}) == len(access.ALPHABET), "a place that is not random"


def test_only_the_hash_of_the_code_is_stored(app: Flask, file: File) -> None:
    file.submitted().next_draft("again")
    code = file.cookie
    assert access.normal_code(code) == code
    assert file.enterprise().link_sha256 == hashlib.sha256(code.encode()).hexdigest()
    tables = MetaData()
    # The search index has no rows to read; what it holds are parts of names.
    tables.reflect(engine(app), only=lambda name, _: not name.startswith("firm_name"))
    with engine(app).connect() as connection:
        stored = [str(row) for table in tables.sorted_tables for row in connection.execute(select(table))]
    assert any(file.public_id in row for row in stored)
    shown = access.grouped(code)
    assert not [row for row in stored if code in row or shown in row or code.upper() in row]


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(small_app: Flask) -> None:
    file = open_file(small_app)
    cookie = file.holder.client.get_cookie(f"file_{file.public_id}")
    assert cookie and cookie.http_only and cookie.same_site == "Lax" and cookie.path == "/"
    assert not cookie.secure


def test_cookies_are_secure_under_https(small_file: File) -> None:
    browser = Visitor(small_file.app)
    browser.get("/continue", **SECURE)
    answer = browser.post("/continue", {"code": small_file.cookie}, headers={"Referer": "https://localhost/"}, **SECURE)
    assert answer.status_code == 302
    cookies = browser.client._cookies or {}
    assert {cookie.key for cookie in cookies.values()} == {"visitor", f"file_{small_file.public_id}"}
    assert all(cookie.secure and cookie.http_only and cookie.same_site == "Lax" for cookie in cookies.values())
    assert "Strict-Transport-Security" in answer.headers


def test_code_stands_in_no_address_and_no_title(small_file: File) -> None:
    small_file.holder.get(f"{small_file.address}/link?first=1")
    page = small_file.holder.page
    code = small_file.cookie
    assert f"/continue#{code}" in page, "the link to keep: the code stands behind #, which no browser sends"
    assert access.grouped(code) in page
    assert not re.search(rf'(href|src|action)="[^"]*{code}', page)
    title = re.search(r"<title>(.*?)</title>", page, re.S)
    assert title and code not in title[1]
    assert code not in small_file.address


@pytest.mark.parametrize("how", ["plain", "whole link", "with dashes", "capitals", "lookalikes", "with blanks"])
def test_code_opens_the_file_however_it_was_copied(small_file: File, how: str) -> None:
    code = small_file.cookie
    typed = {
        "plain": code,
        "whole link": f"https://zhizhen.example/continue#{code}",
        "with dashes": access.grouped(code),
        "capitals": access.grouped(code).upper(),
        "lookalikes": code.replace("0", "O").replace("1", "l"),
        "with blanks": f"  {access.grouped(code).replace('-', ' ')}\n",
    }[how]
    opened = open_by(small_file.app, typed)
    assert opened.get(f"{small_file.address}/").status_code == 200


def test_two_browsers_may_hold_the_same_file(small_file: File) -> None:
    other = open_by(small_file.app, small_file.cookie)
    for browser in (other, small_file.holder):
        assert browser.get(f"{small_file.address}/").status_code == 200


def test_replaced_link_shuts_out_the_old_one_everywhere(app: Flask, file: File) -> None:
    old, friend = file.cookie, open_by(app, file.cookie)
    assert file.post("link").location == f"{file.address}/link?renewed=1"
    assert file.cookie != old
    assert friend.get(f"{file.address}/").status_code == 404
    assert open_by(app, old).get(f"{file.address}/").status_code == 404
    assert file.holder.get(f"{file.address}/").status_code == 200
    assert open_by(app, file.cookie).get(f"{file.address}/").status_code == 200


def test_leaving_forgets_the_file_in_this_browser_only(small_file: File) -> None:
    code = small_file.cookie
    friend = open_by(small_file.app, code)
    small_file.post("leave")
    assert small_file.holder.get(f"{small_file.address}/").status_code == 404
    assert friend.get(f"{small_file.address}/").status_code == 200
    assert open_by(small_file.app, code).get(f"{small_file.address}/").status_code == 200


def test_home_lists_the_files_this_browser_can_open_and_no_others(small_file: File) -> None:
    app = small_file.app
    second = open_file(app, small_file.holder, name="甲二厂")
    open_file(app, name="乙公司")
    home = small_file.holder.get("/").get_data(as_text=True)
    assert small_file.address in home and second.address in home and "乙公司" not in home
    forged = Visitor(app)
    forged.client.set_cookie(f"file_{small_file.public_id}", access.new_code())
    assert small_file.public_id not in forged.get("/").get_data(as_text=True)


def test_second_start_with_the_same_credit_code_opens_a_separate_file(
    app: Flask, file: File, stranger: Visitor
) -> None:
    file.submitted()
    stranger.get("/new")
    stranger.post("/new", {"step": "code", "credit_code": CREDIT_CODE})
    fresh = Visitor(app)
    empty = open_file(app, fresh)
    assert empty.public_id != file.public_id and empty.cookie != file.cookie
    for page in (stranger.page, fresh.get("/").text, fresh.get(f"{empty.address}/").text):
        assert file.public_id not in page
    assert "还没有诊断记录" in fresh.page
    assert fresh.get(f"{file.address}/").status_code == 404
    assert not empty.enterprise().verified


def test_second_start_looks_exactly_like_the_first(small_app: Flask) -> None:
    def pages() -> list[str]:
        visitor, seen = Visitor(small_app), []
        for answer in (
            visitor.get("/new"),
            visitor.post("/new", {"step": "code", "credit_code": CREDIT_CODE}),
        ):
            seen.append(re.sub(r'name="(csrf_token|start)" value="[^"]+"', "", answer.text))
        return seen

    before = pages()
    open_file(small_app).submitted()
    assert pages() == before
