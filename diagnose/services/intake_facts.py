"""Dated facts about firms out of a list: what a row says, and what that adds to or ends of what is known."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import FirmFact
from diagnose.services import intake_cells
from diagnose.services.fact_kinds import DICTIONARY, BadFact, FactKind, parse, value_text
from diagnose.services.fact_rules import checked_days
from diagnose.services.intake_cells import Wrong, any_day, day, narrow
from diagnose.texts import say

NO = ("否", "无", "没有", "×", "0", "/", "-", "—")
CHUNK = 5000
KEYS = {code: (f"fact:{code}", f"day:{code}", f"until:{code}") for code in DICTIONARY}


@dataclass(frozen=True)
class Said:
    """One fact as a row states it; ``valid_to`` is exclusive."""

    code: str
    value: str
    valid_from: date
    valid_to: date | None


@dataclass
class Known:
    """One fact that is there; ``id`` is None for one that this import adds."""

    id: int | None
    code: str
    value: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Moves:
    """What is to be done: facts to add, facts to end (id, day) and to withdraw (id); ``words`` for the report."""

    add: list[Said]
    end: list[tuple[int, date]]
    withdraw: list[int]
    words: list[str]


def readers(today: date) -> dict[str, Callable[[str], Any]]:
    """Field → how its cell is read, for all columns of facts."""
    found: dict[str, Callable[[str], Any]] = {}
    for code, kind in DICTIONARY.items():
        found[f"fact:{code}"] = _value_reader(kind, today)
        found[f"day:{code}"] = day(today)
        found[f"until:{code}"] = any_day
    return found


def _value_reader(kind: FactKind, today: date) -> Callable[[str], Any]:
    """The values of a cell, several separated by ；. A fact without value has its day there, or 是; [] means 否."""
    dated = day(today)

    def read(text: str) -> list[Any]:
        plain = narrow(text)
        if plain in NO and kind.kind not in ("count", "amount"):
            return []
        parts = [part for part in plain.replace("\n", ";").split(";") if part.strip()] if kind.several else [plain]
        if kind.kind == "none":
            return [_holds(kind, plain, dated)]
        if kind.kind in ("count", "amount"):
            parts = [intake_cells.as_number(plain, kind.as_question)]
        try:
            return [parse(kind.code, part) for part in parts]
        except BadFact as wrong:
            raise Wrong(str(wrong)) from None

    return read


def _holds(kind: FactKind, text: str, dated: Callable[[str], date]) -> date | None:
    """The day since when, None for a plain 是."""
    try:
        parse(kind.code, text)
    except BadFact:
        try:
            return dated(text)
        except Wrong:
            raise Wrong(say("intake_fact_none", title=kind.title, text=text[:20])) from None
    return None


def said(values: Mapping[str, Any], codes: Sequence[str], day: date) -> tuple[list[Said], list[tuple[str, str]]]:
    """The facts of a row, and (field, sentence) of what is wrong with them. ``day``: since when, where none is told."""
    found: list[Said] = []
    wrong: list[tuple[str, str]] = []
    for code in codes:
        try:
            found += _said(DICTIONARY[code], values, day)
        except Wrong as one:
            wrong.append((KEYS[code][0], str(one)))
    return found, wrong


def _said(kind: FactKind, values: Mapping[str, Any], day: date) -> list[Said]:
    code = kind.code
    given, own_day, until = map(values.get, KEYS[code])
    if given is None and own_day is None:
        return []
    if given is None and kind.kind != "none":
        raise Wrong(say("fact_value_missing", title=kind.title))
    if kind.yearly:
        return [_of_year(kind, value, values) for value in given or ()]
    if kind.kind == "none":
        first = own_day or next((one for one in given or () if one), None) or day
        given = [""] if given or given is None else []
    else:
        first = own_day or day
    # Certificates that never end say 9999年12月31日.
    last = until + timedelta(days=1) if until and until.year < date.max.year else None
    if last and last <= first:
        raise Wrong(say("intake_until_wrong", title=kind.title))
    try:
        checked_days(kind, first, last, wording.now())
    except BadFact as wrong:
        raise Wrong(str(wrong)) from None
    return [Said(code, value, first, last) for value in given or ()]


def _of_year(kind: FactKind, value: str, values: Mapping[str, Any]) -> Said:
    if "year" not in values:
        raise Wrong(say("intake_year_missing", title=kind.title))
    return Said(kind.code, value, date(values["year"], 1, 1), date(values["year"] + 1, 1, 1))


def known(session: Session, ids: Sequence[int]) -> dict[int, list[Known]]:
    """What is known of these firms, without what was withdrawn."""
    found: dict[int, list[Known]] = {}
    columns = (FirmFact.enterprise_id, FirmFact.id, FirmFact.code, FirmFact.value)
    query = select(*columns, FirmFact.valid_from, FirmFact.valid_to).where(FirmFact.withdrawn_at.is_(None))
    for start in range(0, len(ids), CHUNK):
        few = query.where(FirmFact.enterprise_id.in_(ids[start : start + CHUNK]))
        for firm, id_, code, value, valid_from, valid_to in session.execute(few):
            found.setdefault(firm, []).append(Known(id_, code, value, valid_from, valid_to))
    return found


def first(stated: list[Said]) -> Moves:
    """The facts of a new firm, of which nothing can be known."""
    return Moves(moves(stated, []).add, [], [], [])


def moves(stated: Iterable[Said], there: list[Known]) -> Moves:
    """Compare what a row says with what is known; ``there`` is brought up to date on the way.

    Of what can hold only once, the new one ends the one before it; another value from the same day corrects it.
    """
    done = Moves([], [], [], [])
    for one in stated:
        kind = DICTIONARY[one.code]
        rows = [row for row in there if row.code == one.code and _meets(kind, row, one)]
        if any(_same(kind, row, one) for row in rows):
            _set_end(one, rows, kind, done)
            continue
        new = _make_room(kind, rows, one, done) if not (kind.several or kind.lasting) else one
        done.add.append(new)
        done.words.append(say("intake_fact_new", title=kind.title, value=in_words(new)))
        there.append(Known(None, new.code, new.value, new.valid_from, new.valid_to))
    return done


def in_words(one: Said) -> str:
    """四星级（2024-05-01 起）"""
    return say("intake_fact_since", value=value_text(one.code, one.value), day=one.valid_from).strip()


def _meets(kind: FactKind, row: Known, one: Said) -> bool:
    if kind.several or kind.lasting:
        return row.value == one.value
    return row.valid_from < (one.valid_to or date.max) and one.valid_from < (row.valid_to or date.max)


def _same(kind: FactKind, row: Known, one: Said) -> bool:
    """Said already: the value is the same, and it held on the day since when it is said."""
    return row.value == one.value and row.valid_from <= one.valid_from < (row.valid_to or date.max)


def _set_end(one: Said, rows: Sequence[Known], kind: FactKind, done: Moves) -> None:
    """A fact that is known, now with the day it ends."""
    row = next(row for row in rows if _same(kind, row, one))
    if one.valid_to and one.valid_to != row.valid_to and row.id is not None and not kind.rolling:
        done.end.append((row.id, one.valid_to))
        done.words.append(say("intake_fact_end", title=kind.title, day=one.valid_to - timedelta(days=1)))
        row.valid_to = one.valid_to


def _make_room(kind: FactKind, rows: Sequence[Known], one: Said, done: Moves) -> Said:
    """End or withdraw what gives way; the new one ends where a later one begins."""
    last = one.valid_to
    for row in rows:
        if row.valid_from > one.valid_from:
            last = min(last or date.max, row.valid_from)
        elif row.id is None:
            row.valid_to = one.valid_from
        elif row.valid_from == one.valid_from:
            done.withdraw.append(row.id)
            row.valid_to = row.valid_from
        else:
            done.end.append((row.id, one.valid_from))
            row.valid_to = one.valid_from
    return Said(one.code, one.value, one.valid_from, last)


def codes_of(columns: Iterable[str]) -> list[str]:
    """The facts that some of these fields speak of, in the order of the dictionary."""
    named = {key.partition(":")[2] for key in columns if ":" in key}
    return [code for code in DICTIONARY if code in named]
