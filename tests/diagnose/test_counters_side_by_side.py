"""Two submissions in one district at once lose nothing, and nobody waits in a circle."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from diagnose import create_app, wording
from diagnose.config import Settings
from diagnose.db import reading, writing
from diagnose.models import Assessment, Counter, Division, Enterprise
from diagnose.services import claims, counters, drafts, recount, spans, submit, terms
from diagnose.services.span_write import add
from questionnaires.parse import typed_again
from tests.diagnose.cast import PORTRAIT, catalog, engine
from tests.firms import DISCRETE
from tests.people import ELSEWHERE, HERE, account, join, verified_firm

FIRMS = 8


def test_submissions_at_once_are_all_counted(postgres_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path, postgres_url, "a key for tests, long enough to sign"))
    firms = [verified_firm(app, credit_code=f"CODE{number:014d}") for number in range(FIRMS)]
    form, start = catalog(app).first_form, Barrier(FIRMS)

    def send(firm: int) -> None:
        with writing(engine(app)) as session:
            row = Assessment(
                enterprise_id=firm,
                kind="self",
                form=form.form,
                edition=form.edition,
                purpose="first",
                as_of=date(2026, 3, 1),
                status="draft",
                started_at=wording.now(),
            )
            session.add(row)
            session.flush()
            drafts.save(session, row.id, typed_again(DISCRETE), wording.now())
        start.wait(20)
        with writing(engine(app)) as session:
            own = session.get_one(Enterprise, firm), session.get_one(Assessment, row.id)
            assert submit.submit(session, catalog(app), *own)

    with ThreadPoolExecutor(FIRMS) as pool:
        list(pool.map(send, firms))
    today = wording.today().toordinal()
    with reading(engine(app)) as session:
        place = session.scalars(select(Division).where(Division.code == HERE)).one()
        divisions = [int(part) for part in place.path.strip("/").split("/")]
        found = counters.cells(session, divisions, terms.ruler_id(session, PORTRAIT), 3, "all", [today])
        assert [found[division, 0, today].n for division in divisions] == [FIRMS] * 3
    assert recount.recount(engine(app), check_only=True).count == 0
    engine(app).dispose()


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The keys of the cells each time that the counters move."""
    found: list[list[Any]] = []

    def noted(session: Any, cells: Any, scores: Any) -> None:
        found.append([row[:6] for row in cells])
        add(session, cells, scores)

    monkeypatch.setattr(spans, "add", noted)
    return found


@pytest.mark.parametrize("few", [100, 0])
def test_counters_move_once_for_however_many_firms(
    app: Flask, few: int, moves: list[list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "AT_ONCE", 1)
    monkeypatch.setattr(spans, "FEW", few)
    places = (ELSEWHERE, HERE, ELSEWHERE)
    firms = [verified_firm(app, place, credit_code=f"CODE{number:014d}") for number, place in enumerate(places)]
    with writing(engine(app)) as session:
        spans.settle(session, firms)
    assert len(moves) == 1 and len(moves[0]) == len(set(moves[0])) and moves[0] == sorted(moves[0])
    assert recount.recount(engine(app), check_only=True).count == 0
    with writing(engine(app)) as session:
        spans.forget(session, firms)
    assert len(moves) == 2
    with reading(engine(app)) as session:
        assert session.scalar(select(func.count()).select_from(Counter).where(Counter.n != 0)) == 0


def test_counters_move_once_when_several_files_are_joined(app: Flask, moves: list[list[Any]]) -> None:
    who = account(app, "enterprise", "某人")
    firm, *files = [verified_firm(app, verified=verified) for verified in (True, False, False)]
    for one in (firm, *files):
        join(app, who, one)
    with writing(engine(app)) as session:
        target = session.get_one(Enterprise, firm)
        assert claims.fold(session, who, target, wording.now(), catalog(app)) is target
        assert [session.get_one(Enterprise, one).merged_into_id for one in files] == [firm, firm]
    assert len(moves) == 1
    assert recount.recount(engine(app), check_only=True).count == 0
