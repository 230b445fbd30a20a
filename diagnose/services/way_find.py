"""还差什么、怎么最省: the cheapest certified way from a verdict to a level, worked out anew for every question.

What the firm said (`way_choices`) goes in: its own costs, what it ruled out, what it expects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Enterprise
from diagnose.services import way_choices, way_words
from diagnose.services.facts import facts_read
from diagnose.services.verdicts import Judged
from diagnose.services.way_choices import Choices
from diagnose.services.way_moves import Offer, allowed, expected_answers, library_of, offers, text_of
from diagnose.services.way_must import musts
from diagnose.services.way_up import Certificate, CurvePoint, Way, WayStep, WayUp
from scoring import path
from scoring.moves import Goal, Path, Point, Taken, Unreachable
from scoring.moves import Way as Found
from scoring.ruleset import Ruleset

REMEMBERED = 256  # answers, a few KB each


@dataclass(frozen=True)
class Search:
    """What a way is looked for in: the verdict's ruler, the answers with what is expected, and all that is offered."""

    catalog: Catalog
    judged: Judged
    choices: Choices
    offered: Mapping[str, Offer]
    expected: Mapping[str, object]

    @property
    def rules(self) -> Ruleset:
        return self.judged.rules

    def goal(self, level: int) -> Goal:
        """The question that `scoring.path` answers."""
        answers = {**self.judged.answers, **self.expected}
        return Goal(self.rules, level, answers, allowed(self.offered, self.choices), self._decimals())

    def _decimals(self) -> dict[str, int]:
        """How exactly the numerator of each ratio is stated; 0 for what is counted."""
        ratios = [one.code for one in self.rules.indicators if one.kind in ("ratio", "ratio_banded")]
        return {code: self.catalog.dictionary.question(self.rules.scheme, code).facts[0].decimals for code in ratios}


def search(catalog: Catalog, enterprise: Enterprise, judged: Judged, choices: Choices) -> Search:
    """Everything that is offered to this firm."""
    library = library_of(catalog, judged.rules, enterprise, judged.facts)
    offered = offers(library, judged.rules, judged.answers, choices)
    return Search(catalog, judged, choices, offered, expected_answers(judged.rules, judged.answers, choices))


def judged_of(session: Session, catalog: Catalog, diagnosis: Diagnosis) -> Judged:
    """A stored verdict with the facts it read."""
    return Judged(catalog, catalog.rulesets[diagnosis.ruleset], facts_read(session, diagnosis), diagnosis)


def glance(session: Session, catalog: Catalog, enterprise: Enterprise, diagnosis: Diagnosis) -> WayUp | None:
    """Just the best way to the next level with what the firm has chosen; None where no way is offered."""
    judged = judged_of(session, catalog, diagnosis)
    above = levels_above(judged)
    if not above:
        return None
    kept = way_choices.load(session, enterprise.id, judged.rules.scheme)
    return only_best(search(catalog, enterprise, judged, kept), above[0])


def levels_above(judged: Judged) -> range:
    """The levels a way can be asked for: those above the verdict's own; none where answers have no steps."""
    top = len(judged.rules.levels) if judged.rules.family == "points" else judged.diagnosis.level
    return range(judged.diagnosis.level + 1, top + 1)


def way_up(
    session: Session,
    catalog: Catalog,
    enterprise: Enterprise,
    diagnosis: Diagnosis,
    level: int | None = None,
    choices: Choices | None = None,
) -> WayUp | None:
    """The way from a verdict to a level (the next one if none is named), with alternatives and the curve.

    ``choices``: those the firm has kept, if none are given. None where no way is offered: at the top, and for the
    rulers whose texts are not in the library.
    """
    judged = judged_of(session, catalog, diagnosis)
    above = levels_above(judged)
    if not above or level not in (None, *above):
        return None
    kept = choices or way_choices.load(session, enterprise.id, judged.rules.scheme)
    return everything(search(catalog, enterprise, judged, kept), level or above[0])


def everything(asked: Search, level: int) -> WayUp:
    """The best way, the next two, the fewest steps, the fastest, and the least cost of every level."""
    return _answer(asked, level, _find(_Question(asked.goal(level))))


def only_best(asked: Search, level: int) -> WayUp:
    """Just the best way, for where the answer must be quick."""
    return _answer(asked, level, Path(_cheapest(_Question(asked.goal(level))), (), None, None, ()))


