"""Judge: one ruler's verdict on the facts as of one moment, inserted once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from diagnose.models import Diagnosis, Statement
from diagnose.models.visit import ADOPTED
from diagnose.services.answers import batch_answers
from diagnose.services.facts import DatedFact, merge, plain, statements_at
from diagnose.services.figures import figures
from questionnaires.schema import Dictionary, Indicator
from scoring.encode import AnswerError
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
    statements = statements_at(session, enterprise_id, kind, as_of, known_at)
    facts = merge(statements)
    answers = batch_answers(rules, dictionary, plain(facts))
    judged = verdict(rules, answers)
    if judged.missing:
        raise NotComplete(judged.missing)
    row = Diagnosis(
        enterprise_id=enterprise_id,
        kind=kind,
        as_of=as_of,
        known_at=known_at,
        **columns(rules, dictionary, judged, answers, statements),
    )
    session.add(row)
    session.flush()
    return row


def judge_again(
    session: Session, rules: Ruleset, dictionary: Dictionary, before: Diagnosis, known_at: datetime
) -> None:
    """Insert the verdict of the same ruler and day as ``before``, as known now, if it has become another one."""
    statements = statements_at(session, before.enterprise_id, before.kind, before.as_of, known_at)
    answers = batch_answers(rules, dictionary, plain(merge(statements)))
    judged = try_verdict(rules, answers)
    if judged is None or _result(judged, answers)["points"] == before.result["points"]:
        return
    found = columns(rules, dictionary, judged, answers, statements)
    day = {"enterprise_id": before.enterprise_id, "kind": before.kind, "as_of": before.as_of, "known_at": known_at}
    session.add(Diagnosis(**day, **found))


def try_verdict(rules: Ruleset, answers: Mapping[str, object]) -> Verdict | None:
    """The verdict, or None when answers are missing or, stated at different times, contradict each other."""
    try:
        judged = verdict(rules, answers)
    except AnswerError:
        return None
    return None if judged.missing else judged


def columns(
    rules: Ruleset,
    dictionary: Dictionary,
    judged: Verdict,
    answers: Mapping[str, object],
    statements: Sequence[Statement],
) -> dict[str, Any]:
    """The columns of a Diagnosis that a complete verdict fills."""
    dated = merge(statements)
    result = _result(judged, answers)
    return {
        "scheme": rules.scheme,
        "edition": rules.edition,
        "ruleset_sha256": rules.sha256,
        "statements": [row.id for row in statements],
        "score": judged.score,
        "level": judged.level,
        "result": result | {"adopted": _adopted(rules, dictionary, dated)},
        "figures": figures(result["dimensions"], plain(dated)),
    }


def _adopted(rules: Ruleset, dictionary: Dictionary, dated: Mapping[str, DatedFact]) -> list[str]:
    """The scored indicators of an onsite verdict that rest on what the firm said itself (沿用自评)."""
    taken_over = {code for code, fact in dated.items() if fact.source == ADOPTED}
    questions = {scored.code: dictionary.question(rules.scheme, scored.code) for scored in rules.indicators}
    return [code for code, question in questions.items() if _read_from(question, dated) & taken_over]


def _read_from(question: Indicator, dated: Mapping[str, DatedFact]) -> set[str]:
    """The facts that answer a question: its own, or the one that makes it 不适用."""
    rule = question.may_not_apply
    if rule and rule[0] in dated and dated[rule[0]].value == rule[1]:
        return {rule[0]}
    return {fact.code for fact in question.facts}


def _result(judged: Verdict, answers: Mapping[str, object]) -> dict[str, Any]:
    """The parts of a verdict that the file shows (numbers as in scoring.verdict), and what was 不适用."""
    return {
        "points": judged.points,
        "dimensions": {code: list(pair) for code, pair in (judged.dimensions or {}).items()},
        "level_scores": judged.level_scores,
        "not_applicable": [code for code, answer in answers.items() if answer == "NA"],
        "unmet": [unmet.condition for unmet in judged.unmet or ()],
    }
