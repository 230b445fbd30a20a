"""The forms of a fact about a firm: to state it, to end it, to withdraw it."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, Form, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation

from diagnose.services.fact_kinds import BadFact, FactKind, parse
from diagnose.services.fact_rules import SOURCE_LENGTH
from diagnose.texts import say
from diagnose.web.firm_form import DayField, Readable

# 2026-3-1, 2026/3/1, 2026.3.1, 2026年3月1日, 20260301
DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")
LAST_DAY = date.max - timedelta(days=1)


class DayTyped(DayField):
    """A day as a calendar sends it or as people type it."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = "".join(unicodedata.normalize("NFKC", text) for text in valuelist[:1]).replace(" ", "")
        found = DAY.fullmatch(typed)
        parts = [part for part in found.groups() if part] if found else []
        super().process_formdata(["-".join(parts) if parts else typed] if typed else [])


class FactForm(Form):
    """All fields of any fact; `fact_form` leaves those that this kind has. ``kind`` is set there."""

    kind: FactKind

    value = StringField(say("label_fact_value"))
    year = StringField(say("label_fact_year"), filters=[lambda text: unicodedata.normalize("NFKC", text or "").strip()])
    valid_from = DayTyped(say("label_fact_from"), validators=[InputRequired(say("day_missing"))])
    last = DayTyped(say("label_fact_last"), validators=[Optional()])
    source = StringField(
        say("label_fact_source"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            DataRequired(say("fact_source_missing")),
            Length(max=SOURCE_LENGTH, message=say("fact_source_long", length=SOURCE_LENGTH)),
            Readable(),
        ],
    )
    sure = BooleanField(say("label_fact_sure"))
    replace = BooleanField(say("label_fact_replace"))

    def validate_value(self, field: StringField) -> None:
        """As the dictionary reads it."""
        try:
            parse(self.kind.code, field.data or "")
        except BadFact as error:
            message = say("fact_choose") if self.kind.options else str(error)
            raise StopValidation(message) from None

    def validate_year(self, field: StringField) -> None:
        """Four digits, the year itself is checked with the fact."""
        if not re.fullmatch(r"[12]\d{3}", field.data or ""):
            raise StopValidation(say("fact_year_wrong" if field.data else "fact_year_missing"))

    def days(self) -> tuple[date, date | None]:
        """From when, and the day it ends, exclusive."""
        if self.year:
            return date(int(self.year.data or 0), 1, 1), None
        if self.valid_from.data is None:
            raise BadFact(say("day_missing"))
        return self.valid_from.data, day_after(self.last.data if self.last else None)


class EndForm(Form):
    """The last day on which a fact holds; left blank it holds on."""

    last = DayTyped(say("label_fact_last"), validators=[Optional()])


def day_after(day: date | None) -> date | None:
    """The day on which something ends that holds through ``day``."""
    return min(day, LAST_DAY) + timedelta(days=1) if day else None


def fact_form(kind: FactKind, data: Any = None, **values: Any) -> FactForm:
    """The form of one kind of fact: without the fields that it has no use for."""
    form = FactForm(data, **values)
    form.kind = kind
    needless = {
        "value": kind.kind == "none",
        "year": not kind.yearly,
        "valid_from": kind.yearly,
        "last": kind.yearly or kind.lasting or kind.rolling,
        "sure": not kind.ladder,
        "replace": kind.several or kind.yearly or kind.rolling,
    }
    for name, unused in needless.items():
        if unused:
            del form[name]
    if kind.lasting:
        form["valid_from"].label.text = say("label_fact_on")
    return form
