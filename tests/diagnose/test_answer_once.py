"""One answer serves every form: what is known is shown, counts, and is neither asked nor stated again."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from diagnose import wording
from diagnose.models import Assessment, Diagnosis, Statement
from diagnose.services.drafts import is_fresh
from diagnose.services.facts import DatedFact
from questionnaires.parse import typed_again
from tests.diagnose.cast import File, all_of, catalog, typed
from tests.diagnose.official import GBT, MIIT, REST, batch_says, block, both_submitted, newest, opened, section
from tests.firms import DISCRETE, FIRM

STATED = date.fromisoformat(FIRM["as_of"])
SHARED = ("equipment_digital_rate", "equipment_networked_rate", "auto_collection", "network_security", "data_security")
EDIT = "?edit=equipment_digital_rate"


def save(draft: File, code: str, fields: dict[str, Any]) -> str:
    """Save a section as a browser without scripts does; where that leads."""
    answer = draft.post(f"{draft.filling}/page/{code}", {"asked": "", "go": "next", **fields})
    assert answer.status_code == 302
    return str(answer.location)


def test_known_fact_is_shown_with_its_day_and_is_not_asked(file: File) -> None:
    page = section(opened(file.submitted()), "foundation")
    assert "2026年3月1日 企业自评：<b>66.7%（80 / 120 台）</b>，沿用" in page
    for code in ("equipment_digital", "equipment_networked", "equipment_total", "auto_collection", "data_security"):
        assert f'name="{code}"' not in page, code
    for question in SHARED:
        assert 'name="asked"' not in block(page, question) and "情况变了，重填" in block(page, question)
        assert "<span>沿用</span>" in block(page, question)
    assert 'name="network"' in page and 'name="information_systems"' in page


def test_known_facts_count_as_answered(file: File) -> None:
    draft = opened(file.submitted())
    total = len(list(catalog(file.app).forms[MIIT].questions))
    known = sum(code not in REST for code in (one.fact.code for one in catalog(file.app).forms[MIIT].questions))
    page = section(draft, "foundation")
    assert f"data-answered>{known}<" in page
    review = draft.holder.get(f"{draft.draft}/review").get_data(as_text=True)
    assert f"还有 {total - known} 题没有填好" in review
    assert "沿用 2026年3月1日 企业自评" in review


def test_statement_holds_only_what_was_typed_and_the_verdict_reads_both(app: Flask, file: File) -> None:
    both_submitted(file)
    portrait, official = all_of(app, Statement)
    profile = {"staff": 186, "revenue": "8000.00"}
    assert (official.form, official.answers) == ("miit-sme", REST | profile)
    verdict = newest(app, Diagnosis)
    assert (verdict.scheme, verdict.statements) == ("miit-sme", [portrait.id, official.id])
    said = batch_says(app, MIIT, DISCRETE | REST)
    assert (verdict.level, verdict.score) == (said["level"], round(said["score"] * 1000))


def test_question_asked_again_is_stated_anew_and_wins(app: Flask, file: File) -> None:
    draft = opened(file.submitted())
    again = block(section(draft, "foundation", EDIT), "equipment_digital_rate")
    assert 'name="equipment_digital"' in again and 'value="80"' in again and "情况变了" not in again
    save(
        draft,
        "foundation",
        {"asked": ["", "equipment_digital_rate"], "equipment_digital": "12", "equipment_total": "120"},
    )
    draft.submitted(REST)
    stated = {"equipment_digital": 12, "equipment_total": 120}
    assert newest(app, Statement).answers.items() >= stated.items()
    assert "equipment_networked" not in newest(app, Statement).answers
    said = batch_says(app, MIIT, DISCRETE | REST | stated)
    assert newest(app, Diagnosis).score == round(said["score"] * 1000)
    assert said["score"] < batch_says(app, MIIT, DISCRETE | REST)["score"]


def test_button_to_ask_again_leads_to_the_open_question(file: File) -> None:
    draft = opened(file.submitted())
    assert save(draft, "foundation", {"edit": "equipment_digital_rate"}).endswith(
        f"/page/foundation{EDIT}#q-equipment_digital_rate"
    )
    assert typed(file.app, draft.draft_id) == {}


def test_new_denominator_shows_in_what_is_known_and_may_contradict_it(file: File) -> None:
    draft = opened(file.submitted())
    fields = {"asked": ["", "equipment_digital_rate"], "equipment_digital": "40", "equipment_total": "100"}
    save(draft, "foundation", fields)
    assert "50.0%（50 / 100 台）" in block(section(draft, "foundation"), "equipment_networked_rate")
    assert save(draft, "foundation", {**fields, "equipment_total": "40"}).endswith("/page/foundation")
    beside = block(section(draft, "foundation"), "equipment_networked_rate")
    assert "多于" in beside and "情况变了，重填" in beside


def test_section_of_known_facts_alone_saves_and_restates_nothing(app: Flask, file: File) -> None:
    draft = opened(file.submitted())
    assert save(draft, "outcome", {}).endswith("/review")
    assert typed(app, draft.draft_id) == {}
    assert 'name="asked" value=""' in section(draft, "outcome")
    save(draft, "foundation", {"asked": ["", "network"], "network": ["B"]})
    assert typed(app, draft.draft_id) == {"network": ["B"]}


@pytest.mark.parametrize(
    ("stated", "day", "fresh"),
    [
        (date(2025, 3, 1), date(2026, 3, 1), True),
        (date(2025, 3, 1), date(2026, 3, 2), False),
        (date(2024, 2, 29), date(2025, 2, 28), True),
        (date(2024, 2, 29), date(2025, 3, 1), False),
        (date(2023, 2, 28), date(2024, 2, 28), True),
        (date(2023, 2, 28), date(2024, 2, 29), False),
        (date(2023, 3, 1), date(2024, 2, 29), True),
        (date(2025, 12, 31), date(2026, 12, 31), True),
        (date(2025, 12, 31), date(2027, 1, 1), False),
    ],
)
def test_fact_is_fresh_for_twelve_months_to_the_day(stated: date, day: date, fresh: bool) -> None:
    assert is_fresh(DatedFact(1, stated, wording.now(), "self", 1), day) == fresh


@pytest.fixture
def old_file(file: File, monkeypatch: pytest.MonkeyPatch) -> File:
    """甲企's portrait of 2026-03-01, looked at long after."""
    monkeypatch.setattr(wording, "today", lambda: date(2027, 6, 1))
    return file.submitted()


