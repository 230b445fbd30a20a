"""What a document (一企一档, 诊断报告) says: one frozen value of plain texts, already worded, for every format.

All texts are data and never markup. Numbers stand as the exact decimals that are shown; costs are 万元 with two
decimals and, beside them, integers in 百元. The fields a Word template may use are exactly these, under these names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

Kind = Literal["dossier", "onsite"]


@dataclass(frozen=True)
class Firm:
    """企业概况. ``notes``: 合成数据, 身份未核实, 划型待核; ``rows``: label and text."""

    name: str
    credit_code: str
    place: str
    industry: str
    process: str
    size: str
    notes: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Band:
    """One level on the ruler of the score: where it begins and ends, in thousandths of the whole ruler."""

    level: int
    name: str
    floor: str
    low: int
    high: int


@dataclass(frozen=True)
class Dimension:
    """One dimension: points, maximum, share; ``applies`` False when all of it is 不适用.

    ``low``, ``median``, ``high``: the middle half of the firms of its kind (同类企业), "" where there is no group.
    """

    title: str
    points: str
    most: str
    percent: str
    share: Fraction | None
    applies: bool
    low: str = ""
    median: str = ""
    high: str = ""
    peer: tuple[Fraction, Fraction, Fraction] | None = None


@dataclass(frozen=True)
class Scheme:
    """One ruler's word on the firm; ``trial``: 试算, pledged by nobody. ``check``: what is 待核 about the ruler.

    ``unit``: 分, or "" in the ratings family. ``level`` is the number, ``level_name`` 集成级（三级).
    """

    ruler: str
    edition: str
    document: str
    sha256: str
    check: str
    kind: str
    trial: bool
    level: int
    title: str
    numeral: str
    level_name: str
    score: str
    unit: str
    full: str
    as_of: str
    unmet: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    advisor: str
    adopted: str


@dataclass(frozen=True)
class Verdict:
    """The verdict in front. ``here``: the score on the ruler, in thousandths; ``gap``: what the next level lacks."""

    id: int
    scheme: Scheme
    known_at: str
    purpose: str
    bands: tuple[Band, ...]
    here: int
    gap: str
    next_level: str
    not_applicable: str
    formula: str
    peers: str
    beside: str
    changed: str


@dataclass(frozen=True)
class Advice:
    """What to do next for one bottleneck, and how one knows it is done."""

    option: str
    do: str
    needs: str
    done: str


@dataclass(frozen=True)
class Bottleneck:
    """瓶颈: ``condition``: it holds the next level back, else it loses points."""

    title: str
    now: str
    need: str
    gap: str
    lost: str
    condition: bool
    advice: tuple[Advice, ...]


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
    """One item of the roadmap (路线图). ``low``, ``high``: its place on the time axis, in thousandths."""

    number: int
    title: str
    owner: str
    start: str
    due: str
    budget: str
    budget_units: int
    status: str
    low: int
    high: int


@dataclass(frozen=True)
class Roadmap:
    """The firm's open plan; ``ticks``: label and place of the months on the time axis, in thousandths."""

    target: str
    made_on: str
    budget: str
    done: str
    items: tuple[RoadItem, ...]
    ticks: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class HistoryLine:
    """One earlier or present verdict; ``change`` and its ``parts`` compare with the one before of the same kind.

    ``place`` and ``height``: where it stands in the course of the scores, in thousandths.
    """

    day: str
    kind: str
    onsite: bool
    purpose: str
    score: str
    level: str
    change: str
    parts: str
    ruler: str
    current: bool
    place: int
    height: int


@dataclass(frozen=True)
class Fact:
    """One fact the verdict read, with where it comes from."""

    title: str
    value: str
    source: str
    as_of: str


@dataclass(frozen=True)
class FactGroup:
    """The facts of one section of the form."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Answer:
    """One indicator as it was judged. ``own``: what the firm had said (onsite); ``note``: the advisor's word on it."""

    number: str
    title: str
    answer: str
    points: str
    most: str
    check: str
    own: str
    difference: str
    adopted: bool
    note: str


@dataclass(frozen=True)
class Assessed:
    """现状评估: one dimension with all that was asked of it."""

    title: str
    summary: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Evidence:
    """One piece of 佐证; ``picture``: its thumbnail (JPEG) in an onsite report, ``mark``: the start of its SHA-256."""

    number: int
    question: str
    title: str
    media: str
    day: str
    by: str
    mark: str
    picture: bytes | None = field(default=None, repr=False)


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

    ``decided_at``: when the verdict was made; the date of a document that has no mark. ``facts_read`` and ``trace``
    go into the JSON: what the verdict read, and its explanation, which ``python -m scoring verify`` accepts.
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
    trace: Mapping[str, Any] = field(repr=False)
