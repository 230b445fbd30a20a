"""年度工作推进报告 to download: one click, one file."""

from collections.abc import Callable
from io import BytesIO

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue

from diagnose import wording
from diagnose.reports.year_excel import excel as to_excel
from diagnose.reports.year_word import word as to_word
from diagnose.services import report_year
from diagnose.services.report_year import YearReport
from diagnose.texts import say
from diagnose.web import here, login
from diagnose.web.addresses import row_number
from diagnose.web.target_rights import asked_division, own_division

FIRST_YEAR = 2000
OFFICE = "application/vnd.openxmlformats-officedocument"
WORD, EXCEL = f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet"


def word() -> ResponseReturnValue:
    """As .docx."""
    return _file(to_word, "docx", WORD)


def excel() -> ResponseReturnValue:
    """As .xlsx."""
    return _file(to_excel, "xlsx", EXCEL)


def _file(write: Callable[[YearReport], bytes], ending: str, mimetype: str) -> ResponseReturnValue:
    who, year = login.person("officer"), _year()
    with here.reading() as db:
        division = asked_division(db, who) or own_division(who)
        report = report_year.gather(db, division, year, wording.today())
    with here.writing() as db:
        here.record(db, "target_report", division=division.id, year=year, kind=ending)
    name = f"{say('report_title', division=report.division, year=year)}.{ending}"
    return send_file(BytesIO(write(report)), mimetype, as_attachment=True, download_name=name)


def _year() -> int:
    today = wording.today()
    year = row_number(request.form.get("year", str(today.year)))
    return year if year and FIRST_YEAR <= year <= today.year else abort(404)
