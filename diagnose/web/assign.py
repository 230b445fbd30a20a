"""指派: an officer gives firms to advisors and 服务专员, one by one or by filter, balanced by what they have to do."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import Session
from wtforms import DateField, Form, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import AnyOf, InputRequired, Optional, StopValidation

from diagnose import wording
from diagnose.access import Right
from diagnose.models import Account, Assignment, Enterprise, Visit
from diagnose.models.people import ADVISOR
from diagnose.models.visit import ENDED
from diagnose.services import agenda, assignments, audit, caseload, firm_list, notices
from diagnose.services.assignments import ROLES, Wish
from diagnose.services.visit_rules import RULES
from diagnose.texts import say
from diagnose.web import errors, firm_filters, here, login
from diagnose.web.firm_form import DayField
from diagnose.web.visit_forms import check_near, offered

blueprint = Blueprint("assign", __name__, url_prefix="/district")
OFFICER = "officer"
NO = "no"


class OneForm(Form):
    """Who gets one firm; ``person`` blank ends the assignment. ``seen``: the assignment on the page, 0 for none."""

    role = StringField(validators=[AnyOf(ROLES)])
    person = IntegerField(say("label_assign_person"), validators=[Optional()])
    due_on = DayField(say("label_due_on"), validators=[Optional()])
    hand_over = StringField()
    seen = IntegerField(validators=[InputRequired()])

    def validate_due_on(self, field: DateField) -> None:
        check_near(field.data)


class ManyForm(Form):
    """Who share the firms of a filter."""

    role = RadioField(
        say("label_assign_role"),
        choices=[SelectChoice(role, say(f"assign_{role}")) for role in ROLES],
        validate_choice=False,
    )
    people = SelectMultipleField(say("label_assign_people"), coerce=str, validate_choice=False)
    due_on = DayField(say("label_due_on"), validators=[Optional()])
    replace = StringField()
    hand_over = StringField()

    def validate_people(self, field: SelectMultipleField) -> None:
        if not field.data or not set(field.data) <= set(offered(field)):
            raise StopValidation(say("assign_nobody"))

    def validate_due_on(self, field: DateField) -> None:
        check_near(field.data)


@dataclass(frozen=True)
class Slot:
    """What the form for one firm and one role shows."""

    role: str
    current: Assignment | None
    open_visits: int


@dataclass(frozen=True)
class Assigning:
    """The forms of one firm (templates/visits/assign_form.html): who may be chosen, and who has it now."""

    public_id: str
    people: list[caseload.Load]
    slots: list[Slot]

    @property
    def ids(self) -> set[int]:
        """The accounts that may be chosen."""
        return {load.account.id for load in self.people}


def assigning(db: Session, officer: Account, enterprise: Enterprise) -> Assigning:
    """What templates/visits/assign_form.html needs, for any page of a firm the officer manages."""
    open_visits = [one for one in agenda.visits_of(db, [enterprise.id])[enterprise.id] if one.state not in ENDED]
    slots = [_slot(db, enterprise, role, open_visits) for role in ROLES]
    return Assigning(enterprise.public_id, caseload.caseload(db, assignments.people(db, officer)), slots)


def _slot(db: Session, enterprise: Enterprise, role: str, open_visits: list[Visit]) -> Slot:
    row = assignments.current(db, [enterprise.id], role).get(enterprise.id)
    theirs = [one for one in open_visits if row and role == ADVISOR and one.advisor_id == row.account_id]
    return Slot(role, row, len(theirs))


@blueprint.get("/firm/<file:public_id>/assign")
def one(public_id: str) -> ResponseReturnValue:
    """The page on which one firm is assigned."""
    officer = login.person(OFFICER)
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.MANAGE)
        return _one_page(db, officer, enterprise)


@blueprint.post("/firm/<file:public_id>/assign")
def assign_one(public_id: str) -> ResponseReturnValue:
    """Assign one firm, or end an assignment; somebody else's change meanwhile is not overwritten."""
    officer = login.person(OFFICER)
    form = OneForm(request.form)
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.MANAGE, lock=True)  # not joined to another meanwhile
        fine = form.validate()
        if form.role.errors or form.person.errors or form.seen.errors or not _may_have(db, officer, enterprise, form):
            abort(400)  # what no control of the page sends
        if not fine:
            return _one_page(db, officer, enterprise, form), 422
        try:
            _assign_one(db, officer, enterprise, form)
        except assignments.Changed:
            current_app.logger.warning("refused %s", "assignment changed meanwhile")
            return errors.page("assign_changed", 409)
    return redirect(url_for("district_firm.show", public_id=public_id, done="assign"))


def _may_have(db: Session, officer: Account, enterprise: Enterprise, form: OneForm) -> bool:
    """Nobody, one of the officer's advisors, or whoever has the firm anyway."""
    there = assignments.current(db, [enterprise.id], str(form.role.data)).get(enterprise.id)
    known = [account.id for account in assignments.people(db, officer)]
    return form.person.data in (None, there.account_id if there else None, *known)


