"""一企一档 as one value: the verdict, what holds the firm back, what to do, how it came here, the facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Division, Enterprise, Statement
from diagnose.services.answers import batch_answers
from diagnose.services.bottlenecks import Bottleneck, bottlenecks
from diagnose.services.change import Change, change
from diagnose.services.diagnose import try_verdict
from diagnose.services.facts import DatedFact, facts_read, known, merge, plain, statements_of
from diagnose.services.sizes import size_of
from diagnose.services.standing import Ruler, Standing, of_diagnosis, rulers, verdicts
from diagnose.texts import say
from questionnaires.schema import Form, Indicator
from scoring.ruleset import Level, Ruleset
from scoring.verdict import verdict


@dataclass(frozen=True)
class HistoryLine:
    """One earlier or present verdict; ``change`` is the score's difference to the one before, same kind.

    ``parts`` splits it into (what, how much); () when there is nothing to split.
    """

    diagnosis: Diagnosis
    rules: Ruleset
    purpose: str
    change: str
    parts: tuple[tuple[str, str], ...]


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
    standing: Standing
    form: Form
    rulers: list[Ruler]
    bottlenecks: list[Bottleneck]
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
        """All milli-points and their maximum; of no meaning in the ratings family."""
        pairs = self.diagnosis.result["dimensions"].values()
        return sum(points for points, _ in pairs), sum(most for _, most in pairs)

    @property
    def score(self) -> str:
        """The score as shown, which is the score as compared."""
        return wording.number(self.diagnosis.score, self.rules.decimals)

    @property
    def level(self) -> str:
        """集成级（三级）"""
        return wording.level_name(self.diagnosis.level, self.rules.level_title(self.diagnosis.level))


def dossier(
    session: Session,
    catalog: Catalog,
    enterprise: Enterprise,
    diagnosis_id: int | None = None,
    scheme: str | None = None,
) -> Dossier | None:
    """The file with one verdict in front: the one asked for, or the newest of a scheme; None when there is none."""
    every = verdicts(session, enterprise.id)
    shown = _in_front(catalog, every, diagnosis_id, scheme)
    if shown is None:
        return None
    rules = catalog.rulesets[shown.ruleset]
    same = [one for one in every if catalog.form_of(catalog.rulesets[one.ruleset]) is catalog.form_of(rules)]
    dated = facts_read(session, shown)
    facts = plain(dated)
    answers = batch_answers(rules, catalog.dictionary, facts)
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
        score_gap=max(following.min_score - shown.score, 0) if following and rules.family == "points" else 0,
        not_applicable=[catalog.dictionary.question(rules.scheme, code) for code in shown.result["not_applicable"]],
        standing=of_diagnosis(session, catalog, shown),
        form=catalog.form_of(rules),
        rulers=rulers(session, catalog, enterprise, wording.today()),
        bottlenecks=bottlenecks(catalog, rules, verdict(rules, answers), answers, facts),
        needs=wording.answer_text(questions["needs"], facts) if "needs" in facts else "",
        history=_history(session, catalog, same),
        facts=_facts(catalog, rules, dated),
        latest=shown is same[-1],
    )


def _in_front(
    catalog: Catalog, every: list[Diagnosis], diagnosis_id: int | None, scheme: str | None
) -> Diagnosis | None:
    """The verdict asked for, else the newest of the scheme asked for, else that of the first form that has one."""
    if diagnosis_id is not None:
        return next((one for one in every if one.id == diagnosis_id), None)
    newest = {one.scheme: one for one in every}
    schemes = [name.partition("/")[0] for form in catalog.forms.values() for name in form.schemes]
    return next((newest[one] for one in (scheme, *schemes) if one in newest), None)


def place_name(session: Session, division: Division) -> str:
    """江苏省扬州市邗江区"""
    ids = [int(part) for part in division.path.strip("/").split("/")]
    names = dict(session.execute(select(Division.id, Division.name).where(Division.id.in_(ids))).all())
    return "".join(names[id_] for id_ in ids)


def _history(session: Session, catalog: Catalog, verdicts: list[Diagnosis]) -> list[HistoryLine]:
    """Newest first."""
    purposes = dict(
        session.execute(
            select(Statement.id, Assessment.purpose)
            .join(Assessment, Assessment.id == Statement.assessment_id)
            .where(Statement.enterprise_id == verdicts[0].enterprise_id)
        ).all()
    )
    statements = statements_of(session, [verdicts[0].enterprise_id], verdicts[0].kind)

    def judge(name: str, as_of: date, known_at: datetime) -> int | None:
        rules = catalog.rulesets[name]
        facts = plain(merge(known(statements, as_of, known_at)))
        judged = try_verdict(rules, batch_answers(rules, catalog.dictionary, facts))
        return judged.score if judged else None

    lines = []
    for before, one in zip([None, *verdicts], verdicts, strict=False):
        rules = catalog.rulesets[one.ruleset]
        purpose = wording.PURPOSES.get(purposes.get(max(one.statements), ""), "")
        split = change(before, one, judge) if before else None
        total = wording.signed(one.score - before.score, rules.decimals) if before else ""
        lines.append(HistoryLine(one, rules, purpose, total, _parts(split, rules)))
    return lines[::-1]


def _parts(split: Change | None, rules: Ruleset) -> tuple[tuple[str, str], ...]:
    if split is None:
        return ()
    parts = {"corrections": split.corrections, "progress": split.progress, "ruler": split.ruler}
    return tuple((say(f"change_{key}"), wording.signed(part, rules.decimals)) for key, part in parts.items() if part)


def _facts(catalog: Catalog, rules: Ruleset, dated: Mapping[str, DatedFact]) -> list[FactLine]:
    """The facts this ruler's forms ask for, in the order asked, then the size facts."""
    form = catalog.form_of(rules)
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
