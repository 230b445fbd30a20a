"""The official forms in tests: what a firm answers to them, and how it opens one beside its 数字画像."""

import io
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import update

from diagnose.db import writing
from diagnose.models import Assessment
from diagnose.services.answers import batch_answers
from scoring import batch
from tests.diagnose.cast import File, all_of, catalog, engine
from tests.firms import DISCRETE

MIIT = "miit-sme/2024"
GBT = "gbt-39116-discrete/2020"
GRADES = {
    **dict.fromkeys(("product_design", "process_design", "production_control", "quality", "equipment"), 3),
    **dict.fromkeys(("marketing", "scheduling", "safety", "purchasing", "finance"), 2),
    **dict.fromkeys(("after_sales", "energy", "warehouse_logistics", "human_resources", "collaboration"), 1),
    "decision_support": 0,
}
# What miit-sme/2024 asks and the 数字画像 does not.
REST: dict[str, Any] = {
    "network": ["B", "C", "E"],
    "information_systems": "D",
    "management_rules": ["B", "C"],
    "digital_investment_3y": "1000.00",
    "revenue_3y": "8000.00",
    **{f"scene_{code}": grade for code, grade in GRADES.items()},
}


def ratings(app: Flask, name: str = GBT) -> dict[str, Any]:
    """Marks for every sub-domain of a gbt form: the first two levels met, one sub-domain 裁剪."""
    questions = list(catalog(app).forms[name].questions)
    marks = {question.code: ["1", "1", "0.5", "0", "0"] for question in questions}
    return marks | {questions[1].code: ["1", "0.8", "0.8", "0.5", "0"], questions[-1].code: "NA"}


def opened(file: File, form: str = MIIT, as_of: date | None = None) -> File:
    """The same file with a draft of this form, on that day."""
    answer = file.post(f"start/{form}")
    assert answer.status_code == 302, answer.status_code
    found = File(file.app, file.holder, file.address, str(answer.location).removesuffix("/"))
    if as_of:
        with writing(engine(file.app)) as session:
            session.execute(update(Assessment).where(Assessment.id == found.draft_id).values(as_of=as_of))
    return found


def section(draft: File, code: str, query: str = "") -> str:
    """The HTML of one section."""
    answer = draft.holder.get(f"{draft.draft}/page/{code}{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def block(page: str, question: str) -> str:
    """The part of a section that belongs to one question."""
    return page.partition(f'id="q-{question}"')[2].partition("</section>")[0]


def batch_says(app: Flask, form: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The line that ``python -m scoring score`` writes for these facts under the ruler of a form."""
    rules = catalog(app).rulesets[catalog(app).forms[form].schemes[0]]
    line = json.dumps({"id": "1", "answers": batch_answers(rules, catalog(app).dictionary, facts)}, default=float)
    sink = io.BytesIO()
    batch.score(rules, io.BytesIO(line.encode()), sink)
    said: dict[str, Any] = json.loads(sink.getvalue())
    return said


def newest(app: Flask, model: type) -> Any:
    """The last row of a table."""
    return all_of(app, model)[-1]


def both_submitted(file: File) -> File:
    """The 数字画像 and then miit-sme/2024, of which only the rest was typed."""
    return opened(file.submitted(DISCRETE)).submitted(REST)
