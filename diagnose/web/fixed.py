"""The parts of a question's HTML that are the same for every firm, rendered once a process at their first use."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup

from questionnaires.forms import asked_first
from questionnaires.schema import Fact, Form, Indicator

Owner = tuple[str, str]
"""Number and section of the question that asks for a shared fact."""


@dataclass(frozen=True, eq=False)
class FixedField:
    """One fact: its label and the attributes of its input; for a choice each option, not ticked and ticked."""

    owner: Owner | None
    label: Markup
    input: Markup
    choices: Mapping[str, tuple[Markup, Markup]]


@dataclass(frozen=True, eq=False)
class Fixed:
    """One question of a form, with its number (2.1); named as the macros of templates/survey/fixed.html."""

    number: str
    section: Markup
    title: Markup
    hint: Markup
    legend: Markup
    aside: Markup
    fields: tuple[FixedField, ...]


@lru_cache(maxsize=16)
def places(form: Form) -> dict[str, Owner]:
    """Question code → its number in the form (2.1) and the code of its section."""
    return {
        question.code: (f"{section}.{position}", page.code)
        for section, page in enumerate(form.pages, 1)
        for position, question in enumerate(page.questions, 1)
    }


@lru_cache(maxsize=1024)
def fixed(form: Form, question: Indicator) -> Fixed:
    """The fixed parts of a question of this form."""
    macros: Any = current_app.jinja_env.get_template("survey/fixed.html").module
    number, _ = places(form)[question.code]
    return Fixed(
        number=number,
        section=macros.section(question),
        title=macros.title(question, number),
        hint=macros.hint(question),
        legend=macros.legend(question),
        aside=macros.aside(question),
        fields=tuple(_field(macros, form, question, fact) for fact in question.facts),
    )


def _field(macros: Any, form: Form, question: Indicator, fact: Fact) -> FixedField:
    asked_by = asked_first(form)[fact.code]
    owner = None if asked_by is question else places(form)[asked_by.code]
    box = "checkbox" if fact.kind == "multi" else "radio"
    return FixedField(
        owner,
        macros.label(question, fact, owner),
        macros.input(question, fact, owner),
        {
            key: (macros.choice(fact, key, box, False), macros.choice(fact, key, box, True))
            for key in fact.options or ()
        },
    )
