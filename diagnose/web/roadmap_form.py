"""The form of one item of a roadmap, and of the day on which a plan starts."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import Field, Form, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, StopValidation

from diagnose import wording
from diagnose.models import RoadmapItem
from diagnose.services.roadmap import STATUSES, Change
from diagnose.texts import say
from diagnose.web.firm_facts_form import DayTyped
from diagnose.web.money import BadAmount, amount

OWNER_LENGTH = 60
NOTE_LENGTH = 1000
FARTHEST = timedelta(days=3660)


def near(form: Form, field: DayTyped) -> None:
    """Refuse a day more than ten years away: a slip of the key."""
    if field.data and abs(field.data - wording.today()) > FARTHEST:
        raise StopValidation(say("plan_day_far"))


class Printable:
    """Refuse what arrived broken or cannot be printed; lines may be broken where ``lines``."""

    def __init__(self, lines: bool = False) -> None:
        self.allowed = "\n\r\t" if lines else ""

    def __call__(self, form: Form, field: StringField) -> None:
        if any(char == "\ufffd" or (ord(char) < 32 and char not in self.allowed) for char in field.data or ""):
            raise StopValidation(say("unreadable"))


class AmountField(Field):
    """万元 as typed; ``data`` is an integer in 百元."""

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else wording.wan(self.data)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        try:
            self.data = amount(valuelist[0])
        except BadAmount as error:
            self.data = None
            raise ValueError(str(error)) from None


class StartForm(Form):
    """The day on which a plan starts."""

    starts_on = DayTyped(say("label_plan_start"), validators=[InputRequired(say("day_missing")), near])


class ItemForm(Form):
    """What of an item can be changed."""

    status = StringField(say("label_plan_status"), validators=[AnyOf(STATUSES, message=say("plan_status_missing"))])
    owner = StringField(
        say("label_plan_owner"),
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=OWNER_LENGTH, message=say("plan_owner_long", length=OWNER_LENGTH)), Printable()],
    )
    starts_on = DayTyped(say("label_plan_from"), validators=[InputRequired(say("day_missing")), near])
    due_on = DayTyped(say("label_plan_due"), validators=[InputRequired(say("day_missing")), near])
    budget = AmountField(say("label_plan_budget"), validators=[InputRequired(say("amount_missing"))])
    note = StringField(
        say("label_plan_note"),
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=NOTE_LENGTH, message=say("plan_note_long", length=NOTE_LENGTH)), Printable(lines=True)],
    )
    version = IntegerField(validators=[InputRequired()])

    def validate_due_on(self, field: DayTyped) -> None:
        first = self.starts_on.data
        if field.data and first and field.data < first:
            raise StopValidation(say("plan_due_early"))

    def change(self) -> Change:
        """What a valid form asks for."""
        known: dict[str, Any] = self.data
        starts_on: date = known["starts_on"]
        return Change(known["owner"], starts_on, known["due_on"], known["budget"], known["status"], known["note"])


def item_form(item: RoadmapItem, data: Any = None) -> ItemForm:
    """The form of an item, with what was sent if anything was; a new one names the version it shows."""
    names = ("status", "owner", "starts_on", "due_on", "budget", "version")
    return ItemForm(data, **{name: getattr(item, name) for name in names})
