"""一企一档 as one value: the verdict, what holds the firm back, what to do, how it came here, the facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Division, Enterprise, Statement
from diagnose.services.answers import batch_answers
from diagnose.services.facts import DatedFact, facts_at, plain
from diagnose.services.methods import need_text
from diagnose.services.recommend import Recommendation
from diagnose.services.sizes import size_of
from diagnose.texts import say
from questionnaires.schema import Indicator
from scoring.ruleset import Condition, Level, Ruleset


@dataclass(frozen=True)
class Bottleneck:
    """One 瓶颈: an unmet condition of the next level (``condition``), or an indicator that loses points."""

    question: Indicator
    now: str
    need: str
    gap: str
    lost: int
    max_points: int
    condition: bool
    recommendations: list[Recommendation]


@dataclass(frozen=True)
class DimensionLine:
    """One dimension; ``share`` is None when all of it is 不适用."""

    title: str
    points: int
    max_points: int
    share: Fraction | None


@dataclass(frozen=True)
class HistoryLine:
    """One earlier or present verdict; ``change`` is the score's difference to the one before, same kind."""

    diagnosis: Diagnosis
    rules: Ruleset
    purpose: str
    change: str


@dataclass(frozen=True)
class FactLine:
    """One answered question with where it comes from; ``value`` is None when 不适用."""

    group: str
    question: Indicator
    value: str | None
    source: str
    as_of: date


@dataclass(frozen=True)
class Dossier:
    """Everything a reader of the file needs, whatever it is printed on. Points in milli-points."""

    enterprise: Enterprise
    place: str
    industry: str
    size: str
    above_scale: bool | None
    diagnosis: Diagnosis
    rules: Ruleset
    next_level: Level | None
    score_gap: int
    not_applicable: list[Indicator]
    bottlenecks: list[Bottleneck]
    dimensions: list[DimensionLine]
    needs: str
    history: list[HistoryLine]
    facts: list[FactLine]
    latest: bool

    @property
    def unmet(self) -> list[Bottleneck]:
        """The unmet conditions of the next level."""
        return [each for each in self.bottlenecks if each.condition]

    @property
    def losses(self) -> list[Bottleneck]:
        """The other indicators that lose points, most first."""
        return [each for each in self.bottlenecks if not each.condition]

    @property
    def score_level(self) -> Level | None:
        """The level whose floor the score has passed, when a condition keeps the firm below it."""
        passed = [level for level in self.rules.levels if self.diagnosis.score >= level.min_score]
        return passed[-1] if passed and passed[-1].level > self.diagnosis.level else None

    @property
    def points(self) -> tuple[int, int]:
        """All milli-points and their maximum."""
        return sum(line.points for line in self.dimensions), sum(line.max_points for line in self.dimensions)

    @property
    def score(self) -> str:
        """The score as shown, which is the score as compared."""
        return wording.number(self.diagnosis.score, self.rules.decimals)

    @property
    def level(self) -> str:
        """集成级（三级）"""
        return wording.level_name(self.diagnosis.level, self.rules.level_title(self.diagnosis.level))


def dossier(
    session: Session, catalog: Catalog, enterprise: Enterprise, diagnosis_id: int | None = None
) -> Dossier | None:
    """The file with its newest self-verdict, or with an earlier one; None when there is no such verdict."""
    verdicts = _verdicts(session, enterprise)
    if not verdicts:
        return None
    newest = verdicts[-1]
    shown = next((one for one in verdicts if one.id == diagnosis_id), None if diagnosis_id else newest)
    if shown is None:
        return None
    rules = catalog.rulesets[shown.ruleset]
    dated = facts_at(session, enterprise.id, shown.kind, shown.as_of, shown.known_at)
    facts = plain(dated)
    size, above = size_of(catalog, enterprise.industry, facts)
    following = rules.levels[shown.level] if shown.level < len(rules.levels) else None
    questions = catalog.dictionary.indicators
    return Dossier(
        enterprise=enterprise,
        place=place_name(session, enterprise.places[-1].division),
        industry=catalog.industries.by_code[enterprise.industry].title,
        size=str(size),
        above_scale=above,
        diagnosis=shown,
        rules=rules,
        next_level=following,
        score_gap=max(following.min_score - shown.score, 0) if following else 0,
        not_applicable=[catalog.dictionary.question(rules.scheme, code) for code in shown.result["not_applicable"]],
        bottlenecks=_bottlenecks(catalog, rules, shown, facts),
        dimensions=_dimensions(rules, shown),
        needs=wording.answer_text(questions["needs"], facts) if "needs" in facts else "",
        history=_history(session, catalog, verdicts),
        facts=_facts(catalog, rules, dated),
        latest=shown is newest,
    )


def _verdicts(session: Session, enterprise: Enterprise) -> list[Diagnosis]:
    """All self-verdicts, oldest first."""
    found = session.scalars(
        select(Diagnosis)
        .where(Diagnosis.enterprise_id == enterprise.id, Diagnosis.kind == "self")
        .order_by(Diagnosis.as_of, Diagnosis.known_at, Diagnosis.id)
    )
    return list(found)


def place_name(session: Session, division: Division) -> str:
    """江苏省扬州市邗江区"""
    ids = [int(part) for part in division.path.strip("/").split("/")]
    names = dict(session.execute(select(Division.id, Division.name).where(Division.id.in_(ids))).all())
    return "".join(names[id_] for id_ in ids)


