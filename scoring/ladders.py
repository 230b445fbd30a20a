"""Ladders: the places an indicator can climb to from its present answer, and which move leads from where to where.

A place of a ratio is not the ratio that a step names but the answer after it: the least numerator that reaches it over
the present denominator. Where two steps come to the same answer (3 machines of 4), they are one place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any, NamedTuple

from scoring.answers import NA
from scoring.marks import Key, Mark, Value, keys_of, mark_of, start_of
from scoring.model import Indicator
from scoring.moves import Goal, Move


class Place(NamedTuple):
    """A value of a ladder and the answer that has it; of a multi the option, None while it is not ticked."""

    value: Value
    answer: object


class Edge(NamedTuple):
    """A move made between two places of its ladder; ``after``: what must be reached first and is not yet."""

    move: Move
    key: Key
    start: int
    end: int
    after: tuple[Mark, ...]


@dataclass(frozen=True, eq=False)
class Ladders:
    """The places of every ladder, lowest first: the first is the present one. Nothing 不适用 has a ladder.

    ``edges``: every way to make a move, in the order of rulers, indicators and steps.
    """

    places: Mapping[Key, Sequence[Place]]
    edges: Sequence[Edge]

    def now(self, mark: Mark) -> bool:
        """Whether it holds at present."""
        return mark.key in self.places and mark.holds(self.places[mark.key][0].value)

    @cached_property
    def _by_key(self) -> Mapping[Key, list[int]]:
        found: dict[Key, list[int]] = {}
        for number, edge in enumerate(self.edges):
            found.setdefault(edge.key, []).append(number)
        return found

    def crossing(self, mark: Mark) -> list[int]:
        """The numbers of the edges that make it hold."""
        return [number for number in self._by_key.get(mark.key, ()) if self.crosses(self.edges[number], mark)]

    def crosses(self, edge: Edge, mark: Mark) -> bool:
        """Whether this edge is one that makes it hold."""
        if edge.key != mark.key:
            return False
        places = self.places[edge.key]
        return not mark.holds(places[edge.start].value) and mark.holds(places[edge.end].value)


class _Offer(NamedTuple):
    """A move with what it means in its goal."""

    goal: Goal
    move: Move
    mark: Mark
    start: Mark
    order: tuple[Any, ...]


def build(goals: Sequence[Goal]) -> Ladders:
    """The ladders of all that the goals ask; ValueError when a move names what is not there. The answers are complete,
    right, and agree where goals share an indicator."""
    present = {key: place for goal in goals for key, place in _present(goal)}
    offers = [offer for goal in goals for offer in sorted(_offers(goal), key=lambda offer: offer.order)]
    offers = [offer for offer in offers if offer.mark.key in present]
    reached = {key: {place.value: place} for key, place in present.items()}
    for offer in offers:
        if not offer.mark.holds(present[offer.mark.key].value):
            place = _arrival(offer.goal, offer.mark)
            reached[offer.mark.key].setdefault(place.value, place)
    places = {key: [each[value] for value in sorted(each)] for key, each in reached.items()}
    return Ladders(places, [edge for offer in offers for edge in _edges(offer, places, goals)])


def _offers(goal: Goal) -> Iterator[_Offer]:
    """The moves of a goal with the order of the ruler's indicators and steps, whatever the order they were given in."""
    rows = {key: row for row, key in enumerate(key for each in goal.ruleset.indicators for key in keys_of(each))}
    for move in goal.moves:
        indicator = find_indicator([goal], move.indicator, move.id)
        mark, start = mark_of(indicator, move.step), start_of(goal.ruleset, indicator, move)
        if start.least >= mark.least:
            raise ValueError(f"{move.id}: starts at its own step or above it")
        yield _Offer(goal, move, mark, start, (rows[mark.key], mark.least, start.least, move.id))


def find_indicator(goals: Sequence[Goal], code: str, move: str) -> Indicator:
    """The indicator as the first ruler that has it reads it; ValueError, naming the move, when none has."""
    for goal in goals:
        for each in goal.ruleset.indicators:
            if each.code == code:
                return each
    raise ValueError(f"{move}: no indicator {code}")


def _present(goal: Goal) -> Iterator[tuple[Key, Place]]:
    """The present place on every ladder of a goal."""
    for indicator in goal.ruleset.indicators:
        answer: Any = goal.answers[indicator.code]
        if answer == NA:
            continue
        for key in keys_of(indicator):
            yield key, Place(_value(indicator, key, answer), _shown(indicator, key, answer))


def _value(indicator: Indicator, key: Key, answer: Any) -> Value:
    if indicator.kind == "multi":
        return int(key[1] in answer)
    if indicator.kind == "single":
        return indicator.options.index(answer)
    return int(answer) if indicator.kind == "scene" else Fraction(answer["num"]) / Fraction(answer["den"])


def _shown(indicator: Indicator, key: Key, answer: Any) -> object:
    if indicator.kind != "multi":
        return answer
    return key[1] if key[1] in answer else None


def _arrival(goal: Goal, mark: Mark) -> Place:
    """Where a move to this mark ends."""
    code, option = mark.key
    indicator = goal.ruleset.indicator(code)
    if indicator.kind == "multi":
        return Place(1, option)
    if indicator.kind == "scene":
        return Place(mark.least, mark.least)
    if indicator.kind == "single":
        return Place(mark.least, indicator.options[int(mark.least)])
    answer: Any = goal.answers[code]
    num = _numerator(mark, answer["den"], goal.decimals.get(code, 0), indicator.may_exceed_one)
    return Place(Fraction(num) / Fraction(answer["den"]), {"num": num, "den": answer["den"]})


def _numerator(mark: Mark, den: int | Decimal, decimals: int, may_exceed_one: bool) -> int | Decimal:
    """The least number of so many decimals that reaches the mark over ``den``; not above it unless it may be."""
    exact = Fraction(mark.least) * Fraction(den) * 10**decimals
    units = floor(exact) + 1 if mark.beyond else ceil(exact)
    if Fraction(units, 10**decimals) > Fraction(den) and not may_exceed_one:
        return den
    return Decimal(f"{units}e-{decimals}") if decimals else units


def _edges(offer: _Offer, places: Mapping[Key, Sequence[Place]], goals: Sequence[Goal]) -> Iterator[Edge]:
    """The move from each place where it can be made."""
    after = tuple(mark for mark in _after(offer, goals) if mark.key in places)
    after = tuple(mark for mark in after if not mark.holds(places[mark.key][0].value))
    own = places[offer.mark.key]
    end = next((number for number, place in enumerate(own) if offer.mark.holds(place.value)), None)
    for number, place in enumerate(own):
        if end is not None and offer.start.holds(place.value) and not offer.mark.holds(place.value):
            yield Edge(offer.move, offer.mark.key, number, end, after)


def _after(offer: _Offer, goals: Sequence[Goal]) -> Iterable[Mark]:
    """What the move waits for, as its own ruler reads it, else as the first that has the indicator."""
    for code, step in offer.move.after:
        yield mark_of(find_indicator([offer.goal, *goals], code, offer.move.id), step)
