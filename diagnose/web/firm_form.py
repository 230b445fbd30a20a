"""The form of 企业信息: who the firm is, where, in which industry, how large."""

import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from wtforms import DateField, Form, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, StopValidation

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.services import divisions
from diagnose.texts import say
from questionnaires.forms import FactField

PROCESS_TYPES = {code: say(code) for code in ("discrete", "process")}
NAME_LENGTH = 200
SIZE_FACTS = ("staff", "revenue", "assets")


class CreditCode:
    """统一社会信用代码 as GB 32100 builds it, check digit included."""

    def __call__(self, form: Form, field: StringField) -> None:
        try:
            uscc.validate(field.data or "")
        except InvalidLength:
            raise StopValidation(say("code_length", length=len(field.data or ""))) from None
        except InvalidChecksum:
            raise StopValidation(say("code_check")) from None
        except ValidationError:
            raise StopValidation(say("code_letters")) from None


def _clean_code(text: str | None) -> str:
    return uscc.compact(unicodedata.normalize("NFKC", text or ""))


class Readable:
    """Refuse what arrived broken (wrong encoding) or cannot be printed."""

    def __call__(self, form: Form, field: StringField) -> None:
        if any(char == "\ufffd" or ord(char) < 32 for char in field.data or ""):
            raise StopValidation(say("unreadable"))


class CodeForm(Form):
    """First step: just the credit code."""

    credit_code = StringField(
        say("label_code"),
        filters=[_clean_code],
        validators=[DataRequired(say("code_missing")), Readable(), CreditCode()],
    )


class Choice(StringField):
    """One of ``choices``, {group title: [(value, label)]}; drawn by the template, checked by a validator."""

    choices: Mapping[str, list[tuple[str, str]]] = MappingProxyType({})


class DayField(DateField):
    """A day; what is none gets a sentence in Chinese."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            super().process_formdata(list(valuelist))
        except ValueError:
            raise ValueError(say("day_wrong")) from None


class FirmForm(CodeForm):
    """Second step, and later the page that changes it. Build with ``firm_form``."""

    name = StringField(
        say("label_name"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            DataRequired(say("name_missing")),
            Length(max=NAME_LENGTH, message=say("name_long", length=NAME_LENGTH)),
            Readable(),
        ],
    )
    province = Choice(say("label_province"), validators=[InputRequired(say("province_missing"))])
    division = Choice(say("label_division"))
    industry = Choice(say("label_industry"))
    process_type = Choice(say("label_process"), validators=[AnyOf(PROCESS_TYPES, message=say("process_missing"))])
    as_of = DayField(say("label_day"), validators=[InputRequired(say("day_missing"))])

    def validate_as_of(self, field: DateField) -> None:
        check_as_of(field)


def check_as_of(field: DateField) -> None:
    """Refuse a day that has not come yet."""
    if field.data and field.data > wording.today():
        raise StopValidation(say("day_future"))


def firm_form(
    catalog: Catalog, data: Any = None, with_as_of: bool = True, base: type[FirmForm] = FirmForm, **values: Any
) -> FirmForm:
    """The form (``base``, with the size facts of the dictionary), its choices filled in."""
    form = _with_size(catalog, base)(data, **values)
    if not with_as_of:
        del form.as_of
    form.province.choices = {"": [("", say("choose")), *divisions.provinces()]}
    form.industry.choices = {"": [("", say("choose"))]} | dict(catalog.industries.choices())
    form.division.choices = _division_choices(form.province.data)
    form.division.validators = [AnyOf(_keys(form.division.choices), message=say("division_missing"))]
    form.industry.validators = [AnyOf(_keys(form.industry.choices), message=say("industry_missing"))]
    return form


def _with_size(catalog: Catalog, base: type[FirmForm]) -> type[FirmForm]:
    facts = {code: FactField(catalog.dictionary.facts[code]) for code in SIZE_FACTS}
    for code in ("staff", "revenue"):
        facts[code] = FactField(catalog.dictionary.facts[code], validators=[Stated()])
    return type("SizedFirmForm", (base,), facts)


class Stated:
    """The fact was given (0 counts as given)."""

    def __call__(self, form: Form, field: FactField) -> None:
        if field.data is None and not field.errors:
            raise StopValidation(say("fact_missing", title=field.fact.title))


def _division_choices(province: str | None) -> dict[str, list[tuple[str, str]]]:
    known = {code for code, _ in divisions.provinces()}
    groups = divisions.choices(province) if province in known else []
    return {"": [("", say("choose" if groups else "choose_province_first"))]} | dict(groups)


def _keys(choices: Mapping[str, list[tuple[str, str]]]) -> list[str]:
    return [code for group in choices.values() for code, _ in group if code]


def size_profile(form: FirmForm) -> dict[str, Any]:
    """The size facts as stored: only what was given."""
    given = {code: form[code].data for code in SIZE_FACTS}
    return {code: value for code, value in given.items() if value is not None}
