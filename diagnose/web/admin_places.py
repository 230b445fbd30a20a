"""The division tree for the admin: browsed, added to below districts, its officers invited."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, StringField
from wtforms.validators import AnyOf, DataRequired, Length

from diagnose import access, wording
from diagnose.models import Division
from diagnose.models.people import ADMIN, OFFICER
from diagnose.services import localities, tickets
from diagnose.services.localities import ADDED, NAME_LENGTH, NotPossible
from diagnose.texts import say
from diagnose.web import here, login
from diagnose.web.addresses import searched
from diagnose.web.admin import once
from diagnose.web.firm_form import Readable

blueprint = Blueprint("admin_places", __name__, url_prefix="/admin/divisions")


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


class NameForm(Form):
    """What a place is called."""

    name = StringField(
        say("label_place_name"),
        filters=[_stripped],
        validators=[
            DataRequired(say("place_name_missing")),
            Length(max=NAME_LENGTH, message=say("text_long", length=NAME_LENGTH)),
            Readable(),
        ],
    )


class PlaceForm(NameForm):
    """A new place."""

    kind = StringField(say("label_place_kind"), default=ADDED[0], validators=[AnyOf(ADDED, say("place_not_here"))])


@blueprint.get("/")
def roots() -> ResponseReturnValue:
    """The provinces, or what a search found."""
    login.person(ADMIN)
    text = searched()
    with here.reading() as db:
        found = localities.search(db, text) if text else []
        provinces = localities.children(db, None)
    return render_template("admin/roots.html", provinces=provinces, found=found, text=text)


@blueprint.get("/<row:division_id>")
def show(division_id: int) -> ResponseReturnValue:
    """One division: what is below it, who answers for it."""
    login.person(ADMIN)
    return _page(division_id, PlaceForm(), NameForm())


def _page(division_id: int, add_form: Form, name_form: Form) -> str:
    with here.reading() as db:
        place = _found(db, division_id)
        return render_template(
            "admin/place.html",
            place=place,
            way=localities.way_to(db, place),
            children=localities.children(db, place.id),
            officers=localities.officers(db, place),
            may_add=place.kind in localities.PARENTS and not place.closed_on,
            added=place.kind in ADDED,
            kinds=ADDED,
            add_form=add_form,
            name_form=name_form if name_form.errors else NameForm(name=place.name),
        )


def _found(db: Session, division_id: int, lock: bool = False) -> Division:
    return db.get(Division, division_id, with_for_update=True if lock else None) or abort(404)


@blueprint.post("/<row:division_id>/add")
def add(division_id: int) -> ResponseReturnValue:
    """A 开发区, 园区 or 街道 below this one."""
    login.person(ADMIN)
    form = PlaceForm(request.form)
    if form.validate():
        try:
            with here.writing() as db:
                made = localities.add(
                    db, _found(db, division_id, lock=True), form.kind.data or "", form.name.data or ""
                )
                if made:
                    here.record(db, "place_add", division=made.id, parent=division_id)
            return redirect(url_for(".show", division_id=division_id))
        except NotPossible as refused:
            form.name.errors = [say(refused.key)]
    return _page(division_id, form, NameForm()), 422


@blueprint.post("/<row:division_id>/rename")
def rename(division_id: int) -> ResponseReturnValue:
    """Another name; only for what was added here."""
    login.person(ADMIN)
    form = NameForm(request.form)
    if form.validate():
        try:
            with here.writing() as db:
                if localities.rename(db, _found(db, division_id, lock=True), form.name.data or ""):
                    here.record(db, "place_rename", division=division_id)
            return redirect(url_for(".show", division_id=division_id))
        except NotPossible as refused:
            form.name.errors = [say(refused.key)]
    return _page(division_id, PlaceForm(), form), 422


@blueprint.post("/<row:division_id>/close")
def close(division_id: int) -> ResponseReturnValue:
    """Nothing new is put into it any more."""
    return _switch(division_id, "close")


@blueprint.post("/<row:division_id>/reopen")
def reopen(division_id: int) -> ResponseReturnValue:
    """It is used again."""
    return _switch(division_id, "reopen")


def _switch(division_id: int, what: str) -> ResponseReturnValue:
    login.person(ADMIN)
    try:
        with here.writing() as db:
            place = _found(db, division_id, lock=True)
            changed = localities.close(place, wording.today()) if what == "close" else localities.reopen(place)
            if changed:
                here.record(db, f"place_{what}", division=division_id)
    except NotPossible as refused:
        current_app.logger.warning("refused %s", refused.key)
        abort(404)
    return redirect(url_for(".show", division_id=division_id))


@blueprint.post("/<row:division_id>/invite")
def invite(division_id: int) -> ResponseReturnValue:
    """A one-time link for an officer of this division."""
    who, now = login.person(ADMIN), wording.now()
    with here.writing() as db:
        place = _found(db, division_id)
        if place.closed_on:
            abort(404)
        code = tickets.make(db, tickets.INVITE, who, role=OFFICER, division_id=place.id, now=now)
        here.record(db, "admin_invite", role=OFFICER, division=place.id, code=access.digest(code)[:16])
    return once(tickets.INVITE, code, url_for(".show", division_id=division_id), role=OFFICER, place=place)
