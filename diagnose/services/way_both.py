"""两把标尺一起: one set of steps that reaches the next level of two rulers, beside doing the two ways apart."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Diagnosis, Enterprise
from diagnose.services import way_choices, way_words
from diagnose.services.way_find import Search, judged_of, levels_above, search, step_of
from diagnose.services.way_must import musts
from diagnose.services.way_up import Way
from scoring import path
from scoring.moves import Goal, Lack, Unreachable
from scoring.moves import Way as Found


@dataclass(frozen=True)
class Both:
    """The way to a level of each of two rulers; ``way`` None when there is none, ``why_not`` says then why.

    ``results``: of each ruler its title, score and level at the end, in words. ``apart``: what the steps of the two
    cheapest ways cost together, each step counted once, in half 百元.
    """

    titles: tuple[str, str]
    way: Way | None
    results: tuple[tuple[str, str, str], ...]
    apart: int | None
    why_not: tuple[str, ...]


def other(session: Session, enterprise: Enterprise, asked: Search) -> Search | None:
    """The newest verdict of the same kind under another ruler that offers a way too, when the two agree on what both
    read; None when there is none."""
    shown = asked.judged.diagnosis
    rows = session.scalars(
        select(Diagnosis)
        .where(Diagnosis.enterprise_id == enterprise.id, Diagnosis.kind == shown.kind, Diagnosis.scheme != shown.scheme)
        .order_by(Diagnosis.as_of.desc(), Diagnosis.known_at.desc(), Diagnosis.id.desc())
    )
    newest: dict[str, Diagnosis] = {}
    for row in rows:
        newest.setdefault(row.scheme, row)
    for row in newest.values():
        judged = judged_of(session, asked.catalog, row)
        known = asked.judged.answers
        if levels_above(judged) and all(known.get(code, one) == one for code, one in judged.answers.items()):
            return search(
                asked.catalog, enterprise, judged, way_choices.load(session, enterprise.id, judged.rules.scheme)
            )
    return None


def both(first: Search, level: int, second: Search) -> Both:
    """The cheapest way to ``level`` of the first ruler and to the next level of the second."""
    levels = level, levels_above(second.judged)[0]
    goals = _goals(first, second, levels)
    rulers = first, second
    titles = tuple(
        f"{one.rules.title}{way_words.level_words(one.rules, two)}" for one, two in zip(rulers, levels, strict=True)
    )
    found = path.cheapest(goals)
    if isinstance(found, Unreachable):
        lacks = [
            way_words.why_not(one.catalog, one.rules, replace(found, lacks=_of(found, one)), one.offered, one.choices)
            for one in rulers
        ]
        return Both((titles[0], titles[1]), None, (), None, tuple(dict.fromkeys(lacks[0] + lacks[1])))
    results = tuple(
        (one.rules.title, wording.number(score, one.rules.decimals), way_words.level_words(one.rules, reached))
        for one, score, reached in zip(rulers, found.scores, found.levels, strict=True)
    )
    return Both((titles[0], titles[1]), _way(first, second, levels, found, results), results, _apart(goals), ())


def _of(found: Unreachable, asked: Search) -> tuple[Lack, ...]:
    return tuple(lack for lack in found.lacks if lack.ruler == asked.rules.name)


def _goals(first: Search, second: Search, levels: tuple[int, int]) -> list[Goal]:
    """Both questions: what both offer under one name is the first's, what both are asked is as the first has it."""
    one, two = first.goal(levels[0]), second.goal(levels[1])
    moves = [move for move in two.moves if move.id not in first.offered]
    answers = {code: one.answers.get(code, answer) for code, answer in two.answers.items()}
    return [one, replace(two, moves=moves, answers=answers)]


def _apart(goals: list[Goal]) -> int | None:
    """The cost of the two cheapest ways, a step that both have counted once."""
    ways = [path.cheapest([goal]) for goal in goals]
    found = [way for way in ways if isinstance(way, Found)]
    costs: Mapping[str, int] = {one.move.id: one.move.cost_middle for way in found for one in way.taken}
    return sum(costs.values()) if len(found) == len(goals) else None


def _way(
    first: Search,
    second: Search,
    levels: tuple[int, int],
    found: Found,
    results: tuple[tuple[str, str, str], ...],
) -> Way:
    places = {one.move.id: place for place, one in enumerate(found.taken)}
    must = musts(first.rules, levels[0], first.judged.answers, found.taken)
    must |= musts(second.rules, levels[1], second.judged.answers, found.taken)
    steps = [
        step_of(first if one.move.id in first.offered else second, one, places, one.move.id in must)
        for one in found.taken
    ]
    costs = {name: getattr(found, name) for name in ("cost_low", "cost_high", "cost_middle", "months")}
    return Way(steps=tuple(steps), score=results[0][1], level="、".join(level for _, _, level in results), **costs)
