"""A stored verdict explained: every answer with its points, every condition with its value, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Enterprise
from diagnose.services.answers import batch_answers
from diagnose.services.facts import facts_read, plain
from diagnose.services.methods import need_text
from diagnose.services.standing import adopted_text
from diagnose.texts import say
from questionnaires.schema import NOT_APPLICABLE, Dictionary, Indicator
from scoring.explain import Trace, explain
from scoring.ruleset import Level, Ruleset


@dataclass(frozen=True)
class TraceLine:
    """One indicator of the trace with its question and the answer in words."""

    question: Indicator
    answer: str
    entry: Mapping[str, Any]


@dataclass(frozen=True)
class ConditionLine:
    """One condition of a level in words; ``code`` names it within its level."""

    code: str
    title: str
    need: str
    have: str
    holds: bool


@dataclass(frozen=True)
class Traced:
    """The trace of one verdict in words: ``lines`` by dimension code, ``conditions`` by level.

    ``adopted``: how many questions of an onsite verdict rest on 沿用自评, in words; "" for the firm's own.
    """

    diagnosis: Diagnosis
    rules: Ruleset
    trace: Trace
    lines: Mapping[str, list[TraceLine]]
    conditions: Mapping[int, list[ConditionLine]]
    adopted: str


def traced(session: Session, catalog: Catalog, enterprise: Enterprise, diagnosis_id: int) -> Traced | None:
    """The explanation of one verdict of this file; None when the file has no such verdict."""
    found = session.get(Diagnosis, diagnosis_id)
    if found is None or found.enterprise_id != enterprise.id:
        return None
    rules = catalog.rulesets[found.ruleset]
    facts = plain(facts_read(session, found))
    trace = explain(rules, batch_answers(rules, catalog.dictionary, facts))
    lines: dict[str, list[TraceLine]] = {}
    for entry in trace["indicators"]:
        question = catalog.dictionary.question(rules.scheme, entry["code"])
        answer = wording.answer_text(question, facts) if entry["applies"] else say("not_applicable")
        lines.setdefault(entry["dimension"], []).append(TraceLine(question, answer, entry))
    conditions = condition_lines(rules, catalog.dictionary, facts, trace)
    return Traced(found, rules, trace, lines, conditions, adopted_text(found, rules))


def condition_lines(
    rules: Ruleset, dictionary: Dictionary, facts: Mapping[str, Any], trace: Trace
) -> dict[int, list[ConditionLine]]:
    """The conditions of a trace in words, by level."""
    return {
        level.level: [_condition(rules, dictionary, facts, level, one) for one in shown["conditions"]]
        for level, shown in zip(rules.levels, trace["levels"], strict=True)
    }


def _condition(
    rules: Ruleset, dictionary: Dictionary, facts: Mapping[str, Any], level: Level, entry: Mapping[str, Any]
) -> ConditionLine:
    stated = next((one for one in level.conditions if one.indicator == entry["condition"]), None)
    if stated is None:
        title = say(f"condition_{entry['condition']}")
        return ConditionLine(entry["condition"], title, str(entry["need"]), str(entry["have"]), entry["holds"])
    question = dictionary.question(rules.scheme, stated.indicator)
    have = wording.answer_text(question, facts)
    if entry["have"] == NOT_APPLICABLE:
        have = say("not_applicable")
    elif question.kind == "multi":
        have = say("ticked", count=entry["have"])
    return ConditionLine(stated.indicator, question.title, need_text(stated, rules, dictionary), have, entry["holds"])