def _assign_one(db: Session, officer: Account, enterprise: Enterprise, form: OneForm) -> None:
    role, person, seen = str(form.role.data), form.person.data, form.seen.data or 0
    now = wording.now()
    if not person:
        if assignments.end(db, enterprise.id, role, seen, now):
            here.record(db, f"unassign_{role}", enterprise, assignment=seen)
        return
    hand_over = form.hand_over.data != NO
    plan, known = {enterprise.id: person}, {enterprise.id: seen}
    done = assignments.assign(db, plan, role, form.due_on.data, officer, now, True, hand_over, known)
    if done.firms:
        here.record(db, f"assign_{role}", enterprise, account=person, visits=done.visits)
        notices.tell(db, [person], "assigned", url_for("visits.mine"), now)


def _one_page(db: Session, officer: Account, enterprise: Enterprise, form: OneForm | None = None) -> str:
    return render_template(
        "visits/assign_one.html",
        enterprise=enterprise,
        assigning=assigning(db, officer, enterprise),
        problem=form.due_on.errors[0] if form else "",
    )


@blueprint.get("/assign")
def many() -> ResponseReturnValue:
    """专员配备, who has how much to do, and the form that gives the filtered firms to some people."""
    officer = login.person(OFFICER)
    with here.reading() as db:
        return _many_page(db, officer, _many_form(db, officer))


@blueprint.post("/assign")
def assign_many() -> ResponseReturnValue:
    """First show who would get how many, then do it."""
    officer = login.person(OFFICER)
    with here.reading() as db:
        form = _many_form(db, officer)
        if form.role.data not in ROLES:
            abort(400)
        if not form.validate():
            return _many_page(db, officer, form), 422
        wish = _wish(db, officer, form)
        try:
            if request.form.get("step") != "do":
                return _preview(db, officer, form, wish)
        except assignments.TooMany:
            return _many_page(db, officer, form, say("assign_too_many", count=f"{assignments.MOST:,}")), 422
    try:
        with here.writing() as db:
            given = assignments.carry_out(db, officer, wish, wording.now())
            _record(db, officer, wish, given)
    except assignments.TooMany:
        return errors.page("assign_changed", 409)
    done = sum(map(len, given.values()))
    return redirect(url_for(".many", **_asked(), done=done))  # type: ignore[arg-type]


def _record(db: Session, officer: Account, wish: Wish, given: dict[int, list[int]]) -> None:
    """One entry for every firm, one notice for every person."""
    by_firm = {firm: account for account, firms in given.items() for firm in firms}
    if not by_firm:
        return
    deeds = [(firm, {"account": by_firm[firm.id]}) for firm in assignments.firms_by_id(db, by_firm)]
    audit.record_many(db, current_app.config["SECRET_KEY"], f"assign_{wish.role}", officer, deeds)
    told = [account for account, firms in given.items() if firms]
    notices.tell(db, told, "assigned", url_for("visits.mine"), wording.now())


def _many_form(db: Session, officer: Account) -> ManyForm:
    form = ManyForm(request.form, role=ADVISOR)
    form.people.choices = [SelectChoice(str(account.id), account.name) for account in assignments.people(db, officer)]
    return form


def _wish(db: Session, officer: Account, form: ManyForm) -> Wish:
    replace, hand_over = form.replace.data == "yes", form.hand_over.data != NO
    due_on: date | None = form.due_on.data
    people = [int(number) for number in form.people.data or ()]
    return Wish(_where(db, officer), str(form.role.data), people, due_on, replace, hand_over)


def _preview(db: Session, officer: Account, form: ManyForm, wish: Wish) -> str:
    given = assignments.plan(db, officer, wish)
    chosen = [account for account in assignments.people(db, officer) if account.id in given]
    loads = caseload.loads(db, wish.accounts, wish.role)
    return render_template(
        "visits/assign_check.html", form=form, wish=wish, given=given, people=chosen, loads=loads, asked=_asked()
    )


def _many_page(db: Session, officer: Account, form: ManyForm, problem: str = "") -> str:
    rules = RULES["specialists"]
    done = request.args.get("done", "")
    return render_template(
        "visits/assign.html",
        form=form,
        counts=assignments.counts(db, officer, _where(db, officer)),
        staffing=caseload.staffing(db, officer, rules["firms_each"]),
        rules=rules,
        people=caseload.caseload(db, assignments.people(db, officer)),
        asked=_asked(),
        problem=problem,
        done=int(done) if done.isdecimal() else None,
    )


def _where(db: Session, officer: Account) -> ColumnElement[bool]:
    """The filters of the 企业列表, as they stand in the address."""
    rules = here.catalog().rulesets[firm_filters.ruler_shown()]
    return and_(true(), *firm_list.wanted(rules.scheme, firm_filters.filters_of_address(db, officer)))


def _asked() -> dict[str, str]:
    return firm_filters.asked_filters()
