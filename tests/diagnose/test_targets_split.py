"""分解 by form: proposals fill in, sums are shown, nothing is saved that was not asked for."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import reading
from diagnose.models import AuditEntry, Division, TargetShare
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.diagnose.target_stage import DAY, OTHER, Stage, division
from tests.diagnose.test_targets_pages import officer, push, target_of
from tests.people import HERE


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(wording, "today", lambda: DAY)
    return Stage(app)


@pytest.fixture
def city(app: Flask) -> Visitor:
    return officer(app)


def children(app: Flask) -> list[int]:
    with reading(engine(app)) as session:
        found = select(Division.id).where(Division.parent_id == division(app).id).order_by(Division.code)
        return list(session.scalars(found))


def shares(app: Flask) -> dict[tuple[int, int], str]:
    return {(row.division_id, row.year): row.value for row in all_of(app, TargetShare)}


def test_even_proposal_is_shown_and_not_saved(app: Flask, stage: Stage, city: Visitor) -> None:
    address = target_of(stage.plan()) + "/split"
    assert push(city, address, {"step": "propose", "basis": "evenly"}).status_code == 200
    places = children(app)
    assert len(places) == 6
    for place, whole in zip(places, (17, 17, 17, 17, 16, 16), strict=True):
        assert f'name="s-{place}-0" value="{whole}"' in city.page
    assert "16.67" in city.page
    assert "合计 100，正好" in city.page
    assert shares(app) == {}


def test_proposals_follow_firms_and_last_years_actual(app: Flask, stage: Stage, city: Visitor) -> None:
    address = target_of(stage.plan()) + "/split"
    stage.firms(3, "little_giant")
    stage.firms(1, "little_giant", OTHER)
    for _ in range(4):
        stage.firm(OTHER)
    here, there = division(app, HERE).id, division(app, OTHER).id
    for basis, mine, theirs in (("firms", 38, 62), ("last_year", 75, 25)):
        push(city, address, {"step": "propose", "basis": basis})
        assert f'name="s-{here}-0" value="{mine}"' in city.page
        assert f'name="s-{there}-0" value="{theirs}"' in city.page


def test_a_proposal_by_nothing_says_so_and_keeps_what_was_typed(app: Flask, stage: Stage, city: Visitor) -> None:
    address, place = target_of(stage.plan()) + "/split", children(app)[0]
    sent = {"step": "propose", "basis": "firms", f"s-{place}-0": "7"}
    assert push(city, address, sent).status_code == 422
    assert "各地都是 0" in city.page
    assert f'name="s-{place}-0" value="7"' in city.page


def test_what_is_missing_is_shown_and_saved_only_when_meant(app: Flask, stage: Stage, city: Visitor) -> None:
    plan = stage.plan()
    address, (first, second, *_) = target_of(plan) + "/split", children(app)
    sent = {f"s-{first}-0": "40", f"s-{second}-0": "58", "step": "check"}
    push(city, address, sent)
    assert "合计 98，还差 2" in city.page
    assert push(city, address, sent | {"step": "save"}).status_code == 422
    assert shares(app) == {}
    assert push(city, address, sent | {"step": "save", "uneven": "yes"}).status_code == 302
    assert shares(app) == {(first, 0): "40", (second, 0): "58"}
    assert push(city, address, sent | {"step": "save", f"s-{second}-0": "60"}).status_code == 302
    assert shares(app)[second, 0] == "60"
    assert [entry.action for entry in all_of(app, AuditEntry)] == ["target_split"] * 2
    city.get(target_of(plan) + "/")
    assert "≥ 60 家" in city.page


def test_years_of_a_flow_add_up_to_the_whole(app: Flask, stage: Stage, city: Visitor) -> None:
    address = target_of(stage.plan(kind="flow", measure="star_cloud_gained")) + "/split"
    first = children(app)[0]
    years = {f"s-{first}-{year}": value for year, value in ((2023, "30"), (2024, "30"), (2025, "30"))}
    assert push(city, address, {"step": "save", f"s-{first}-0": "100", **years}).status_code == 422
    assert "合计 90，还差 10" in city.page
    years[f"s-{first}-2025"] = "40"
    assert push(city, address, {"step": "save", f"s-{first}-0": "100", **years}).status_code == 302
    assert shares(app)[first, 2025] == "40"


def test_last_year_of_a_stock_is_the_whole(app: Flask, stage: Stage, city: Visitor) -> None:
    address = target_of(stage.plan(deadline=date(2024, 12, 31))) + "/split"
    push(city, address, {"step": "propose"})
    first = children(app)[0]
    assert f'name="s-{first}-2023" value="9"' in city.page
    assert f'name="s-{first}-2024" value="17"' in city.page


@pytest.mark.parametrize("typed", ["多", "-1", "1.5", "9" * 20])
def test_a_wrong_figure_is_named_and_kept(app: Flask, stage: Stage, city: Visitor, typed: str) -> None:
    address, first = target_of(stage.plan()) + "/split", children(app)[0]
    assert push(city, address, {"step": "save", "uneven": "yes", f"s-{first}-0": typed}).status_code == 422
    assert f"“{typed}”不是一个数" in city.page
    assert f'value="{typed}"' in city.page
    assert shares(app) == {}


def test_a_district_splits_its_own_share_only(app: Flask, stage: Stage) -> None:
    plan = stage.plan("320000", kind="rate", unit="%", measure="")
    provincial = officer(app, "320000")
    place = division(app)
    assert push(provincial, target_of(plan) + "/split", {"step": "propose"}).status_code == 200
    assert 'value="100"' in provincial.page
    stock = stage.plan("320000")
    below = officer(app)
    below.get(target_of(stock) + "/split")
    assert "还没有分到扬州市" in below.page
    push(provincial, target_of(stock) + "/split", {"step": "save", "uneven": "yes", f"s-{place.id}-0": "12"})
    push(below, target_of(stock) + "/split", {"step": "propose"})
    assert "合计 12，正好" in below.page
