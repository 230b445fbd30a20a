"""Small random cases for the path: a firm near a level of a real ruler, a few of the moves its library could offer."""

from dataclasses import replace
from random import Random
from typing import Any

from scoring.moves import Goal, Move
from tests.scoring.every_way import EveryWay, at_level, known, steps_of
from tests.scoring.oracle import NA, RULESETS, Answers, Raw

PORTRAIT, MIIT = "digital-portrait/2025", "miit-sme/2024"


def answer(indicator: Raw, good: float, chance: Random) -> Any:
    """Better the nearer ``good`` is to 1."""
    if indicator["kind"] in ("ratio", "ratio_banded"):
        den = chance.choice([1, 3, 10, 24, 40])
        return {"num": min(den, round(den * good * chance.uniform(0.6, 1.2))), "den": den}
    if indicator["kind"] == "multi":
        ticked = [key for key in indicator["options"] if key != indicator["none"] and chance.random() < good]
        return ticked or [indicator["none"]]
    ladder = list(indicator.get("options", range(indicator.get("grades", 0) + 1)))
    return ladder[min(len(ladder) - 1, round((len(ladder) - 1) * good + chance.uniform(-0.8, 0.8)))]


def firm(name: str, good: float, chance: Random) -> Answers:
    """A firm as good as that in everything."""
    found = {code: answer(each, good, chance) for code, each in known(name).items()}
    if name == PORTRAIT and chance.random() < 0.2:
        found |= {"design_tool_rate": NA, "design_depth": NA}
    return found


def moves(name: str, count: int, chance: Random) -> list[Move]:
    """Steps of some indicators one after the other, some of them direct, some that wait for others."""
    codes = chance.sample(list(known(name)), min(len(known(name)), count))
    offered: list[tuple[str, Any, Any]] = []
    for code in codes:
        indicator = known(name)[code]
        steps = steps_of(name, indicator)
        first = chance.randrange(len(steps))
        offered += [(code, step, None) for step in steps[first : first + chance.choice([1, 2, 3])]]
        if indicator["kind"] != "multi" and chance.random() < 0.3:
            bottom = next(iter(indicator["options"])) if indicator["kind"] == "single" else 0
            offered.append((code, chance.choice(steps), bottom))
    chance.shuffle(offered)
    return [_move(name, number, offered[: count + 1], chance) for number in range(min(count, len(offered)))]


def _move(name: str, number: int, offered: list[tuple[str, Any, Any]], chance: Random) -> Move:
    code, step, start = offered[number]
    others = [(other, reach) for other, reach, _ in offered if other != code]
    after = tuple(chance.sample(others, 1)) if others and chance.random() < 0.35 else ()
    return Move(f"{name}:{number}", code, step, *_price(chance), start, after)


def _price(chance: Random) -> tuple[int, int, int]:
    """Costs between which ties are likely, now and then large ones; months."""
    low = chance.choice([0, 1, 2, 5, 10, 1000]) * chance.randint(1, 30)
    return low, low + chance.choice([0, 3, 10]) * chance.randint(1, 5), chance.randint(0, 9)


def climb(name: str, count: int, chance: Random) -> tuple[Goal, EveryWay]:
    """A firm just below a level, and all that its moves can do; in some cases not up to the level."""
    while True:
        level = chance.randint(1, 4)
        answers = firm(name, min(1, 0.2 * level + chance.uniform(-0.1, 0.15)), chance)
        if at_level(name, answers, level) or not at_level(name, answers, level - 1):
            continue
        asked = [Goal(RULESETS[name], level, answers, moves(name, count, chance))]
        ways = EveryWay(asked)
        if chance.random() < 1 / 40 or ways.good([level]):
            return asked[0], ways


def priced(goal: Goal, chance: Random) -> Goal:
    """The same moves at other costs and durations."""
    return replace(goal, moves=[_at(move, *_price(chance)) for move in goal.moves])


def _at(move: Move, low: int, high: int, months: int) -> Move:
    return replace(move, cost_low=low, cost_high=high, months=months)


def climb_both(count: int, chance: Random) -> tuple[list[Goal], EveryWay]:
    """A firm that answers both rulers and wants a little more of one of them or of both."""
    while True:
        good = chance.uniform(0.1, 0.9)
        portrait, miit = firm(PORTRAIT, good, chance), firm(MIIT, good, chance)
        miit |= {code: each for code, each in portrait.items() if code in miit}
        levels = [_level(PORTRAIT, portrait) + chance.randint(0, 1), _level(MIIT, miit) + chance.randint(0, 1)]
        if max(levels) > 4:
            continue
        half = count // 2
        first = Goal(RULESETS[PORTRAIT], levels[0], portrait, moves(PORTRAIT, half, chance))
        second = Goal(RULESETS[MIIT], levels[1], miit, moves(MIIT, count - half, chance))
        ways = EveryWay([first, second])
        if not ways.reach(ways.sets[frozenset()], levels) and (chance.random() < 1 / 40 or ways.good(levels)):
            return [first, second], ways


def _level(name: str, answers: Answers) -> int:
    return max(level for level in range(5) if at_level(name, answers, level))
