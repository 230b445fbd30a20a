"""A stored verdict explained: every answer with its points, every condition with its value, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Enterprise
from diagnose.services.answers import batch_answers
from diagnose.services.facts import facts_at, plain
from diagnose.texts import say
from questionnaires.schema import Indicator
from scoring.explain import Trace, explain
from scoring.ruleset import Ruleset


@dataclass(frozen=True)
class TraceLine:
    """One indicator of the trace with its question and the answer in words."""

    question: Indicator
    answer: str
    entry: Mapping[str, Any]


@dataclass(frozen=True)
class Traced:
    """The trace of one verdict, and the words to show it with; ``lines`` by dimension code."""

    diagnosis: Diagnosis
    rules: Ruleset
    trace: Trace
    lines: Mapping[str, list[TraceLine]]
    titles: Mapping[str, str]


def traced(session: Session, catalog: Catalog, enterprise: Enterprise, diagnosis_id: int) -> Traced | None:
    """The explanation of one verdict of this file; None when the file has no such verdict."""
    found = session.get(Diagnosis, diagnosis_id)
    if found is None or found.enterprise_id != enterprise.id:
        return None
    rules = catalog.rulesets[found.ruleset]
    facts = plain(facts_at(session, enterprise.id, found.kind, found.as_of, found.known_at))
    trace = explain(rules, batch_answers(rules, catalog.dictionary, facts))
    lines: dict[str, list[TraceLine]] = {}
    for entry in trace["indicators"]:
        question = catalog.dictionary.question(rules.scheme, entry["code"])
        answer = wording.answer_text(question, facts) if entry["applies"] else say("not_applicable")
        lines.setdefault(entry["dimension"], []).append(TraceLine(question, answer, entry))
    titles = {scored.code: catalog.dictionary.question(rules.scheme, scored.code).title for scored in rules.indicators}
    counted = {code: say(f"condition_{code}") for code in ("score", "scenes", "binding_scenes", "A")}
    return Traced(found, rules, trace, lines, titles | counted)