def _bottlenecks(catalog: Catalog, rules: Ruleset, shown: Diagnosis, facts: Mapping[str, Any]) -> list[Bottleneck]:
    """Unmet conditions of the next level first, then by milli-points lost, ties in questionnaire order."""
    answers = batch_answers(rules, catalog.dictionary, facts)
    unmet = [code for code in shown.result["unmet"] if code != "score"]
    lost = {
        scored.code: scored.max_points - shown.result["points"][scored.code]
        for scored in rules.indicators
        if shown.result["points"][scored.code] is not None
    }
    others = sorted((code for code in lost if lost[code] > 0 and code not in unmet), key=lambda code: -lost[code])
    conditions = {one.indicator: one for one in rules.levels[shown.level].conditions} if unmet else {}
    return [
        _bottleneck(catalog, rules, code, answers[code], facts, lost[code], conditions[code] if code in unmet else None)
        for code in [*unmet, *others]
    ]


def _bottleneck(
    catalog: Catalog,
    rules: Ruleset,
    code: str,
    answer: Any,
    facts: Mapping[str, Any],
    lost: int,
    condition: Condition | None,
) -> Bottleneck:
    question = catalog.dictionary.question(rules.scheme, code)
    target = condition or _full(rules, code)
    return Bottleneck(
        question=question,
        now=wording.answer_text(question, facts),
        need=need_text(target, rules, catalog.dictionary),
        gap=_gap(rules, question, answer, target),
        lost=lost,
        max_points=rules.indicator(code).max_points,
        condition=condition is not None,
        recommendations=catalog.libraries[rules.name].next_steps(rules, code, answer),
    )


def _full(rules: Ruleset, code: str) -> Condition:
    """What full points need, said like a level condition."""
    scored = rules.indicator(code)
    if scored.kind == "ratio":
        return Condition(code, "at_least", scored.knots[-1][0])
    if scored.kind == "multi":
        return Condition(code, "ticked_at_least", len(scored.ticks))
    return Condition(code, "option_at_least", scored.options[-1])


def _gap(rules: Ruleset, question: Indicator, answer: Any, target: Condition) -> str:
    scored = rules.indicator(question.code)
    if target.kind == "at_least":
        more = ceil(Fraction(target.value) * Fraction(answer["den"])) - answer["num"]
        return say("gap_ratio", count=wording.thousands(more), unit=question.facts[0].unit)
    if target.kind == "ticked_at_least":
        ticked = sum(key != scored.none for key in answer)
        return say("gap_ticks", count=int(target.value) - ticked)
    return say("gap_steps", count=scored.options.index(str(target.value)) - scored.options.index(answer))


def _dimensions(rules: Ruleset, shown: Diagnosis) -> list[DimensionLine]:
    lines = []
    for dimension in rules.dimensions:
        points, most = shown.result["dimensions"][dimension.code]
        lines.append(DimensionLine(dimension.title, points, most, Fraction(points, most) if most else None))
    return lines


def _history(session: Session, catalog: Catalog, verdicts: list[Diagnosis]) -> list[HistoryLine]:
    """Newest first."""
    purposes = dict(
        session.execute(
            select(Statement.id, Assessment.purpose)
            .join(Assessment, Assessment.id == Statement.assessment_id)
            .where(Statement.enterprise_id == verdicts[0].enterprise_id)
        ).all()
    )
    lines = []
    for before, one in zip([None, *verdicts], verdicts, strict=False):
        rules = catalog.rulesets[one.ruleset]
        purpose = purposes.get(max(one.statements), "")
        lines.append(HistoryLine(one, rules, wording.PURPOSES.get(purpose, ""), _change(before, one, rules)))
    return lines[::-1]


def _change(before: Diagnosis | None, one: Diagnosis, rules: Ruleset) -> str:
    if before is None or before.ruleset != one.ruleset:
        return ""
    return wording.signed(one.score - before.score, rules.decimals)


def _facts(catalog: Catalog, rules: Ruleset, dated: Mapping[str, DatedFact]) -> list[FactLine]:
    """The facts this ruler's forms ask for, in the order asked, then the size facts."""
    form = next(form for form in catalog.forms.values() if rules.name in form.schemes)
    asked = [(page.title, question) for page in form.pages for question in page.questions]
    size = [(say("group_firm"), catalog.dictionary.indicators[code]) for code in ("staff", "revenue", "assets")]
    values = plain(dated)
    lines = [_fact(group, question, values, dated) for group, question in [*asked, *size]]
    return [line for line in lines if line]


def _fact(
    group: str, question: Indicator, values: Mapping[str, Any], dated: Mapping[str, DatedFact]
) -> FactLine | None:
    rule = question.may_not_apply
    if rule and values.get(rule[0]) == rule[1]:
        origin = dated[rule[0]]
        return FactLine(group, question, None, origin.source, origin.as_of)
    known = [dated[fact.code] for fact in question.facts if fact.code in dated]
    if not known:
        return None
    newest = max(known, key=lambda fact: (fact.as_of, fact.recorded_at))
    return FactLine(group, question, wording.answer_text(question, values), newest.source, newest.as_of)
