"""现场诊断: 我的诊断, appointing, the visit's page and its moves."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from diagnose import wording
from diagnose.access import Right
from diagnose.models import Account, Assessment, Enterprise, Visit
from diagnose.models.people import ADVISOR, ENTERPRISE, OFFICER
from diagnose.models.visit import CONFIRMED, FINAL, WRITTEN
from diagnose.services import agenda, deviation, flags, notices, returns, visits
from diagnose.services.submit import Incomplete
from diagnose.services.visit_rules import MOVES
from diagnose.texts import say
from diagnose.web import errors, here, login
from diagnose.web.visit_forms import AppointForm, DaysForm, MoveForm
from questionnaires.schema import Indicator

blueprint = Blueprint("visits", __name__)
blueprint.add_app_template_global(say, "say")
JUDGED = (WRITTEN, CONFIRMED, FINAL)  # there is something to compare with the self-assessment


def visit_or_404(db: Session, visit_id: int, *roles: str) -> Visit:
    """The visit, for an account of one of ``roles`` (none named: all that have visits) that may see it; 404 else.

    Sets the rights on its file, as `here.enterprise_or_404` does. To write answers ask `visits.writable` as well.
    """
    who = login.person(*(roles or (ADVISOR, ENTERPRISE, OFFICER)))
    visit = visits.visit_for(db, visit_id, who) or abort(404)
    here.enterprise_or_404(db, visit.enterprise.public_id)
    return visit


@blueprint.get("/visits/")
def mine() -> ResponseReturnValue:
    """我的诊断; the first look of a day leaves the day's notice of what is due."""
    advisor = login.person(ADVISOR)
    remind(advisor)
    with here.reading() as db:
        found = agenda.agenda(db, here.catalog(), advisor)
    return render_template("visits/mine.html", agenda=found, forms=here.catalog().forms, today=wording.today())


def remind(account: Account) -> None:
    """Leave an advisor's notice of due visits, once a day at most; for the pages on which they would look for it."""
    if account.role != ADVISOR:
        return
    with here.reading() as db:
        wanted = agenda.due(db, account, wording.today()) and not agenda.reminded(db, account)
    if wanted:
        with here.writing() as db:
            agenda.remind(db, account, url_for("visits.mine"), wording.now())


@blueprint.get("/visits/appoint/<file:public_id>")
def choose(public_id: str) -> ResponseReturnValue:
    """约定现场诊断: which submission, which day, due when."""
    login.person(ADVISOR)
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.VISIT)
        offered = _offered(db, enterprise)
        due = visits.due_of_assignment(db, enterprise.id)
        form = _with_choices(AppointForm(visit_on=wording.today(), due_on=due), offered)
        return _appoint_page(db, enterprise, offered, form)


@blueprint.post("/visits/appoint/<file:public_id>")
def appoint(public_id: str) -> ResponseReturnValue:
    """Make the visit; where one of this form is open already, lead to it."""
    advisor = login.person(ADVISOR)
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.VISIT, lock=True)  # not joined to another meanwhile
        offered = returns.newest(db, [enterprise.id])[enterprise.id]
        form = _with_choices(AppointForm(request.form), offered)
        if not form.validate():
            return _appoint_page(db, enterprise, _offered(db, enterprise), form), 422
        base = next(row for row in offered if str(row.id) == form.base.data)
        day, due = form.visit_on.data, form.due_on.data
        try:
            visit = visits.appoint(db, base, advisor, day, due, advisor, wording.now())  # type: ignore[arg-type]
        except visits.AlreadyOpen as error:
            return _already_open(error.visit, advisor)
        here.record(db, "visit_appoint", enterprise, visit=visit.id, assessment=base.id)
        _tell(db, visit, "appoint", ("firm",), advisor)
    return redirect(url_for(".show", visit_id=visit.id))


def _offered(db: Session, enterprise: Enterprise) -> list[Assessment]:
    submitted = returns.newest(db, [enterprise.id])[enterprise.id]
    return agenda.ready(submitted, agenda.visits_of(db, [enterprise.id])[enterprise.id])


