"""The same as span_make for one firm: plain Python, for arrays cost more to set up than this.

`flask recount` makes all spans by arrays, so that the one proves the other.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from diagnose.models.span import FOREVER, ONSITE, SELF
from diagnose.services.count_few import Row
from diagnose.services.span_truth import BITS, NAMED


class Firm(NamedTuple):
    """As in `span_truth.Truth.firms`; the others as there too."""

    id: int
    end: int
    industry: int
    size: int


class Place(NamedTuple):
    firm: int
    division: int
    from_day: int
    id: int


class Fact(NamedTuple):
    firm: int
    what: int
    term: int
    from_day: int
    to_day: int
    id: int


class Verdict(NamedTuple):
    firm: int
    ruler: int
    kind: int
    as_of: int
    known_at: int
    id: int
    level: int
    score: int
    figures: str  # with commas between them


class Standing(NamedTuple):
    """From when to when a verdict stood, and whether it was the best available one."""

    start: int
    stop: int
    best: int
    verdict: Verdict


def few_spans(
    firm: Firm, places: Sequence[Place], facts: Sequence[Fact], verdicts: Sequence[Verdict]
) -> tuple[list[Row], list[Row]]:
    """All rows of one firm in FirmSpan and in VerdictSpan."""
    places = sorted(places, key=lambda one: (one.from_day, one.id))
    if not places or places[0].from_day >= firm.end:
        return [], []
    start = places[0].from_day
    mine = _firm_rows(firm, places, _clipped(facts, start, firm.end))
    said = [one for one in verdicts if one.ruler]
    return mine, [row for one in _standing(said, start, firm.end) for row in _cut(one, mine)]


def _clipped(facts: Sequence[Fact], start: int, end: int) -> list[Fact]:
    """By their own first days, and only while the firm is in scope."""
    rising = sorted(facts, key=lambda one: (one.from_day, one.id))
    held = [one._replace(from_day=max(one.from_day, start), to_day=min(one.to_day, end)) for one in rising]
    return [one for one in held if one.from_day < one.to_day]


def _firm_rows(firm: Firm, places: Sequence[Place], held: Sequence[Fact]) -> list[Row]:
    """Columns as in FIRM; neighbours that differ in nothing but their days are one."""
    turns = {one.from_day for one in places} | {day for one in held for day in (one.from_day, one.to_day)}
    days = sorted(day for day in turns if day < firm.end)
    found: list[Row] = []
    for day, until in zip(days, [*days[1:], firm.end], strict=True):
        division = [one.division for one in places if one.from_day <= day][-1]
        names = (_last_begun(held, what, day) for what in NAMED.values())
        shared = (division, firm.industry, firm.size, *names, _marks(held, day))
        if found and found[-1][3:] == shared:
            found[-1] = (*found[-1][:2], until, *shared)
        else:
            found.append((firm.id, day, until, *shared))
    return found


def _last_begun(held: Sequence[Fact], what: int, day: int) -> int:
    """The term that began last, if it still holds; else 0."""
    begun = [one for one in held if one.what == what and one.from_day <= day]
    return begun[-1].term if begun and begun[-1].to_day > day else 0


def _marks(held: Sequence[Fact], day: int) -> int:
    found = 0
    for one in held:
        if one.what < BITS and one.from_day <= day < one.to_day:
            found |= 1 << one.what
    return found


def _standing(verdicts: Sequence[Verdict], start: int, end: int) -> Iterator[Standing]:
    """Own verdicts are the best available ones until the first onsite verdict of the ruler; cut there in two."""
    said = _in_turn(verdicts, start, end)
    seen = {one.verdict.ruler: one.start for one in reversed(said) if one.verdict.kind == ONSITE}
    for one in said:
        cut = seen.get(one.verdict.ruler, FOREVER) if one.verdict.kind == SELF else FOREVER
        if one.start < cut:
            yield one._replace(stop=min(one.stop, cut))
        if one.stop > cut:
            yield one._replace(start=max(one.start, cut), best=0)


def _in_turn(verdicts: Sequence[Verdict], start: int, end: int) -> list[Standing]:
    """Each verdict of a ruler and kind until the next one; of one day the one known last."""
    rising = sorted(verdicts, key=lambda one: (one.ruler, one.kind, one.as_of, one.known_at, one.id))
    last = list({(one.ruler, one.kind, one.as_of): one for one in rising}.values())
    found = []
    for one, following in zip_longest(last, last[1:]):
        goes_on = following and (following.ruler, following.kind) == (one.ruler, one.kind)
        from_day, stop = max(one.as_of, start), min(end, following.as_of if goes_on else end)
        if from_day < stop:
            found.append(Standing(from_day, stop, 1, one))
    return found


def _cut(one: Standing, mine: Sequence[Row]) -> Iterator[Row]:
    """Columns as in VERDICT: cut where the firm's own spans are."""
    verdict = one.verdict
    figures = [int(number) for number in verdict.figures.split(",")]
    for firm, from_day, to_day, *shared in mine:
        start, stop = max(one.start, from_day), min(one.stop, to_day)
        if start < stop:
            key = (firm, verdict.ruler, verdict.kind, start)
            yield (*key, stop, one.best, *shared, verdict.level, verdict.score, *figures)
