"""What finds firms by name keeps up with every change of a name, on both databases."""

import pytest
from flask import Flask
from sqlalchemy import delete, text, update

from diagnose.db import writing
from diagnose.models import Enterprise
from diagnose.services import firm_find, firm_scan
from tests.conftest import Visitor
from tests.diagnose.cast import engine
from tests.diagnose.test_register_list import firms, listed
from tests.people import HERE, account, logged_in, verified_firm


@pytest.fixture
def officer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Whoever looks has so many firms that only the search index helps."""
    for name in ("FEW", "NEAR"):
        monkeypatch.setattr(firm_find, name, 0)
    monkeypatch.setattr(firm_scan, "FIRST", 2)
    return logged_in(app, account(app, "officer", "boss", HERE))


PARTS = ("扬", "扬州", "扬州精", "公司", "精工（江苏）", "（", "）公司", "🏭", "厂🏭", "A", "ab", "é", "x y", "－")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_a_name_is_found(app: Flask, officer: Visitor, part: str) -> None:
    names = ("扬州精工（江苏）公司", "老厂🏭", "Ab-é x y－")
    firms(app, *names, "别的")
    assert sorted(listed(officer, text=part)) == sorted(name for name in names if part.lower() in name.lower())


def test_a_new_name_is_found_and_the_old_one_no_more(app: Flask, officer: Visitor) -> None:
    id_ = verified_firm(app, name="旧名字")
    with writing(engine(app)) as session:
        session.execute(update(Enterprise).where(Enterprise.id == id_).values(name="新名称"))
    assert listed(officer, text="旧名") == []
    assert listed(officer, text="名称") == ["新名称"]


def test_an_erased_firm_and_one_rolled_back_are_not_found(app: Flask, officer: Visitor) -> None:
    gone = verified_firm(app, name="要删的")
    with writing(engine(app)) as session:
        session.execute(text("DELETE FROM enterprise_division"))
        session.execute(delete(Enterprise).where(Enterprise.id == gone))
    with pytest.raises(ZeroDivisionError), writing(engine(app)) as session:
        session.execute(update(Enterprise).values(name="没有发生"))
        raise ZeroDivisionError
    verified_firm(app, name="要留的")
    assert listed(officer, text="要") == ["要留的"]
    assert listed(officer, text="发生") == []


def test_a_name_as_long_as_the_column_is_found_at_its_end(app: Flask, officer: Visitor) -> None:
    verified_firm(app, name="长" * 198 + "尾巴")
    assert len(listed(officer, text="长尾巴")) == 1
    assert len(listed(officer, text="巴")) == 1


def test_a_short_code_and_a_name_part_are_looked_for_together(app: Flask, officer: Visitor) -> None:
    verified_firm(app, name="甲", credit_code="91321003MA1WX9TL3C")
    verified_firm(app, name="第9132车间", credit_code="91110105MA1WX9TL3G")
    assert listed(officer, text="9132") == ["第9132车间", "甲"]
