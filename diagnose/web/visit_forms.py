"""The forms of a visit: its days, what it checks, and one move."""

from datetime import date, timedelta
from typing import Any

from wtforms import DateField, Form, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Optional, StopValidation

from diagnose import wording
from diagnose.texts import say
from diagnose.web.firm_form import DayField

FARTHEST = timedelta(days=366)


class DaysForm(Form):
    """When the visit is, and when its result is due."""

    visit_on = DayField(say("label_visit_on"), validators=[InputRequired(say("day_missing"))])
    due_on = DayField(say("label_due_on"), validators=[Optional()])

    def validate_visit_on(self, field: DateField) -> None:
        check_near(field.data)

    def validate_due_on(self, field: DateField) -> None:
        check_near(field.data)
        if field.data and self.visit_on.data and field.data < self.visit_on.data:
            raise StopValidation(say("due_before_visit"))


class AppointForm(DaysForm):
    """Which submission the visit checks, and when."""

    base = RadioField(say("label_base"), coerce=str, validate_choice=False)

    def validate_base(self, field: RadioField) -> None:
        if field.data not in offered(field):
            raise StopValidation(say("base_missing"))


class MoveForm(Form):
    """A move: whereto, why, and the version of the visit that was on the page."""

    to = StringField()
    version = IntegerField(validators=[InputRequired()])
    reason = StringField(say("label_reason"), filters=[lambda text: text or ""])


def offered(field: Any) -> list[str]:
    """The values among which a field lets choose."""
    return [choice.value for choice in field.choices]


def check_near(day: date | None) -> None:
    """Refuse a day that is more than a year away: a slip of the key."""
    if day and abs(day - wording.today()) > FARTHEST:
        raise StopValidation(say("day_far"))
