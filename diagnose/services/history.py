"""历次结论: the verdicts of one form over time, each compared with the one before it of the same kind."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Statement
from diagnose.services.change import Unsplit, change, course
from diagnose.services.standing import adopted_text
from diagnose.services.verdicts import KINDS, Verdicts
from diagnose.texts import say
from scoring.ruleset import Ruleset


@dataclass(frozen=True)
class HistoryLine:
    """One earlier or present verdict; ``change`` is the score's difference to ``before``, the last of the same kind.

    ``parts`` splits it into (what, how much); () when there is nothing to split. ``adopted`` is of onsite verdicts.
    """

    diagnosis: Diagnosis
    rules: Ruleset
    purpose: str
    change: str
    parts: tuple[tuple[str, str], ...]
    adopted: str
    before: Diagnosis | None = None


def history(session: Session, catalog: Catalog, record: Verdicts, form: str) -> list[HistoryLine]:
    """The verdicts of both kinds that the rulers of a form gave, newest first."""
    found = purposes(session, record)
    lines = [line for kind in KINDS for line in _of_kind(catalog, record, form, kind, found)]
    return sorted(lines, key=lambda line: (line.diagnosis.as_of, line.diagnosis.known_at, line.diagnosis.id))[::-1]


def _of_kind(catalog: Catalog, record: Verdicts, form: str, kind: str, named: dict[int, str]) -> list[HistoryLine]:
    verdicts = record.of_form(form, kind)
    lines = []
    for before, one in zip([None, *verdicts], verdicts, strict=False):
        rules = catalog.rulesets[one.ruleset]
        total = wording.signed(one.score - before.score, rules.decimals) if before else ""
        parts = _parts(record, before, one, rules) if before else ()
        lines.append(HistoryLine(one, rules, purpose(one, named), total, parts, adopted_text(one, rules), before))
    return lines


def purpose(shown: Diagnosis, named: dict[int, str]) -> str:
    """What the last statement was for that a verdict read, in words; ``named`` as of `purposes`."""
    return wording.PURPOSES.get(named.get(max(shown.statements), ""), "")


def purposes(session: Session, record: Verdicts) -> dict[int, str]:
    """What each statement was for."""
    ids = [row.id for row in record.statements]
    rows = session.execute(
        select(Statement.id, Assessment.purpose)
        .join(Assessment, Assessment.id == Statement.assessment_id)
        .where(Statement.id.in_(ids))
    )
    return dict(rows.all())


def _parts(record: Verdicts, before: Diagnosis, after: Diagnosis, rules: Ruleset) -> tuple[tuple[str, str], ...]:
    try:
        split = change(course(record, before, after))
    except Unsplit:
        return ()
    return tuple((say(f"change_{step}"), wording.signed(size, rules.decimals)) for step, size in split.parts if size)
