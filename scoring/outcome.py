"""What a set of moves leads to: the answers at its end, the way as a value, and what even all moves do not give."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scoring.answers import NA
from scoring.encode import encode
from scoring.ladders import Edge, Ladders, Place
from scoring.marks import Key, Need, keys_of, needs
from scoring.maturity import judge
from scoring.moves import Answers, Certificate, Goal, Lack, Taken, Unreachable, Way
from scoring.timetable import Times, before, timetable
from scoring.verdict import verdict

Ends = Mapping[Key, Place]


def way(goals: Sequence[Goal], ladders: Ladders, taken: Sequence[Edge], certificate: Certificate) -> Way:
    """The way of these edges, judged by the scorer."""
    waits, spans = before(ladders, taken), timetable(ladders, taken)
    ends = {edge.key: ladders.places[edge.key][edge.end] for edge in sorted(taken, key=lambda edge: edge.end)}
    answers = tuple(_answers(goal, ends) for goal in goals)
    judged = [verdict(goal.ruleset, each) for goal, each in zip(goals, answers, strict=True)]
    return Way(
        tuple(_taken(ladders, edge, span, waits[edge]) for edge, span in spans.items()),
        answers,
        tuple(each.score or 0 for each in judged),
        tuple(each.level or 0 for each in judged),
        certificate,
    )


def _taken(ladders: Ladders, edge: Edge, span: tuple[int, int], waits: Iterable[Edge]) -> Taken:
    places = ladders.places[edge.key]
    return Taken(
        edge.move, places[edge.start].answer, places[edge.end].answer, *span, tuple(each.move.id for each in waits)
    )


def _answers(goal: Goal, ends: Ends) -> Answers:
    """The present answers with the places reached."""
    return {each.code: _answer(goal, each.code, ends) for each in goal.ruleset.indicators}


def _answer(goal: Goal, code: str, ends: Ends) -> object:
    indicator = goal.ruleset.indicator(code)
    now: Any = goal.answers[code]
    reached = [ends[key] for key in keys_of(indicator) if key in ends]
    if now == NA or not reached:
        return now
    if indicator.kind != "multi":
        return reached[0].answer
    more = [place.answer for place in reached if place.answer is not None and place.answer not in now]
    return [key for key in now if key != indicator.none] + more if more else now


def highest(ladders: Ladders, times: Times, months: int | None = None) -> Ends:
    """The highest place of each ladder that can be reached, within so many months if said."""
    return {
        key: max(
            place
            for place, time in zip(places, times[key], strict=True)
            if time is not None and (months is None or time <= months)
        )
        for key, places in ladders.places.items()
    }


def lacks(goals: Sequence[Goal], ends: Ends) -> tuple[Lack, ...]:
    """What the goals ask and these places do not give."""
    return tuple(lack for goal in goals for lack in _lacks(goal, ends))


def _lacks(goal: Goal, ends: Ends) -> Iterable[Lack]:
    ruleset, answers = goal.ruleset, _answers(goal, ends)
    score = int(judge(ruleset, encode(ruleset, [answers])).score[0])
    for level in ruleset.levels[: goal.level]:
        if score < level.min_score:
            yield Lack(ruleset.name, level.level, "score", level.min_score, score)
    for need in needs(ruleset, goal.level):
        held = sum(mark.key in ends and mark.holds(ends[mark.key].value) for mark in need.marks)
        if held < need.least:
            yield Lack(ruleset.name, need.level, need.condition, need.need, _have(goal, need, answers, held))


def _have(goal: Goal, need: Need, answers: Answers, held: int) -> object:
    """As `verdict.Unmet` has it: a count, or the answer itself where there is nothing to count."""
    kinds = {each.code: each.kind for each in goal.ruleset.indicators}
    return answers[need.condition] if kinds.get(need.condition, "multi") != "multi" else held


def unreachable(goals: Sequence[Goal], ladders: Ladders, times: Times, found: tuple[Lack, ...]) -> Unreachable:
    """Why no moves will do."""
    ends = highest(ladders, times)
    answers = tuple(_answers(goal, ends) for goal in goals)
    judged = [judge(goal.ruleset, encode(goal.ruleset, [each])) for goal, each in zip(goals, answers, strict=True)]
    stuck = [
        edge.move.id
        for edge in ladders.edges
        if times[edge.key][edge.end] is None and times[edge.key][edge.start] is not None
    ]
    return Unreachable(
        found,
        tuple(dict.fromkeys(stuck)),
        answers,
        tuple(int(each.score[0]) for each in judged),
        tuple(int(each.level[0]) for each in judged),
    )
