"""一企一档 as one value: the verdict, what holds the firm back, what to do, how it came here, the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Division, Enterprise, Visit
from diagnose.services.bottlenecks import Bottleneck, bottlenecks
from diagnose.services.deviation import Deviation, of_verdict
from diagnose.services.fact_sheet import FactLine as KnownLine
from diagnose.services.fact_sheet import in_force
from diagnose.services.facts import DatedFact, plain
from diagnose.services.history import HistoryLine, history
from diagnose.services.peers_shown import Peers, peers
from diagnose.services.recommend import Library
from diagnose.services.recommendation import library_size
from diagnose.services.returns import pending
from diagnose.services.sizes import size_of
from diagnose.services.standing import Ruler, Standing, of_diagnosis, rulers
from diagnose.services.verdicts import KINDS, Verdicts
from diagnose.texts import say
from questionnaires.schema import Form, Indicator
from scoring.ruleset import Level, Ruleset


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
    """Everything a reader of the file needs, whatever it is printed on. Points in milli-points.

    ``beside``: the newest verdict of the other kind. ``visits``: those without a result yet. ``returned``: the
    self-assessments that were sent back and not answered; ``submission``: the one of this form that may be sent back.
    ``peers``: where the newest self-assessment stands among firms of its kind.
    ``library``: the actions of the ruler as they hold for this firm.
    ``known``: what the district has registered of the firm (企业事实) and holds today, by group.
    """

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
    beside: Standing | None
    form: Form
    rulers: list[Ruler]
    bottlenecks: list[Bottleneck]
    library: Library
    needs: str
    history: list[HistoryLine]
    facts: list[FactLine]
    known: Sequence[tuple[str, list[KnownLine]]]
    latest: bool
    peers: Peers | None
    deviation: Deviation | None
    visits: list[Visit]
    returned: list[Assessment]
    submission: int | None

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
    kind: str | None = None,
) -> Dossier | None:
    """The file with one verdict in front: the one asked for, or the newest of a scheme; None when there is none.

    ``kind`` onsite puts the newest onsite verdict in front where there is one; the two kinds never mix.
    """
    record = Verdicts(session, catalog, enterprise.id)
    shown = _in_front(record, diagnosis_id, scheme, kind)
    if shown is None:
        return None
    judged = record.judged(shown)
    rules, facts, form = judged.rules, judged.facts, catalog.form_of(judged.rules)
    size, above = size_of(catalog, enterprise.industry, facts)
    library = catalog.libraries[rules.name].for_firm(enterprise.process_type, library_size(size))
    following = rules.levels[shown.level] if shown.level < len(rules.levels) else None
    returned = pending(session, [enterprise.id])[enterprise.id]
    other = record.newest(form.name, "self" if shown.kind == "onsite" else "onsite")
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
        standing=of_diagnosis(record, shown),
        beside=of_diagnosis(record, other) if other else None,
        form=form,
        rulers=rulers(session, catalog, enterprise, record, wording.today()),
        library=library,
        bottlenecks=bottlenecks(catalog, rules, library, judged.verdict, judged.answers, facts),
        needs=wording.answer_text(catalog.dictionary.indicators["needs"], facts) if "needs" in facts else "",
        history=history(session, catalog, record, form.name),
        facts=_facts(catalog, rules, judged.dated),
        known=in_force(session, enterprise.id, wording.today()),
        latest=shown is record.newest(form.name, shown.kind),
        peers=peers(session, record, enterprise, shown),
        deviation=_deviation(session, catalog, record, shown),
        visits=record.under_way,
        returned=returned,
        submission=_submission(record, form, returned),
    )


def in_front(
    session: Session, catalog: Catalog, enterprise_id: int, diagnosis_id: int | None = None, kind: str | None = None
) -> Diagnosis | None:
    """The verdict that `dossier` puts in front, without the rest of it."""
    return _in_front(Verdicts(session, catalog, enterprise_id), diagnosis_id, None, kind)


def _in_front(record: Verdicts, diagnosis_id: int | None, scheme: str | None, kind: str | None) -> Diagnosis | None:
    """The verdict asked for, else the newest of the scheme asked for, else that of the first form that has one."""
    if diagnosis_id is not None:
        return next((one for one in record.every if one.id == diagnosis_id), None)
    kinds = KINDS[::-1] if kind == "onsite" else KINDS
    newest = {(one.scheme, one.kind): one for one in record.every}
    schemes = [name.partition("/")[0] for form in record.catalog.forms.values() for name in form.schemes]
    wanted = [(one, each) for one in (scheme, *schemes) for each in kinds]
    return next((newest[one] for one in wanted if one in newest), None)


def _submission(record: Verdicts, form: Form, returned: list[Assessment]) -> int | None:
    """The self-assessment that was submitted last with a form, unless it waits for its correction."""
    stated = [row for row in record.of_kind("self") if row.form == form.form and row.assessment_id]
    newest = max(stated, key=lambda row: (row.recorded_at, row.id), default=None)
    sent_back = {row.id for row in returned}
    return newest.assessment_id if newest and newest.assessment_id not in sent_back else None


def _deviation(session: Session, catalog: Catalog, record: Verdicts, shown: Diagnosis) -> Deviation | None:
    """What the visit found different; of the newest one beside the firm's own verdict."""
    onsite = shown if shown.kind == "onsite" else record.newest(record.form_name(shown), "onsite")
    visit = record.visit_of(onsite) if onsite else None
    return of_verdict(session, catalog, record.judged(onsite), visit) if onsite and visit else None


def place_name(session: Session, division: Division) -> str:
    """江苏省扬州市邗江区"""
    ids = [int(part) for part in division.path.strip("/").split("/")]
    names = dict(session.execute(select(Division.id, Division.name).where(Division.id.in_(ids))).all())
    return "".join(names[id_] for id_ in ids)


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
