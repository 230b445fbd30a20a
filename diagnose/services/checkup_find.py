"""What is doubtful about one firm: each kind of rule is a function from what is known of it to the doubts found."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import FirmFact
from diagnose.services.checkup_rules import RULES, Doubt, Rule
from diagnose.services.fact_kinds import DICTIONARY
from diagnose.services.firm_facts import holds
from diagnose.texts import say


@dataclass(frozen=True)
class Judged:
    """A verdict as far as it is compared here; ``score`` in units of 10**-decimals of the ruler."""

    score: int
    level: int


@dataclass
class Case:
    """What is known of a firm. ``own``, ``onsite``: what held by day of statement, oldest first, at most two days.

    ``verdicts``: (kind, ruler) → the newest one.
    """

    own: list[tuple[date, Mapping[str, Any]]] = field(default_factory=list)
    onsite: list[tuple[date, Mapping[str, Any]]] = field(default_factory=list)
    verdicts: dict[tuple[str, str], Judged] = field(default_factory=dict)
    known: Sequence[FirmFact] = ()

    @property
    def latest(self) -> Mapping[str, Any]:
        """The firm's own newest facts."""
        return self.own[-1][1] if self.own else {}


def doubts(catalog: Catalog, case: Case) -> Iterator[Doubt]:
    """Everything doubtful about one firm by itself."""
    for rule in RULES.values():
        if rule.kind in FINDERS:
            yield from FINDERS[rule.kind](catalog, rule, case)


def _figure(facts: Mapping[str, Any], code: str) -> Fraction | None:
    return None if facts.get(code) is None else Fraction(facts[code])


def _share(catalog: Catalog, code: str, facts: Mapping[str, Any]) -> Fraction | None:
    """The value of a ratio; None when it was not answered."""
    num, den = (_figure(facts, fact.code) for fact in catalog.dictionary.indicators[code].facts)
    return None if num is None or not den else num / den


def _share_texts(catalog: Catalog, code: str, *several: Mapping[str, Any]) -> list[str]:
    """A ratio in words, the title first: 55.0%（22 / 40 道）."""
    question = catalog.dictionary.indicators[code]
    return [question.title, *(wording.answer_text(question, facts) for facts in several)]


