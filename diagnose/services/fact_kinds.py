"""Which facts about firms there are (data/firm-facts.yaml): what each may say, and what bit it sets in the marks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diagnose import wording
from diagnose.texts import say
from questionnaires import parse as typed
from questionnaires.schema import Fact
from questionnaires.strict import DefinitionError, load_yaml, mapping

PATH = Path(__file__).resolve().parent.parent / "data/firm-facts.yaml"
# How questionnaires call the same kinds of values.
KINDS = {"none": "", "text": "text", "choice": "single", "count": "count", "amount": "amount"}
FLAGS = ("several", "yearly", "rolling", "lasting")
TEXT_LENGTH = 200
YES = ("", "是", "有", "√", "✓", "1")
BITS = 63  # of a signed 64-bit integer


class BadFact(ValueError):
    """A fact that cannot be taken; the message is a Chinese sentence for whoever entered it."""


@dataclass(frozen=True)
class FactKind:
    """One code. ``kind``: none, text, choice, count or amount; the flags are explained in the file itself.

    ``bit`` is None where there is no mark, or where the option decides (``bits``). ``check``: what is 待核 about it.
    """

    code: str
    group: str
    title: str
    kind: str
    hint: str
    source: str
    check: str = ""
    unit: str = ""
    decimals: int = 0
    bit: int | None = None
    several: bool = False
    yearly: bool = False
    rolling: bool = False
    lasting: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    bits: Mapping[str, int] = field(default_factory=dict)
    ladder: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def as_question(self) -> Fact:
        """The same for the one reader of typed values."""
        return Fact(
            self.code,
            KINDS[self.kind],
            self.title,
            unit=self.unit,
            decimals=self.decimals,
            max_length=TEXT_LENGTH,
            options=self.options,
        )


def parse(code: str, text: str) -> str:
    """The value to store of what was typed or stands in a cell; raises BadFact.

    Options by key or label, numbers with thousands separators or in full width; of a fact without value a blank or 是.
    """
    kind, text = DICTIONARY[code], text.strip()
    if kind.kind == "none":
        if text not in YES:
            raise BadFact(say("fact_no_value", title=kind.title))
        return ""
    keys = {label: key for key, label in kind.options.items()} | dict(kind.also)
    try:
        value = typed.parse(kind.as_question, [keys.get(text, text)])
    except typed.Mistake as mistake:
        raise BadFact(str(mistake)) from None
    if value is None or not str(value).isprintable():
        raise BadFact(say("fact_value_missing" if value is None else "fact_unreadable", title=kind.title))
    return str(value)


def marks(code: str, value: str) -> int | None:
    """The bit that a fact sets in `firm_span.marks` while it holds; None when it sets none."""
    kind = DICTIONARY.get(code)
    return None if kind is None else kind.bits.get(value, kind.bit)


def value_text(code: str, value: str) -> str:
    """四星级, 1,200.00 万元, the name as entered; "" for a fact without value."""
    kind = DICTIONARY.get(code)
    if kind is None or kind.kind in ("none", "text"):
        return value
    return kind.options.get(value, value) if kind.options else f"{wording.thousands(value)} {kind.unit}"


def load(path: Path = PATH) -> tuple[dict[str, str], dict[str, FactKind]]:
    """The groups' titles, and the kinds by code; DefinitionError names file and key of anything wrong."""
    raw = mapping(str(path), load_yaml(path), ("groups", "facts"))
    groups = mapping(f"{path}: groups", raw["groups"], (), tuple(raw["groups"]))
    facts = mapping(f"{path}: facts", raw["facts"], (), tuple(raw["facts"]))
    kinds = {code: _kind(f"{path}: facts.{code}", code, spec, groups) for code, spec in facts.items()}
    _check_bits(path, kinds)
    return groups, kinds


def _kind(place: str, code: str, spec: object, groups: Mapping[str, Any]) -> FactKind:
    optional = ("check", "unit", "decimals", "bit", "bits", "options", "also", "ladder", *FLAGS)
    known = FactKind(code, **mapping(place, spec, ("group", "title", "kind", "hint", "source"), optional))
    if known.group not in groups:
        raise DefinitionError(f"{place}: group {known.group} is none of {', '.join(groups)}")
    if known.kind not in KINDS or bool(known.options) != (known.kind == "choice"):
        raise DefinitionError(f"{place}: kind {known.kind}: one of {', '.join(KINDS)}, options for a choice alone")
    for name, keys in (("bits", known.bits.keys()), ("ladder", known.ladder.keys()), ("also", {*known.also.values()})):
        if keys and not (keys <= known.options.keys() and (name == "also" or len(keys) == len(known.options))):
            raise DefinitionError(f"{place}: {name}: other keys than options")
    if sum((known.several, known.yearly, known.rolling)) > 1:
        raise DefinitionError(f"{place}: several, yearly and rolling exclude each other")
    return known


def _check_bits(path: Path, kinds: Mapping[str, FactKind]) -> None:
    """Every bit belongs to one mark."""
    owner: dict[int, str] = {}
    for code, kind in kinds.items():
        for bit in kind.bits.values() if kind.bits else () if kind.bit is None else (kind.bit,):
            if bit in owner or not 0 <= bit < BITS:
                raise DefinitionError(f"{path}: facts.{code}: bit {bit} is taken by {owner.get(bit)} or out of range")
            owner[bit] = code


GROUPS, DICTIONARY = load()
