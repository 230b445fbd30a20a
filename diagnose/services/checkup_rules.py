"""The rules of 数据体检 (data/checkup.yaml), loaded once and checked whole; and what a found doubt is."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from questionnaires.schema import Dictionary
from questionnaires.strict import DefinitionError, load_yaml, mapping

PATH = Path(__file__).resolve().parent.parent / "data/checkup.yaml"
# kind → the keys it needs, and those it may have.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "more": (("more", "than"), ()),
    "zero": (("zero", "while"), ()),
    "answers": (("chosen",), ("lacks", "ticked")),
    "unregistered": (("question", "fact", "options"), ()),
    "understated": (("question", "fact", "options"), ()),
    "ratio_jump": (("ratios", "points", "days"), ()),
    "times_jump": (("facts", "times", "days"), ()),
    "far": (("measure", "peers", "deviations"), ()),
    "onsite_level": (("levels",), ()),
    "onsite_score": (("points",), ()),
    "onsite_ratio": (("ratios", "points"), ()),
}
COMMON = ("title", "kind", "reason", "settle")


@dataclass(frozen=True)
class Rule:
    """One rule; ``asks`` are the keys of its kind."""

    code: str
    title: str
    kind: str
    reason: str
    settle: str
    check: str
    asks: Mapping[str, Any]


@dataclass(frozen=True)
class Doubt:
    """What a rule found: ``detail`` fills its reason, ``key`` is what of it the firm itself said.

    A settled doubt comes up again only when the ``key`` has changed: that its peers moved on is no news of the firm.
    """

    code: str
    detail: dict[str, str]
    key: tuple[object, ...]

    @property
    def fingerprint(self) -> str:
        """The same for the same doubt on the same figures."""
        text = json.dumps([self.code, *map(str, self.key)], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def load(path: Path = PATH) -> dict[str, Rule]:
    """The rules by code; DefinitionError names the file and the key of anything wrong."""
    raw = mapping(str(path), load_yaml(path), ("rules",))["rules"]
    rules = mapping(f"{path}: rules", raw, (), tuple(raw))
    return {code: _rule(f"{path}: rules.{code}", code, spec) for code, spec in rules.items()}


def _rule(place: str, code: str, spec: object) -> Rule:
    kind = spec.get("kind") if isinstance(spec, dict) else None
    if kind not in KINDS:
        raise DefinitionError(f"{place}: kind {kind} is none of {', '.join(KINDS)}")
    needed, possible = KINDS[kind]
    known = mapping(place, spec, (*COMMON, *needed), ("check", *possible))
    asks = {key: value for key, value in known.items() if key not in (*COMMON, "check")}
    return Rule(code, known["title"], kind, known["reason"], known["settle"], known.get("check", ""), asks)


RULES = load()


def reason(code: str, detail: Mapping[str, str]) -> str:
    """The sentence of a doubt; a figure that an earlier wording did not keep is a dash."""
    rule = RULES.get(code)
    return rule.reason.format_map(defaultdict(lambda: "—", detail)) if rule else code


def unknown_codes(dictionary: Dictionary) -> list[str]:
    """What the rules name that the dictionary has not: for the check that the two belong together."""
    wrong = []
    for rule in RULES.values():
        facts = [rule.asks[key] for key in ("more", "than", "zero", "while") if key in rule.asks]
        facts += rule.asks.get("facts", [])
        wrong += [f"{rule.code}: {code}" for code in facts if code not in dictionary.facts]
        questions = {code: options for key in ("chosen", "lacks", "ticked") for code, options in _pairs(rule, key)}
        if "question" in rule.asks:
            questions[rule.asks["question"]] = list(rule.asks["options"])
        for code, options in questions.items():
            known = dictionary.indicators[code].fact.options if code in dictionary.indicators else {}
            wrong += [f"{rule.code}: {code} {option}" for option in options if option not in known]
        ratios = [code for code in rule.asks.get("ratios", ()) if code not in dictionary.indicators]
        wrong += [f"{rule.code}: {code}" for code in ratios]
    return wrong


def _pairs(rule: Rule, key: str) -> list[tuple[str, list[str]]]:
    return [(code, value if isinstance(value, list) else [value]) for code, value in rule.asks.get(key, {}).items()]
