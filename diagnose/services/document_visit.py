"""The visit behind an onsite verdict and how far the firm's own answers were off, worded for a document."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Finding, Statement
from diagnose.models import Visit as Row
from diagnose.models.visit import CANCELLED, VisitStep
from diagnose.services import deviation as compared
from diagnose.services.document_values import Deviation, Difference, Moment, Visit
from diagnose.services.document_verdict import unit
from diagnose.services.dossier import Dossier
from diagnose.services.visits import confirmation
from diagnose.texts import say


def behind(session: Session, found: Dossier) -> Row | None:
    """The visit whose result an onsite verdict is: the last one it read that was made with its form."""
    if found.diagnosis.kind != "onsite":
        return None
    read = select(Statement.assessment_id).where(
        Statement.id.in_(found.diagnosis.statements), Statement.form == found.form.form
    )
    return session.scalars(
        select(Row)
        .where(Row.enterprise_id == found.enterprise.id, Row.assessment_id.in_(read), Row.state != CANCELLED)
        .options(joinedload(Row.advisor), selectinload(Row.steps).joinedload(VisitStep.by))
        .order_by(Row.id.desc())
        .limit(1)
    ).first()


def notes(session: Session, visit: Row | None) -> dict[str, str]:
    """What the advisor wrote beside the questions."""
    if visit is None:
        return {}
    rows = session.scalars(select(Finding).where(Finding.assessment_id == visit.assessment_id, Finding.note != ""))
    return {row.question: row.note for row in rows}


def told(catalog: Catalog, found: Dossier, visit: Row) -> Visit:
    """诊断过程."""
    base, form = visit.base, catalog.forms.get(visit.assessment.form_name)
    advisor = visit.advisor
    return Visit(
        form=form.title if form else visit.assessment.form_name,
        day=wording.day(visit.visit_on),
        advisor=advisor.name,
        organisation=advisor.division.name if advisor.division else "",
        confirmed=_confirmed(visit),
        base=_base(catalog, base),
        moments=tuple(_moment(step) for step in visit.steps),
        verified=_verified(found.diagnosis, len(found.rules.indicators)),
    )


def _base(catalog: Catalog, base: Assessment) -> str:
    form, when = catalog.forms.get(base.form_name), base.submitted_at
    title = form.title if form else base.form_name
    return say("doc_base", form=title, day=wording.moment(when) if when else "")


def _confirmed(visit: Row) -> str:
    step = confirmation(visit)
    if step is None:
        return ""
    how = say(f"step_{step.move}") if step.move else ""
    return say("doc_confirmed", day=wording.moment(step.at), how=how, who=_who(step))


def _moment(step: VisitStep) -> Moment:
    what = say(f"step_{step.move}") if step.move else say(f"visit_state_{step.state}")
    return Moment(wording.moment(step.at), what, _who(step), step.reason)


def _who(step: VisitStep) -> str:
    return step.by.name if step.by else say("doc_holder")


def _verified(shown: Diagnosis, total: int) -> str:
    adopted = len(shown.result.get("adopted", ()))
    return say("doc_verified", verified=total - adopted, adopted=adopted, total=total)


def deviation(found: compared.Deviation | None) -> Deviation | None:
    """自评与现场核验的偏差, the questions that differ."""
    if found is None:
        return None
    differing = [line for line in found.lines if line.word != "same"]
    return Deviation(
        own=_side(found, found.own),
        found=_side(found, found.found),
        totals="，".join(f"{word} {amount}" for word, amount in found.totals),
        lines=tuple(Difference(line.question.short, line.own, line.found, line.text) for line in differing),
        same=say("doc_same", count=len(found.lines) - len(differing)),
    )


def _side(found: compared.Deviation, side: compared.Side) -> str:
    return say("doc_side", level=side.level, score=side.score, unit=f" {unit(found.rules)}".rstrip())
