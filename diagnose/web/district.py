"""企业列表 of an officer: found, filtered, a page at a time; and one firm added by form."""

import hmac

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.models import Account, Division
from diagnose.services import firm_list, register
from diagnose.services.files import Firm
from diagnose.services.register import Changed, Registered
from diagnose.texts import say
from diagnose.web import errors, firm_filters, here, login
from diagnose.web.addresses import row_number
from diagnose.web.district_forms import Choices, add_form, contact_of, tree
from diagnose.web.firm_form import FirmForm, size_profile

blueprint = Blueprint("district", __name__, url_prefix="/district")

CHANGES = ("add", "rename", "move", "close", "reopen", "merge", "verify", "contact", "fact_end", "fact_off", "import")
# What stands in the database, in words.
WORDS = firm_filters.WORDS | {"change": {value: say(f"change_{value}") for value in CHANGES}}


@blueprint.get("/")
def firms() -> ResponseReturnValue:
    """The firms of the own subtree; every filter stands in the address."""
    who = login.person("officer")
    rules = here.catalog().rulesets[firm_filters.ruler_shown()]
    asked = firm_filters.asked_filters()
    with here.reading() as db:
        places = tree(firm_list.divisions_below(db, place_of(who)))
        filters = firm_filters.filters_of_address(db, who)
        page = firm_list.page(db, who, rules.scheme, filters, _row_id("older"), _row_id("newer"))
        offered = firm_filters.offered(db)
    return render_template(
        "district/firms.html",
        page=page,
        places=places,
        levels=firm_filters.levels(),
        rules=rules,
        choices=firm_filters.CHOICES,
        offered=offered,
        chips=firm_filters.chips(asked, places, offered),
        filters=filters,
        say=say,
        words=WORDS,
        asked=asked,
        path=place_of(who),
    )


def place_of(who: Account) -> str:
    """The path of the officer's subtree; 404 for an officer without a division."""
    return who.division.path if who.division else abort(404)


def _row_id(name: str) -> int | None:
    return row_number(request.args.get(name, ""))


def open_places(db: Session, who: Account) -> Choices:
    """The divisions of the own subtree where a firm or a person may be put."""
    return tree(firm_list.divisions_below(db, place_of(who), closed=False))


@blueprint.route("/add", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """One firm by form: verified, without a link. Whatever is wrong, what was typed stays."""
    who = login.person("officer")
    with here.reading() as db:
        form = add_form(here.catalog(), open_places(db, who), request.form or None)
    if request.method == "GET" or not form.validate():
        return _add_page(form)
    public_id = _public_id(request.form.get("start") or access.new_code())
    try:
        with here.writing() as db:
            division = here.division_or_404(db, who, form.division.data or "")
            now, today = wording.now(), wording.today()
            firm, made = register.add(db, _firm(form, division), contact_of(form), public_id, who.id, today, now)
            if made:
                here.record(db, "firm_add", firm, division=division.id)
    except Changed:
        return errors.page("changed", 409)
    except Registered as error:
        return _registered(form, who, error)
    return redirect(url_for("district_firm.show", public_id=public_id, done="add"))


def _add_page(form: FirmForm, known: str | None = None) -> ResponseReturnValue:
    start = request.form.get("start") or access.new_code()
    status = 422 if request.method == "POST" else 200
    return render_template("district/add.html", form=form, start=start, known=known), status


def _public_id(start: str) -> str:
    """The public id that a page with this nonce gives its firm: sent twice, it is the same firm."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(secret, f"firm {start}".encode(), "sha256").hex()[:16]


def _firm(form: FirmForm, division: Division) -> Firm:
    return Firm(
        form.credit_code.data or "",
        form.name.data or "",
        division,
        form.industry.data or "",
        form.process_type.data or "",
        size_profile(form),
    )


def _registered(form: FirmForm, who: Account, error: Registered) -> ResponseReturnValue:
    """The code has its firm: a link to it where the officer may see it, elsewhere not even where it is."""
    current_app.logger.warning("refused %s", "credit code registered")
    with here.reading() as db:
        mine = register.may_manage(db, who, error.there)
    text = say("registered_here" if mine else "registered_elsewhere")
    form.credit_code.errors = [*form.credit_code.errors, text]
    return _add_page(form, error.there if mine else None)


def find_division(db: Session, code: str) -> Division:
    """The division of a national code."""
    return db.scalar(select(Division).where(Division.code == code)) or abort(404)
