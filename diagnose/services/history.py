"""历次结论: the verdicts of one form over time, each compared with the one before it of the same kind."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Statement
from diagnose.services.answers import batch_answers
from diagnose.services.change import Change, Judge, change
from diagnose.services.diagnose import try_verdict
from diagnose.services.facts import known, merge, plain
from diagnose.services.standing import adopted_text
from diagnose.services.verdicts import KINDS, Verdicts
from diagnose.texts import say
from scoring.ruleset import Ruleset


@dataclass(frozen=True)
class HistoryLine:
    """One earlier or present verdict; ``change`` is the score's difference to the one before, same kind.

    ``parts`` splits it into (what, how much); () when there is nothing to split. ``adopted`` is of onsite verdicts.
    """

    diagnosis: Diagnosis
    rules: Ruleset
    purpose: str
    change: str
    parts: tuple[tuple[str, str], ...]
    adopted: str


def history(session: Session, catalog: Catalog, record: Verdicts, form: str) -> list[HistoryLine]:
    """The verdicts of both kinds that the rulers of a form gave, newest first."""
    purposes = _purposes(session, record)
    lines = [line for kind in KINDS for line in _of_kind(catalog, record, form, kind, purposes)]
    return sorted(lines, key=lambda line: (line.diagnosis.as_of, line.diagnosis.known_at, line.diagnosis.id))[::-1]


def _of_kind(catalog: Catalog, record: Verdicts, form: str, kind: str, purposes: dict[int, str]) -> list[HistoryLine]:
    judge = _judge(catalog, record, kind)
    verdicts = record.of_form(form, kind)
    lines = []
    for before, one in zip([None, *verdicts], verdicts, strict=False):
        rules = catalog.rulesets[one.ruleset]
        purpose = wording.PURPOSES.get(purposes.get(max(one.statements), ""), "")
        split = change(before, one, judge) if before else None
        total = wording.signed(one.score - before.score, rules.decimals) if before else ""
        lines.append(HistoryLine(one, rules, purpose, total, _parts(split, rules), adopted_text(one, rules)))
    return lines


def _judge(catalog: Catalog, record: Verdicts, kind: str) -> Judge:
    statements = record.of_kind(kind)

    def judge(name: str, as_of: date, known_at: datetime) -> int | None:
        rules = catalog.rulesets[name]
        facts = plain(merge(known(statements, as_of, known_at)))
        judged = try_verdict(rules, batch_answers(rules, catalog.dictionary, facts))
        return judged.score if judged else None

    return judge


def _purposes(session: Session, record: Verdicts) -> dict[int, str]:
    """What each statement was for."""
    ids = [row.id for row in record.statements]
    rows = session.execute(
        select(Statement.id, Assessment.purpose)
        .join(Assessment, Assessment.id == Statement.assessment_id)
        .where(Statement.id.in_(ids))
    )
    return dict(rows.all())


def _parts(split: Change | None, rules: Ruleset) -> tuple[tuple[str, str], ...]:
    if split is None:
        return ()
    parts = {"corrections": split.corrections, "progress": split.progress, "ruler": split.ruler}
    return tuple((say(f"change_{key}"), wording.signed(part, rules.decimals)) for key, part in parts.items() if part)