def test_fact_of_exactly_twelve_months_answers_and_one_day_more_does_not(old_file: File) -> None:
    draft = opened(old_file, as_of=date(2027, 3, 1))
    assert "，沿用</p>" in block(section(draft, "foundation"), "auto_collection")
    draft.post(f"{draft.filling}/day", {"as_of": "2027-03-02"})
    late = block(section(draft, "foundation"), "auto_collection")
    assert "已超过 12 个月，沿用吗？" in late and 'name="adopt" value="auto_collection"' in late
    assert "<span>未填</span>" in late and 'name="auto_collection"' not in late


def test_old_fact_must_be_confirmed_and_is_then_stated_as_of_the_new_day(app: Flask, old_file: File) -> None:
    draft = opened(old_file, as_of=date(2027, 3, 2)).answered(REST)
    assert draft.holder.submit(draft.draft).status_code == 422
    assert "还有" in draft.holder.page and "设备" in draft.holder.page
    for question in catalog(app).forms[MIIT].questions:
        if question.fact.code not in REST:
            page = next(page.code for page in catalog(app).forms[MIIT].pages if question in page.questions)
            assert save(draft, page, {"adopt": question.code}).endswith(f"#q-{question.code}")
    assert typed(app, draft.draft_id)["equipment_digital"] == ["80"]
    assert draft.holder.submit(draft.draft).status_code == 302
    stated = newest(app, Statement)
    assert stated.as_of == date(2027, 3, 2)
    assert {
        code: DISCRETE[code] for code in ("equipment_digital", "talent", "cost_change")
    }.items() <= stated.answers.items()
    assert "five_g" not in stated.answers
    assert newest(app, Diagnosis).score == round(batch_says(app, MIIT, DISCRETE | REST)["score"] * 1000)


def test_adopting_keeps_a_shared_denominator_typed_anew(app: Flask, old_file: File) -> None:
    draft = opened(old_file, as_of=date(2027, 3, 2)).answered({"equipment_digital": 60, "equipment_total": 90})
    save(draft, "foundation", {"adopt": "equipment_networked_rate"})
    assert typed(app, draft.draft_id) == typed_again(
        {"equipment_digital": 60, "equipment_total": 90, "equipment_networked": 50}
    )


def test_day_before_the_portrait_knows_nothing_of_it(file: File) -> None:
    draft = opened(file.submitted(), as_of=date(2026, 2, 28))
    assert 'name="equipment_digital"' in section(draft, "foundation")


def test_portrait_again_starts_from_what_another_form_said_since(app: Flask, file: File) -> None:
    opened(file.submitted()).submitted(REST | {"equipment_total": 100})
    answer = file.post("again", {"form": "digital-portrait/2025"})
    assert answer.status_code == 302
    filled = typed(app, newest(app, Assessment).id)
    assert filled["equipment_total"] == ["100"] and filled["equipment_digital"] == ["80"]


def test_forms_without_shared_facts_ask_everything(file: File) -> None:
    page = section(opened(file.submitted(), GBT), "people")
    assert "沿用" not in page and 'name="gbt_organization_strategy"' in page
