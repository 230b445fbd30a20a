"""The filters of 企业列表 as they stand in an address: read, offered in a form, and shown as what is in use."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Account, Term
from diagnose.models.enterprise import CLOSED, OPEN
from diagnose.services.classify import SizeClass
from diagnose.services.fact_kinds import DICTIONARY
from diagnose.services.firm_filters import ANY_VERDICT, BASES, NO_VERDICT, RULES, Filters
from diagnose.services.firm_list import ONSITE_STATES, SELF_STATES
from diagnose.texts import say
from diagnose.web import here
from diagnose.web.addresses import row_number, searched

# Those with fixed values, each with the words for them.
CHOICES: dict[str, tuple[str, ...]] = {
    "status": (OPEN, CLOSED),
    "verified": ("yes", "no"),
    "self_state": SELF_STATES,
    "onsite": ONSITE_STATES,
}
WORDS = {name: {value: say(f"{name.split('_')[0]}_{value}") for value in values} for name, values in CHOICES.items()}
FLAGS = ("one_short", "stale", "overdue")
MONTHS = ("added", "up", "down")
TERMS = ("chain", "locality")
MORE = ("industry", "size", *TERMS, "mark", "basis", "ruler", "day", "missing_link", *FLAGS, *MONTHS)
NAMES = ("text", "division", "level", *CHOICES, *MORE)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Chip:
    """One filter in use, in words, and the address's filters without it."""

    text: str
    others: Mapping[str, str]


def asked_filters() -> dict[str, str]:
    """The filters in use, as they stand in the address or form, for links that keep them."""
    asked = {"text": searched()} | {name: _asked(name) for name in NAMES[1:]}
    if request.args.get("diagnosed") == "no" and not asked["level"]:
        asked["level"] = NO_VERDICT
    return {name: value for name, value in asked.items() if value}


def _asked(name: str) -> str:
    """A filter of the address, without the one character that PostgreSQL does not take."""
    return request.args.get(name, "").replace("\0", "").strip()[:60]


def filters_of_address(db: Session, who: Account) -> Filters:
    """What the address asks for; what no control of the page sends is no filter."""
    asked = asked_filters()
    below = here.division_or_404(db, who, asked["division"]).path if asked.get("division") else ""
    known: dict[str, Any] = {name: asked[name] for name, values in CHOICES.items() if asked.get(name) in values}
    known |= {name: True for name in FLAGS if asked.get(name) == "yes"}
    known |= {name: month for name in MONTHS if (month := _month(asked.get(name, "")))}
    known |= {name: _term(db, name, asked[name]) for name in TERMS if asked.get(name)}
    found = Filters(text=asked.get("text", ""), below=below, **known, **_of_options(asked))
    if not found.by_spans:
        return found
    own = who.division.path if who.division else ""
    return replace(found, below=found.below or own, ruler=found.ruler or rulers()[0])


def _of_options(asked: Mapping[str, str]) -> dict[str, Any]:
    """The filters whose values are data."""
    found: dict[str, Any] = {}
    for name in ("level", "industry", "basis", "ruler", "missing_link"):
        if asked.get(name) in _known(name):
            found[name] = asked[name]
    for name, values in (("size", range(len(SizeClass))), ("mark", marks())):
        if asked.get(name, "").isdecimal() and int(asked[name]) in values:
            found[name] = int(asked[name])
    day = _day(asked.get("day", ""))
    return found | ({"day": day} if day else {})


def _known(name: str) -> Sequence[str] | Mapping[str, Any]:
    if name == "level":
        return [*levels(), NO_VERDICT, ANY_VERDICT]
    if name == "industry":
        return here.catalog().industries.by_code
    options: list[str] = RULES["management"]["options"]
    return {"basis": BASES, "ruler": rulers(), "missing_link": options}[name]


def rulers() -> list[str]:
    """The rulers by name, the one that is asked for unless another is named first."""
    catalog = here.catalog()
    first = catalog.first_form.schemes[0]
    return [first, *(name for name in catalog.rulesets if name != first)]


def ruler_shown() -> str:
    """The ruler of the address, or the first."""
    asked = request.args.get("ruler", "")
    return asked if asked in rulers() else rulers()[0]


def levels() -> dict[str, str]:
    """The levels of the ruler shown, lowest first."""
    rules = here.catalog().rulesets[ruler_shown()]
    return {str(number): rules.level_title(number) for number in range(len(rules.levels) + 1)}


def marks() -> dict[int, str]:
    """What a bit of a firm's marks stands for."""
    plain = {kind.bit: kind.title for kind in DICTIONARY.values() if kind.bit is not None}
    options = {bit: kind.options[key] for kind in DICTIONARY.values() for key, bit in kind.bits.items()}
    return dict(sorted((plain | options).items()))


def _term(db: Session, kind: str, value: str) -> int:
    """A chain or locality by its id or its name; one that there is not is that of no firm."""
    number = row_number(value)
    if number is not None:
        return number
    return db.scalar(select(Term.id).where(Term.kind == kind, Term.name == value)) or -1


def _month(text: str) -> date | None:
    found = MONTH.fullmatch(text)
    first = date(int(found[1]), int(found[2]), 1) if found else None
    return first if first and first <= wording.today() else None


def _day(text: str) -> date | None:
    """A day that is not still to come."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= wording.today() else None


def offered(db: Session) -> dict[str, list[tuple[str, str]]]:
    """The choices of the form that are data: (value, words) by filter."""
    catalog = here.catalog()
    fact = catalog.dictionary.facts[RULES["management"]["fact"]]
    return {
        "industry": [(one.code, one.title) for section in catalog.industries.sections for one in section.industries],
        "size": [(str(place), size.value) for place, size in enumerate(SizeClass)],
        **{kind: _terms(db, kind) for kind in TERMS},
        "mark": [(str(bit), title) for bit, title in marks().items()],
        "basis": [(value, say(f"basis_{value}")) for value in BASES],
        "ruler": [(name, catalog.rulesets[name].title) for name in rulers()],
        "missing_link": [(option, fact.options[option]) for option in RULES["management"]["options"]],
        **{name: [("yes", say(f"filter_{name}_yes"))] for name in FLAGS},
    }


def _terms(db: Session, kind: str) -> list[tuple[str, str]]:
    rows = db.execute(select(Term.id, Term.name).where(Term.kind == kind).order_by(Term.name))
    return [(str(id_), name) for id_, name in rows]


def chips(asked: Mapping[str, str], places: Sequence[tuple[str, str]], choices: Mapping[str, Any]) -> list[Chip]:
    """What is in use, each with a way to do without it."""
    return [
        Chip(say("filter_in_use", name=say(f"filter_{name}"), value=words), _without(asked, name))
        for name, words in _in_words(asked, places, choices)
    ]


def _without(asked: Mapping[str, str], name: str) -> dict[str, str]:
    return {other: value for other, value in asked.items() if other != name}


def _in_words(
    asked: Mapping[str, str], places: Sequence[tuple[str, str]], choices: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    level = {NO_VERDICT: say("level_none"), ANY_VERDICT: say("level_any")}
    level |= {value: wording.level_name(int(value), title) for value, title in levels().items()}
    known = WORDS | {name: dict(values) for name, values in choices.items()} | {"level": level}
    known["division"] = {value: label.strip("　") for value, label in places}
    for name, value in asked.items():
        yield name, known[name].get(value, value) if name in known else value
