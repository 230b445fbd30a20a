"""填报: section by section, each answer saved as it is given; then review, pledge, submit."""

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, Form
from wtforms.validators import InputRequired

from diagnose import wording
from diagnose.models import Assessment, Enterprise
from diagnose.models.assessment import DRAFT
from diagnose.services import drafts, evidence, returns, submit
from diagnose.services.review import review
from diagnose.texts import say
from diagnose.web import errors, here
from diagnose.web.firm_form import DayField, check_as_of
from diagnose.web.questions import SectionView, question_state, section_view
from questionnaires.forms import question_form
from questionnaires.schema import Form as Questionnaire
from questionnaires.schema import Indicator, Page

blueprint = Blueprint("survey", __name__, url_prefix="/file/<file:public_id>/fill/<row:assessment_id>")


class DayForm(Form):
    """The as-of date of a draft."""

    as_of = DayField(say("label_day"), validators=[InputRequired(say("day_missing"))])

    def validate_as_of(self, field: DateField) -> None:
        check_as_of(field)


def _questionnaire(assessment: Assessment) -> Questionnaire:
    return here.catalog().forms[assessment.form_name]


def _page_or_404(questionnaire: Questionnaire, code: str) -> Page:
    return questionnaire.page(code) or abort(404)


@blueprint.get("/")
def start(public_id: str, assessment_id: int) -> ResponseReturnValue:
    """Go on where something is still open."""
    with here.reading() as db:
        _, assessment = here.assessment_or_404(db, public_id, assessment_id)
        questionnaire = _questionnaire(assessment)
        states = drafts.progress(questionnaire, drafts.understand(questionnaire, drafts.whole(db, assessment)))
    open_page = next((state.page.code for state in states if state.left), None)
    if open_page is None:
        return redirect(url_for(".check", public_id=public_id, assessment_id=assessment_id))
    return redirect(url_for(".section", public_id=public_id, assessment_id=assessment_id, code=open_page))


@blueprint.get("/page/<code>")
def section(public_id: str, assessment_id: int, code: str) -> ResponseReturnValue:
    """One section with what was typed so far."""
    with here.reading() as db:
        enterprise, assessment = here.assessment_or_404(db, public_id, assessment_id)
        if assessment.status != DRAFT:
            return redirect(url_for("dossier.show", public_id=public_id))
        draft = drafts.whole(db, assessment)
        counts = evidence.count_by_question(db, assessment_id)
    view = section_view(_questionnaire(assessment), draft, code, request.args.get("edit", "")) or abort(404)
    return _render(enterprise, assessment, view, counts)


@blueprint.post("/page/<code>")
def save_section(public_id: str, assessment_id: int, code: str) -> ResponseReturnValue:
    """Save one section by its button. Wrong answers are kept as typed and shown with the reason."""
    with here.reading() as db:
        _, assessment = here.assessment_or_404(db, public_id, assessment_id)
    questionnaire = _questionnaire(assessment)
    page = _page_or_404(questionnaire, code)
    try:
        valid = _save(public_id, assessment_id, questionnaire, page.questions)
    except drafts.Submitted:
        return errors.page("409", 409, sent=errors.sent())
    if "adopt" in request.form or "edit" in request.form:
        return _settle_known(public_id, assessment_id, questionnaire, code)
    target = code if not valid else _after(questionnaire, page, request.form.get("go", "next"))
    if target is None:
        return redirect(url_for(".check", public_id=public_id, assessment_id=assessment_id))
    if target == "":
        return redirect(url_for("files.link", public_id=public_id))
    return redirect(url_for(".section", public_id=public_id, assessment_id=assessment_id, code=target))


@blueprint.post("/answer/<question>")
def save_answer(public_id: str, assessment_id: int, question: str) -> ResponseReturnValue:
    """Save one answer for the page's script; answers with what to show beside it."""
    with here.writing() as db:
        _, assessment = here.assessment_or_404(db, public_id, assessment_id)
        questionnaire = _questionnaire(assessment)
        asked = next((one for one in questionnaire.questions if one.code == question), None) or abort(404)
        form = question_form(questionnaire, (asked,))(request.form)
        now = wording.now()
        try:
            drafts.save(db, assessment_id, form.typed(), now, here.account_id())
        except drafts.Submitted:
            return errors.page("409", 409)
        draft = drafts.whole(db, assessment)
    reading = drafts.understand(questionnaire, draft)
    states = drafts.progress(questionnaire, reading)
    return jsonify(
        questions={
            one.code: question_state(one, reading, draft) for one in questionnaire.questions if _shares(one, asked)
        },
        sections={state.page.code: state.text for state in states},
        answered=sum(state.answered for state in states),
    )


@blueprint.get("/review")
def check(public_id: str, assessment_id: int) -> ResponseReturnValue:
    """All answers on one page, what is missing, the guaranteed range so far, the pledge."""
    with here.reading() as db:
        enterprise, assessment = here.assessment_or_404(db, public_id, assessment_id)
        if assessment.status != DRAFT:
            return redirect(url_for("dossier.show", public_id=public_id))
        draft = drafts.whole(db, assessment)
    return _review(enterprise, assessment, draft)


