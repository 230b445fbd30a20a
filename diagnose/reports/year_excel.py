"""年度工作推进报告 as Excel: numbers are numbers, texts never formulas; the same report gives the same bytes."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import Any

import xlsxwriter

from diagnose.reports.year_lines import head_lines, percent_units, scope_rows, status_text, worst_text
from diagnose.services.report_year import YearReport
from diagnose.services.target_progress import TargetProgress
from diagnose.texts import say

Cell = str | int | float | None
GOALS = ("plan", "title", "unit", "goal", "this_year", "actual", "num", "den", "share", "elapsed", "status", "gap")
RANKS = ("title", "rank", "place", "unit", "goal", "actual", "share", "status")
PERCENT_COLUMNS = ("share", "elapsed")
WIDTHS = {"plan": 30, "title": 30, "scope": 60, "check": 40, "source": 40, "worst": 40, "place": 16, "this_year": 14}


def excel(report: YearReport) -> bytes:
    """The .xlsx."""
    raw = BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title = say("report_title", division=report.division, year=report.year)
    book.set_properties({"title": title, "author": report.whole, "created": datetime(*report.day.timetuple()[:3])})
    lines = [title, *head_lines(report)]
    _sheet(book, "goals", lines, GOALS, _goals(report))
    _sheet(book, "ranks", lines, RANKS, _ranks(report))
    _sheet(book, "help", lines, ("title", "count", "of", "worst"), _help(report))
    _sheet(book, "scope", lines, ("title", "scope", "check", "source"), scope_rows(report))
    book.close()
    return raw.getvalue()


def _goals(report: YearReport) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for part in report.plans:
        for goal in part.goals:
            one = goal.one
            made_of = [_number(one.numerator), _number(one.denominator)]
            line = [_number(one.share), _number(one.elapsed), status_text(one), goal.gap]
            goal_number = _number(one.goal) if one.goal is not None else one.value_text
            rows.append(
                [part.plan.title, one.title, one.unit, goal_number, goal.this_year, percent_units(one), *made_of, *line]
            )
    return rows


def _ranks(report: YearReport) -> list[list[Cell]]:
    return [
        [goal.one.title, line.rank, line.division.name, goal.one.unit, *_figures(line.one), status_text(line.one)]
        for goal in report.goals
        for line in goal.ranked
    ]


def _figures(one: TargetProgress) -> list[Cell]:
    goal = _number(one.goal) if one.goal is not None else one.value_text
    return [goal, percent_units(one), _number(one.share)]


def _help(report: YearReport) -> list[list[Cell]]:
    districts: list[list[Cell]] = [
        [say("report_help_title") + "：" + line.name, line.behind, line.known, "、".join(line.titles)]
        for line in report.help
    ]
    reasons: list[list[Cell]] = [[one.title, one.count, one.of, worst_text(one.worst)] for one in report.reasons]
    return [*districts, *reasons]


def _number(value: Fraction | None) -> Cell:
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)


def _sheet(book: Any, name: str, lines: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Title and scope above, then the table with its head frozen."""
    sheet = book.add_worksheet(say(f"report_sheet_{name}"))
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bg_color": "#E9F1FB", "border": 1})
    percent = book.add_format({"num_format": "0.0%", "valign": "top"})
    number = book.add_format({"num_format": "#,##0.####", "valign": "top"})
    for place, line in enumerate(lines):
        sheet.write_string(place, 0, line, bold if place == 0 else None)
    top = len(lines) + 1
    for place, key in enumerate(heads):
        sheet.set_column(place, place, WIDTHS.get(key, 12))
        sheet.write_string(top, place, say(f"report_column_{key}"), head)
    for line_number, row in enumerate(rows, top + 1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line_number, place, value, wrap)
            elif value is not None:
                sheet.write_number(line_number, place, value, percent if heads[place] in PERCENT_COLUMNS else number)
    sheet.freeze_panes(top + 1, 0)
