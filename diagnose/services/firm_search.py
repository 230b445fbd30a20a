"""Firms by the beginning of the credit code or a part of the name; see migration 0004 for what makes it quick."""

import re
import string
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, column, func, null, select, table, true

from diagnose.models import Enterprise
from diagnose.models.name_search import SEARCH

CODE_LENGTH = 18
SURELY_A_CODE = 8
FIRM_NAME = table(SEARCH, column("rowid"), column(SEARCH))
FOLDED = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # as SQLite's lower() does


def code_of(text: str) -> str:
    """What is typed as the beginning of a credit code, "" when it cannot be one."""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    return code if re.fullmatch(r"[0-9A-Z]{1,18}", code) else ""


def matches(text: str) -> ColumnElement[bool]:
    """The beginning of a credit code, or a part of the name; a long row of digits and letters is a code."""
    named, code = _named(text), code_of(text)
    if not code:
        return named
    return coded(code) if len(code) >= SURELY_A_CODE else coded(code) | named


def _named(text: str) -> ColumnElement[bool]:
    return Enterprise.name.icontains(text, autoescape=True)


def coded(code: str) -> ColumnElement[bool]:
    """A range, which an index answers on both databases; all codes have the same length."""
    return Enterprise.credit_code.between(code.ljust(CODE_LENGTH, "0"), code.ljust(CODE_LENGTH, "Z"))


def candidates(text: str, dialect: str) -> list[Select[Any]]:
    """Queries for ids of firms (newest first), which together give all that match, and some more."""
    code = code_of(text)
    by_code = [select(Enterprise.id).where(coded(code))] if code else []
    return by_code if len(code) >= SURELY_A_CODE else [*by_code, _by_name(text, dialect)]


def _by_name(text: str, dialect: str) -> Select[Any]:
    if dialect == "sqlite":
        found = FIRM_NAME.c[SEARCH].op("MATCH")(_pairs(text))
        return select(FIRM_NAME.c.rowid).where(found).order_by(FIRM_NAME.c.rowid.desc())
    return select(Enterprise.id).where(_has_characters(text), _named(text))


def within(id_: Any, text: str, dialect: str, low: Any, high: Any) -> ColumnElement[bool]:
    """What a part of the name needs, so that only few names are looked at; true where it may also be a code."""
    if code_of(text):
        return true()
    name = select(Enterprise.id).where(_has_characters(text), Enterprise.id.between(low, high))
    if dialect == "sqlite":
        found = FIRM_NAME.c[SEARCH].op("MATCH")(_pairs(text))
        name = select(FIRM_NAME.c.rowid).where(found, FIRM_NAME.c.rowid.between(low, high))
    inside: ColumnElement[bool] = id_.in_(name)
    return inside


def _has_characters(text: str) -> ColumnElement[bool]:
    """Written as the index is."""
    asked = func.string_to_array(func.lower(cast(text, Text)), null())
    there: ColumnElement[bool] = func.string_to_array(func.lower(Enterprise.name), null()).op("@>")(asked)
    return there


def _pairs(text: str) -> str:
    """The words of the FTS5 index for a part of a name."""
    folded = text.translate(FOLDED)
    words = {folded[start : start + 2].encode().hex() for start in range(len(folded) - 1)}
    return " AND ".join(f'"{word}"' for word in sorted(words)) or f'"{folded.encode().hex()}" *'
