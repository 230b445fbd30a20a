"""Facts about firms (企业事实): stated, ended, withdrawn. Whoever calls settles the spans and records the deed.

A fact holds from ``valid_from`` to before ``valid_to``: 有效期至 12月31日 is a ``valid_to`` of 1 January.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import Enterprise, FirmFact
from diagnose.services.fact_kinds import DICTIONARY, GROUPS, BadFact, FactKind, marks, parse, value_text
from diagnose.services.fact_rules import (
    Doubtful,
    Overlap,
    checked_days,
    checked_source,
    climb,
    last_day,
    make_room,
    meeting,
    refuse,
)
from diagnose.texts import say

__all__ = [
    "DICTIONARY",
    "GROUPS",
    "BadFact",
    "Doubtful",
    "FactKind",
    "Overlap",
    "end",
    "facts_of",
    "facts_of_many",
    "give_way",
    "holds",
    "in_order",
    "last_day",
    "marks",
    "parse",
    "state",
    "value_text",
    "withdraw",
]


def state(
    session: Session,
    firm: Enterprise,
    code: str,
    value: str,
    valid_from: date,
    valid_to: date | None,
    source: str,
    by: int | None,
    now: datetime,
    *,
    sure: bool = False,
    replace: bool = False,
    known: list[FirmFact] | None = None,
) -> FirmFact:
    """Add a fact; the very same one stated again is the one there is. Raises BadFact (Overlap, Doubtful), then nothing
    has changed.

    ``by``: account id. ``known``: the firm's facts that are not withdrawn (as `facts_of_many` gives them) for whoever
    states many; the new one is added to it, and nothing is read or flushed here.
    """
    if code not in DICTIONARY:
        raise BadFact(say("fact_unknown", code=code[:30]))
    kind, value = DICTIONARY[code], parse(code, value)
    valid_to = checked_days(kind, valid_from, valid_to, now)
    source = checked_source(source)
    rows = [row for row in (facts_of(session, firm.id) if known is None else known) if row.code == code]
    new = FirmFact(code=code, value=value, valid_from=valid_from, valid_to=valid_to, source=source)
    same = next((row for row in rows if _key(row) == _key(new)), None)
    if same:
        return same
    if not sure:
        climb(kind, rows, new)
    make_room(kind, rows, new, replace)
    new.enterprise_id, new.by_id, new.recorded_at = firm.id, by, now
    session.add(new)
    if known is None:
        session.flush()
    else:
        known.append(new)
    return new


def end(session: Session, fact: FirmFact, valid_to: date | None, now: datetime) -> bool:
    """It holds until before ``valid_to`` (None: still); False when that is so already. Raises BadFact."""
    kind = DICTIONARY[fact.code]
    if fact.withdrawn_at:
        raise BadFact(say("fact_withdrawn"))
    if fact.valid_to == valid_to:
        return False
    checked_days(kind, fact.valid_from, valid_to, now)
    others = [row for row in facts_of(session, fact.enterprise_id) if row.code == fact.code and row is not fact]
    after = FirmFact(code=fact.code, value=fact.value, valid_from=fact.valid_from, valid_to=valid_to)
    refuse(kind, meeting(kind, others, after))
    fact.valid_to = valid_to
    return True


def withdraw(session: Session, fact: FirmFact, by: int | None, now: datetime) -> bool:
    """It was entered by mistake: nothing counts it any more; False when it is withdrawn already.

    Of a figure that holds until the next one, the one before it holds on.
    """
    if fact.withdrawn_at:
        return False
    if DICTIONARY[fact.code].rolling:
        for row in facts_of(session, fact.enterprise_id):
            if row.code == fact.code and row.valid_to == fact.valid_from:
                row.valid_to = fact.valid_to
    fact.withdrawn_at, fact.withdrawn_by_id = now, by
    return True


def facts_of(session: Session, enterprise_id: int) -> list[FirmFact]:
    """All that was not withdrawn, whether or not it holds today, in the order of the dictionary, the newest first."""
    return facts_of_many(session, [enterprise_id])[enterprise_id]


def facts_of_many(session: Session, ids: Collection[int]) -> dict[int, list[FirmFact]]:
    """The same of many firms, by firm."""
    found: dict[int, list[FirmFact]] = {id_: [] for id_ in ids}
    query = select(FirmFact).where(FirmFact.enterprise_id.in_(ids), FirmFact.withdrawn_at.is_(None))
    for row in in_order(session.scalars(query)):
        found[row.enterprise_id].append(row)
    return found


def in_order(rows: Iterable[FirmFact]) -> list[FirmFact]:
    """In the order of the dictionary, the newest first."""
    place = {code: number for number, code in enumerate(DICTIONARY)}
    newest = sorted(rows, key=lambda row: (row.valid_from, row.id), reverse=True)
    return sorted(newest, key=lambda row: place.get(row.code, len(place)))


def holds(fact: FirmFact, day: date) -> bool:
    """Whether it holds on a day."""
    return not fact.withdrawn_at and fact.valid_from <= day and (fact.valid_to is None or day < fact.valid_to)


def give_way(session: Session, source: int, target: int, by: int | None, now: datetime) -> None:
    """Two files become one: of what there can be only one, and of the same thing twice, the source's is withdrawn."""
    known = facts_of_many(session, [source, target])
    for row in known[source]:
        if meeting(DICTIONARY[row.code], [one for one in known[target] if one.code == row.code], row):
            row.withdrawn_at, row.withdrawn_by_id = now, by
    session.flush()


def _key(row: FirmFact) -> tuple[str, date, date | None]:
    """A figure that holds until the next one is the same one whenever it ends."""
    return row.value, row.valid_from, None if DICTIONARY[row.code].rolling else row.valid_to
