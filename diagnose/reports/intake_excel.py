"""Workbooks around an import: templates to fill in, and the report of what became of the rows (also as CSV)."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from diagnose.catalog import Catalog
from diagnose.services.fact_kinds import DICTIONARY
from diagnose.services.intake_fields import Field, answer_fields, facts_asked, firm_fields
from diagnose.services.intake_files import Outcome
from diagnose.services.intake_firms import PROCESS_TYPES
from diagnose.services.sheets import SETTINGS
from diagnose.services.tables import harmless
from diagnose.texts import say
from questionnaires.schema import Fact, Form

LISTED = 1000  # rows of a template that have drop-downs
MOST_LISTED = 255  # characters that a drop-down may hold
TITLES = tuple(f"intake_report_{name}" for name in ("row", "column", "title", "text", "reason"))
CHANGE_TITLES = tuple(f"intake_report_{name}" for name in ("row", "name", "code", "words"))


def firms_template(catalog: Catalog, places: Sequence[str]) -> bytes:
    """The empty list of firms, with drop-downs and a sheet that says how to fill it in."""
    fields = firm_fields()
    return _template(
        fields,
        {field.key: _firm_help(field) for field in fields},
        _firm_choices(catalog, places),
        say("intake_template_sheet"),
    )


def answers_template(form: Form) -> bytes:
    """The empty table of answer sheets of one form, a firm a row."""
    facts = {f"answer:{fact.code}": fact for fact, _ in facts_asked(form)}
    helps = {
        "credit_code": say("intake_template_firm_code"),
        "name": say("intake_template_firm_name"),
        "as_of": say("intake_template_as_of"),
    }
    helps |= {key: answer_help(fact) for key, fact in facts.items()}
    choices = {key: list(fact.options.values()) for key, fact in facts.items() if fact.kind in ("single", "yes_no")}
    return _template(answer_fields(form), helps, choices, say("intake_template_answers"))


def _firm_help(field: Field) -> str:
    part, _, code = field.key.partition(":")
    if not code:
        return say(f"intake_template_{field.key}")
    kind = DICTIONARY[code]
    if part != "fact":
        return say(f"intake_template_fact_{part}")
    if kind.kind == "none":
        return say("intake_template_fact_none")
    said = [say("intake_template_fact_options", options="、".join(kind.options.values()))] if kind.options else []
    said += [say("intake_template_fact_several")] if kind.several else []
    said += [say("intake_template_answer_number", unit=kind.unit)] if kind.unit else []
    return "".join([*said, kind.hint])


def answer_help(fact: Fact) -> str:
    """How one fact is answered in a cell."""
    options = "；".join(f"{key}. {label}" for key, label in fact.options.items()) if fact.options else ""
    match fact.kind:
        case "multi":
            return say("intake_template_answer_multi", options=options)
        case "ratings":
            return say("intake_template_answer_ratings", levels="、".join(fact.levels), options="、".join(fact.options))
        case "text":
            return say("intake_template_answer_text")
        case "count" | "amount":
            return say("intake_template_answer_number", unit=fact.unit)
    return say(
        "intake_template_answer_options", options="、".join(fact.options.values()) if fact.kind == "yes_no" else options
    )


def _firm_choices(catalog: Catalog, places: Sequence[str]) -> dict[str, list[str]]:
    industries = [title for _, group in catalog.industries.choices() for _, title in group]
    facts = {f"fact:{code}": list(kind.options.values()) for code, kind in DICTIONARY.items() if kind.options}
    return {"division": list(places), "industry": industries, "process_type": list(PROCESS_TYPES.values()), **facts}


def _template(fields: Sequence[Field], helps: dict[str, str], choices: dict[str, list[str]], title: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EDF3", "border": 1})
        text, wrap = book.add_format({"num_format": "@"}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet, guide = book.add_worksheet(title), book.add_worksheet(say("intake_template_help"))
        lists = book.add_worksheet("lists")
        lists.very_hidden()
        sheet.freeze_panes(1, 2)
        for column, field in enumerate(fields):
            sheet.write_string(0, column, field.title, bold)
            sheet.set_column(column, column, max(12, 2 * len(field.title) + 2), text)
            _offer(sheet, lists, column, choices.get(field.key, ()))
        _guide(guide, fields, helps, bold, wrap)
        for one in (sheet, guide):
            one.set_landscape()
            one.set_paper(9)
            one.fit_to_pages(1, 0)
    return out.getvalue()


def _offer(sheet: Worksheet, lists: Worksheet, column: int, values: Iterable[str]) -> None:
    """A drop-down that also lets other values be typed: a code is as good as a name."""
    values = list(values)
    if not values:
        return
    lists.write_column(0, column, values)
    letters = xlsxwriter.utility.xl_col_to_name(column)
    rule = {"validate": "list", "source": f"=lists!${letters}$1:${letters}${len(values)}", "show_error": False}
    sheet.data_validation(1, column, LISTED, column, rule)


def _guide(guide: Worksheet, fields: Sequence[Field], helps: dict[str, str], bold: Any, wrap: Any) -> None:
    guide.set_column(0, 0, 30, wrap)
    guide.set_column(1, 1, 110, wrap)
    guide.write_string(0, 0, say("intake_template_help"), bold)
    guide.write_string(0, 1, say("intake_template_first") + say("intake_template_text"), wrap)
    guide.write_string(2, 0, say("intake_template_field"), bold)
    guide.write_string(2, 1, say("intake_template_how"), bold)
    for row, field in enumerate(fields, 3):
        guide.write_string(row, 0, field.title, wrap)
        names = _other_names(field)
        also = say("intake_template_names", names="、".join(names)) if names else ""
        guide.write_string(row, 1, f"{helps[field.key]}{also}", wrap)


def _other_names(field: Field) -> list[str]:
    part, _, code = field.key.partition(":")
    if not code:
        return list(SETTINGS["fields"][part]["names"])
    return list(SETTINGS["facts"]["names"].get(code, ())) if part == "fact" else []


def report_excel(path: Path, outcome: Outcome) -> None:
    """Bad rows by row, column and reason, and all changes; every cell is a text, never a formula."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        _sheet(book, bold, say("intake_report_problems"), TITLES, problem_lines(outcome), (8, 8, 24, 30, 90))
        _sheet(book, bold, say("intake_report_changes"), CHANGE_TITLES, outcome.changes, (8, 40, 24, 120))


def _sheet(book: Any, bold: Any, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], widths: Any) -> None:
    sheet = book.add_worksheet(title)
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, say(head), bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, value[:32000])


def report_csv(path: Path, outcome: Outcome) -> None:
    """The bad rows, for programs and for Excel (UTF-8 with its mark); what looks like a formula is quoted."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(say(head) for head in TITLES)
        writer.writerows([harmless(value) for value in line] for line in problem_lines(outcome))


def problem_lines(outcome: Outcome) -> Iterable[tuple[int, str, str, str, str]]:
    """(row, column as Excel calls it, title, what stands there, reason)."""
    for one in outcome.problems:
        column = xlsxwriter.utility.xl_col_to_name(one.column) if one.column >= 0 else say("intake_report_whole_row")
        yield one.row, column, one.title, one.text, one.reason
