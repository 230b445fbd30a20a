"""What a plan wanted against what a later verdict found, and which questions to answer again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis
from diagnose.services.roadmap import DONE, Plan, PlanLine
from diagnose.services.verdicts import Judged, Verdicts
from questionnaires.schema import Form, Indicator
from scoring.ruleset import Indicator as Scored
from scoring.ruleset import Ruleset
from scoring.steps import Step, steps_up
from scoring.strict_yaml import decimal_text


@dataclass(frozen=True)
class ReachedLine:
    """One item beside the later verdict: ``found`` is the answer in words, ``reached`` whether the step is taken."""

    line: PlanLine
    question: Indicator
    found: str
    reached: bool


@dataclass(frozen=True)
class Reached:
    """A plan beside the newest verdict made after it; ``level`` and ``score`` are texts."""

    diagnosis: Diagnosis
    level: str
    score: str
    lines: Sequence[ReachedLine]


@dataclass(frozen=True)
class Standing:
    """Where a plan stands: ``reached`` None until a later verdict; ``again``: done, but no verdict knows it yet."""

    reached: Reached | None
    again: Sequence[PlanLine]


def standing(session: Session, catalog: Catalog, plan: Plan) -> Standing:
    """Compare a plan with the newest verdict of its scheme and kind."""
    record = Verdicts(session, catalog, plan.row.enterprise_id)
    base = next(one for one in record.every if one.id == plan.row.diagnosis_id)
    newest = [one for one in record.every if (one.scheme, one.kind) == (base.scheme, base.kind)][-1]
    judged = record.judged(newest)
    found = [_line(judged, line) for line in plan.lines]
    again = [one.line for one in found if one.line.status == DONE and not one.reached]
    if newest.id == base.id or newest.known_at <= plan.row.made_at:
        return Standing(None, again)
    level = wording.level_name(newest.level, judged.rules.level_title(newest.level))
    return Standing(Reached(newest, level, wording.number(newest.score, judged.rules.decimals), found), again)


def _line(judged: Judged, line: PlanLine) -> ReachedLine:
    question = judged.catalog.dictionary.indicators[line.code]
    scored = scored_of(judged.catalog, judged.rules, line.code)
    answer = judged.answers.get(scored.code) if scored else None
    reached = scored is not None and takes(judged.rules, scored, line.step, answer)
    return ReachedLine(line, question, wording.answer_text(question, judged.facts), reached)


def scored_of(catalog: Catalog, rules: Ruleset, code: str) -> Scored | None:
    """The ruler's indicator that a question of the dictionary answers."""
    return next((one for one in rules.indicators if catalog.dictionary.code(rules.scheme, one.code) == code), None)


def takes(rules: Ruleset, scored: Scored, step: str, answer: object) -> bool:
    """Whether an answer of the batch format has taken a step, given by its text key; 不适用 and blank have not."""
    found = next((one for one in steps_up(scored, rules) if step_text(one) == step), None)
    match scored.kind, found, answer:
        case "single", str(), str() as option:
            return scored.options.index(option) >= scored.options.index(found)
        case "scene", int(), int() as grade:
            return grade >= found
        case "multi", str(), [*ticked]:
            return found in ticked
        case _, Fraction(), {"num": num, "den": den}:
            return _reaches(scored, found, Fraction(num) / Fraction(den))
    return False


def _reaches(scored: Scored, step: Fraction, ratio: Fraction) -> bool:
    """A band that leaves out its own beginning is reached only above it."""
    closed = next((band.includes_start for band in scored.bands if band.start == step), True)
    return ratio >= step if closed else ratio > step


def step_text(step: Step) -> str:
    """The text key of a step, as plans keep it."""
    return decimal_text(step) if isinstance(step, Fraction) else str(step)


def questions_again(form: Form, codes: Sequence[str]) -> list[tuple[str, Indicator]]:
    """The questions of a form among ``codes``, in the order asked, each with the section it stands in."""
    return [(page.code, one) for page in form.pages for one in page.questions if one.code in codes]


def answers_now(form: Form, values: Mapping[str, Any], codes: Sequence[str]) -> dict[str, str]:
    """What a draft answers to them so far, in words."""
    return {one.code: wording.answer_text(one, values) for _, one in questions_again(form, codes)}
