"""What a fact about a firm must keep to: days, source, steps of a ladder, and what cannot hold at the same time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from diagnose import wording
from diagnose.models import FirmFact
from diagnose.services.fact_kinds import BadFact, FactKind, value_text
from diagnose.texts import say

FIRST_DAY = date(1990, 1, 1)
YEARS_AHEAD = 10
SOURCE_LENGTH = 200


class Overlap(BadFact):
    """Another one holds at that time; ``replace`` would end it where the new one begins."""


class Doubtful(BadFact):
    """It contradicts a rule that we have not read in the issued document; ``sure`` takes it all the same."""


def last_day(fact: FirmFact) -> date | None:
    """The last day on which it holds, as a certificate says it."""
    return fact.valid_to - timedelta(days=1) if fact.valid_to else None


def checked_days(kind: FactKind, first: date, to: date | None, now: datetime) -> date | None:
    """The day it ends, exclusive: of a yearly figure always the next 1 January."""
    today = now.astimezone(wording.SHANGHAI).date()
    limit = date(today.year + YEARS_AHEAD, 12, 31)
    if not FIRST_DAY <= first <= limit or (to and to > limit + timedelta(days=1)):
        raise BadFact(say("fact_day_range", first=wording.day(FIRST_DAY), last=wording.day(limit)))
    if to and to <= first:
        raise BadFact(say("fact_day_order"))
    if kind.lasting and to:
        raise BadFact(say("fact_no_end", title=kind.title))
    return _checked_year(kind, first, to, today) if kind.yearly else to


def _checked_year(kind: FactKind, first: date, to: date | None, today: date) -> date:
    after = date(first.year + 1, 1, 1)
    if (first.month, first.day) != (1, 1) or to not in (None, after):
        raise BadFact(say("fact_year_days", title=kind.title))
    if first > today:
        raise BadFact(say("fact_year_future", year=first.year, title=kind.title))
    return after


def checked_source(source: str) -> str:
    """The source without blanks around it."""
    source = source.strip()
    if not source or not source.isprintable():
        raise BadFact(say("fact_source_missing"))
    if len(source) > SOURCE_LENGTH:
        raise BadFact(say("fact_source_long", length=SOURCE_LENGTH))
    return source


def climb(kind: FactKind, rows: Sequence[FirmFact], new: FirmFact) -> None:
    """A recognition in steps is neither repeated nor stepped down from, and its top needs the step before."""
    if not kind.ladder:
        return
    steps = list(kind.options)
    before = [row.value for row in rows if row.valid_from <= new.valid_from]
    label, needed, basis = kind.options[new.value], kind.ladder[new.value], kind.check or kind.source
    reached = max(before, key=steps.index, default=None)
    if reached and steps.index(reached) >= steps.index(new.value):
        raise Doubtful(say("fact_step_repeated", before=kind.options[reached], value=label, source=basis))
    if needed and not set(needed) & set(before):
        names = "、".join(kind.options[one] for one in needed)
        raise Doubtful(say("fact_step_missing", value=label, needed=names, source=basis))


def make_room(kind: FactKind, rows: Sequence[FirmFact], new: FirmFact, replace: bool) -> None:
    """End what gives way to the new one, or refuse it."""
    if kind.rolling:
        later = [row.valid_from for row in rows if row.valid_from > new.valid_from]
        new.valid_to = min([*later, *([new.valid_to] if new.valid_to else [])], default=None)
    there = meeting(kind, rows, new)
    if not (replace or kind.rolling) or kind.several or any(row.valid_from >= new.valid_from for row in there):
        refuse(kind, there)
    for row in there:
        row.valid_to = new.valid_from


def meeting(kind: FactKind, rows: Iterable[FirmFact], new: FirmFact) -> list[FirmFact]:
    """The facts that cannot hold at the same time as the new one."""
    if kind.lasting:
        return [row for row in rows if (row.value, row.valid_from) == (new.value, new.valid_from)]
    return [row for row in rows if (not kind.several or row.value == new.value) and _overlap(row, new)]


def _overlap(one: FirmFact, other: FirmFact) -> bool:
    ends = (one.valid_to or date.max, other.valid_to or date.max)
    return one.valid_from < ends[1] and other.valid_from < ends[0]


def refuse(kind: FactKind, there: Sequence[FirmFact]) -> None:
    """Say what stands in the way, if anything does."""
    if not there:
        return
    row = there[0]
    last = last_day(row)
    said = {
        "title": kind.title,
        "value": value_text(row.code, row.value),
        "year": row.valid_from.year,
        "first": wording.day(row.valid_from),
        "last": wording.day(last) if last else say("fact_still"),
    }
    if kind.several or kind.yearly or kind.rolling:
        key = "fact_same" if kind.several else "fact_year_taken" if kind.yearly else "fact_day_taken"
        raise BadFact(say(key, **said))
    raise Overlap(say("fact_overlap", **said | {"value": f" {said['value']} " if said["value"] else ""}))
