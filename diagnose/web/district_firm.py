"""The officer's page of one firm, and a page for each deed: every one 404 outside the own subtree."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from diagnose import wording
from diagnose.access import Right
from diagnose.models import Account, Division, Enterprise
from diagnose.services import fact_sheet, firm_list, flags, people, register
from diagnose.services.dossier import place_name
from diagnose.services.register import Changed, Deed, Registered
from diagnose.services.sizes import size_of
from diagnose.web import errors, here, login
from diagnose.web.addresses import row_number
from diagnose.web.district import WORDS, find_division, open_places
from diagnose.web.district_forms import (
    ContactForm,
    NameForm,
    ReasonForm,
    SureForm,
    contact_of,
    hand_over_form,
    place_form,
)

blueprint = Blueprint("district_firm", __name__, url_prefix="/district/firm/<file:public_id>")

Act = Callable[[Session, Enterprise, Deed], bool]


@blueprint.get("/")
def show(public_id: str) -> ResponseReturnValue:
    """What the officer knows and may do."""
    who = login.person("officer")
    catalog = here.catalog()
    rules = catalog.rulesets[catalog.first_form.schemes[0]]
    with here.reading() as db:
        firm = here.enterprise_or_404(db, public_id, Right.MANAGE)
        return render_template(
            "district/firm.html",
            firm=firm,
            row=firm_list.one(db, firm, rules.scheme),
            rules=rules,
            words=WORDS,
            place=place_name(db, firm.places[-1].division),
            industry=catalog.industries.by_code[firm.industry].title,
            size=size_of(catalog, firm.industry, firm.profile)[0],
            others=register.duplicates(db, who, firm),
            members=people.members(db, firm),
            history=register.history(db, firm),
            doubts=flags.open_of(db, firm.id),
            sheet=fact_sheet.sheet(db, firm.id, wording.today()),
        )


def _deed(public_id: str, name: str, form: Form, act: Act) -> ResponseReturnValue:
    """Show the form of one deed, or do it: in one transaction with its history and its place in the log."""
    who = login.person("officer")
    if request.method == "GET" or request.form.get("step") == "province" or not form.validate():
        return _form_page(public_id, name, form)
    try:
        with here.writing() as db:
            firm = here.enterprise_or_404(db, public_id, Right.MANAGE, lock=True)
            act(db, firm, Deed(who.id, wording.now(), seen()))
    except Changed:
        return changed()
    except Registered as error:
        return _registered(public_id, who, error)
    if name == "handover":
        return redirect(url_for("district.firms", done=name))
    return redirect(url_for(".show", public_id=public_id, done=name))


def _form_page(public_id: str, name: str, form: Form) -> ResponseReturnValue:
    with here.reading() as db:
        firm = here.enterprise_or_404(db, public_id, Right.MANAGE)
        place = place_name(db, firm.places[-1].division)
        version = seen() if request.method == "POST" else register.version(db, firm)
    fine = not form.errors
    page = render_template(f"district/{name}.html", firm=firm, form=form, seen=version, place=place)
    return page, 200 if fine else 422


def seen(name: str = "seen") -> int:
    """The firm's version that the page was made from."""
    number = row_number(request.form.get(name, ""))
    return -1 if number is None else number


def changed() -> ResponseReturnValue:
    current_app.logger.warning("refused %s", "firm changed meanwhile")
    return errors.page("changed", 409)


def _registered(public_id: str, who: Account, error: Registered) -> ResponseReturnValue:
    """There is a verified one already: to be joined with where it is one's own, elsewhere not even named."""
    current_app.logger.warning("refused %s", "credit code registered")
    with here.reading() as db:
        if register.may_manage(db, who, error.there):
            return redirect(url_for("district_merge.merge", public_id=public_id, other=error.there))
    return errors.page("registered", 409)


