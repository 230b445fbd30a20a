"""The forms of targets: a plan with its rows, a figure by hand, a split."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, StopValidation

from diagnose.models import Plan
from diagnose.services.plans_built_in import COMPARATORS, KINDS
from diagnose.services.target_deeds import Goal, Head
from diagnose.texts import say
from diagnose.web.district_forms import Choices
from diagnose.web.firm_form import Choice, DayField, Readable, check_as_of

TITLE, SOURCE, UNIT, NOTE = 200, 400, 20, 1000
LONGEST = timedelta(days=366 * 20)
YEARS = 20
SPARE_ROWS = 5
MOST_ROWS = 60
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,4})?")


def _stripped(value: str | None) -> str:
    return " ".join((value or "").split())


def number(text: str) -> str | None:
    """A figure as typed (full width, with separators) in its normal form, or None."""
    plain = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text).replace("－", "-").replace("．", "."))
    return f"{Decimal(plain):f}" if NUMBER.fullmatch(plain) else None


def _text(label: str, missing: str, length: int) -> StringField:
    long = say("text_long", length=length)
    checks = [DataRequired(say(missing)), Length(max=length, message=long), Readable()]
    return StringField(say(label), filters=[_stripped], validators=checks)


class HeadForm(Form):
    """What the plan is; ``division`` only for a new one."""

    division = Choice(say("label_plan_division"))
    title = _text("label_plan_title", "plan_title_missing", TITLE)
    source = _text("label_plan_source", "plan_source_missing", SOURCE)
    starts_on = DayField(say("label_plan_starts"), validators=[InputRequired(say("day_missing"))])
    deadline = DayField(say("label_plan_deadline"), validators=[InputRequired(say("day_missing"))])

    def validate_deadline(self, field: DateField) -> None:
        if field.data and self.starts_on.data and field.data <= self.starts_on.data:
            raise StopValidation(say("plan_days_order"))
        if field.data and self.starts_on.data and field.data - self.starts_on.data > LONGEST:
            raise StopValidation(say("plan_days_long", years=YEARS))

    @property
    def head(self) -> Head:
        """What was entered, once it is valid."""
        values = {name: self[name].data for name in ("title", "source", "starts_on", "deadline")}
        return Head(**values)


def head_form(data: Any = None, places: Choices | None = None, **values: Any) -> HeadForm:
    """The form; without ``places`` that of a plan which stays where it is."""
    form = HeadForm(data, **values)
    if places is None:
        del form.division
    else:
        form.division.choices = {"": list(places)}
        form.division.validators = [AnyOf([value for value, _ in places], message=say("division_missing"))]
    return form


class ActualForm(Form):
    """A figure by hand."""

    on = DayField(say("label_actual_on"), validators=[InputRequired(say("day_missing"))])
    value = StringField(say("label_actual_value"), filters=[_stripped], validators=[InputRequired(say("actual_wrong"))])
    note = _text("label_actual_note", "actual_note_missing", NOTE)

    def validate_on(self, field: DateField) -> None:
        check_as_of(field)

    def validate_value(self, field: StringField) -> None:
        if number(field.data or "") is None:
            raise StopValidation(say("actual_wrong"))


@dataclass
class Row:
    """One row of the goals as typed; ``wrong``: what has to be changed."""

    id: str = ""
    title: str = ""
    value: str = ""
    unit: str = ""
    kind: str = KINDS[0]
    comparator: str = COMPARATORS[0]
    remove: bool = False
    wrong: str = ""

    @property
    def blank(self) -> bool:
        return not (self.id or self.title or self.value or self.unit)


def rows_of_plan(plan: Plan | None) -> list[Row]:
    """The rows of the form before anything is typed, with some to spare."""
    known = (
        [Row(str(one.id), one.title, one.value, one.unit, one.kind, one.comparator) for one in plan.targets]
        if plan
        else []
    )
    return [*known, *(Row() for _ in range(SPARE_ROWS))]


def rows_typed(form: MultiDict[str, str]) -> list[Row]:
    """The rows as sent."""
    names = ("id", "title", "value", "unit", "kind", "comparator")
    sent = {name: form.getlist(f"goal_{name}")[:MOST_ROWS] for name in names}
    removed = set(form.getlist("goal_remove"))
    count = max((len(values) for values in sent.values()), default=0)
    rows = []
    for place in range(count):
        cells = {name: _stripped(values[place]) if place < len(values) else "" for name, values in sent.items()}
        rows.append(Row(**cells, remove=bool(cells["id"]) and cells["id"] in removed))
    return rows


def check_rows(rows: Sequence[Row], known: Mapping[str, Any]) -> list[Goal]:
    """The goals that the rows say; marks what is wrong in them. ``known``: the ids of the plan's targets."""
    goals = []
    for place, row in enumerate(rows, 1):
        row.id = row.id if row.id in known else ""
        if row.blank:
            continue
        row.wrong = "" if row.remove else _wrong(place, row)
        if not row.wrong:
            value = number(row.value) or "1"
            goals.append(Goal(int(row.id or 0), row.title, value, row.unit, row.kind, row.comparator, row.remove))
    return goals


def _wrong(place: int, row: Row) -> str:
    if not row.title:
        return say("goal_title_missing", row=place)
    value = number(row.value)
    if value is None or Decimal(value) <= 0:
        return say("goal_value_wrong", row=place, typed=row.value[:30])
    if not row.unit:
        return say("goal_unit_missing", row=place)
    for what, text, length in ((say("label_plan_goals"), row.title, TITLE), (say("label_unit"), row.unit, UNIT)):
        if len(text) > length:
            return say("goal_long", row=place, what=what, length=length)
        if any(char == "\ufffd" or ord(char) < 32 for char in text):
            return say("goal_unreadable", row=place)
    if row.kind not in KINDS or row.comparator not in COMPARATORS:
        return say("goal_unreadable", row=place)
    return ""
