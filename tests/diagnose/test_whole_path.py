"""自评 → 定级 → 一企一档 without a browser's scripts, on both databases."""

import io
import json
from typing import Any

import pytest

from diagnose.services.answers import batch_answers
from scoring import batch, ruleset
from tests.conftest import Visitor
from tests.firms import THREE_FIRMS


@pytest.mark.parametrize("name", THREE_FIRMS)
def test_page_shows_what_the_batch_scorer_says(visitor: Visitor, app: Any, name: str) -> None:
    facts = THREE_FIRMS[name]
    file = visitor.start()
    draft = visitor.draft(file)
    visitor.fill(draft, facts)
    assert visitor.submit(draft).location == f"{file}/"
    visitor.get(file + "/")
    said = scored(app, facts)
    assert f"<b>{said['score']:.2f}</b> 分，满分 100" in visitor.page
    assert said["level_title"] in visitor.page
    for points in said["dimensions"].values():
        if points["max"]:
            assert f"{points['points']:.3f} / {points['max']:g}</td>" in visitor.page


def scored(app: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """What ``python -m scoring score`` says to these facts."""
    rules = ruleset.find("digital-portrait/2025")
    answers = batch_answers(rules, app.extensions["diagnose"].catalog.dictionary, facts)
    sink = io.BytesIO()
    batch.score(rules, io.BytesIO(json.dumps({"id": "1", "answers": answers}).encode()), sink)
    said: dict[str, Any] = json.loads(sink.getvalue())
    return said
