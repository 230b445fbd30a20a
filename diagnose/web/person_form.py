"""The forms of an account: who somebody is, and the password."""

import re
from typing import Any

from wtforms import Form, PasswordField, StringField
from wtforms.validators import DataRequired, Length, StopValidation

from diagnose.limits import LIMITS
from diagnose.services.accounts import LOGIN_LENGTH, normal_login, password_problem
from diagnose.texts import say

NAME_LENGTH = 60
EMAIL_LENGTH = 200
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class Printable:
    """Refuse what arrived broken, cannot be seen, or would break a line."""

    def __call__(self, form: Form, field: StringField) -> None:
        if not (field.data or "").isprintable() or "\ufffd" in (field.data or ""):
            raise StopValidation(say("unreadable"))


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class WhoForm(Form):
    """Name and login of a new account, in the order of the page."""

    person = StringField(
        say("label_person"),
        filters=[_stripped],
        validators=[
            DataRequired(say("person_missing")),
            Printable(),
            Length(max=NAME_LENGTH, message=say("person_long", most=NAME_LENGTH)),
        ],
    )
    login = StringField(
        say("label_login"),
        filters=[lambda text: normal_login(text or "")],
        validators=[
            DataRequired(say("login_missing")),
            Printable(),
            Length(min=2, message=say("login_short")),
            Length(max=LOGIN_LENGTH, message=say("login_long", most=LOGIN_LENGTH)),
        ],
    )


class PasswordForm(Form):
    """A new password, typed twice; ``owner`` is the login it must differ from."""

    owner = ""
    password = PasswordField(say("label_new_password"), validators=[DataRequired(say("password_missing"))])
    again = PasswordField(say("label_again"))

    def validate_password(self, field: PasswordField) -> None:
        problem = password_problem(field.data or "", self.owner)
        if problem:
            raise StopValidation(say(problem, least=LIMITS["password_least"], most=LIMITS["password_most"]))

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.password.data:
            raise StopValidation(say("password_again"))


class AccountForm(WhoForm, PasswordForm):
    """A new account."""

    def validate_login(self, field: StringField) -> None:
        self.owner = field.data or ""


class ProfileForm(Form):
    """What people change about themselves."""

    person = StringField(say("label_person"), filters=[_stripped], validators=WhoForm.person.kwargs["validators"])
    email = StringField(say("label_email"), filters=[_stripped], validators=[Printable()])

    def validate_email(self, field: StringField) -> None:
        text = field.data or ""
        if text and (len(text) > EMAIL_LENGTH or not text.isascii() or not EMAIL.fullmatch(text)):
            raise StopValidation(say("email_wrong"))


class ChangeForm(PasswordForm):
    """A new password, with the present one as proof."""

    old = PasswordField(say("label_old"), validators=[DataRequired(say("password_missing"))])


def change_form(login: str, data: Any = None) -> ChangeForm:
    """The form to change the password of this login."""
    form = ChangeForm(data)
    form.owner = login
    return form
