"""The firms of a filter as rows of a table, and their answers to one questionnaire, read batch by batch."""

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Account, Enterprise, Statement
from diagnose.services import firm_list
from diagnose.services.classify import SizeClass
from diagnose.services.firm_filters import Filters
from diagnose.services.firm_find import Search
from diagnose.services.firm_list import Row, Verdict
from diagnose.services.tables import Cell
from diagnose.texts import say
from questionnaires.schema import CHOICES, NUMBERS, Fact, Form, Indicator
from scoring.ruleset import Ruleset

BATCH = 500
SIZES = [size.value for size in SizeClass]
WHO = ("code", "name", "place")
FIRM = (
    *(*WHO, "industry_code", "industry", "size", "status", "verified"),
    *("self_state", "self_level", "self_score", "self_day"),
    *("onsite_state", "onsite_level", "onsite_score", "onsite_day"),
    *("advisor", "specialist", "synthetic"),
)
CONTACT = ("contact_name", "contact_phone")


def firm_titles(with_contact: bool) -> list[str]:
    """What heads the columns of `firms`."""
    return [say(f"list_title_{name}") for name in (*FIRM, *(CONTACT if with_contact else ()))]


def firms(
    session: Session, catalog: Catalog, who: Account, rules: Ruleset, filters: Filters, with_contact: bool
) -> Iterator[list[Cell]]:
    """One row a firm, newest first."""
    titles = catalog.industries.by_code
    for batch in Search(session, who, rules.scheme, filters).every(BATCH):
        more = {row.id: row for row in session.execute(_more(batch))}
        for row in firm_list.rows(session, who, rules.scheme, batch):
            own = more[row.id]
            industry = titles[own.industry].title if own.industry in titles else ""
            contact = [row.contact_name, row.contact_phone] if with_contact else []
            yield [*_who(row), own.industry, industry, SIZES[own.size], *_states(row, rules), *contact]


def _more(ids: Collection[int]) -> Any:
    return select(Enterprise.id, Enterprise.industry, Enterprise.size).where(Enterprise.id.in_(ids))


def _who(row: Row) -> list[Cell]:
    return [row.credit_code, row.name, row.place]


def _states(row: Row, rules: Ruleset) -> list[Cell]:
    verified = say("verified_yes" if row.verified else "verified_no")
    own = [say(f"self_{row.self_state}"), *_verdict(row.own, rules)]
    onsite = [say(f"onsite_{row.onsite_state}"), *_verdict(row.onsite, rules)]
    people = [row.advisor or None, row.specialist or None, say("list_yes") if row.synthetic else None]
    return [say(f"status_{row.status}"), verified, *own, *onsite, *people]


def _verdict(verdict: Verdict | None, rules: Ruleset) -> list[Cell]:
    if verdict is None:
        return [None, None, None]
    level = wording.level_name(verdict.level, rules.level_title(verdict.level))
    return [level, Decimal(verdict.score).scaleb(-rules.decimals), verdict.as_of]


Reader = Callable[[Mapping[str, Any]], Cell]


def answer_titles(form: Form) -> list[str]:
    """What heads the columns of `answers`."""
    whose = [say(f"list_title_{name}") for name in WHO]
    return [*whose, say("answers_title_kind"), say("answers_title_day"), *(title for title, _ in _columns(form))]


def answers(session: Session, who: Account, rules: Ruleset, form: Form, filters: Filters) -> Iterator[list[Cell]]:
    """One row a firm and kind with any answer to the form: what is known now, each answer in words and as a code."""
    columns = _columns(form)
    codes = {fact.code for question in form.questions for fact in question.facts}
    for batch in Search(session, who, rules.scheme, filters).every(BATCH):
        stated = _stated(session, batch)
        for row in firm_list.rows(session, who, rules.scheme, batch):
            for kind, (day, facts) in stated.get(row.id, {}).items():
                if codes & facts.keys():
                    yield [*_who(row), wording.KINDS[kind], day, *(read(facts) for _, read in columns)]


def _stated(session: Session, ids: Collection[int]) -> dict[int, dict[str, tuple[Any, dict[str, Any]]]]:
    """firm → kind → (newest day, facts as known now), of one batch in one query; see `facts.merge`."""
    columns = (Statement.enterprise_id, Statement.kind, Statement.as_of, Statement.answers)
    rows = session.execute(
        select(*columns)
        .where(Statement.enterprise_id.in_(ids))
        .order_by(Statement.enterprise_id, Statement.kind.desc(), Statement.as_of, Statement.recorded_at, Statement.id)
    )
    found: dict[int, dict[str, tuple[Any, dict[str, Any]]]] = {}
    for (firm, kind), statements in groupby(rows, key=lambda row: (row[0], row[1])):
        facts: dict[str, Any] = {}
        days = []
        for _, _, day, said in statements:
            days.append(day)
            facts |= said
        known = {code: value for code, value in facts.items() if value is not None}
        found.setdefault(firm, {})[kind] = (days[-1], known)
    return found


def _columns(form: Form) -> list[tuple[str, Reader]]:
    return [column for question in form.questions for fact in question.facts for column in _of_fact(question, fact)]


def _of_fact(question: Indicator, fact: Fact) -> list[tuple[str, Reader]]:
    title = question.title if fact is question.fact and question.kind != "ratio" else fact.title
    if fact.kind in NUMBERS:
        unit = say("answers_unit", title=title, unit=fact.unit) if fact.unit else title
        return [(unit, lambda facts: _number(facts.get(fact.code)))]
    if fact.kind not in CHOICES:
        return [(title, lambda facts: facts.get(fact.code))]
    words: dict[str, str] = {}
    coded = say("answers_code", title=title)
    worded: Reader = lambda facts: _label(question, fact, facts, words)  # noqa: E731
    return [(title, worded), (coded, lambda facts: _code(facts.get(fact.code)))]


def _number(value: Any) -> Cell:
    return Decimal(value) if isinstance(value, str) else value


def _label(question: Indicator, fact: Fact, facts: Mapping[str, Any], words: dict[str, str]) -> Cell:
    """In words; each wording is put together once."""
    rule, value = question.may_not_apply, facts.get(fact.code)
    if rule and facts.get(rule[0]) == rule[1]:
        return say("not_applicable")
    if value is None:
        return None
    key = repr(value)
    if key not in words:
        words[key] = _worded(fact, value)
    return words[key]


def _worded(fact: Fact, value: Any) -> str:
    if fact.kind == "ratings":
        pairs = zip(fact.levels, value, strict=True) if isinstance(value, list) else ()
        return "，".join(f"{level} {mark}" for level, mark in pairs) or say("not_applicable")
    return "、".join(wording.option_label(fact, key) for key in (value if isinstance(value, list) else [value]))


def _code(value: Any) -> Cell:
    if value is None:
        return None
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
