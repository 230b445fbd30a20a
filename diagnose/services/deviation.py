"""偏差: how far the firm's own answers were from what was found onsite, question by question, under one ruler."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Visit
from diagnose.models.visit import FINAL
from diagnose.services.answers import batch_answers, known_to_apply
from diagnose.services.onsite_draft import onsite_draft, own_facts
from diagnose.services.verdicts import Judged
from diagnose.texts import say
from questionnaires.schema import NOT_APPLICABLE, Indicator
from scoring.model import Indicator as Scored
from scoring.ruleset import Ruleset
from scoring.verdict import Verdict, verdict

POINTS, GRADES, MARKS = "points", "grades", "marks"
DECIMALS = {POINTS: 3, GRADES: 0, MARKS: 1}


@dataclass(frozen=True)
class DeviationLine:
    """One question. ``size``: own minus found in milli-points, grades or tenths of a mark; None if just one is 不适用.

    ``word``: over, under, same (answer), equal (another answer, the same points) or scope (不适用 on one side).
    """

    question: Indicator
    own: str
    found: str
    adopted: bool
    unit: str
    size: int | None
    word: str

    @property
    def text(self) -> str:
        """高估 3.240 分"""
        if not self.size:
            return say(f"deviation_{self.word}")
        amount = wording.number(abs(self.size), DECIMALS[self.unit])
        return f"{say(f'deviation_{self.word}')} {amount} {say(f'unit_{self.unit}')}"


@dataclass(frozen=True)
class Side:
    """Score and level of one side; a range while answers are missing."""

    score: str
    level: str


@dataclass(frozen=True)
class Deviation:
    """All questions compared, the largest difference first; ``waiting``: how many were not found out yet."""

    rules: Ruleset
    own: Side
    found: Side
    lines: list[DeviationLine]
    waiting: int
    final: bool

    @property
    def adopted(self) -> int:
        """How many of the questions were taken over from the firm."""
        return sum(line.adopted for line in self.lines)

    @property
    def totals(self) -> list[tuple[str, str]]:
        """(what, how much): all that was overstated and understated, by unit."""
        found = []
        for unit in dict.fromkeys(line.unit for line in self.lines):
            sizes = [line.size for line in self.lines if line.unit == unit and line.size]
            for word, sign in (("over", 1), ("under", -1)):
                total = sum(abs(size) for size in sizes if size * sign > 0)
                amount = f"{wording.number(total, DECIMALS[unit])} {say(f'unit_{unit}')}"
                found.append((say(f"deviation_{word}"), amount))
        return found


def of_visit(session: Session, catalog: Catalog, visit: Visit) -> list[Deviation]:
    """The deviation as far as the visit has come, one a ruler of its form."""
    draft = onsite_draft(session, catalog, visit)
    own, found = draft.own_reading.values, draft.given
    adopted = {question.code for question in draft.form.questions if draft.adopted(question)}
    rulers = [catalog.rulesets[name] for name in draft.form.schemes]
    return [compare(catalog, rules, own, found, adopted, visit.state == FINAL) for rules in rulers]


def of_verdict(session: Session, catalog: Catalog, onsite: Judged, visit: Visit) -> Deviation:
    """The deviation behind an onsite verdict, from the self-assessment that its visit checked."""
    own = {code: fact.value for code, fact in own_facts(session, visit).items()}
    return compare(catalog, onsite.rules, own, onsite.facts, taken_over(catalog, onsite.diagnosis), True)


def taken_over(catalog: Catalog, shown: Diagnosis) -> set[str]:
    """The questions of a verdict that rest on 沿用自评, by their codes in the dictionary."""
    return {catalog.dictionary.code(shown.scheme, code) for code in shown.result.get("adopted", ())}


def compare(
    catalog: Catalog,
    rules: Ruleset,
    own: Mapping[str, Any],
    found: Mapping[str, Any],
    adopted: Collection[str],
    final: bool,
) -> Deviation:
    """Two sets of facts under the same ruler; ``adopted``: questions by their codes in the dictionary."""
    said, seen = _Side(catalog, rules, own), _Side(catalog, rules, found)
    asked = {scored.code: catalog.dictionary.question(rules.scheme, scored.code) for scored in rules.indicators}
    compared = [one for one in rules.indicators if one.code in said.answers and one.code in seen.answers]
    lines = [_line(one, asked[one.code], said, seen, asked[one.code].code in adopted) for one in compared]
    order = sorted(lines, key=lambda line: (line.size is not None, line.unit != POINTS, -abs(line.size or 0)))
    waiting = len(rules.indicators) - len(compared)
    return Deviation(rules, said.shown, seen.shown, order, waiting, final)


class _Side:
    """One set of facts as the ruler sees it."""

    def __init__(self, catalog: Catalog, rules: Ruleset, facts: Mapping[str, Any]) -> None:
        self.rules, self.facts = rules, facts
        self.answers = batch_answers(rules, catalog.dictionary, facts)
        self.judged: Verdict = verdict(rules, self.answers, known_to_apply(rules, catalog.dictionary, facts))

    @property
    def shown(self) -> Side:
        scores = self.judged.score_range or (self.judged.score or 0, self.judged.score or 0)
        levels = self.judged.level_range or (self.judged.level or 0, self.judged.level or 0)
        names = [wording.level_name(level, self.rules.level_title(level)) for level in levels]
        return Side(_range([wording.number(score, self.rules.decimals) for score in scores]), _range(names))

    def text(self, question: Indicator, code: str) -> str:
        if self.answers[code] == NOT_APPLICABLE:
            return say("not_applicable")
        return wording.answer_text(question, self.facts)

    def worth(self, scored: Scored) -> int | None:
        """What the answer is worth, in the unit of its kind; None for 不适用."""
        answer = self.answers[scored.code]
        if answer == NOT_APPLICABLE:
            return None
        if isinstance(answer, list) and scored.kind == "ratings":
            return int(sum(Decimal(mark) for mark in answer) * 10)
        return answer if scored.kind == "scene" and isinstance(answer, int) else self.judged.points[scored.code]


def _range(ends: list[str]) -> str:
    return ends[0] if ends[0] == ends[1] else say("range", low=ends[0], high=ends[1])


def _line(scored: Scored, question: Indicator, own: _Side, found: _Side, adopted: bool) -> DeviationLine:
    said, seen = own.worth(scored), found.worth(scored)
    same = own.answers[scored.code] == found.answers[scored.code]
    size = said - seen if said is not None and seen is not None else 0 if same else None
    word = "same" if same else "scope" if size is None else "over" if size > 0 else "under" if size < 0 else "equal"
    unit = {"scene": GRADES, "ratings": MARKS}.get(scored.kind, POINTS)
    texts = own.text(question, scored.code), found.text(question, scored.code)
    return DeviationLine(question, *texts, adopted, unit, size, word)
