"""What a document (一企一档, 诊断报告) says: one frozen value of plain texts, already worded, for every format.

All texts are data and never markup. Numbers stand as the exact decimals that are shown; costs are 万元 with two
decimals and, beside them, integers in 百元. The fields a Word template may use are exactly these, under these names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from diagnose.services.document_parts import (
    Assessed,
    Bottleneck,
    Evidence,
    FactGroup,
    Firm,
    HistoryLine,
    Scheme,
    Verdict,
)

Kind = Literal["dossier", "onsite"]


@dataclass(frozen=True)
class Step:
    """One step of the way up; ``after``: the numbers of the steps that come first. Months count from its beginning."""

    number: int
    name: str
    indicator: str
    now: str
    then: str
    do: str
    needs: str
    done: str
    kpi: str
    service: str
    basis: str
    cost: str
    cost_low: int
    cost_high: int
    months: int
    starts: int
    ends: int
    after: tuple[int, ...]


@dataclass(frozen=True)
class CurveLine:
    """The least cost of one level, in words."""

    level: str
    cost: str
    months: str
    steps: str


@dataclass(frozen=True)
class Way:
    """提升路径 to one target level; ``why_not`` and no steps when out of reach. ``proof``: why nothing is cheaper."""

    target: str
    as_of: str
    sentence: str
    cost: str
    cost_low: int
    cost_high: int
    months: int
    steps: tuple[Step, ...]
    proof: str
    assumptions: tuple[str, ...]
    why_not: tuple[str, ...]
    curve: tuple[CurveLine, ...]


@dataclass(frozen=True)
class RoadItem:
    """One item of the roadmap (路线图). ``low``, ``high``: its place on the time axis, in thousandths.

    ``state``: done, off (取消) or "" (ahead or under way); ``status`` is its word.
    """

    number: int
    title: str
    owner: str
    start: str
    due: str
    budget: str
    budget_units: int
    state: str
    status: str
    low: int
    high: int


@dataclass(frozen=True)
class Tick:
    """A month on the time axis; ``place`` in thousandths."""

    label: str
    place: int


@dataclass(frozen=True)
class Roadmap:
    """The firm's open plan; ``ticks``: label and place of the months on the time axis, in thousandths."""

    target: str
    made_on: str
    budget: str
    done: str
    items: tuple[RoadItem, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Moment:
    """One move of the visit: when, what, who, with the reason given."""

    at: str
    what: str
    by: str
    note: str


@dataclass(frozen=True)
class Visit:
    """诊断过程 with people and dates."""

    form: str
    day: str
    advisor: str
    organisation: str
    confirmed: str
    base: str
    moments: tuple[Moment, ...]
    verified: str


@dataclass(frozen=True)
class Difference:
    """One question that the firm and the advisor answered differently."""

    title: str
    own: str
    found: str
    text: str


@dataclass(frozen=True)
class Deviation:
    """自评与现场核验的偏差."""

    own: str
    found: str
    totals: str
    lines: tuple[Difference, ...]
    same: str


@dataclass(frozen=True)
class Policy:
    """A policy that fits: what it offers, why it is listed here, and its source. ``check``: what is 待核."""

    title: str
    offers: str
    why: str
    source: str
    check: str


@dataclass(frozen=True)
class Service:
    """A category of services and products, and the steps that need it."""

    title: str
    steps: str


@dataclass(frozen=True)
class DocumentContent:
    """Everything a document needs, whatever its format.

    ``decided_at``: when the verdict was made; the date of a document that has no mark. ``facts_read``, ``reads``
    and ``trace`` go into the JSON: what the verdict read, which answer is made of which facts, and the explanation;
    ``python -m scoring verify`` works it out again from them.
    """

    kind: Kind
    title: str
    enterprise_id: int
    diagnosis_id: int
    edition: str
    decided_at: datetime
    firm: Firm
    verdict: Verdict
    schemes: tuple[Scheme, ...]
    bottlenecks: tuple[Bottleneck, ...]
    way: Way | None
    roadmap: Roadmap | None
    history: tuple[HistoryLine, ...]
    needs: str
    assessed: tuple[Assessed, ...]
    facts: tuple[FactGroup, ...]
    known: tuple[FactGroup, ...]
    evidence: tuple[Evidence, ...]
    visit: Visit | None
    deviation: Deviation | None
    policies: tuple[Policy, ...]
    services: tuple[Service, ...]
    method: tuple[str, ...]
    facts_read: Mapping[str, Any] = field(repr=False)
    reads: Mapping[str, Any] = field(repr=False)
    trace: Mapping[str, Any] = field(repr=False)
