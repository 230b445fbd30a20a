"""Which column of a list is what: guessed from the header, changed by hand, kept as column number → field.

Fields of a list of firms: those of data/intake.yaml (``credit_code``…), and of each fact in firm-facts.yaml its value
``fact:star``, its day ``day:star`` and its end ``until:star``. Of answer sheets: ``credit_code``, ``name``, ``as_of``
and the fact codes of the form, ``answer:five_g``.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from diagnose.services.fact_kinds import DICTIONARY, GROUPS
from diagnose.services.sheets import LIMITS, SETTINGS, Table
from diagnose.texts import say
from questionnaires.schema import Fact, Form

FIRMS, ANSWERS = "firms", "answers"
BASIC = tuple(code for code in SETTINGS["fields"] if code not in ("as_of", "year"))
_BRACKETS = re.compile(r"[（(\[【<《].*?[)）\]】>》]")
_NO_NAME = re.compile(r"[\s*＊:：、,，。/\\\-—_“”\"'‘’（）()\[\]【】]+")


@dataclass(frozen=True)
class Field:
    """What a column may be; ``group`` is the heading it stands under in a select."""

    key: str
    title: str
    group: str
    names: frozenset[str]


@dataclass(frozen=True)
class Header:
    """Where the header stands: ``titles`` by column, ``first`` its first row, ``rows`` how many rows of the table."""

    titles: tuple[str, ...]
    first: int
    rows: int


def plain(title: str, whole: bool = True) -> str:
    """A column's title for comparing; without what stands in brackets unless ``whole``."""
    text = unicodedata.normalize("NFKC", title)
    return _NO_NAME.sub("", text if whole else _BRACKETS.sub("", text)).lower()


@cache
def firm_fields() -> tuple[Field, ...]:
    """The fields of a list of firms."""
    basic = [_basic(code, say("intake_group_firm")) for code in BASIC]
    return (*basic, *(field for code in DICTIONARY for field in _of_fact(code)), _basic("year", GROUPS["research"]))


def _basic(code: str, group: str) -> Field:
    spec = SETTINGS["fields"][code]
    return Field(code, spec["title"], group, frozenset(map(plain, (code, spec["title"], *spec["names"]))))


def _of_fact(code: str) -> list[Field]:
    """The columns of one fact: a yearly figure has its year instead of days, what lasts or rolls has no end."""
    kind = DICTIONARY[code]
    own = [kind.title, *SETTINGS["facts"]["names"].get(code, ())]
    group = GROUPS[kind.group]
    found = [Field(f"fact:{code}", kind.title, group, frozenset(map(plain, (code, *own))))]
    parts = () if kind.yearly else ("day",) if kind.lasting or kind.rolling else ("day", "until")
    for part in parts:
        names = frozenset(plain(name + end) for name in own for end in SETTINGS["facts"][part])
        found.append(Field(f"{part}:{code}", say(f"intake_{part}", title=kind.title), group, names))
    return found


@cache
def answer_fields(form: Form) -> tuple[Field, ...]:
    """The fields of answer sheets of one form."""
    group = say("intake_group_firm")
    found = [_basic(code, group) for code in ("credit_code", "name", "as_of")]
    return (*found, *(_answer(fact, page) for fact, page in facts_asked(form)))


def facts_asked(form: Form) -> list[tuple[Fact, str]]:
    """Every fact of a form once, in the order asked, with the title of its section."""
    asked: dict[str, tuple[Fact, str]] = {}
    for page in form.pages:
        for question in page.questions:
            for fact in question.facts:
                asked.setdefault(fact.code, (fact, page.title))
    return list(asked.values())


def _answer(fact: Fact, page: str) -> Field:
    return Field(f"answer:{fact.code}", fact.title, page, frozenset((plain(fact.code), plain(fact.title))))


def fields_of(kind: str, form: Form | None) -> tuple[Field, ...]:
    """The fields of this kind of import."""
    return answer_fields(form) if kind == ANSWERS and form else firm_fields()


def find_header(table: Table, fields: Sequence[Field]) -> Header:
    """The row of the first few with most known titles; a second row below it when that fills its gaps."""
    tops = table.rows[: LIMITS["header_rows"]]
    known = _by_name(fields)
    scores = [sum(_known(text, known) is not None for text in texts) for _, texts in tops]
    best = max(range(len(tops)), key=lambda index: (scores[index], -index), default=0)
    width = table.width
    titles = _padded(tops[best][1], width) if tops else ()
    if best + 1 >= len(tops):
        return Header(titles, best, 1)
    below = _padded(tops[best + 1][1], width)
    both = tuple(_joined(upper, lower, known) for upper, lower in zip(titles, below, strict=True))
    more = sum(_known(text, known) is not None for text in both)
    if scores[best + 1] and more > scores[best]:
        return Header(both, best, 2)
    return Header(titles, best, 1)


def _padded(texts: Sequence[str], width: int) -> tuple[str, ...]:
    return (*texts, *[""] * (width - len(texts)))


def _joined(upper: str, lower: str, known: Mapping[str, Field]) -> str:
    """The title of a column with two: the lower one under a heading for several columns, or both in one."""
    return next((text for text in (upper + lower, lower, upper) if _known(text, known)), lower or upper)


def guess(titles: Iterable[str], fields: Sequence[Field]) -> dict[str, str]:
    """Column number → field, each field once: the first column that is called so."""
    known, found = _by_name(fields), dict[str, str]()
    for number, title in enumerate(titles):
        field = _known(title, known)
        if field and field.key not in found.values():
            found[str(number)] = field.key
    return found


def _known(title: str, known: Mapping[str, Field]) -> Field | None:
    """Whole titles before those without their brackets."""
    return known.get(plain(title)) or known.get(plain(title, whole=False)) if title else None


@cache
def _names(fields: tuple[Field, ...]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for field in fields:
        for name in field.names:
            found.setdefault(name, field)
    return found


def _by_name(fields: Sequence[Field]) -> Mapping[str, Field]:
    return _names(tuple(fields))


def clean(columns: Mapping[str, Any], fields: Sequence[Field], width: int) -> dict[str, str]:
    """A mapping as posted: only columns and fields that are there."""
    keys = {field.key for field in fields}
    return {str(number): columns[str(number)] for number in range(width) if columns.get(str(number)) in keys}


def twice(columns: Mapping[str, str]) -> list[str]:
    """The fields that more than one column was given."""
    values = list(columns.values())
    return sorted({key for key in values if values.count(key) > 1})