@blueprint.route("/contact", methods=["GET", "POST"])
def contact(public_id: str) -> ResponseReturnValue:
    """Whom to call."""
    login.person("officer")
    with here.reading() as db:
        firm = here.enterprise_or_404(db, public_id, Right.CONTACT)
    form = ContactForm(request.form or None, contact_name=firm.contact_name, contact_phone=firm.contact_phone)

    def act(db: Session, firm: Enterprise, deed: Deed) -> bool:
        done = register.set_contact(db, firm, contact_of(form), deed)
        return _recorded(db, "contact", firm, done)

    return _deed(public_id, "contact", form, act)


def _recorded(db: Session, name: str, firm: Enterprise, done: bool, **detail: Any) -> bool:
    if done:
        here.record(db, f"firm_{name}", firm, **detail)
    return done


@blueprint.route("/rename", methods=["GET", "POST"])
def rename(public_id: str) -> ResponseReturnValue:
    """Another name."""
    login.person("officer")
    with here.reading() as db:
        firm = here.enterprise_or_404(db, public_id, Right.MANAGE)
    form = NameForm(request.form or None, name=firm.name)

    def act(db: Session, firm: Enterprise, deed: Deed) -> bool:
        return _recorded(db, "rename", firm, register.rename(db, firm, form["name"].data or "", deed))

    return _deed(public_id, "rename", form, act)


@blueprint.route("/move", methods=["GET", "POST"])
def move(public_id: str) -> ResponseReturnValue:
    """To another division of the own subtree."""
    who = login.person("officer")
    with here.reading() as db:
        firm = here.enterprise_or_404(db, public_id, Right.MANAGE)
        form = place_form(open_places(db, who), request.form or None, division=str(firm.places[-1].division_id))

    def act(db: Session, firm: Enterprise, deed: Deed) -> bool:
        return _move(db, firm, int(form.division.data or 0), deed, "move")

    return _deed(public_id, "move", form, act)


def _move(db: Session, firm: Enterprise, division_id: int, deed: Deed, name: str) -> bool:
    """The log names the place that the firm is left by, so that whoever did it can still see it there."""
    before = firm.places[-1].division_id
    if before == division_id:
        return False
    register.check_version(db, firm, deed.seen)
    here.record(db, f"firm_{name}", firm, before=before, after=division_id)
    return register.move(db, firm, db.get_one(Division, division_id), wording.today(), deed)


@blueprint.route("/handover", methods=["GET", "POST"])
def handover(public_id: str) -> ResponseReturnValue:
    """To a district outside: from then on the firm is theirs."""
    who = login.person("officer")
    with here.reading() as db:
        if request.method == "POST" and register.has_moved(db, public_id, who.id, wording.now()):
            return redirect(url_for("district.firms", done="handover"))
    form = hand_over_form(here.catalog(), request.form or None)

    def act(db: Session, firm: Enterprise, deed: Deed) -> bool:
        division = find_division(db, form["division"].data or "")
        moved = _move(db, firm, division.id, deed, "handover")
        if moved:
            address = url_for(".show", public_id=public_id)
            register.tell_officers(db, firm, division, address, deed.now)
        return moved

    return _deed(public_id, "handover", form, act)


@blueprint.route("/close", methods=["GET", "POST"])
def close(public_id: str) -> ResponseReturnValue:
    """注销、停产."""
    form = ReasonForm(request.form or None)

    def act(db: Session, firm: Enterprise, deed: Deed) -> bool:
        return _recorded(db, "close", firm, register.close(db, firm, form.reason.data or "", deed))

    return _deed(public_id, "close", form, act)


@blueprint.route("/reopen", methods=["GET", "POST"])
def reopen(public_id: str) -> ResponseReturnValue:
    """It works again."""
    form = ReasonForm(request.form or None)

    def act(db: Session, firm: Enterprise, deed: Deed) -> bool:
        return _recorded(db, "reopen", firm, register.reopen(db, firm, form.reason.data or "", deed))

    return _deed(public_id, "reopen", form, act)


@blueprint.route("/verify", methods=["GET", "POST"])
def verify(public_id: str) -> ResponseReturnValue:
    """Make it the verified firm of its credit code."""

    def act(db: Session, firm: Enterprise, deed: Deed) -> bool:
        return _recorded(db, "verify", firm, register.verify(db, firm, deed))

    return _deed(public_id, "verify", SureForm(request.form or None), act)
