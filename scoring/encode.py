"""Answers of n enterprises → columns of small integers. A wrong answer raises, a missing one stays missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.answers import NA, UNANSWERED, AnswerError, multi_coder, ratio_coder, shown, single_coder
from scoring.model import Ruleset
from scoring.tables import tables

__all__ = ["AnswerError", "Columns", "Row", "encode", "encode_one", "pack"]

_MISSING_RATIO = (0, UNANSWERED)


@dataclass(frozen=True, eq=False)
class Columns:
    """The answers of n enterprises: codes (c, n), ratios as num and den (r, n).

    Code 0 and denominator 0 are unanswered; the last code and denominator -1 are 不适用. num and den are int64, or
    Python integers (dtype object) when one of them is too large for exact 64-bit arithmetic.
    """

    codes: NDArray[np.uint16]
    num: NDArray[Any]
    den: NDArray[Any]

    def __len__(self) -> int:
        return int(self.codes.shape[1])

    def part(self, chosen: slice | NDArray[np.bool_]) -> "Columns":
        """The columns of some of the enterprises."""
        return Columns(self.codes[:, chosen], self.num[:, chosen], self.den[:, chosen])


class Row(NamedTuple):
    """One enterprise encoded: its part of the columns."""

    codes: list[int]
    num: list[int]
    den: list[int]


class _Coders(NamedTuple):
    known: frozenset[str]
    coded: list[tuple[str, Callable[[object], int]]]
    ratios: list[tuple[str, Callable[[object], tuple[int, int]]]]
    groups: list[list[str]]


def encode(ruleset: Ruleset, answers: Sequence[Mapping[str, object]]) -> Columns:
    """The columns of many answer sets (code → value, as in the batch format); AnswerError at the first wrong answer."""
    return pack(ruleset, [encode_one(ruleset, each) for each in answers])


def encode_one(ruleset: Ruleset, answers: Mapping[str, object]) -> Row:
    """One answer set encoded; a code that is absent or None is unanswered. AnswerError when an answer is wrong."""
    coders = _coders(ruleset)
    if not coders.known.issuperset(answers):
        unknown = next(code for code in answers if code not in coders.known)
        raise AnswerError(shown(unknown), "unknown code")
    codes = [UNANSWERED if (value := answers.get(code)) is None else coder(value) for code, coder in coders.coded]
    ratios = [_MISSING_RATIO if (value := answers.get(code)) is None else coder(value) for code, coder in coders.ratios]
    for group in coders.groups:
        _check_together(group, answers)
    return Row(codes, [num for num, _ in ratios], [den for _, den in ratios])


def pack(ruleset: Ruleset, rows: Sequence[Row]) -> Columns:
    """Encoded enterprises side by side."""
    found = tables(ruleset)
    codes = np.array([row.codes for row in rows], dtype=np.uint16).reshape(len(rows), len(found.coded.indicators))
    num = _integers([row.num for row in rows], len(found.ratios.indicators))
    den = _integers([row.den for row in rows], len(found.ratios.indicators))
    if max(num.max(initial=0), den.max(initial=0)) > found.ratios.safe:
        num, den = num.astype(object), den.astype(object)
    return Columns(np.ascontiguousarray(codes.T), num, den)


def _integers(rows: list[list[int]], width: int) -> NDArray[Any]:
    try:
        values: NDArray[Any] = np.array(rows, dtype=np.int64)
    except OverflowError:
        values = np.array(rows, dtype=object)
    return np.ascontiguousarray(values.reshape(len(rows), width).T)


@lru_cache(maxsize=64)
def _coders(ruleset: Ruleset) -> _Coders:
    coded, ratios = tables(ruleset).coded, tables(ruleset).ratios
    codes = [each.code for each in ruleset.indicators]
    kinds = {"single": single_coder, "multi": multi_coder}
    optional = {code for code in codes if ruleset.may_not_apply(code)}
    last = zip(coded.indicators, coded.na[:, 0].tolist(), strict=True)
    na = {each.code: code if each.code in optional else None for each, code in last}
    return _Coders(
        frozenset(codes),
        [(each.code, kinds[each.kind](each, na[each.code])) for each in coded.indicators],
        [(each.code, ratio_coder(each, each.code in optional)) for each in ratios.indicators],
        [[code for code in codes if code in group] for group in ruleset.not_applicable],
    )


def _check_together(group: list[str], answers: Mapping[str, object]) -> None:
    """Those of a group that are answered are all 不适用 or none of them is."""
    said = [(code, answers[code] == NA) for code in group if answers.get(code) is not None]
    if len({na for _, na in said}) > 1:
        code = next(code for code, na in said if na)
        raise AnswerError(code, f"NA (不适用) must be given for all of {', '.join(group)}, or for none")
