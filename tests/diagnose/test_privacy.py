"""The privacy page says what is; and whatever happens, the logs name nobody."""

import logging

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from diagnose.db import writing
from diagnose.limits import LIMITS
from diagnose.models import Account
from tests.conftest import Visitor
from tests.diagnose.cast import engine, open_file
from tests.firms import CREDIT_CODE, FIRM
from tests.people import HERE, PASSWORD, account, join, logged_in, verified_firm

PHONE, PERSON, MAIL = "13812345678", "孙小满", "sun@example.cn"


def test_the_page_is_there_for_anyone_with_the_programs_own_figures(small_app: Flask) -> None:
    visitor = Visitor(small_app)
    assert visitor.get("/privacy").status_code == 200
    for said in (f"满 {LIMITS['draft_days']} 天", f"最长 {LIMITS['session_days']} 天", "30 天；", "15 分钟一轮"):
        assert said in visitor.page, said


def test_only_the_cookies_the_page_names_are_set(small_app: Flask) -> None:
    file = open_file(small_app)
    names = {cookie.key for cookie in (file.holder.client._cookies or {}).values()}
    assert {name.partition("_")[0] for name in names} == {"visitor", "file"}


def test_a_story_with_every_refusal_leaves_no_personal_data_in_the_logs(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="diagnose")
    app.testing = False
    file = open_file(app).submitted()
    officer = logged_in(app, account(app, "officer", PERSON, HERE))
    member = account(app, "enterprise", PHONE, email=MAIL)
    firm = verified_firm(app, contact_name=PERSON, contact_phone=PHONE)
    join(app, member, firm)
    holder, code = file.holder, file.cookie
    for address in ("/district/", "/district/people/", "/district/log", "/admin/", f"{file.address}/"):
        assert officer.get(address).status_code in (200, 404)
    visitor = Visitor(app)
    for login, password in ((PHONE, "falsch"), (PHONE, PASSWORD), (MAIL, "falsch"), (PERSON, "falsch")):
        visitor.get("/login")
        visitor.post("/login", {"login": login, "password": password})
    for page, field in (("/continue", "code"), ("/forgot", "login"), ("/join", "ticket")):
        visitor.get(page)
        visitor.post(page, {field: code[::-1]})
        visitor.post(page, {field: PHONE})
    holder.get(f"{file.address}/firm")
    holder.post(f"{file.address}/firm", {**FIRM, "name": ""})
    holder.client.post(f"{file.address}/erase", data={"sure": "yes"})
    holder.get(f"{file.address}/data.json")
    file.post("erase", {"sure": "yes"})
    for secret in (CREDIT_CODE, FIRM["name"], PHONE, PERSON, MAIL, PASSWORD, code):
        assert secret not in caplog.text, secret


def test_an_unexpected_database_error_is_logged_without_its_values(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(app, "officer", PHONE, HERE)
    app.testing = False

    def fail(**_: object) -> str:
        with writing(engine(app)) as session:
            session.add(Account(**values))
        return ""

    values = {"login": PHONE, "name": PERSON, "role": "officer", "password_hash": "x", "epoch": 0, "active": True}
    with writing(engine(app)) as session:
        values["created_at"] = session.get_one(Account, 1).created_at
    monkeypatch.setitem(app.view_functions, "public.methods", fail)
    assert Visitor(app).get("/methods").status_code == 500
    assert IntegrityError.__name__ in caplog.text and "test_privacy.py" in caplog.text
    assert PHONE not in caplog.text and PERSON not in caplog.text