def _with_choices(form: AppointForm, offered: list[Assessment]) -> AppointForm:
    titles = here.catalog().forms
    form.base.choices = [SelectChoice(str(row.id), titles[row.form_name].title) for row in offered]
    if form.base.data is None and len(offered) == 1:
        form.base.data = str(offered[0].id)
    return form


def _appoint_page(db: Session, enterprise: Enterprise, offered: list[Assessment], form: AppointForm) -> str:
    return render_template(
        "visits/appoint.html", enterprise=enterprise, offered=offered, form=form, forms=here.catalog().forms
    )


def _already_open(visit: Visit, advisor: Account) -> ResponseReturnValue:
    """A second click finds the own visit; another advisor's is named."""
    if visit.advisor_id == advisor.id:
        return redirect(url_for(".show", visit_id=visit.id))
    current_app.logger.warning("refused %s", "a second open visit")
    return render_template("visits/taken.html", visit=visit), 409


@blueprint.get("/visits/<row:visit_id>/")
def show(visit_id: int) -> ResponseReturnValue:
    """The visit: firm, days, steps, and what the viewer may do now."""
    with here.reading() as db:
        return _page(db, visit_or_404(db, visit_id))


@blueprint.post("/visits/<row:visit_id>/move")
def move(visit_id: int) -> ResponseReturnValue:
    """One move; a repeated one is done already, a stale one is refused with who was first."""
    form = MoveForm(request.form)
    who = login.person(ADVISOR, ENTERPRISE, OFFICER)
    if not form.validate():
        abort(400)
    to, reason = form.to.data or "", form.reason.data or ""
    try:
        with here.writing() as db:
            visit = visit_or_404(db, visit_id)
            seen: int = form.version.data or 0
            if visits.move(db, here.catalog(), visit, to, seen, who, reason, wording.now()):
                _after(db, visit, who)
    except Incomplete as error:
        return _refused(visit_id, "visit_incomplete", 422, missing=error.questions)
    except visits.NoReason:
        return _refused(visit_id, "visit_no_reason", 422, wrong=to)
    except visits.TooEarly:
        return _refused(visit_id, "visit_too_early", 422)
    except visits.NotAllowed:
        return _refused(visit_id, "visit_not_allowed", 409)
    except visits.Stale as error:
        return _stale(visit_id, error)
    return redirect(url_for(".show", visit_id=visit_id))


def _after(db: Session, visit: Visit, who: Account) -> None:
    """Write down the move just made, and tell the others."""
    name = visits.last_step(db, visit).move
    here.record(db, f"visit_{name}", visit.enterprise, visit=visit.id, version=visit.version)
    told = next((one.tell for one in MOVES if one.name == name), ())
    _tell(db, visit, name, told, who)


@blueprint.post("/visits/<row:visit_id>/days")
def days(visit_id: int) -> ResponseReturnValue:
    """Another day for the visit or its result."""
    form, version = DaysForm(request.form), MoveForm(request.form).version
    who = login.person(ADVISOR)
    if version.data is None:
        abort(400)
    try:
        with here.writing() as db:
            visit = visit_or_404(db, visit_id, ADVISOR)
            if not form.validate() or form.visit_on.data is None:
                return _page(db, visit, days=form), 422
            day, due = form.visit_on.data, form.due_on.data
            if visits.change_days(db, visit, day, due, version.data, who, wording.now()):
                here.record(db, "visit_days", visit.enterprise, visit=visit.id, version=visit.version)
                _tell(db, visit, "days", ("firm",), who)
    except visits.NotAllowed:
        return _refused(visit_id, "visit_not_allowed", 409)
    except visits.Stale as error:
        return _stale(visit_id, error)
    return redirect(url_for(".show", visit_id=visit_id))


def _tell(db: Session, visit: Visit, name: str, parts: tuple[str, ...], who: Account) -> None:
    """A notice to the visit's advisor, the firm's people, the officer who assigned it; not to whoever did it."""
    told = [visit.advisor_id] if "advisor" in parts else []
    told += notices.members(db, visit.enterprise_id) if "firm" in parts else []
    told += visits.assigners(db, visit.enterprise_id) if "officer" in parts else []
    notices.tell(
        db,
        [number for number in told if number != who.id],
        f"visit_{name}",
        url_for("visits.show", visit_id=visit.id),
        wording.now(),
        visit.enterprise_id,
        firm=visit.enterprise.name,
        day=wording.day(visit.visit_on),
    )


