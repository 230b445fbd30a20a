"""Answers of n enterprises → columns of small integers. A wrong answer raises, a missing one stays missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.answers import (
    MISSING_RATING,
    NA,
    UNANSWERED,
    AnswerError,
    multi_coder,
    option_book,
    ratings_coder,
    ratio_coder,
    scene_coder,
    shown,
    single_coder,
)
from scoring.model import Indicator, Ruleset
from scoring.tables import tables

__all__ = ["AnswerError", "Columns", "Row", "compact", "encode", "encode_one", "pack"]

Row = list[int]  # one enterprise encoded: its codes, grades, numerators and denominators, or its ratings
_MISSING_RATIO = (0, UNANSWERED)
_WHOLE = frozenset((int, type(None)))


@dataclass(eq=False)  # not frozen, as that takes as long as two operations on arrays; nothing changes it
class Columns:
    """The answers of n enterprises: codes (c, n), grades of scenes (s, n), ratios as num and den (r, n), and ratings of
    k sub-domains at l levels (k, l, n).

    Codes are places in `tables`, unanswered and 不适用 among them. Grade and denominator 0 are unanswered, denominator
    -1 is 不适用; a rating of -1 is missing, -2 不适用. All are int64, or smaller once made `compact`; num and den are
    Python integers (dtype object) when one of them is too large for exact 64-bit arithmetic.
    """

    codes: NDArray[np.integer[Any]]
    grades: NDArray[np.integer[Any]]
    num: NDArray[Any]
    den: NDArray[Any]
    ratings: NDArray[np.int16]

    def __len__(self) -> int:
        return int(self.codes.shape[1])

    def part(self, chosen: slice | NDArray[np.bool_]) -> "Columns":
        """The columns of some of the enterprises."""
        return Columns(
            self.codes[:, chosen],
            self.grades[:, chosen],
            self.num[:, chosen],
            self.den[:, chosen],
            self.ratings[:, :, chosen],
        )


class _Scenes(NamedTuple):
    codes: list[str]
    coders: list[Callable[[object], int]]
    book: Mapping[object, int]


class _Coders(NamedTuple):
    known: frozenset[str]
    singles: list[tuple[str, Mapping[object, int], Callable[[object], int]]]  # with the book for a quick look
    multis: list[tuple[str, int, Callable[[object], int]]]  # with the place of unanswered
    scenes: _Scenes
    ratios: list[tuple[str, Callable[[object], tuple[int, int]]]]
    groups: list[list[str]]


def encode(ruleset: Ruleset, answers: Sequence[Mapping[str, object]]) -> Columns:
    """The columns of many answer sets (code → value, as in the batch format); AnswerError at the first wrong answer."""
    return pack(ruleset, [encode_one(ruleset, each) for each in answers])


def encode_one(ruleset: Ruleset, answers: Mapping[str, object]) -> Row:
    """One answer set encoded; a code that is absent or None is unanswered. AnswerError when an answer is wrong."""
    if ruleset.family == "ratings":
        return _encode_ratings(ruleset, answers)
    known, singles, multis, scenes, ratios, groups = _coders(ruleset)
    get = answers.get
    if not known.issuperset(answers):
        raise _unknown(known, answers)
    try:
        row = [book[get(code)] for code, book, _ in singles]
    except (KeyError, TypeError):  # some answer is none of the options: its coder says which and why
        row = [coder(get(code)) for code, _, coder in singles]
    row += [missing if (value := get(code)) is None else coder(value) for code, missing, coder in multis]
    row += _grades(scenes, [get(code) for code in scenes.codes])
    pairs = [_MISSING_RATIO if (value := get(code)) is None else coder(value) for code, coder in ratios]
    row += [num for num, _ in pairs]
    row += [den for _, den in pairs]
    for group in groups:
        _check_together(group, answers)
    return row


def _grades(scenes: _Scenes, said: list[object]) -> list[int]:
    """1 + the grade of each scene: looked up at once where all are None or whole numbers (true is 1 to a dict)."""
    if _WHOLE.issuperset(map(type, said)):
        try:
            return [scenes.book[each] for each in said]
        except KeyError:
            pass  # some grade is too high or too low: its coder says which
    return [UNANSWERED if each is None else coder(each) for coder, each in zip(scenes.coders, said, strict=True)]


def pack(ruleset: Ruleset, rows: Sequence[Row]) -> Columns:
    """Encoded enterprises side by side."""
    if ruleset.family == "ratings":
        return _pack_ratings(ruleset, rows)
    found = tables(ruleset)
    coded, scenes, ratios = len(found.coded.rows), len(found.scenes.rows), len(found.ratios.rows)
    table = _table(rows, coded + scenes + 2 * ratios)
    small, pairs = table[: coded + scenes].astype(np.int64, copy=False), table[coded + scenes :]
    if pairs.max(initial=0) > found.ratios.safe:
        pairs = pairs.astype(object)
    none = np.empty((0, 0, len(rows)), dtype=np.int16)
    return Columns(small[:coded], small[coded:], pairs[:ratios], pairs[ratios:], none)


def _table(rows: Sequence[Row], width: int) -> NDArray[Any]:
    """The rows as columns (width, n)."""
    try:
        values: NDArray[Any] = np.array(rows, dtype=np.int64)
    except OverflowError:
        values = np.array(rows, dtype=object)
    return np.ascontiguousarray(values.reshape(len(rows), width).T)


def compact(ruleset: Ruleset, columns: Columns) -> Columns:
    """The same in the points family in as few bytes as hold it, for very many: 2 or 4 a code, 1 a grade, 4 + 4 a ratio
    where all of them are small enough for exact 32-bit arithmetic."""
    found, num, den = tables(ruleset), columns.num, columns.den
    if max(num.max(initial=0), den.max(initial=0)) <= found.ratios.narrow:
        num, den = num.astype(np.int32), den.astype(np.int32)
    codes, grades = columns.codes.astype(found.coded.dtype), columns.grades.astype(np.uint8)
    return Columns(codes, grades, num, den, columns.ratings)


@lru_cache(maxsize=64)
def _coders(ruleset: Ruleset) -> _Coders:
    found = tables(ruleset)
    codes = [each.code for each in ruleset.indicators]
    places = [each[:, 0].tolist() for each in (found.coded.unanswered, found.coded.na)]
    may = ruleset.may_not_apply
    coded = [
        (each, at, na if may(each.code) else None) for each, at, na in zip(found.coded.indicators, *places, strict=True)
    ]
    books = [(each, option_book(each, at, na)) for each, at, na in coded if each.kind == "single"]
    return _Coders(
        frozenset(codes),
        [(each.code, book, single_coder(each, book)) for each, book in books],
        [(each.code, at, multi_coder(each, at, na)) for each, at, na in coded if each.kind == "multi"],
        _scenes(found.scenes.indicators),
        [(each.code, ratio_coder(each, may(each.code))) for each in found.ratios.indicators],
        [[code for code in codes if code in group] for group in ruleset.not_applicable],
    )


def _scenes(scenes: Sequence[Indicator]) -> _Scenes:
    """All scenes of a ruleset have the same grades."""
    grades = range(scenes[0].grades + 1 if scenes else 0)
    book: dict[object, int] = {None: UNANSWERED} | {grade: 1 + grade for grade in grades}
    return _Scenes([each.code for each in scenes], [scene_coder(each) for each in scenes], book)


def _unknown(known: frozenset[str], answers: Mapping[str, object]) -> AnswerError:
    return AnswerError(shown(next(code for code in answers if code not in known)), "unknown code")


def _check_together(group: list[str], answers: Mapping[str, object]) -> None:
    """Those of a group that are answered are all 不适用 or none of them is."""
    said = [(code, answers[code] == NA) for code in group if answers.get(code) is not None]
    if len({na for _, na in said}) > 1:
        code = next(code for code, na in said if na)
        raise AnswerError(code, f"NA (不适用) must be given for all of {', '.join(group)}, or for none")


@lru_cache(maxsize=64)
def _ratings_coders(ruleset: Ruleset) -> dict[str, Callable[[object], list[int]]]:
    return {each.code: ratings_coder(each, len(ruleset.levels)) for each in ruleset.indicators}


def _encode_ratings(ruleset: Ruleset, answers: Mapping[str, object]) -> Row:
    coders = _ratings_coders(ruleset)
    if not coders.keys() >= answers.keys():
        raise _unknown(frozenset(coders), answers)
    missing, row = [MISSING_RATING] * len(ruleset.levels), []
    for code, coder in coders.items():
        row += missing if (value := answers.get(code)) is None else coder(value)
    if all(answers.get(code) == NA for code in coders):
        raise AnswerError(next(iter(coders)), "NA (不适用) is given for every sub-domain; one at least must remain")
    return row


def _pack_ratings(ruleset: Ruleset, rows: Sequence[Row]) -> Columns:
    count, levels = len(ruleset.indicators), len(ruleset.levels)
    none = np.empty((0, len(rows)), dtype=np.int32)
    ratings = np.array(rows, dtype=np.int16).reshape(len(rows), count, levels).transpose(1, 2, 0)
    return Columns(
        none.astype(np.uint16), none.astype(np.uint8), none, none, np.ascontiguousarray(ratings, dtype=np.int16)
    )
