"""Goals and moves looked over before anything is worked out; what is wrong raises ValueError and says where."""

from collections.abc import Sequence

from scoring.encode import encode
from scoring.moves import Goal, Move


def checked(goals: Sequence[Goal]) -> tuple[Goal, ...]:
    """The goals, once they are found to be in order; AnswerError (a ValueError) for an answer that is wrong."""
    given = tuple(goals)
    if not given:
        raise ValueError("no goals")
    for goal in given:
        _check_goal(goal)
    _check_moves([move for goal in given for move in goal.moves])
    said: dict[str, object] = {}
    for code, answer in (item for goal in given for item in goal.answers.items()):
        if said.setdefault(code, answer) != answer:
            raise ValueError(f"{code}: two goals, two answers")
    return given


def _check_goal(goal: Goal) -> None:
    ruleset = goal.ruleset
    if ruleset.family != "points":
        raise ValueError(f"{ruleset.name}: has no steps: its sub-domains are rated, not answered")
    if not 0 <= goal.level <= len(ruleset.levels):
        raise ValueError(f"{ruleset.name}: no level {goal.level}")
    encode(ruleset, [goal.answers])
    missing = [each.code for each in ruleset.indicators if goal.answers.get(each.code) is None]
    if missing:
        raise ValueError(f"{ruleset.name}: not answered: {', '.join(missing)}")


def _check_moves(moves: Sequence[Move]) -> None:
    ids = [move.id for move in moves]
    if len(set(ids)) < len(ids):
        raise ValueError(f"{next(each for each in ids if ids.count(each) > 1)}: the id of two moves")
    for move in moves:
        if not 0 <= move.cost_low <= move.cost_high or move.months < 0:
            raise ValueError(f"{move.id}: costs must rise from 0, months must not be below 0")