class _Question:
    """A goal that equals another with the same content: ruler, level, answers, moves and decimals.

    So a question is solved once a process, however often its page is opened, and never answered with another's answer.
    """

    def __init__(self, goal: Goal) -> None:
        answers = repr(sorted(goal.answers.items()))
        self.goal = goal
        self.content = (goal.ruleset.sha256, goal.level, answers, tuple(goal.moves), tuple(goal.decimals.items()))

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and self.content == other.content


@lru_cache(maxsize=REMEMBERED)
def _cheapest(asked: _Question) -> Found | Unreachable:
    return path.cheapest([asked.goal])


@lru_cache(maxsize=REMEMBERED // 4)
def _find(asked: _Question) -> Path:
    return path.find([asked.goal])


def _answer(asked: Search, level: int, found: Path) -> WayUp:
    rules, best = asked.rules, found.best
    reached = isinstance(best, Found)
    return WayUp(
        rules=rules,
        target=rules.levels[level - 1],
        as_of=asked.judged.diagnosis.as_of,
        best=_way(asked, level, best) if isinstance(best, Found) else None,
        why_not=() if isinstance(best, Found) else _why_not(asked, best),
        alternatives=tuple(_way(asked, level, one) for one in found.alternatives),
        fewest=_way(asked, level, found.fewest) if reached and found.fewest else None,
        fastest=_way(asked, level, found.fastest) if reached and found.fastest else None,
        curve=_curve(asked, found.curve),
        certificate=_certificate(asked, best) if isinstance(best, Found) else None,
        assumptions=way_words.assumptions(asked.catalog, rules, asked.judged.answers, asked.expected, asked.choices),
    )


def _why_not(asked: Search, found: Unreachable) -> tuple[str, ...]:
    return way_words.why_not(asked.catalog, asked.rules, found, asked.offered, asked.choices)


def _way(asked: Search, level: int, found: Found) -> Way:
    places = {one.move.id: place for place, one in enumerate(found.taken)}
    must = musts(asked.rules, level, asked.judged.answers, found.taken)
    return Way(
        steps=tuple(step_of(asked, one, places, one.move.id in must) for one in found.taken),
        cost_low=found.cost_low,
        cost_high=found.cost_high,
        cost_middle=found.cost_middle,
        months=found.months,
        score=wording.number(found.scores[0], asked.rules.decimals),
        level=way_words.level_words(asked.rules, found.levels[0]),
    )


def step_of(asked: Search, taken: Taken, places: Mapping[str, int], must: bool) -> WayStep:
    """One move of a way in words; ``places``: by id the places of the moves in it."""
    offer = asked.offered[taken.move.id]
    action = offer.action
    question = asked.catalog.dictionary.question(asked.rules.scheme, action.indicator)
    now, then = way_words.now_then(question, taken)
    return WayStep(
        question=question,
        step=text_of(action.step),
        name=action.name or question.short,
        now=now,
        then=then,
        do=action.do,
        needs=action.needs,
        done=action.done,
        kpi=action.kpi,
        service=action.service,
        basis=action.basis,
        cost_low=taken.move.cost_low,
        cost_high=taken.move.cost_high,
        edited=offer.edited,
        months=taken.move.months,
        starts=taken.starts,
        ends=taken.ends,
        after=tuple(sorted(places[one] for one in taken.waits_for)),
        id=taken.move.id,
        must=must,
    )


def _curve(asked: Search, points: Sequence[Point]) -> tuple[CurvePoint, ...]:
    """Every level of the ruler: reached, to be reached, or out of reach. Empty when no curve was asked for."""
    if not points:
        return ()
    found = {point.level: point.found for point in points}
    return tuple(_point(asked, level.level, found.get(level.level)) for level in asked.rules.levels)


def _point(asked: Search, level: int, found: Found | Unreachable | None) -> CurvePoint:
    way = _way(asked, level, found) if isinstance(found, Found) else None
    return CurvePoint(level, asked.rules.level_title(level), way, found is None)


def _certificate(asked: Search, found: Found) -> Certificate:
    said = found.certificate
    return Certificate(
        status=said.status,
        bound=said.bound,
        gap=said.gap,
        judged_score=wording.number(found.scores[0], asked.rules.decimals),
        judged_level=way_words.level_words(asked.rules, found.levels[0]),
        steps_offered=said.offered,
    )
