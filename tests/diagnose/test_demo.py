"""`script/demo` fills an empty database with a synthetic district, clearly labelled, and refuses any other."""

import re
from collections import Counter

import pytest
from flask import Flask
from stdnum.cn import uscc

from diagnose.models import Diagnosis, Enterprise
from diagnose.services.demo import NotEmpty, fill
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, catalog, counts, engine, open_file


def test_demo_fills_an_empty_database_and_refuses_to_do_it_twice(app: Flask) -> None:
    lines = list(fill(engine(app), catalog(app)))
    firms = all_of(app, Enterprise)
    assert len(firms) >= 20 and f"{len(firms)} 家合成企业（合成数据，不是真实企业）" in lines[0]
    assert all(firm.synthetic for firm in firms)
    assert all(uscc.is_valid(firm.credit_code) for firm in firms)
    assert {firm.credit_code[2:8] for firm in firms} == {"999999"}
    a_firm = Counter(verdict.enterprise_id for verdict in all_of(app, Diagnosis))
    assert set(a_firm) == {firm.id for firm in firms} and Counter(a_firm.values())[3] >= 3
    days = {verdict.as_of for verdict in all_of(app, Diagnosis) if a_firm[verdict.enterprise_id] == 3}
    assert len(days) == 3
    before = counts(app)
    with pytest.raises(NotEmpty, match="没有写入任何合成数据"):
        list(fill(engine(app), catalog(app)))
    assert counts(app) == before


def test_demo_prints_links_that_open_files_marked_as_synthetic(small_app: Flask) -> None:
    lines = list(fill(engine(small_app), catalog(small_app)))
    links = [line for line in lines if "继续填写" in line]
    found = re.search(r"[0-9a-z]{26}", links[0])
    assert found
    visitor = Visitor(small_app)
    visitor.get("/continue")
    opened = visitor.post("/continue", {"code": found[0]}).location
    page = visitor.get(opened).get_data(as_text=True)
    assert "合成数据" in page and "均为虚构，仅用于演示" in page
    assert "共 3 次结论" in page


def test_demo_never_mixes_with_real_files(small_app: Flask) -> None:
    open_file(small_app)
    before = counts(small_app)
    with pytest.raises(NotEmpty):
        list(fill(engine(small_app), catalog(small_app)))
    assert counts(small_app) == before


def test_command_says_what_it_did_and_fails_in_words(small_app: Flask) -> None:
    with small_app.app_context():
        command = small_app.test_cli_runner()
        first, second = command.invoke(args=["demo"]), command.invoke(args=["demo"])
    assert first.exit_code == 0 and "合成数据" in first.output
    assert second.exit_code != 0 and "请用一个空的数据库" in second.output
