"""One upload: what the request brings, and its way into the store and the database."""

import hashlib
import secrets
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage
from wtforms import DateField, Form, StringField
from wtforms.validators import InputRequired, Length

from diagnose import wording
from diagnose.models import Evidence
from diagnose.services import evidence
from diagnose.services.pictures import FILE_BYTES
from diagnose.texts import say
from diagnose.web import here
from diagnose.web.evidence_place import changeable, place_or_404
from diagnose.web.firm_form import DayField, check_as_of


class UploadForm(Form):
    """The fields beside the files; ``change`` is the number the page gave this upload."""

    effective_on = DayField(say("label_effective"), validators=[InputRequired(say("day_missing"))])
    title = StringField(say("label_title"))
    change = StringField(validators=[Length(max=64, message=say("unreadable"))])

    def validate_effective_on(self, field: DateField) -> None:
        check_as_of(field)


def wants_json() -> bool:
    """Whether a script asks."""
    return request.accept_mimetypes.best == "application/json"


def new_change() -> str:
    """The number that a page gives to the uploads made from it."""
    return secrets.token_hex(16)


def files() -> list[FileStorage]:
    """The files that were chosen; a browser sends an empty one when none was."""
    return [one for one in request.files.getlist("file") if one.filename]


@dataclass(frozen=True)
class Fault:
    """Why something was not taken: the file's title, if it is about one, and the field to look at."""

    message: str
    title: str = ""
    field: str = "file"


def problem(form: UploadForm, sent: list[FileStorage]) -> Fault | None:
    """What is wrong with the upload as a whole, before any file is looked at."""
    if not sent:
        return Fault(say("evidence_none"))
    if len(sent) > 1 and wants_json():
        return Fault(say("evidence_one"))
    if form.validate():
        return None
    wrong = form.effective_on if form.effective_on.errors else form.change
    return Fault(str(wrong.errors[0]), field="day" if wrong is form.effective_on else "file")


def title(sent: FileStorage, form: UploadForm) -> str:
    """What was typed, or else the file's name."""
    return evidence.clean_title(form.title.data or "") or evidence.title_of_name(sent.filename or "")


def take(public_id: str, assessment_id: int, question: str, sent: FileStorage, form: UploadForm) -> Evidence:
    """One file from the request into the store and the database; what is there already is not made again.

    Raises pictures.Refused, store.Unavailable, evidence_place.Closed.
    """
    data = sent.stream.read(FILE_BYTES + 1)  # of one that is too large only so much that this is seen
    change = form.change.data or new_change()
    with here.reading() as db:
        number = evidence.change_number(change, hashlib.sha256(data).hexdigest())
        known = evidence.of_change(db, assessment_id, number)
    if known:
        return known
    kept = evidence.keep(here.store(), data)
    try:
        return _add(public_id, assessment_id, question, kept, title(sent, form), form, change)
    finally:
        _drop_unless_stored(kept.key)


def _add(
    public_id: str, assessment_id: int, question: str, kept: evidence.Kept, title: str, form: UploadForm, change: str
) -> Evidence:
    """The row, in one transaction with the check that it may still be added, and its audit entry."""
    day = form.effective_on.data
    assert day is not None  # the form is valid
    with here.writing() as db:
        place = place_or_404(db, public_id, assessment_id, question, lock=True)
        changeable(place)
        by, now = here.account_id(), wording.now()
        row = evidence.add(db, place.enterprise, place.assessment, question, kept, day, title, change, by, now)
        if row.store_key == kept.key:
            here.record(db, "evidence_added", place.enterprise, **evidence.facts(row))
    return row


def _drop_unless_stored(key: str) -> None:
    """No row, no bytes. The database decides, also when it is not known whether a commit came through."""
    with here.reading() as db:
        stored = evidence.is_stored(db, key)
    if not stored:
        evidence.drop(here.store(), key)
