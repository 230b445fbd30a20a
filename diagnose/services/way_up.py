"""The way up (提升路径) as values for pages and documents: what the cheapest certified path of `scoring/path.py` says.

Costs are integers in 百元 (0.01 万元), months whole months.
"""

from dataclasses import dataclass
from datetime import date

from questionnaires.schema import Indicator
from scoring.ruleset import Level, Ruleset


@dataclass(frozen=True)
class WayStep:
    """One step of a way: what to do, from which answer to which, between which costs, in which months it runs.

    ``starts`` and ``ends`` count months from the beginning of the way, 0 is its first day. ``after``: the places (in
    this way) of the steps that come first. ``step`` is the text key of the step, as in the library; ``id`` what the
    step is called in what the firm chose. ``service`` is a code of data/services.yaml. ``must`` (必做): a condition of
    the level asks for it.
    """

    question: Indicator
    step: str
    name: str
    now: str
    then: str
    do: str
    needs: str
    done: str
    kpi: str
    service: str
    basis: str
    cost_low: int
    cost_high: int
    edited: bool
    months: int
    starts: int
    ends: int
    after: tuple[int, ...]
    id: str = ""
    must: bool = False


@dataclass(frozen=True)
class Way:
    """One set of steps that reaches the level. ``cost_middle`` (the figure minimised) is in half 百元: low + high."""

    steps: tuple[WayStep, ...]
    cost_low: int
    cost_high: int
    cost_middle: int
    months: int
    score: str
    level: str


@dataclass(frozen=True)
class CurvePoint:
    """The least cost of a level; ``way`` None when it cannot be reached."""

    level: int
    title: str
    way: Way | None
    reached: bool


@dataclass(frozen=True)
class Certificate:
    """Why nothing cheaper works: the solver's status and lower bound (half 百元), and what judged the answer again."""

    status: str
    bound: int
    gap: int
    judged_score: str
    judged_level: str
    steps_offered: int


@dataclass(frozen=True)
class WayUp:
    """还差什么、怎么最省: the answer for one target level of one ruler.

    ``why_not``: sentences, when the level cannot be reached; ``best`` is None then. ``alternatives``: the next two
    different ways; ``assumptions``: what the answer takes for granted, in sentences.
    """

    rules: Ruleset
    target: Level
    as_of: date
    best: Way | None
    why_not: tuple[str, ...]
    alternatives: tuple[Way, ...]
    fewest: Way | None
    fastest: Way | None
    curve: tuple[CurvePoint, ...]
    certificate: Certificate | None
    assumptions: tuple[str, ...]
