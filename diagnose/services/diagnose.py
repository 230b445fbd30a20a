"""Judge: one ruler's verdict on the facts as of one moment, inserted once."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from diagnose.models import Diagnosis
from diagnose.services.answers import batch_answers
from diagnose.services.facts import DatedFact, facts_at, plain
from questionnaires.schema import Dictionary
from scoring.ruleset import Ruleset
from scoring.verdict import Verdict, verdict


class NotComplete(ValueError):
    """The facts do not answer everything the ruler asks; ``missing`` are the indicator codes."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"missing: {', '.join(missing)}")
        self.missing = missing


def diagnose(
    session: Session,
    rules: Ruleset,
    dictionary: Dictionary,
    enterprise_id: int,
    kind: str,
    as_of: date,
    known_at: datetime,
) -> Diagnosis:
    """Insert and return the verdict; raises NotComplete when an answer is missing."""
    facts = facts_at(session, enterprise_id, kind, as_of, known_at)
    answers = batch_answers(rules, dictionary, plain(facts))
    judged = verdict(rules, answers)
    if judged.missing:
        raise NotComplete(judged.missing)
    row = Diagnosis(
        enterprise_id=enterprise_id,
        kind=kind,
        as_of=as_of,
        known_at=known_at,
        **columns(rules, judged, answers, facts),
    )
    session.add(row)
    session.flush()
    return row


def columns(
    rules: Ruleset, judged: Verdict, answers: Mapping[str, object], facts: Mapping[str, DatedFact]
) -> dict[str, Any]:
    """The columns of a Diagnosis that a complete verdict fills."""
    return {
        "scheme": rules.scheme,
        "edition": rules.edition,
        "ruleset_sha256": rules.sha256,
        "statements": sorted({fact.statement for fact in facts.values()}),
        "score": judged.score,
        "level": judged.level,
        "result": _result(judged, answers),
    }


def _result(judged: Verdict, answers: Mapping[str, object]) -> dict[str, Any]:
    """The parts of a verdict that the file shows (numbers as in scoring.verdict), and what was 不适用."""
    return {
        "points": judged.points,
        "dimensions": {code: list(pair) for code, pair in (judged.dimensions or {}).items()},
        "level_scores": judged.level_scores,
        "not_applicable": [code for code, answer in answers.items() if answer == "NA"],
        "unmet": [unmet.condition for unmet in judged.unmet or ()],
    }
