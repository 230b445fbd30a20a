"""Where a firm stands on each ruler it may be measured by, side by side. Levels of different rulers never convert."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Enterprise
from diagnose.services.answers import batch_answers
from diagnose.services.diagnose import try_verdict
from diagnose.services.drafts import open_drafts
from diagnose.services.facts import known as known_at
from diagnose.services.facts import merge, plain
from diagnose.services.methods import need_text
from diagnose.services.verdicts import KINDS, Verdicts
from diagnose.texts import say
from questionnaires.schema import Form
from scoring.ruleset import Ruleset
from scoring.verdict import Unmet, Verdict


@dataclass(frozen=True)
class DimensionLine:
    """One dimension; ``share`` is None when all of it is 不适用. ``points`` and ``most`` are texts."""

    title: str
    points: str
    most: str
    share: Fraction | None


@dataclass(frozen=True)
class Standing:
    """One ruler's word on the firm: a verdict, or with ``diagnosis`` None a trial (试算) nobody pledged.

    ``adopted`` and ``advisor`` are of onsite verdicts.
    """

    rules: Ruleset
    diagnosis: Diagnosis | None
    as_of: date
    score: str
    full: str
    level: str
    unmet: list[str]
    dimensions: list[DimensionLine]
    adopted: str = ""
    advisor: str = ""


@dataclass(frozen=True)
class Ruler:
    """One form the firm may fill in, with what it has led to so far; ``onsite``: what a visit found."""

    form: Form
    rules: Ruleset
    standing: Standing | None
    onsite: Standing | None
    draft: Assessment | None


def rulers(session: Session, catalog: Catalog, enterprise: Enterprise, known: Verdicts, today: date) -> list[Ruler]:
    """Every ruler for this firm: its newest verdicts, else a trial when the facts are complete, else nothing."""
    facts = plain(merge(known_at(known.of_kind("self"), today, wording.now())))
    drafts = {one.form: one for one in open_drafts(session, enterprise.id)}
    found = []
    for form in catalog.forms_for(enterprise.process_type):
        rules = catalog.rulesets[form.schemes[0]]
        own, onsite = (known.newest(form.name, kind) for kind in KINDS)
        standing = of_diagnosis(known, own) if own else _trial(catalog, rules, facts, today)
        found.append(
            Ruler(form, rules, standing, of_diagnosis(known, onsite) if onsite else None, drafts.get(form.form))
        )
    return found


def of_diagnosis(known: Verdicts, shown: Diagnosis) -> Standing:
    """The standing that a stored verdict gave."""
    judged = known.judged(shown)
    plain_standing = _standing(known.catalog, judged.rules, judged.verdict, judged.answers, shown.as_of, shown)
    visit = known.visit_of(shown) if shown.kind == "onsite" else None
    advisor = visit.advisor.name if visit else ""
    return replace(plain_standing, adopted=adopted_text(shown, judged.rules), advisor=advisor)


def adopted_text(shown: Diagnosis, rules: Ruleset) -> str:
    """How many of a verdict's questions rest on 沿用自评, in words; "" for the firm's own verdict."""
    if shown.kind != "onsite":
        return ""
    return say("adopted_of", count=len(shown.result.get("adopted", ())), total=len(rules.indicators))


def _trial(catalog: Catalog, rules: Ruleset, facts: Mapping[str, Any], today: date) -> Standing | None:
    answers = batch_answers(rules, catalog.dictionary, facts)
    judged = try_verdict(rules, answers)
    return _standing(catalog, rules, judged, answers, today, None) if judged else None


def _standing(
    catalog: Catalog,
    rules: Ruleset,
    judged: Verdict,
    answers: Mapping[str, Any],
    as_of: date,
    diagnosis: Diagnosis | None,
) -> Standing:
    full = say("full_level", count=len(rules.levels)) if rules.family == "ratings" else say("full_score")
    return Standing(
        rules=rules,
        diagnosis=diagnosis,
        as_of=as_of,
        score=wording.number(judged.score or 0, rules.decimals),
        full=full,
        level=wording.level_name(judged.level or 0, judged.level_title or ""),
        unmet=unmet_texts(catalog, rules, judged),
        dimensions=dimension_lines(rules, judged, answers),
    )


def unmet_texts(catalog: Catalog, rules: Ruleset, judged: Verdict) -> list[str]:
    """What keeps the firm from the next level, one sentence a condition."""
    if not judged.unmet:
        return []
    target = rules.levels[judged.level or 0]
    title = wording.level_name(target.level, target.title)
    return [_unmet_text(catalog, rules, one, title) for one in judged.unmet]


def _unmet_text(catalog: Catalog, rules: Ruleset, one: Unmet, title: str) -> str:
    need, have = one.need, one.have
    if one.condition == "score" and isinstance(need, int) and isinstance(have, int):
        return say("unmet_score", gap=wording.number(need - have, rules.decimals))
    if one.condition == "A" and isinstance(need, int) and isinstance(have, int):
        return say(
            "unmet_A",
            level=title,
            have=wording.number(have, rules.decimals),
            need=wording.number(need, rules.decimals),
        )
    if one.condition in ("scenes", "binding_scenes"):
        return say(f"unmet_{one.condition}", level=title, have=have, need=need)
    conditions = (one for level in rules.levels for one in level.conditions)
    condition = next(each for each in conditions if (each.indicator, each.value) == (one.condition, need))
    question = catalog.dictionary.question(rules.scheme, one.condition)
    return say("unmet_indicator", title=question.title, need=need_text(condition, rules, catalog.dictionary))


def dimension_lines(rules: Ruleset, judged: Verdict, answers: Mapping[str, Any]) -> list[DimensionLine]:
    """The dimensions with their shares; those without points (scenes) by the mean grade of what they hold."""
    lines = []
    for dimension in rules.dimensions:
        points, most = (judged.dimensions or {})[dimension.code]
        unit = "%" if rules.family == "ratings" else ""
        shown = (wording.points(points) + unit, wording.plain_points(most) + unit)
        lines.append(DimensionLine(dimension.title, *shown, Fraction(points, most) if most else None))
    for dimension in rules.unscored:
        scenes = [scored for scored in rules.indicators if scored.dimension == dimension.code]
        got, most = sum(answers[scored.code] for scored in scenes), sum(scored.grades for scored in scenes)
        lines.append(DimensionLine(dimension.title, say("grades", count=got), str(most), Fraction(got, most)))
    return lines
