"""Lists and answers out, as .xlsx and .csv: chosen on one page, sent while they are read."""

from collections.abc import Iterator
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from diagnose import access, db, wording
from diagnose.access import Right, Way
from diagnose.catalog import Catalog
from diagnose.models import Account
from diagnose.services import firm_list, firm_table, tables
from diagnose.services.firm_filters import Filters
from diagnose.services.tables import Cell, Table
from diagnose.texts import say
from diagnose.web import firm_filters, here, login
from diagnose.web.district_forms import tree
from questionnaires.schema import Form
from scoring.ruleset import Ruleset

blueprint = Blueprint("exports", __name__, url_prefix="/district/export")
OFFICER, LIST = "officer", "list"


@blueprint.get("/")
def choose() -> ResponseReturnValue:
    """What to take out of the firms of the filters in the address."""
    who = login.person(OFFICER)
    asked = firm_filters.asked_filters()
    rules = here.catalog().rulesets[firm_filters.ruler_shown()]
    with here.reading() as session:
        filters = firm_filters.filters_of_address(session, who)
        total = firm_list.page(session, who, rules.scheme, filters).total
        places = tree(firm_list.divisions_below(session, _place(who)))
        chips = firm_filters.chips(asked, places, firm_filters.offered(session))
    return render_template(
        "district/export.html", asked=asked, chips=chips, total=total, contents=_contents(), files=tables.AS, say=say
    )


@blueprint.post("/")
def download() -> ResponseReturnValue:
    """The file. The audit log says so first: what is sent cannot be taken back."""
    who = login.person(OFFICER)
    content, file = request.form.get("content", LIST), request.form.get("file", "xlsx")
    if content not in _contents() or file not in tables.AS:
        abort(400)
    rules = here.catalog().rulesets[firm_filters.ruler_shown()]
    with here.writing() as session:
        filters = firm_filters.filters_of_address(session, who)
        notes = _notes(session, who, rules, content)
        here.record(session, "list_export", content=content, file=file, filters=_logged())
    form = here.catalog().forms.get(content)
    sent = _sent(here.engine(), here.catalog(), who, rules, filters, form, notes, file)
    return Response(sent, mimetype=tables.MIME[file], headers={"Content-Disposition": _named(form, file)})


def _logged() -> dict[str, str]:
    """The filters as the log keeps them: what was searched for may be a firm's name, and stays out of it."""
    return {name: "*" if name == "text" else value for name, value in firm_filters.asked_filters().items()}


def _contents() -> dict[str, str]:
    """What can be taken out, in words: the list, or all answers to one form."""
    forms = here.catalog().forms.values()
    answers = {form.name: say("export_kind_answers", form=form.title) for form in forms}
    return {LIST: say("export_kind_list")} | answers


def _place(who: Account) -> str:
    return who.division.path if who.division else abort(404)


def _named(form: Form | None, file: str) -> str:
    """The file's name; with a plain one for programs that know no other."""
    name = say("sheet_answers" if form else "sheet_firms")
    day = f"{wording.today():%Y%m%d}"
    return f"attachment; filename=\"{LIST}-{day}.{file}\"; filename*=UTF-8''{quote(name)}-{day}.{file}"


def _sent(
    engine: Engine,
    catalog: Catalog,
    who: Account,
    rules: Ruleset,
    filters: Filters,
    form: Form | None,
    notes: list[tuple[str, str]],
    file: str,
) -> Iterator[bytes]:
    """Read and sent in one transaction of its own, so that the whole file shows one moment."""
    with db.reading(engine) as session:
        titles, rows = _read(session, catalog, who, rules, filters, form)
        name = say("sheet_answers" if form else "sheet_firms")
        yield from tables.AS[file](Table(name, titles, rows, notes, say("sheet_notes")))


def _read(
    session: Session, catalog: Catalog, who: Account, rules: Ruleset, filters: Filters, form: Form | None
) -> tuple[list[str], Iterator[list[Cell]]]:
    if form:
        return firm_table.answer_titles(form), firm_table.answers(session, who, rules, form, filters)
    contact = Right.CONTACT in access.RIGHTS[Way.PLACE]
    return firm_table.firm_titles(contact), firm_table.firms(session, catalog, who, rules, filters, contact)


def _notes(session: Session, who: Account, rules: Ruleset, content: str) -> list[tuple[str, str]]:
    asked = firm_filters.asked_filters()
    places = tree(firm_list.divisions_below(session, _place(who)))
    chips = firm_filters.chips(asked, places, firm_filters.offered(session))
    place = dict(places).get(asked.get("division", ""), who.division.name if who.division else "")
    filters = firm_filters.filters_of_address(session, who)
    return [
        (say("about_title"), _contents()[content]),
        (say("about_scope"), place.strip("　")),
        (say("about_filters"), "；".join(chip.text for chip in chips) or say("about_no_filters")),
        (say("about_day"), wording.day(filters.on)),
        (say("about_ruler"), rules.title),
        (say("about_made"), wording.moment(wording.now())),
        (say("about_by"), who.name),
        ("", say("about_synthetic")),
    ]