def _more(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    codes = [rule.asks[key] for key in ("more", "than")]
    more, than = (_figure(case.latest, code) for code in codes)
    if more is not None and than is not None and more > than:
        yield Doubt(rule.code, _named(catalog, case, ("more", "than"), codes), (more, than))


def _zero(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    codes = [rule.asks[key] for key in ("zero", "while")]
    zero, other = (_figure(case.latest, code) for code in codes)
    if zero == 0 and other:
        yield Doubt(rule.code, _named(catalog, case, ("zero", "while"), codes), (zero, other))


def _named(catalog: Catalog, case: Case, names: Sequence[str], codes: Sequence[str]) -> dict[str, str]:
    facts = catalog.dictionary.facts
    found = {name: wording.thousands(case.latest[code]) for name, code in zip(names, codes, strict=True)}
    titles = {f"{name}_title": facts[code].title for name, code in zip(names, codes, strict=True)}
    return found | titles | {"unit": facts[codes[-1]].unit}


def _answers(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    """A chosen option beside one that is ticked, or lacking, where it should be the other way round."""
    ((question, options),) = rule.asks["chosen"].items()
    chosen = case.latest.get(question)
    ((other, option),) = (rule.asks.get("lacks") or rule.asks["ticked"]).items()
    ticked = case.latest.get(other)
    if chosen not in options or ticked is None or (option in ticked) == ("lacks" in rule.asks):
        return
    label = wording.option_label
    facts = catalog.dictionary.facts
    words = {"chosen": label(facts[question], chosen), "lacks": label(facts[other], option)}
    yield Doubt(rule.code, words | {"ticked": words["lacks"]}, (chosen, *ticked))


def _registered(catalog: Catalog, rule: Rule, case: Case) -> tuple[int, int, Doubt] | None:
    """The step answered, the step registered on that day (0: none), and the doubt, should they not agree."""
    answer = case.latest.get(rule.asks["question"])
    if answer is None:
        return None
    day, kind = case.own[-1][0], DICTIONARY[rule.asks["fact"]]
    steps = list(rule.asks["options"].values())
    held = [row.value for row in case.known if row.code == kind.code and holds(row, day)]
    value = max((one for one in held if one in steps), key=steps.index, default="")
    answered = rule.asks["options"].get(answer, "")
    detail = {
        "answered": wording.option_label(catalog.dictionary.facts[rule.asks["question"]], answer),
        "registered": kind.options.get(value or (held[0] if held else ""), say("checkup_nothing")),
        "day": wording.day(day),
    }
    place = [steps.index(one) + 1 if one else 0 for one in (answered, value)]
    return place[0], place[1], Doubt(rule.code, detail, (answered, value))


def _unregistered(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    found = _registered(catalog, rule, case)
    if found and found[0] > found[1]:
        yield found[2]


def _understated(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    found = _registered(catalog, rule, case)
    if found and found[0] < found[1]:
        yield found[2]


def _steps(rule: Rule, case: Case) -> Iterator[tuple[tuple[date, Mapping[str, Any]], tuple[date, Mapping[str, Any]]]]:
    """The last two days on which the firm stated something, when they are not too far apart."""
    for before, after in pairwise(case.own[-2:]):
        if (after[0] - before[0]).days <= rule.asks["days"]:
            yield before, after


def _days(before: date, after: date) -> dict[str, str]:
    return {"before_day": wording.day(before), "after_day": wording.day(after)}


def _ratio_jump(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    for before, after in _steps(rule, case):
        for code in rule.asks["ratios"]:
            one, two = (_share(catalog, code, facts) for _, facts in (before, after))
            if one is not None and two is not None and abs(two - one) * 100 > rule.asks["points"]:
                texts = _share_texts(catalog, code, before[1], after[1])
                detail = dict(zip(("title", "before", "after"), texts, strict=True)) | _days(before[0], after[0])
                yield Doubt(rule.code, detail, (code, one, two, after[0]))


def _times_jump(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    for before, after in _steps(rule, case):
        for code in rule.asks["facts"]:
            one, two = (_figure(facts, code) for _, facts in (before, after))
            if not one or not two or max(one, two) < rule.asks["times"] * min(one, two):
                continue
            fact = catalog.dictionary.facts[code]
            texts = [wording.thousands(facts[code]) for _, facts in (before, after)]
            detail = {"title": fact.title, "before": texts[0], "after": texts[1], "unit": f" {fact.unit}"}
            yield Doubt(rule.code, detail | _days(before[0], after[0]), (code, one, two, after[0]))


def _both(catalog: Catalog, case: Case) -> Iterator[tuple[str, Judged, Judged]]:
    """Each ruler with the newest own and onsite verdict."""
    for name in catalog.rulesets:
        own, onsite = (case.verdicts.get((kind, name)) for kind in ("self", "onsite"))
        if own and onsite:
            yield name, own, onsite


def _onsite_level(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    for name, own, onsite in _both(catalog, case):
        if abs(own.level - onsite.level) >= rule.asks["levels"]:
            rules = catalog.rulesets[name]
            texts = [wording.level_name(one.level, rules.level_title(one.level)) for one in (own, onsite)]
            detail = {"ruler": rules.title, "own": texts[0], "onsite": texts[1]}
            yield Doubt(rule.code, detail, (name, own.level, onsite.level))


def _onsite_score(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    """Only of rulers that give points out of 100."""
    for name, own, onsite in _both(catalog, case):
        rules = catalog.rulesets[name]
        if rules.family == "points" and abs(own.score - onsite.score) > rule.asks["points"] * 10**rules.decimals:
            texts = [wording.number(one.score, rules.decimals) for one in (own, onsite)]
            detail = {"ruler": rules.title, "own": texts[0], "onsite": texts[1]}
            yield Doubt(rule.code, detail, (name, own.score, onsite.score))


def _onsite_ratio(catalog: Catalog, rule: Rule, case: Case) -> Iterator[Doubt]:
    if not (case.own and case.onsite):
        return
    both = (case.latest, case.onsite[-1][1])
    for code in rule.asks["ratios"]:
        own, onsite = (_share(catalog, code, facts) for facts in both)
        if own is not None and onsite is not None and abs(own - onsite) * 100 > rule.asks["points"]:
            texts = _share_texts(catalog, code, *both)
            yield Doubt(rule.code, dict(zip(("title", "own", "onsite"), texts, strict=True)), (code, own, onsite))


FINDERS: dict[str, Callable[[Catalog, Rule, Case], Iterator[Doubt]]] = {
    "more": _more,
    "zero": _zero,
    "answers": _answers,
    "unregistered": _unregistered,
    "understated": _understated,
    "ratio_jump": _ratio_jump,
    "times_jump": _times_jump,
    "onsite_level": _onsite_level,
    "onsite_score": _onsite_score,
    "onsite_ratio": _onsite_ratio,
}
