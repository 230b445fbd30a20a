"""The parts of a document about the firm: who it is, what the rulers say, the facts and what proves them."""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Labelled:
    """A text under its label."""

    label: str
    text: str


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
    rows: tuple[Labelled, ...]


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
    """The verdict in front. ``here``: the score on the ruler, in thousandths; ``top``: its end; ``gap``: what lacks."""

    id: int
    scheme: Scheme
    known_at: str
    purpose: str
    bands: tuple[Band, ...]
    top: str
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
    """What to do next for one bottleneck, and how one knows it is done; ``cost`` in 万元, ``basis``: where from."""

    option: str
    name: str
    do: str
    needs: str
    done: str
    cost: str
    months: int
    kpi: str
    service: str
    basis: str


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
