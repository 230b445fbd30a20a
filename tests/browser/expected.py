"""What the batch scorer says to the facts of a firm."""

import io
import json
from collections.abc import Mapping
from typing import Any

from diagnose.catalog import Catalog
from diagnose.services.answers import batch_answers
from scoring import batch, ruleset

RULESET = "digital-portrait/2025"


def batch_says(catalog: Catalog, facts: Mapping[str, Any], name: str = RULESET) -> dict[str, Any]:
    """The line that ``python -m scoring score`` writes for these facts."""
    rules = ruleset.find(name)
    sink = io.BytesIO()
    answers = batch_answers(rules, catalog.dictionary, facts)
    line = json.dumps({"id": "1", "answers": answers}, default=float)
    batch.score(rules, io.BytesIO(line.encode()), sink)
    said: dict[str, Any] = json.loads(sink.getvalue())
    return said
