"""The forms of the officer's pages: a firm to add, and one form a deed."""

from collections.abc import Sequence
from typing import Any, cast

from wtforms import BooleanField, Form, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Regexp

from diagnose.catalog import Catalog
from diagnose.services.register import TEXT_LENGTH, Contact
from diagnose.texts import say
from diagnose.web.firm_form import Choice, FirmForm, Readable, firm_form

CONTACT_LENGTH = 60
PHONE_LENGTH = 40
PHONE = r"[0-9０-９+\-－—() （）,，、/转]*$"

Choices = Sequence[tuple[str, str]]


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class ContactForm(Form):
    """Whom to call; both may be left blank."""

    contact_name = StringField(
        say("label_contact_name"),
        filters=[_stripped],
        validators=[Length(max=CONTACT_LENGTH, message=say("text_long", length=CONTACT_LENGTH)), Readable()],
    )
    contact_phone = StringField(
        say("label_contact_phone"),
        filters=[_stripped],
        validators=[
            Length(max=PHONE_LENGTH, message=say("text_long", length=PHONE_LENGTH)),
            Regexp(PHONE, message=say("phone_wrong")),
        ],
    )


def contact_of(form: Form) -> Contact:
    """Whom to call, as typed into a ContactForm or an AddForm."""
    return Contact(form["contact_name"].data or "", form["contact_phone"].data or "")


class AddForm(FirmForm, ContactForm):
    """A firm known to the officer. Build with ``add_form``."""


class NameForm(Form):
    """Another name."""

    name = FirmForm.name


class ReasonForm(Form):
    """Why."""

    reason = StringField(
        say("label_deed_reason"),
        filters=[_stripped],
        validators=[
            DataRequired(say("reason_missing")),
            Length(max=TEXT_LENGTH, message=say("text_long", length=TEXT_LENGTH)),
            Readable(),
        ],
    )


class SureForm(Form):
    """Nothing but a confirmation by the button itself."""


class PlaceForm(Form):
    """A division of the own subtree, by its id."""

    division = Choice(say("label_place"))


class HandOverForm(Form):
    """A district anywhere, by its national code, and the tick that it is meant."""

    province = FirmForm.province
    division = FirmForm.division
    sure = BooleanField(say("label_hand_over"), validators=[InputRequired(say("hand_over_unsure"))])


def add_form(catalog: Catalog, places: Choices, data: Any = None) -> FirmForm:
    """The form to add a firm in one of ``places``; the figures may be unknown."""
    form = firm_form(catalog, data, with_as_of=False, base=AddForm)
    del form.province
    _offer(form.division, places)
    for code in ("staff", "revenue"):
        form[code].validators = ()
    return form


def place_form(places: Choices, data: Any = None, **values: Any) -> PlaceForm:
    """The form to choose one of ``places``."""
    form = PlaceForm(data, **values)
    _offer(form.division, places)
    return form


def hand_over_form(catalog: Catalog, data: Any = None) -> HandOverForm:
    """The form to choose any district of the country."""
    form = HandOverForm(data)
    mine, known = cast(Any, form), firm_form(catalog, data)
    mine.province.choices, mine.division.choices = known.province.choices, known.division.choices
    mine.division.validators = known.division.validators
    return form


def _offer(field: Choice, places: Choices) -> None:
    field.choices = {"": [("", say("choose")), *places]}
    field.validators = [AnyOf([value for value, _ in places], message=say("division_missing"))]


def tree(divisions: Sequence[tuple[int, str, int]]) -> Choices:
    """The divisions of a subtree for a select, each as far in as it is deep."""
    return [(str(id_), "　" * depth + name) for id_, name, depth in divisions]