def _stale(visit_id: int, error: visits.Stale) -> ResponseReturnValue:
    with here.reading() as db:
        visit = visit_or_404(db, visit_id)
        last = visit.steps[-1]
        name = last.by.name if last.by else say("log_system")
        told = say("visit_stale", who=name, at=wording.moment(last.at), step=say(f"step_{last.move}"))
        current_app.logger.warning("refused %s", "visit_stale")
        return _page(db, visit, problem=told), 409


def _refused(
    visit_id: int, key: str, status: int, missing: list[Indicator] | None = None, wrong: str = ""
) -> ResponseReturnValue:
    current_app.logger.warning("refused %s", key)
    with here.reading() as db:
        return _page(db, visit_or_404(db, visit_id), problem=say(key), missing=missing, wrong=wrong), status


def _page(
    db: Session,
    visit: Visit,
    problem: str = "",
    missing: list[Indicator] | None = None,
    days: DaysForm | None = None,
    wrong: str = "",
) -> str:
    who = login.person(ADVISOR, ENTERPRISE, OFFICER)
    return render_template(
        "visits/show.html",
        visit=visit,
        enterprise=visit.enterprise,
        form=here.catalog().forms[visit.assessment.form_name],
        moves=visits.moves_of(db, visit, who),
        own=visit.advisor_id == who.id,
        doubts=flags.open_of(db, visit.enterprise_id) if visit.advisor_id == who.id else [],
        confirmation=visits.confirmation(visit),
        changeable=visits.CHANGEABLE,
        days=days or DaysForm(visit_on=visit.visit_on, due_on=visit.due_on),
        problem=problem,
        missing=missing or [],
        wrong=wrong,
        deviations=deviation.of_visit(db, here.catalog(), visit) if visit.state in JUDGED else [],
        late=agenda.is_late(visit, wording.today()),
        reason_length=visits.REASON_LENGTH,
    )


@blueprint.get("/file/<file:public_id>/return/<row:assessment_id>")
def ask_return(public_id: str, assessment_id: int) -> ResponseReturnValue:
    """The page on which a submission is sent back."""
    with here.reading() as db:
        enterprise, assessment = here.assessment_or_404(db, public_id, assessment_id, Right.RETURN)
        return _return_page(enterprise, assessment)


@blueprint.post("/file/<file:public_id>/return/<row:assessment_id>")
def send_back(public_id: str, assessment_id: int) -> ResponseReturnValue:
    """Send a submission back, once; the second click finds it done."""
    reason = request.form.get("reason", "")
    with here.writing() as db:
        enterprise, assessment = here.assessment_or_404(db, public_id, assessment_id, Right.RETURN)
        who = login.person(ADVISOR, OFFICER)
        try:
            if returns.send_back(db, here.catalog(), enterprise, assessment, reason, who, wording.now()):
                here.record(db, "return", enterprise, assessment=assessment.id)
                _tell_returned(db, enterprise, assessment)
        except returns.NoReason:
            return _return_page(enterprise, assessment, say("return_no_reason")), 422
        except returns.Overtaken:
            current_app.logger.warning("refused %s", "return of an overtaken submission")
            return errors.page("overtaken", 409)
    return redirect(url_for("dossier.show", public_id=public_id))


def _return_page(enterprise: Enterprise, assessment: Assessment, wrong: str = "") -> str:
    form = here.catalog().forms[assessment.form_name]
    return render_template("visits/return.html", enterprise=enterprise, assessment=assessment, form=form, wrong=wrong)


def _tell_returned(db: Session, enterprise: Enterprise, assessment: Assessment) -> None:
    title = here.catalog().forms[assessment.form_name].title
    address = url_for("dossier.show", public_id=enterprise.public_id)
    told = notices.members(db, enterprise.id)
    notices.tell(db, told, "returned", address, wording.now(), enterprise.id, firm=enterprise.name, form=title)