@blueprint.post("/review")
def send(public_id: str, assessment_id: int) -> ResponseReturnValue:
    """Submit once; a second click finds it done and shows the result."""
    with here.reading() as db:
        enterprise, assessment = here.assessment_or_404(db, public_id, assessment_id)
        draft = drafts.whole(db, assessment)
    if assessment.status == DRAFT and request.form.get("pledge") != "yes":
        return _review(enterprise, assessment, draft, problem=say("pledge_missing")), 422
    try:
        with here.writing() as db:
            own = here.assessment_or_404(db, public_id, assessment_id)
            if submit.submit(db, here.catalog(), *own, by=here.account_id()):
                here.record(db, "submit", own[0], assessment=assessment_id)
    except submit.Incomplete:
        return _review(enterprise, assessment, draft, problem=say("incomplete")), 422
    scheme = _questionnaire(assessment).schemes[0].partition("/")[0]
    first = _questionnaire(assessment) is here.catalog().first_form
    return redirect(url_for("dossier.show", public_id=public_id, scheme=None if first else scheme))


@blueprint.post("/discard")
def discard(public_id: str, assessment_id: int) -> ResponseReturnValue:
    """放弃: drop a draft; verdicts there are stay."""
    with here.writing() as db:
        enterprise, assessment = here.assessment_or_404(db, public_id, assessment_id, lock=True)
        try:
            marked = drafts.discard(db, assessment, here.account_id(), wording.now())
        except drafts.Submitted:
            return errors.page("409", 409)
        for row in marked:
            here.record(db, "evidence_deleted", enterprise, **evidence.facts(row))
    return redirect(url_for("dossier.show", public_id=public_id))


@blueprint.post("/day")
def change_day(public_id: str, assessment_id: int) -> ResponseReturnValue:
    """Change the as-of date of a draft; a correction keeps the day it corrects."""
    form = DayForm(request.form)
    with here.writing() as db:
        enterprise, assessment = here.assessment_or_404(db, public_id, assessment_id)
        if assessment.status != DRAFT:
            return errors.page("409", 409, sent=errors.sent())
        if assessment.purpose == "correction" or not form.validate() or form.as_of.data is None:
            return _review(enterprise, assessment, drafts.whole(db, assessment), day=form), 422
        try:
            drafts.set_day(db, assessment, form.as_of.data)
        except drafts.Submitted:
            return errors.page("409", 409, sent=errors.sent())
    return redirect(url_for(".check", public_id=public_id, assessment_id=assessment_id))


def _settle_known(public_id: str, assessment_id: int, questionnaire: Questionnaire, code: str) -> ResponseReturnValue:
    """沿用 what is known about one question, or ask it again."""
    chosen = request.form.get("adopt") or request.form.get("edit", "")
    question = next((one for one in questionnaire.questions if one.code == chosen), None) or abort(404)
    edit = chosen if "edit" in request.form else None
    back = url_for(
        ".section", public_id=public_id, assessment_id=assessment_id, code=code, edit=edit, _anchor=f"q-{chosen}"
    )
    if edit:
        return redirect(back)
    with here.writing() as db:
        _, assessment = here.assessment_or_404(db, public_id, assessment_id)
        drafts.adopt(db, assessment, question, wording.now(), here.account_id())
    return redirect(back)


def _asked(shown: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
    """The questions whose fields the browser sent: not those shown as 不适用 or as known from before.

    Our pages send ``asked`` at least once, blank, so that a section without any field clears nothing.
    """
    sent = request.form.getlist("asked")
    return tuple(question for question in shown if question.code in sent or not sent)


def _save(public_id: str, assessment_id: int, questionnaire: Questionnaire, shown: tuple[Indicator, ...]) -> bool:
    """Save what was posted; False when something in it is wrong, also beside what other sections or facts say."""
    form = question_form(questionnaire, _asked(shown))(request.form)
    with here.writing() as db:
        _, assessment = here.assessment_or_404(db, public_id, assessment_id)
        drafts.save(db, assessment_id, form.typed(), wording.now(), here.account_id())
        reading = drafts.understand(questionnaire, drafts.whole(db, assessment))
    return not any(reading.applies(one) and reading.error_of(one) for one in shown)


def _after(questionnaire: Questionnaire, page: Page, go: str) -> str | None:
    """Where the button leads: the next or previous section, '' to leave, None for the review."""
    codes = [one.code for one in questionnaire.pages]
    here_ = codes.index(page.code)
    if go == "leave":
        return ""
    if go == "back":
        return codes[max(here_ - 1, 0)]
    return codes[here_ + 1] if here_ + 1 < len(codes) else None


def _shares(one: Indicator, asked: Indicator) -> bool:
    """True when the answer to ``asked`` changes what is shown beside ``one``."""
    codes = {fact.code for fact in asked.facts}
    depends = one.may_not_apply is not None and one.may_not_apply[0] in codes
    return depends or any(fact.code in codes for fact in one.facts)


def _render(enterprise: Enterprise, assessment: Assessment, view: SectionView, counts: dict[str, int]) -> str:
    return render_template(
        "survey/section.html", enterprise=enterprise, assessment=assessment, view=view, counts=counts
    )


def _review(
    enterprise: Enterprise,
    assessment: Assessment,
    draft: drafts.Draft,
    problem: str | None = None,
    day: DayForm | None = None,
) -> str | Response:
    questionnaire = _questionnaire(assessment)
    with here.reading() as db:
        counts = evidence.count_by_question(db, assessment.id)
        returned = returns.pending(db, [enterprise.id])[enterprise.id]
    return render_template(
        "survey/review.html",
        enterprise=enterprise,
        assessment=assessment,
        review=review(here.catalog(), questionnaire, draft),
        problem=problem,
        counts=counts,
        returned=returned,
        forms=here.catalog().forms,
        day=day or DayForm(as_of=assessment.as_of),
    )
