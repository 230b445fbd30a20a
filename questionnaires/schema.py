"""The indicator dictionary (指标字典) and the forms (问卷) as frozen values, loaded once and checked whole.

A *fact* is one thing a firm states (关键工序总数 40). An *indicator* is what a ruler reads: one fact, or
the ratio of two. A *form* is a view that asks for some of the indicators, page by page.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from questionnaires.strict import DefinitionError, load_yaml, mapping

HERE = Path(__file__).parent
T = TypeVar("T")

NUMBERS = ("count", "amount")
CHOICES = ("single", "multi", "yes_no", "scene", "ratings")
NOT_APPLICABLE = "NA"


@dataclass(frozen=True, eq=False)
class Fact:
    """One fact code: what may be stated under it.

    ``options`` are the keys and labels of single, multi, yes_no, scene (keys 0 to 4) and ratings (the marks, 0 to 1);
    ``levels`` the titles of the levels a ratings fact gives a mark each.
    """

    code: str
    kind: str
    title: str
    unit: str = ""
    at_least: int = 0
    positive: bool = False
    too_small: str = ""
    decimals: int = 0
    max_length: int = 0
    options: Mapping[str, str] = None  # type: ignore[assignment]
    none: str | None = None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raw:
    """Two yearly figures that decide an answer: each ``now`` and ``before`` is one fact code, or two to divide."""

    now: tuple[str, ...]
    before: tuple[str, ...]
    up: str
    same: str
    down: str


@dataclass(frozen=True, eq=False)
class Indicator:
    """One question (指标): its facts in the order asked, its wording, and when it does not apply (不适用)."""

    code: str
    kind: str
    title: str
    short: str
    facts: tuple[Fact, ...]
    scored: bool
    hint: str
    scope: str
    help: str
    evidence: tuple[str, ...]
    source: str
    check: str
    may_not_apply: tuple[str, object] | None
    other: tuple[str, str] | None
    printed_no: str = ""
    group: str = ""
    may_exceed_one: bool = False
    raw: Raw | None = None

    @property
    def fact(self) -> Fact:
        """The fact that answers a question that is not a ratio; what stands behind it only explains it."""
        return self.facts[0]


@dataclass(frozen=True)
class Dictionary:
    """All facts and indicators by code, whichever scheme uses them.

    ``prefixes``: scheme → what its codes carry in front here, where two schemes call different things the same.
    """

    facts: Mapping[str, Fact]
    indicators: Mapping[str, Indicator]
    prefixes: Mapping[str, str]

    def code(self, scheme: str, code: str) -> str:
        """The code here of what a scheme calls ``code``."""
        return self.prefixes.get(scheme, "") + code

    def question(self, scheme: str, code: str) -> Indicator:
        """The indicator that a scheme calls ``code``; KeyError when there is none."""
        return self.indicators[self.code(scheme, code)]


@dataclass(frozen=True, eq=False)
class Page:
    """One section (节) of a form."""

    code: str
    title: str
    intro: str
    questions: tuple[Indicator, ...]


@dataclass(frozen=True, eq=False)
class Form:
    """One edition of a questionnaire; ``schemes`` are the rulers whose every answer it asks for.

    ``process_type``: only for firms of that type.
    """

    form: str
    edition: str
    title: str
    schemes: tuple[str, ...]
    minutes: int
    pledge: str
    pages: tuple[Page, ...]
    process_type: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.form}/{self.edition}"

    @property
    def questions(self) -> Iterator[Indicator]:
        """All questions in the order asked."""
        return (question for page in self.pages for question in page.questions)

    def page(self, code: str) -> Page | None:
        """The page with this code, if there is one."""
        return next((page for page in self.pages if page.code == code), None)


FACT_KEYS = ("unit", "at_least", "positive", "too_small", "decimals", "max_length")
INDICATOR_KEYS = ("title", "short", "kind", "scope", "help", "evidence", "source")
OPTIONAL_KEYS = (
    *("hint", "check", "scored", "options", "none", "numerator", "denominator", "may_not_apply", "other"),
    *("true", "false", "levels", "scale", "printed_no", "group", "may_exceed_one", "raw"),
)


def load_dictionary(folder: Path = HERE / "indicators") -> Dictionary:
    """Read every file of the dictionary; raises DefinitionError naming file and place."""
    facts: dict[str, Fact] = {}
    raw: list[tuple[str, str, dict[str, Any]]] = []
    scales: dict[str, Any] = {}
    prefixes: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        content = mapping(str(path), load_yaml(path), optional=("facts", "indicators", "scales", "prefixes"))
        scales |= content.get("scales") or {}
        prefixes |= content.get("prefixes") or {}
        for code, spec in (content.get("facts") or {}).items():
            _add(facts, code, _fact(f"{path}: facts.{code}", code, spec), path)
        for code, spec in (content.get("indicators") or {}).items():
            place = f"{path}: indicators.{code}"
            raw.append((place, code, mapping(place, spec, INDICATOR_KEYS, OPTIONAL_KEYS)))
    for place, code, spec in raw:
        if spec["kind"] in CHOICES:
            _add(facts, code, _choice(place, code, spec, scales), place)
    indicators: dict[str, Indicator] = {}
    for place, code, spec in raw:
        _add(indicators, code, _indicator(place, code, spec, facts), place)
    _check_conditions(indicators, facts, folder)
    return Dictionary(facts, indicators, prefixes)


def load_form(path: Path, dictionary: Dictionary) -> Form:
    """Read one form; every question must be in the dictionary and asked once."""
    keys = ("form", "edition", "title", "schemes", "minutes", "pledge", "pages")
    top = mapping(str(path), load_yaml(path), keys, ("process_type", "note"))
    seen: set[str] = set()
    pages = tuple(_page(f"{path}: pages[{number}]", spec, dictionary, seen) for number, spec in enumerate(top["pages"]))
    if len({page.code for page in pages}) < len(pages):
        raise DefinitionError(f"{path}: pages: two pages have the same code")
    top |= {"schemes": tuple(top["schemes"]), "pages": pages}
    return Form(**top)


def load_forms(dictionary: Dictionary, folder: Path = HERE / "forms") -> dict[str, Form]:
    """All forms by name, ``digital-portrait/2025`` → Form."""
    forms = [load_form(path, dictionary) for path in sorted(folder.glob("*.yaml"))]
    return {form.name: form for form in forms}


def _add(table: dict[str, T], code: object, value: T, place: object) -> None:
    if not isinstance(code, str):
        raise DefinitionError(f"{place}: code {code!r} is not text")
    if code in table:
        raise DefinitionError(f"{place}: {code} is defined twice")
    table[code] = value


def _fact(place: str, code: str, spec: object) -> Fact:
    known = mapping(place, spec, ("kind", "title"), FACT_KEYS)
    if known["kind"] not in (*NUMBERS, "text"):
        raise DefinitionError(f"{place}: kind {known['kind']} is none of count, amount, text")
    if bool(known.get("at_least") or known.get("positive")) != bool(known.get("too_small")):
        raise DefinitionError(f"{place}: at_least or positive, and too_small, stand together")
    return Fact(code, **known)


def _choice(place: str, code: str, spec: dict[str, Any], scales: Mapping[str, Any]) -> Fact:
    levels: tuple[str, ...] = ()
    if spec["kind"] == "yes_no":
        mapping(place, spec, (*INDICATOR_KEYS, "true", "false"), OPTIONAL_KEYS)
        options = {"true": spec["true"], "false": spec["false"]}
    elif spec["kind"] in ("scene", "ratings"):
        scale = mapping(f"{place}: scale", scales.get(spec.get("scale", "")), ("options",), ("levels",))
        names = tuple(scale.get("levels") or ())
        own = spec.get("levels") or {}
        options = scale["options"] | {str(level): f"{names[level - 1]}：{label}" for level, label in own.items()}
        levels = names if spec["kind"] == "ratings" else ()
    else:
        options = mapping(f"{place}: options", spec.get("options"), optional=tuple(spec.get("options") or ()))
    if any(not isinstance(key, str) or not isinstance(label, str) for key, label in options.items()):
        raise DefinitionError(f"{place}: options: keys and labels are text")
    if spec.get("none") is not None and (spec["kind"] != "multi" or spec["none"] not in options):
        raise DefinitionError(f"{place}: none {spec['none']} is no option of a multi")
    return Fact(code, spec["kind"], spec["title"], options=options, none=spec.get("none"), levels=levels)


def _indicator(place: str, code: str, spec: dict[str, Any], facts: Mapping[str, Fact]) -> Indicator:
    kind = spec["kind"]
    if kind not in (*CHOICES, "ratio", *NUMBERS):
        raise DefinitionError(f"{place}: unknown kind {kind}")
    if kind == "ratio":
        mapping(place, spec, (*INDICATOR_KEYS, "numerator", "denominator"), OPTIONAL_KEYS)
        codes = [spec["numerator"], spec["denominator"]]
    else:
        codes = [code]
    other = spec.get("other")
    if other is not None:
        mapping(f"{place}: other", other, ("option", "fact"))
        codes.append(other["fact"])
    raw = _raw(f"{place}: raw", spec.get("raw"))
    codes += [*raw.now, *raw.before] if raw else []
    unknown = [fact for fact in codes if fact not in facts]
    if unknown:
        raise DefinitionError(f"{place}: no fact {', '.join(unknown)}")
    na = spec.get("may_not_apply")
    return Indicator(
        code,
        kind,
        spec["title"],
        spec["short"],
        tuple(facts[fact] for fact in codes),
        spec.get("scored", True),
        spec.get("hint", ""),
        spec["scope"],
        spec["help"],
        tuple(spec["evidence"]),
        spec["source"],
        spec.get("check", ""),
        None if na is None else (na["fact"], na["value"]),
        None if other is None else (other["option"], other["fact"]),
        spec.get("printed_no", ""),
        spec.get("group", ""),
        spec.get("may_exceed_one", False),
        raw,
    )


def _raw(place: str, spec: object) -> Raw | None:
    if spec is None:
        return None
    known = mapping(place, spec, ("now", "before", "up", "same", "down"))
    return Raw(tuple(known["now"]), tuple(known["before"]), known["up"], known["same"], known["down"])


def _check_conditions(indicators: Mapping[str, Indicator], facts: Mapping[str, Fact], folder: Path) -> None:
    for indicator in indicators.values():
        if indicator.may_not_apply and indicator.may_not_apply[0] not in facts:
            raise DefinitionError(f"{folder}: {indicator.code}: may_not_apply: no fact {indicator.may_not_apply[0]}")
        if indicator.other and indicator.other[0] not in indicator.fact.options:
            raise DefinitionError(f"{folder}: {indicator.code}: other: no option {indicator.other[0]}")


def _page(place: str, spec: object, dictionary: Dictionary, seen: set[str]) -> Page:
    known = mapping(place, spec, ("code", "title", "questions"), ("intro",))
    for code in known["questions"]:
        if code not in dictionary.indicators:
            raise DefinitionError(f"{place}: question {code} is not in the dictionary")
        if code in seen:
            raise DefinitionError(f"{place}: question {code} is asked twice")
        seen.add(code)
    questions = tuple(dictionary.indicators[code] for code in known["questions"])
    return Page(known["code"], known["title"], known.get("intro", ""), questions)
