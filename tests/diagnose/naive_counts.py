"""The district's numbers worked out firm by firm, straight from the models: slow, plain, and nothing shared."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import Diagnosis, Enterprise, FirmFact
from diagnose.services.firm_facts import marks
from scoring.coverage import Cell

Key = tuple[int, str, int, str, int]  # division, ruler, basis, slice, value


@dataclass
class Count:
    """Sums by cell, and the values of each measure by (division, ruler, basis)."""

    cells: dict[Key, list[int]]
    values: dict[tuple[int, str, int], dict[int, list[int]]]


def count(session: Session, day: date) -> Count:
    """Everything as it stood on a day."""
    found = Count(defaultdict(lambda: [0] * len(Cell._fields)), defaultdict(lambda: defaultdict(list)))
    terms: dict[str, int] = {}
    for firm in session.scalars(select(Enterprise).order_by(Enterprise.id)):
        if in_scope(firm, day):
            _count_firm(session, found, firm, day, terms)
    return found


def in_scope(firm: Enterprise, day: date) -> bool:
    if not firm.verified or firm.status == "merged" or firm.places[0].valid_from > day:
        return False
    return firm.status == "open" or (firm.closed_on is not None and day < firm.closed_on)


def _count_firm(session: Session, found: Count, firm: Enterprise, day: date, terms: dict[str, int]) -> None:
    here = [place for place in firm.places if place.valid_from <= day][-1].division
    slices = [("all", 0), ("industry", int(firm.industry)), ("size", firm.size), *_facts(session, firm, day)]
    divisions = [int(part) for part in here.path.strip("/").split("/")]
    standing = _verdicts(session, firm, day)
    gains = [("", 0, [1] + [0] * (len(Cell._fields) - 1))]
    gains += [(ruler, basis, _gain(one)) for (ruler, basis), one in standing.items()]
    for division in divisions:
        for ruler, basis, gain in gains:
            for slice_, value in slices:
                cell = found.cells[division, ruler, basis, slice_, value]
                for place, number in enumerate(gain):
                    cell[place] += number
        for (ruler, basis), one in standing.items():
            for measure, value in enumerate([one.score, *(one.figures or [])[:6]]):
                if value >= 0:
                    found.values[division, ruler, basis][measure].append(value)


def _facts(session: Session, firm: Enterprise, day: date) -> list[tuple[str, Any]]:
    """Chain and locality by name, marks by bit."""
    found: set[tuple[str, Any]] = set()
    for fact in session.scalars(select(FirmFact).where(FirmFact.enterprise_id == firm.id)):
        if fact.withdrawn_at or fact.valid_from > day or (fact.valid_to and fact.valid_to <= day):
            continue
        if fact.code in ("chain", "locality"):
            found.add((fact.code, fact.value))
        elif (bit := marks(fact.code, fact.value)) is not None:
            found.add(("mark", bit))
    return sorted(found, key=str)


def _verdicts(session: Session, firm: Enterprise, day: date) -> dict[tuple[str, int], Diagnosis]:
    """By ruler and basis the verdict that stands."""
    newest: dict[tuple[str, str], Diagnosis] = {}
    rows = session.scalars(select(Diagnosis).where(Diagnosis.enterprise_id == firm.id, Diagnosis.as_of <= day))
    for one in sorted(rows, key=lambda row: (row.as_of, row.known_at, row.id)):
        newest[one.ruleset, one.kind] = one
    found: dict[tuple[str, int], Diagnosis] = {}
    for ruler in {ruler for ruler, _ in newest}:
        own, onsite = newest.get((ruler, "self")), newest.get((ruler, "onsite"))
        standing = {1: own, 2: onsite, 3: onsite or own}
        found |= {(ruler, basis): one for basis, one in standing.items() if one}
    return found


def _gain(one: Diagnosis) -> list[int]:
    *shares, num, den, management, tools, no_design = one.figures or [-1] * 11
    rate = (num * 1_000_000 * 2 + den) // (den * 2) if den > 0 else 0
    return [
        1,
        *(int(one.level == level) for level in range(6)),
        one.score,
        *(max(share, 0) for share in shares),
        *(int(den > 0), rate, num if den > 0 else 0, max(den, 0)),
        *(int(management >= 0), int(management == 1)),
        *(int(tools >= 0), int(tools == 1), int(no_design == 1)),
        *(int(share >= 0) for share in shares),
    ]
