"""The cheapest path on full rulers with the library's moves: the optimum alone beside its linear relaxation, and all.

The relaxation (the same rows without whole numbers, by the same solver) is the floor for any method that proves its
answer by bounds. Every firm is random, from hardly started to nearly there, and has quotes of its own: the library's
costs times 0.5 to 1.5, to the 百元. Wanted is every level above the present one in turn.
"""

from itertools import cycle
from random import Random
from statistics import mean, median, quantiles
from time import process_time
from typing import Any

import numpy as np
from scipy.optimize import Bounds, milp

from bench.goals import Figures, at_most
from diagnose.catalog import Catalog, load_catalog
from diagnose.services.recommendation import Recommendation
from scoring import path
from scoring.climb import Climb, climb
from scoring.encode import encode
from scoring.maturity import judge
from scoring.model import Indicator, Ruleset
from scoring.moves import Goal, Move, Way

NAME = "path"
GOALS = {
    "portrait_ms_p95": at_most(150),
    "miit_ms_p95": at_most(150),
    "portrait_all_ms_max": at_most(1500),
    "miit_all_ms_max": at_most(1500),
    "both_all_ms_max": at_most(1500),
}
SCHEMES = {"portrait": "digital-portrait/2025", "miit": "miit-sme/2024"}
FIRMS, ALL, RELAXED = 1000, 100, 50
STAY = {"energy_change", "quality_change", "revenue_per_head_change", "cost_change", "digital_investment_rate"}
FIRM_KINDS = cycle([("discrete", "small"), ("process", "small"), ("discrete", "medium"), ("process", "medium")])


def run() -> Figures:
    """Milliseconds of one firm, of processor time: it is one thread's work, and the machine may do other things.

    ``steps``: moves of a mean cheapest way; ``to_relaxed``: median of ratios.
    """
    catalog = load_catalog()
    figures: dict[str, float | str] = {}
    for short, name in SCHEMES.items():
        chance = Random(2024)
        goals = [_goal(catalog, name, chance) for _ in range(FIRMS)]
        figures |= _optimum(short, goals)
        figures |= _everything(short, [[goal] for goal in goals[:ALL]])
    chance = Random(2025)
    return figures | _everything("both", [_both(catalog, chance) for _ in range(ALL)])


def _optimum(short: str, goals: list[Goal]) -> dict[str, float | str]:
    taken, steps = [], []
    for goal in goals:
        start = process_time()
        found = path.cheapest([goal])
        taken.append(process_time() - start)
        steps += [len(found.taken)] if isinstance(found, Way) else []
    return {
        f"{short}_ms": _ms(median(taken)),
        f"{short}_ms_p95": _ms(quantiles(taken, n=20)[-1]),
        f"{short}_ms_max": _ms(max(taken)),
        f"{short}_moves": max(len(goal.moves) for goal in goals),
        f"{short}_steps": round(mean(steps), 1),
        f"{short}_to_relaxed": round(median(map(_to_relaxed, goals[:RELAXED])), 2),
    }


def _to_relaxed(goal: Goal) -> float:
    """The optimum beside taking the goal apart and the relaxation alone."""
    start = process_time()
    path.cheapest([goal])
    middle = process_time()
    _relaxed(climb([goal]))
    return (middle - start) / (process_time() - middle)


def _relaxed(apart: Climb) -> None:
    if variables := apart.programme.variables:
        weights = np.zeros(variables)
        weights[: len(apart.edges)] = apart.least_cost().weights
        milp(weights, bounds=Bounds(0, 1), constraints=path.constraint(apart.rows(), variables))


def _everything(short: str, firms: list[list[Goal]]) -> dict[str, float | str]:
    taken = []
    for goals in firms:
        start = process_time()
        path.find(goals)
        taken.append(process_time() - start)
    p95 = quantiles(taken, n=20)[-1]
    figures = {"ms": median(taken), "ms_p95": p95, "ms_max": max(taken)}
    return {f"{short}_all_{name}": _ms(seconds) for name, seconds in figures.items()}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _goal(catalog: Catalog, name: str, chance: Random) -> Goal:
    """A firm that is not at the top yet, and a level above its own."""
    rules = catalog.rulesets[name]
    while True:
        skill = chance.uniform(0.1, 1)
        answers = {each.code: _answer(each, skill, chance) for each in rules.indicators}
        goal = _above(catalog, rules, answers, chance)
        if goal:
            return goal


def _both(catalog: Catalog, chance: Random) -> list[Goal]:
    """The same firm under both rulers."""
    first = _goal(catalog, SCHEMES["portrait"], chance)
    while True:
        second = _goal(catalog, SCHEMES["miit"], chance)
        answers = {code: first.answers.get(code, answer) for code, answer in second.answers.items()}
        goal = _above(catalog, second.ruleset, answers, chance)
        if goal:
            return [first, goal]


def _above(catalog: Catalog, rules: Ruleset, answers: dict[str, Any], chance: Random) -> Goal | None:
    now = int(judge(rules, encode(rules, [answers])).level[0])
    if now == len(rules.levels):
        return None
    moves = [_move(rules, each, chance) for each in _actions(catalog, rules)]
    return Goal(rules, chance.randint(now + 1, len(rules.levels)), answers, moves)


def _actions(catalog: Catalog, rules: Ruleset) -> list[Recommendation]:
    library = catalog.libraries[rules.name].for_firm(*next(FIRM_KINDS))  # type: ignore[arg-type]
    return [each for code, actions in library.by_indicator.items() if code not in STAY for each in actions]


def _move(rules: Ruleset, action: Recommendation, chance: Random) -> Move:
    quote = chance.uniform(0.5, 1.5)
    costs = round(action.cost_low * quote), round(action.cost_high * quote)
    name = f"{rules.name}:{action.indicator}:{action.start}:{action.step}"
    return Move(name, action.indicator, action.step, *costs, action.months, action.start, action.after)


def _answer(indicator: Indicator, skill: float, chance: Random) -> Any:
    if indicator.kind == "multi":
        return [key for key in indicator.ticks if chance.random() < skill] or [indicator.none]
    if indicator.kind in ("ratio", "ratio_banded"):
        total = chance.randint(3, 120)
        return {"num": int(total * min(1, skill * chance.uniform(0, 1.3))), "den": total}
    ladder: Any = indicator.options or range(indicator.grades + 1)
    return ladder[min(len(ladder) - 1, int(len(ladder) * skill * chance.uniform(0.2, 1.2)))]
