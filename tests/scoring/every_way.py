"""The path by trying every set of moves: nothing shared with `scoring/path.py`, only the second scorer of `oracle`."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from scoring.moves import Goal, Move
from tests.scoring.oracle import NA, RAWS, Answers, Raw, exact, half_up, holds, indicators, milli_points, passes


@cache
def known(name: str) -> dict[str, Raw]:
    return {each["code"]: each for each in indicators(RAWS[name])}


def reached(indicator: Raw, step: Any, answer: Any) -> bool:
    """Whether an answer has come to a step."""
    kind = indicator["kind"]
    if kind == "multi":
        return step in answer
    if kind == "scene":
        return bool(answer >= step)
    if kind == "single":
        keys = list(indicator["options"])
        return keys.index(answer) >= keys.index(step)
    share = exact(answer["num"]) / exact(answer["den"])
    opened = any(band["range"].startswith("(") and start_of(band) == step for band in indicator.get("bands", ()))
    return bool(share > step if opened else share >= step)


def start_of(band: Raw) -> Fraction:
    return exact(band["range"][1:].split(",")[0])


def stepped(indicator: Raw, step: Any, answer: Any) -> Any:
    """The answer after a step."""
    if indicator["kind"] == "multi":
        return [key for key in answer if key != indicator.get("none")] + [step]
    if indicator["kind"] in ("single", "scene"):
        return step
    den = answer["den"]
    return next(tried for num in range(den + 1) if reached(indicator, step, tried := {"num": num, "den": den}))


def steps_of(name: str, indicator: Raw) -> list[Any]:
    """Every step of an indicator, lowest first, from the file."""
    kind = indicator["kind"]
    if kind == "scene":
        return list(range(1, indicator["grades"] + 1))
    if kind == "multi":
        return [key for key in indicator["options"] if key != indicator.get("none")]
    if kind == "single":
        return list(indicator["options"])[1:]
    if kind == "ratio_banded":
        return [start_of(band) for band in indicator["bands"][1:]]
    asked = [each for level in RAWS[name]["levels"] for each in level["conditions"]]
    places = {exact(each["at_least"]) for each in asked if each["indicator"] == indicator["code"]}
    return sorted(place for place in places | {exact(knot[0]) for knot in indicator["knots"]} if place)


def start_reached(name: str, indicator: Raw, move: Move, answer: Any) -> bool:
    if indicator["kind"] == "multi":
        return True
    if move.start is not None:
        return move.start == 0 or reached(indicator, move.start, answer)
    lower = [step for step in steps_of(name, indicator) if step < move.step]
    return not lower or reached(indicator, lower[-1], answer)


@dataclass
class EveryWay:
    """All sets of moves that can be made in some order, with the answers they lead to, by goal."""

    goals: Sequence[Goal]

    def __post_init__(self) -> None:
        self.names = [goal.ruleset.name for goal in self.goals]
        self.home = {move.id: number for number, goal in enumerate(self.goals) for move in goal.moves}
        self.moves = {move.id: move for goal in self.goals for move in goal.moves}
        start = [dict(goal.answers) for goal in self.goals]
        self.sets: dict[frozenset[str], list[Answers]] = {frozenset(): start}
        waiting = [frozenset[str]()]
        while waiting:
            made = waiting.pop()
            for id in self.moves.keys() - made:
                if made | {id} not in self.sets and self.can(id, self.sets[made]):
                    self.sets[made | {id}] = self.make(id, self.sets[made])
                    waiting.append(made | {id})

    def can(self, id: str, answers: list[Answers]) -> bool:
        move, home = self.moves[id], self.home[id]
        indicator, answer = known(self.names[home])[move.indicator], answers[home][move.indicator]
        return (
            answer != NA
            and start_reached(self.names[home], indicator, move, answer)
            and not reached(indicator, move.step, answer)
            and all(self.has(home, code, step, answers) for code, step in move.after)
        )

    def has(self, home: int, code: str, step: Any, answers: list[Answers]) -> bool:
        read = [home, *range(len(self.names))]
        number = next(each for each in read if code in known(self.names[each]))
        answer = answers[number][code]
        return answer == NA or reached(known(self.names[number])[code], step, answer)

    def make(self, id: str, answers: list[Answers]) -> list[Answers]:
        move, home = self.moves[id], self.home[id]
        code = move.indicator
        new = stepped(known(self.names[home])[code], move.step, answers[home][code])
        return [each | {code: new} if code in each else each for each in answers]

    def at(self, goals: Sequence[Goal]) -> None:
        """The same goals and moves at other prices."""
        self.goals = goals
        self.moves = {move.id: move for goal in goals for move in goal.moves}

    def cost(self, ids: frozenset[str]) -> int:
        return sum(self.moves[id].cost_low + self.moves[id].cost_high for id in ids)

    def good(self, levels: Sequence[int]) -> list[frozenset[str]]:
        """The sets that reach these levels."""
        return [ids for ids, answers in self.sets.items() if self.reach(answers, levels)]

    def reach(self, answers: list[Answers], levels: Sequence[int]) -> bool:
        return all(at_level(*each) for each in zip(self.names, answers, levels, strict=True))

    def months(self, ids: frozenset[str]) -> int:
        """When the last of these moves ends, each begun as soon as the step below it and what it waits for are done."""
        ends: dict[str, int] = {}
        history = [(0, self.sets[frozenset()])]  # when a move ended, the answers then; in an order that is possible
        while len(ends) < len(ids):
            left = sorted(ids - ends.keys(), key=lambda id: (self.moves[id].indicator, self.moves[id].step))
            id = next(id for id in left if self.can(id, history[-1][1]) and not self.skips(id, left))
            move, home = self.moves[id], self.home[id]
            waits = [next(end for end, then in history if self.has(home, *each, then)) for each in move.after]
            if known(self.names[home])[move.indicator]["kind"] != "multi":
                waits += [end for other, end in ends.items() if self.moves[other].indicator == move.indicator]
            ends[id] = max(waits, default=0) + move.months
            history.append((ends[id], self.make(id, history[-1][1])))
        return max(ends.values(), default=0)

    def skips(self, id: str, left: list[str]) -> bool:
        """Whether a lower step of the same ladder is still to be made."""
        code, home = self.moves[id].indicator, self.home[id]
        lower = left[: left.index(id)] if known(self.names[home])[code]["kind"] != "multi" else []
        return any(self.moves[other].indicator == code for other in lower)


def at_level(name: str, answers: Answers, wanted: int) -> bool:
    """Whether a complete answer set reaches a level, by the rules as the file has them."""
    rules = RAWS[name]
    if wanted and score(name, answers) < rules["levels"][wanted - 1]["min_score"] * 10 ** rules["decimals"]:
        return False
    levels = rules["levels"][:wanted]
    conditions = [each for level in levels for each in level["conditions"]]
    gates = [gate for level in levels for gate in level.get("gates", [])]
    return all(holds(known(name)[each["indicator"]], each, answers[each["indicator"]]) for each in conditions) and all(
        passes(rules, gate, answers) for gate in gates
    )


def score(name: str, answers: Answers) -> int:
    """In units of 10**-decimals."""
    points = sum(_points(name, code, _frozen(answer)) for code, answer in answers.items())
    most = sum(_most(name, code) for code, answer in answers.items() if answer != NA)
    return half_up(Fraction(100 * 10 ** RAWS[name]["decimals"] * points) / most)


@cache
def _most(name: str, code: str) -> int:
    return int(exact(known(name)[code].get("max_points", 0)) * 1000)


def _frozen(answer: Any) -> Any:
    if isinstance(answer, dict):
        return answer["num"], answer["den"]
    return frozenset(answer) if isinstance(answer, list) else answer


@cache
def _points(name: str, code: str, answer: Any) -> int:
    thawed = {"num": answer[0], "den": answer[1]} if isinstance(answer, tuple) else answer
    return milli_points(known(name)[code], thawed)
