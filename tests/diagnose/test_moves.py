"""A firm that changes its particulars keeps its code, and keeps the places it left with their dates."""

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import update

from diagnose import wording
from diagnose.db import writing
from diagnose.models import EnterpriseDivision
from tests.diagnose.cast import File, all_of, engine
from tests.firms import CREDIT_CODE, FIRM

LAST_YEAR = wording.today() - timedelta(days=365)
TO_NANJING = {"division": "320106"}


def move(file: File, **changed: str) -> None:
    answer = file.post("firm", {**FIRM, "step": "save", **changed})
    assert answer.status_code == 302, file.holder.page


def been_here_since(app: Flask, day: date) -> None:
    with writing(engine(app)) as session:
        session.execute(update(EnterpriseDivision).values(valid_from=day))


def stays(app: Flask) -> list[tuple[date, date | None]]:
    return [(one.valid_from, one.valid_to) for one in all_of(app, EnterpriseDivision)]


def test_new_firm_belongs_to_its_division_from_today(app: Flask, file: File) -> None:
    assert stays(app) == [(wording.today(), None)]


def test_move_ends_the_old_place_on_the_day_the_new_one_begins(app: Flask, file: File) -> None:
    been_here_since(app, LAST_YEAR)
    move(file, **TO_NANJING)
    assert stays(app) == [(LAST_YEAR, wording.today()), (wording.today(), None)]
    old, new = all_of(app, EnterpriseDivision)
    assert old.division_id != new.division_id


def test_same_place_again_is_no_move(app: Flask, file: File) -> None:
    been_here_since(app, LAST_YEAR)
    move(file)
    assert stays(app) == [(LAST_YEAR, None)]


def test_place_corrected_on_its_first_day_leaves_no_trace(app: Flask, file: File) -> None:
    before = all_of(app, EnterpriseDivision)[0].division_id
    move(file, **TO_NANJING)
    assert stays(app) == [(wording.today(), None)]
    assert all_of(app, EnterpriseDivision)[0].division_id != before


def test_there_and_back_again_are_three_stays(app: Flask, file: File) -> None:
    been_here_since(app, LAST_YEAR)
    move(file, **TO_NANJING)
    been_here_since(app, LAST_YEAR)
    move(file)
    assert len(stays(app)) == 3
    assert sum(end is None for _, end in stays(app)) == 1


def test_particulars_change_but_the_credit_code_stays(file: File) -> None:
    move(file, name="甲精密部件股份有限公司", industry="34", process_type="process", staff="200")
    firm = file.enterprise()
    assert (firm.name, firm.industry, firm.process_type) == ("甲精密部件股份有限公司", "34", "process")
    assert firm.profile == {"staff": 200, "revenue": "8000.00"}
    move(file, credit_code="91320000MA00000000")
    assert file.enterprise().credit_code == CREDIT_CODE
