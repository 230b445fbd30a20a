"""flask recount: what is stored wrong is told in words and put right; a database from before the counters is filled."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import (
    Counter,
    Diagnosis,
    Division,
    Enterprise,
    FirmFact,
    FirmSpan,
    ScoreCount,
    Term,
    VerdictSpan,
)
from diagnose.services import counters, recount, recount_find, spans, terms
from tests.diagnose.cast import PORTRAIT, all_of, engine, open_file
from tests.people import ELSEWHERE, HERE, verified_firm


def verified(app: Flask) -> None:
    """甲企's file with one verdict of 1 March 2026, verified."""
    file = open_file(app)
    with writing(engine(app)) as session:
        session.execute(text("UPDATE enterprise_division SET valid_from = '2025-01-01'"))
        session.execute(update(Enterprise).values(verified=True))
    file.submitted()


def state(app: Flask) -> list[list[tuple[object, ...]]]:
    tables = (FirmSpan, VerdictSpan, Counter, ScoreCount)
    with reading(engine(app)) as session:
        return [sorted(tuple(row) for row in session.execute(select(*one.__table__.c))) for one in tables]


def test_a_right_database_has_no_differences(app: Flask) -> None:
    verified(app)
    answer = app.test_cli_runner().invoke(args=["recount"])
    assert answer.exit_code == 0
    assert "与保存的全部一致" in answer.output


def test_what_is_wrong_is_told_and_put_right(app: Flask) -> None:
    verified(app)
    before = state(app)
    with writing(engine(app)) as session:
        session.execute(update(Counter).where(Counter.slice == "industry").values(score=Counter.score + 5))
        session.execute(delete(VerdictSpan))
        session.execute(update(ScoreCount).where(ScoreCount.measure == 0, ScoreCount.step == 0).values(n=9))
    wrong = state(app)
    checked = app.test_cli_runner().invoke(args=["recount", "--check"])
    assert checked.exit_code == 1 and state(app) == wrong
    told = "邗江区 · digital-portrait/2025 企业自评 · 行业 33 · 2026年3月31日：score 保存的比重算的多 5。"
    assert told in checked.output
    assert "甲精密部件有限公司" in checked.output and "缺少的时段" in checked.output
    assert "得分 分组" in checked.output and "未改动数据" in checked.output
    assert app.test_cli_runner().invoke(args=["recount"]).exit_code == 1
    assert state(app) == before
    assert app.test_cli_runner().invoke(args=["recount"]).exit_code == 0


def test_a_database_older_than_the_counters_is_filled_once(app: Flask) -> None:
    verified(app)
    before, figures = state(app), [one.figures for one in all_of(app, Diagnosis)]
    assert not recount.needed(engine(app))
    with writing(engine(app)) as session:
        for table in (FirmSpan, VerdictSpan, Counter, ScoreCount):
            session.execute(delete(table))
        session.connection().execute(text("UPDATE diagnosis SET figures = NULL"))
        session.execute(update(Enterprise).values(size=4))
    assert recount.needed(engine(app))
    recount.first(engine(app))
    assert not recount.needed(engine(app))
    assert [one.figures for one in all_of(app, Diagnosis)] == figures
    assert state(app) == before


def test_a_verdict_counts_from_its_day_to_the_closing_of_the_firm(app: Flask) -> None:
    verified(app)
    with writing(engine(app)) as session:
        firm = session.scalars(select(Enterprise)).one()
        firm.status, firm.closed_on = "closed", date(2026, 4, 2)
        spans.settle(session, [firm.id])
    ends = [date(2026, 2, 28).toordinal(), date(2026, 3, 31).toordinal(), date(2026, 4, 30).toordinal()]
    with reading(engine(app)) as session:
        here = session.scalars(select(Division.id).where(Division.code == HERE)).one()
        ruler = terms.ruler_id(session, PORTRAIT)
        people = counters.cells(session, [here], 0, 0, "all", ends)
        judged = counters.cells(session, [here], ruler, 1, "all", ends)
    assert [(here, 0, day) in people for day in ends] == [True, True, False]
    assert [(here, 0, day) in judged for day in ends] == [False, True, False]


@pytest.mark.parametrize("few", [100, 0])
def test_terms_with_large_ids_are_counted(app: Flask, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rulers share their ids with free texts, of which there may be very many; counted one by one and by arrays."""
    monkeypatch.setattr(spans, "FEW", few)
    with writing(engine(app)) as session:
        session.add_all([Term(id=100_000, kind="ruler", name=PORTRAIT)])
        session.add_all([Term(id=200_000, kind="locality", name="高新园"), Term(id=200_001, kind="chain", name="汽车")])
    verified(app)
    with writing(engine(app)) as session:
        firm = session.scalars(select(Enterprise)).one()
        for code, value in (("locality", "高新园"), ("chain", "汽车")):
            day, now = date(2026, 3, 5), wording.now()
            session.add(
                FirmFact(enterprise_id=firm.id, code=code, value=value, valid_from=day, source="测试", recorded_at=now)
            )
        spans.settle(session, [firm.id])
    today = wording.today().toordinal()
    with reading(engine(app)) as session:
        here = session.scalars(select(Division.id).where(Division.code == HERE)).one()
        assert terms.ruler_id(session, PORTRAIT) == 100_000
        found = counters.cells(session, [here], 100_000, 1, "locality", [today])
        assert [(key, cell.n) for key, cell in found.items()] == [((here, 200_000, today), 1)]
    before = state(app)
    assert app.test_cli_runner().invoke(args=["recount", "--check"]).exit_code == 0
    recount.rebuild(engine(app))
    assert state(app) == before


def test_firms_are_made_anew_some_after_the_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, division in enumerate((HERE, ELSEWHERE, HERE)):
        verified_firm(app, division, credit_code=f"CODE{number:014d}")
    with writing(engine(app)) as session:
        spans.settle(session, list(session.scalars(select(Enterprise.id))))
    before = state(app)
    monkeypatch.setattr(recount_find, "FIRMS", 1)
    assert recount.recount(engine(app), check_only=True).count == 0
    with writing(engine(app)) as session:
        for table in (FirmSpan, Counter):
            session.execute(delete(table))
        session.add(Counter(division_id=999_999, ruler_id=0, basis=0, slice="all", day=740_000, value=0, n=4))
    assert recount.recount(engine(app)).count == 3 + len(before[2]) + 1
    assert state(app) == before


def test_a_firm_that_was_settled_since_it_was_looked_at_is_not_put_right_twice(app: Flask) -> None:
    verified(app)
    before = state(app)
    with writing(engine(app)) as session:
        session.execute(delete(VerdictSpan))
    found, *_ = recount._looked(engine(app))
    assert len(found) == len(before[1])
    with writing(engine(app)) as session:
        spans.settle(session, list(session.scalars(select(Enterprise.id))))
    assert state(app) != before
    recount._put_right(engine(app), found)
    assert state(app) == before


def test_little_that_is_wrong_is_put_right_without_writing_everything(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(app)
    before = state(app)
    with writing(engine(app)) as session:
        session.execute(update(FirmSpan).values(size=0))
        session.execute(update(Counter).where(Counter.slice == "size").values(value=4))
        session.execute(delete(ScoreCount).where(ScoreCount.measure == 1))
    monkeypatch.setattr(recount, "_replace", lambda session: pytest.fail("everything was written"))
    assert recount.recount(engine(app)).count
    assert state(app) == before
