"""The empty questionnaire of a form, to collect figures in the workshop: .xlsx to fill in and upload, PDF to print.

In the PDF every text reaches typst as data (JSON), never as markup.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typst
import xlsxwriter

from diagnose.reports.fonts import font_path
from diagnose.texts import say
from questionnaires.schema import Fact, Form, Indicator

PAGE = Path(__file__).with_suffix(".typ")
HEAD = ("credit_code", "name", "as_of")


@dataclass(frozen=True)
class Line:
    """One thing to write down: the fact's code, number and wording of its question, its own title and how to answer."""

    code: str
    number: str
    question: str
    title: str
    how: str
    scope: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One section of the form."""

    title: str
    lines: tuple[Line, ...]


def sections(form: Form) -> list[Section]:
    """The whole form, each fact where it is asked first."""
    seen: set[str] = set()
    number = 0
    found: list[Section] = []
    for page in form.pages:
        lines: list[Line] = []
        for question in page.questions:
            number += 1
            lines += _lines(question, str(number), seen)
        found.append(Section(page.title, tuple(lines)))
    return found


def _lines(question: Indicator, number: str, seen: set[str]) -> Iterator[Line]:
    first = True
    for fact in question.facts:
        if fact.code in seen:
            continue
        seen.add(fact.code)
        wording = question.title if first else ""
        yield Line(
            fact.code,
            number if first else "",
            wording,
            fact.title,
            _how(fact),
            question.scope if first else "",
            _options(fact),
        )
        first = False


def _how(fact: Fact) -> str:
    match fact.kind:
        case "multi":
            return say("intake_print_choose_some")
        case "ratings":
            return f"{say('intake_print_ratings')}（{'、'.join(fact.levels)}）。{say('intake_print_not_applicable')}"
        case "count" | "amount":
            return fact.unit
        case "text":
            return ""
    return say("intake_print_choose_one")


def _options(fact: Fact) -> tuple[str, ...]:
    if not fact.options:
        return ()
    return tuple(label if fact.kind == "yes_no" else f"{key}. {label}" for key, label in fact.options.items())


def excel(form: Form) -> bytes:
    """One fact a row; the column 填写 is read back on upload by the codes in the first column."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        box = {"border": 1, "border_color": "#8A97A6", "text_wrap": True, "valign": "top"}
        cell, blank = book.add_format(box), book.add_format(box | {"num_format": "@", "bg_color": "#FFFBE8"})
        bold, grey = (
            book.add_format(box | {"bold": True, "bg_color": "#E8EDF3"}),
            book.add_format(box | {"font_color": "#5B6875"}),
        )
        big, plain = (
            book.add_format({"bold": True, "font_size": 16}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        sheet = book.add_worksheet(say("intake_template_answers"))
        for column, width in enumerate((16, 6, 44, 22, 44, 48)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, say("intake_print_title", title=form.title), big)
        sheet.merge_range(1, 0, 1, 5, say("intake_print_intro"), plain)
        sheet.set_row(1, 34)
        heads = ("code", "number", "question", "answer", "unit", "scope")
        for column, head in enumerate(heads):
            sheet.write_string(2, column, say(f"intake_print_{head}"), bold)
        row = 3
        for code, title in zip(HEAD, (say("label_code"), say("label_name"), say("intake_print_as_of")), strict=True):
            _row(sheet, row, (code, "", title, "", "", ""), cell, blank, grey)
            row += 1
        for section in sections(form):
            sheet.merge_range(row, 0, row, 5, section.title, bold)
            row += 1
            for line in section.lines:
                asked = line.title if line.question in ("", line.title) else f"{line.question}\n{line.title}"
                how = "\n".join(part for part in (line.how, *line.options) if part)
                _row(sheet, row, (line.code, line.number, asked, "", how, line.scope), cell, blank, grey)
                row += 1
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
    return out.getvalue()


def _row(sheet: xlsxwriter.worksheet.Worksheet, row: int, texts: tuple[str, ...], cell, blank, grey) -> None:  # type: ignore[no-untyped-def]
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text, blank if column == 3 else grey if column == 0 else cell)


def pdf(form: Form) -> bytes:
    """The same on A4, with lines to write on and boxes to tick."""
    data = {
        "title": say("intake_print_title", title=form.title),
        "name": form.title,
        "firm": [say("label_name"), say("label_code"), say("intake_print_as_of"), say("intake_print_by")],
        "sections": [asdict(section) for section in sections(form)],
        "source": form.note,
    }
    result: object = typst.compile(  # type: ignore[misc]
        PAGE.read_bytes(),
        font_paths=[str(font_path().parent)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    assert isinstance(result, bytes)
    return result
