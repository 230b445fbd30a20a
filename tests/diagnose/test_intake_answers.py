"""Answer sheets from paper: stated as 批量导入, judged like any other, wrong cells named; the empty questionnaires."""

import io
from datetime import date

import openpyxl
import pytest
from flask import Flask

from diagnose.models import Assessment, Diagnosis, Statement
from diagnose.reports import questionnaire
from diagnose.services.intake_fields import answer_fields, facts_asked
from questionnaires.parse import typed_again
from tests.diagnose.cast import all_of, catalog, open_file, portrait
from tests.diagnose.intake_desk import Desk, code, firm, workbook
from tests.firms import DISCRETE

PORTRAIT = "digital-portrait/2025"
DAY = "2026-01-31"


@pytest.fixture
def desk(app: Flask) -> Desk:
    """An officer with one verified firm."""
    officer = Desk(app)
    officer.imported(workbook([firm(1), firm(2)]))
    return officer


def header(app: Flask) -> list[str]:
    return [field.title for field in answer_fields(portrait(app))]


def sheet(app: Flask, number: int = 1, **changed: str) -> list[str]:
    """A row under the header: what DISCRETE's firm would have typed, several choices with ；."""
    typed = {key: "；".join(texts) for key, texts in typed_again(DISCRETE).items()} | changed
    answers = [typed.get(fact.code, "") for fact, _ in facts_asked(portrait(app))]
    return [code(number), "", DAY, *answers]


def test_a_sheet_becomes_a_statement_with_the_verdict_of_the_same_answers_typed(desk: Desk) -> None:
    page = desk.imported(workbook([sheet(desk.app)], header(desk.app)), kind="answers", form=PORTRAIT)
    assert "已导入" in page
    typed = open_file(desk.app, name="打字的").submitted()
    imported, other = all_of(desk.app, Statement)
    assert (imported.source, imported.kind, imported.as_of, imported.by_id) == (
        "import",
        "self",
        date(2026, 1, 31),
        desk.id,
    )
    assert {key: value for key, value in imported.answers.items() if key in other.answers} | other.answers == (
        imported.answers | other.answers
    )
    own = [one for one in all_of(desk.app, Diagnosis) if one.enterprise_id == imported.enterprise_id]
    by_hand = [one for one in all_of(desk.app, Diagnosis) if one.enterprise_id == typed.enterprise().id]
    assert [(one.scheme, one.score, one.level) for one in own] == [
        (one.scheme, one.score, one.level) for one in by_hand
    ]
    assert own[0].statements == [imported.id]
    assert all_of(desk.app, Assessment)[0].status == "submitted"


def test_the_same_sheets_again_bring_nothing(desk: Desk) -> None:
    data = workbook([sheet(desk.app)], header(desk.app))
    desk.imported(data, kind="answers", form=PORTRAIT)
    desk.imported(data, kind="answers", form=PORTRAIT)
    assert desk.last.counts == {"added": 0, "changed": 0, "same": 1, "bad": 0, "rows": 1}
    assert len(all_of(desk.app, Statement)) == 1


def test_labels_serve_as_well_as_letters(desk: Desk) -> None:
    facts = {fact.code: fact for fact, _ in facts_asked(portrait(desk.app))}
    said = {key: facts[key].options[str(value)] for key, value in DISCRETE.items() if facts[key].kind == "single"}
    row = sheet(desk.app, 1, **said)
    desk.imported(workbook([row], header(desk.app)), kind="answers", form=PORTRAIT)
    answers = all_of(desk.app, Statement)[0].answers
    assert all(answers[key] == DISCRETE[key] for key in said)


def test_missing_and_wrong_cells_are_named(desk: Desk) -> None:
    rows = [sheet(desk.app, five_g=""), sheet(desk.app, 2, key_processes_cnc="999")]
    page = desk.imported(workbook(rows, header(desk.app)), kind="answers", form=PORTRAIT)
    assert all_of(desk.app, Statement) == []
    assert "没有答案" in page
    assert {(one.row, one.title) for one in problems(desk)} == {
        (2, title(desk, "five_g")),
        (3, title(desk, "key_processes_cnc")),
    }


def problems(desk: Desk):  # type: ignore[no-untyped-def]
    from diagnose.jobs import queue
    from diagnose.services.intake_files import read_outcome

    found = read_outcome(queue(desk.app).place.report(desk.last.id))
    assert found
    return found.problems


def title(desk: Desk, fact: str) -> str:
    return catalog(desk.app).dictionary.facts[fact].title


def test_a_firm_that_is_not_here_takes_no_answers(desk: Desk) -> None:
    page = desk.imported(workbook([sheet(desk.app, 77)], header(desk.app)), kind="answers", form=PORTRAIT)
    assert "您的辖区里没有这家核实过的企业" in page
    assert all_of(desk.app, Statement) == []


def test_a_filled_questionnaire_comes_back_in(desk: Desk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(questionnaire.excel(portrait(desk.app))))
    typed = {key: "；".join(texts) for key, texts in typed_again(DISCRETE).items()}
    typed |= {"credit_code": code(1), "as_of": DAY}
    for row in book.active.iter_rows(min_row=4):
        if row[0].value in typed:
            row[3].value = typed[row[0].value]
    out = io.BytesIO()
    book.save(out)
    desk.imported(out.getvalue(), kind="answers", form=PORTRAIT)
    assert [one.as_of for one in all_of(desk.app, Statement)] == [date(2026, 1, 31)]
    assert len(all_of(desk.app, Diagnosis)) == len(portrait(desk.app).schemes)


def test_every_form_has_its_empty_questionnaire(small_app: Flask) -> None:
    desk = Desk(small_app)
    for form in catalog(small_app).forms.values():
        base = f"/district/import/{form.form}/{form.edition}"
        assert desk.browser.client.get(f"{base}/questionnaire.pdf").data.startswith(b"%PDF-")
        sheet = openpyxl.load_workbook(io.BytesIO(desk.browser.client.get(f"{base}/questionnaire.xlsx").data)).active
        codes = {row[0] for row in sheet.iter_rows(values_only=True)}
        assert {fact.code for fact, _ in facts_asked(form)} <= codes


def test_texts_are_no_markup_in_the_pdf(small_app: Flask) -> None:
    from dataclasses import replace

    hostile = replace(portrait(small_app), title='#panic("x") $ *a* ]', note='#read("/etc/passwd") \\ @x <y>')
    assert questionnaire.pdf(hostile).startswith(b"%PDF-")
