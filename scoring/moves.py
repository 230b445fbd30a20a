"""What the cheapest path is asked for, and what it answers, as values: moves, goals, ways, and why there is none.

A *ladder* is what one indicator climbs: the options of a single, the grades of a scene, the places of a ratio. Each
option of a multi is a ladder of one step. Costs are integers in 百元, months whole months; a middle is low + high, in
half 百元.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from scoring.model import Ruleset
from scoring.steps import Step

Answers = Mapping[str, object]  # code → answer, as in the batch format


@dataclass(frozen=True)
class Move:
    """One action that takes an indicator up to ``step`` (as in `steps_up`: option, grade or ratio to reach).

    ``start``: from where; None for the step before it on the ladder (the bottom if there is none), or for a multi. A
    move can be made from its start and from any place above it that is short of its step, at the same cost: who has
    come further never pays more. ``after``: (indicator, step) pairs that must be reached before it begins; what is
    reached already counts, and what is 不适用 is not asked for.
    """

    id: str
    indicator: str
    step: Step
    cost_low: int
    cost_high: int
    months: int
    start: Step | None = None
    after: tuple[tuple[str, Step], ...] = ()

    @property
    def cost_middle(self) -> int:
        """In half 百元."""
        return self.cost_low + self.cost_high


@dataclass(frozen=True)
class Goal:
    """One ruler with the level wanted, the complete present answers, and the moves its library offers.

    What is fixed or impossible is left out of ``moves``; what is assumed is given as an answer. An indicator of the
    same code in two goals is one indicator: its answers must agree, what is reached counts for both, and either
    goal's moves may be used. ``decimals``: by code of a ratio, how many its numerator is stated in (0, a count, if
    absent): after a move the numerator is the least such number that reaches the place.
    """

    ruleset: Ruleset
    level: int
    answers: Answers
    moves: Collection[Move]
    decimals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """A move that is part of a way. It begins when what it waits for is done; months count from 0.

    ``now`` and ``then``: the indicator's answer before and after it; of a multi None and the option ticked.
    ``waits_for``: ids of the moves of this way that come first (lower steps of the same ladder, prerequisites).
    """

    move: Move
    now: object
    then: object
    starts: int
    ends: int
    waits_for: tuple[str, ...]


@dataclass(frozen=True)
class Certificate:
    """Why nothing is better: the solver's ``status``, its lower ``bound`` on what was minimised, and ``value``, what
    the way has of it (cost in half 百元; steps, where the fewest were asked for). ``gap`` is value - bound, always 0.
    ``offered``: how many moves there were to choose from."""

    status: str
    bound: int
    value: int
    gap: int
    offered: int


@dataclass(frozen=True)
class Way:
    """A set of moves that reaches every goal, in the order they begin; none when the goals are reached already.

    ``answers``, ``scores`` (units of 10**-decimals) and ``levels``: by goal, at the end of the way, as the scorer
    judged them.
    """

    taken: tuple[Taken, ...]
    answers: tuple[Answers, ...]
    scores: tuple[int, ...]
    levels: tuple[int, ...]
    certificate: Certificate

    @property
    def cost_low(self) -> int:
        return sum(each.move.cost_low for each in self.taken)

    @property
    def cost_high(self) -> int:
        return sum(each.move.cost_high for each in self.taken)

    @property
    def cost_middle(self) -> int:
        """In half 百元."""
        return self.cost_low + self.cost_high

    @property
    def months(self) -> int:
        """From the first beginning to the last end."""
        return max((each.ends for each in self.taken), default=0)

    @property
    def ids(self) -> frozenset[str]:
        """Of the moves."""
        return frozenset(each.move.id for each in self.taken)


@dataclass(frozen=True)
class Lack:
    """What is asked for up to a level and is not given even by all moves together.

    ``ruler`` is its name; ``condition``, ``need`` and ``best`` as `verdict.Unmet` has condition, need and have.
    """

    ruler: str
    level: int
    condition: str
    need: object
    best: object


@dataclass(frozen=True)
class Unreachable:
    """No set of moves will do. ``answers``, ``scores`` and ``levels``: by goal, when all moves are made that can be.

    ``blocked``: ids of moves that would lead on but wait for something no move reaches.
    """

    lacks: tuple[Lack, ...]
    blocked: tuple[str, ...]
    answers: tuple[Answers, ...]
    scores: tuple[int, ...]
    levels: tuple[int, ...]


@dataclass(frozen=True)
class Point:
    """The least cost of a level of the first goal, the other goals as they are."""

    level: int
    found: Way | Unreachable


@dataclass(frozen=True)
class Path:
    """Everything about the way up; without a ``best`` there is nothing else but the curve."""

    best: Way | Unreachable
    alternatives: tuple[Way, ...]
    fewest: Way | None
    fastest: Way | None
    curve: tuple[Point, ...]
