"""The facts about a firm as its pages show them: by group, in words, with whoever entered and withdrew them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from diagnose import wording
from diagnose.models import Account, EnterpriseChange, FirmFact
from diagnose.services.fact_kinds import DICTIONARY, GROUPS, FactKind, value_text
from diagnose.services.fact_rules import last_day
from diagnose.services.firm_facts import holds, in_order
from diagnose.texts import say

WITHDRAWN = "fact_off"  # what a firm's history calls it


@dataclass(frozen=True)
class FactLine:
    """One fact in words. ``by`` and ``withdrawn_by`` are names, "" when no account did it."""

    fact: FirmFact
    kind: FactKind
    value: str
    days: str
    by: str = ""
    withdrawn_by: str = ""
    reason: str = ""

    @property
    def text(self) -> str:
        """星级上云 四星级"""
        return " ".join(part for part in (self.kind.title, self.value) if part)


@dataclass(frozen=True)
class Sheet:
    """``groups``: title and lines of what holds, or will; ``past``: what has ended or was withdrawn."""

    groups: Sequence[tuple[str, list[FactLine]]]
    past: Sequence[FactLine]


def sheet(session: Session, enterprise_id: int, today: date) -> Sheet:
    """All facts of a firm, for the officer."""
    lines = _lines(session, enterprise_id)
    return Sheet(_grouped(line for line in lines if _current(line, today)), _past(lines, today))


def in_force(session: Session, enterprise_id: int, today: date) -> Sequence[tuple[str, list[FactLine]]]:
    """What holds today, of yearly figures the newest; for the firm's own page."""
    query = select(FirmFact).where(FirmFact.enterprise_id == enterprise_id, FirmFact.withdrawn_at.is_(None))
    lines, years = [], set[str]()
    for line in map(line_of, in_order(session.scalars(query))):
        newest = line.kind.yearly and line.kind.code not in years
        if newest or holds(line.fact, today):
            lines.append(line)
            years.add(line.kind.code)
    return _grouped(lines)


def line_of(fact: FirmFact, *people: str) -> FactLine:
    """One fact in words; ``people``: as in `FactLine`."""
    return FactLine(fact, DICTIONARY[fact.code], value_text(fact.code, fact.value), days_text(fact), *people)


def days_text(fact: FirmFact) -> str:
    """2025年3月1日起, 2025年3月1日至2028年2月29日, 2025年度, 2025年3月1日"""
    kind, last = DICTIONARY[fact.code], last_day(fact)
    if kind.yearly:
        return say("fact_days_year", year=fact.valid_from.year)
    if kind.lasting:
        return wording.day(fact.valid_from)
    if last is None:
        return say("fact_days_since", first=wording.day(fact.valid_from))
    return say("fact_days_between", first=wording.day(fact.valid_from), last=wording.day(last))


def _lines(session: Session, enterprise_id: int) -> list[FactLine]:
    entered, withdrew = aliased(Account), aliased(Account)
    rows = session.execute(
        select(FirmFact, entered.name, withdrew.name)
        .outerjoin(entered, entered.id == FirmFact.by_id)
        .outerjoin(withdrew, withdrew.id == FirmFact.withdrawn_by_id)
        .where(FirmFact.enterprise_id == enterprise_id)
    ).all()
    people, reasons = {row[0].id: (row[1] or "", row[2] or "") for row in rows}, _reasons(session, enterprise_id)
    return [
        line_of(fact, *people[fact.id], reasons.get((fact.withdrawn_at, fact.withdrawn_by_id), ""))
        for fact in in_order(row[0] for row in rows)
    ]


def _reasons(session: Session, enterprise_id: int) -> dict[object, str]:
    """Why facts were withdrawn, by when and whom: the firm's history has it."""
    rows = session.execute(
        select(EnterpriseChange.at, EnterpriseChange.by_id, EnterpriseChange.after).where(
            EnterpriseChange.enterprise_id == enterprise_id, EnterpriseChange.what == WITHDRAWN
        )
    )
    return {(at, by): reason for at, by, reason in rows}


def _current(line: FactLine, today: date) -> bool:
    """Holds or will hold; a year's figure stays what was last known of it."""
    fact = line.fact
    return not fact.withdrawn_at and (line.kind.yearly or fact.valid_to is None or today < fact.valid_to)


def _past(lines: Iterable[FactLine], today: date) -> list[FactLine]:
    return [line for line in lines if not _current(line, today)]


def _grouped(lines: Iterable[FactLine]) -> list[tuple[str, list[FactLine]]]:
    found: dict[str, list[FactLine]] = {code: [] for code in GROUPS}
    for line in lines:
        found[line.kind.group].append(line)
    return [(GROUPS[code], rows) for code, rows in found.items()]
