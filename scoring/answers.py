"""One answer to one indicator → its small integers. What is not exactly an answer raises.

Each reader tries what nearly every answer is, in few steps; whatever is not that goes to a careful second look.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from math import gcd

from scoring.model import Indicator

NA = "NA"  # the answer 不适用
MAX_DIGITS = 30  # before and after the decimal point
UNANSWERED = 0
DOES_NOT_APPLY = -1  # as the denominator of a ratio
RATING = 1000  # milli-ratings in a rating of 1
MISSING_RATING, NA_RATING = -1, -2
_PARTS = {"num", "den"}
_LONG = 10**MAX_DIGITS


class AnswerError(ValueError):
    """A wrong answer: `code` of the indicator, and `message` that says what is wrong with it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def shown(value: object) -> str:
    """A wrong value for a message: short, on one line, and printable whatever it is."""
    if isinstance(value, dict | list | tuple):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return "a number"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    cut = text if len(text) <= 40 else text[:40] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)


def option_book(indicator: Indicator, offset: int, na: int | None) -> Mapping[object, int]:
    """Answers to a single → places, counted from `offset`; `na` is the place of 不适用 where that is allowed."""
    book: dict[object, int] = {key: offset + number for number, key in enumerate(indicator.options, start=1)}
    return book | {None: offset} | ({} if na is None else {NA: na})


def single_coder(indicator: Indicator, book: Mapping[object, int]) -> Callable[[object], int]:
    """Reads an option key into its place."""

    def code(value: object) -> int:
        try:
            return book[value]
        except (KeyError, TypeError):
            if not isinstance(value, str):
                raise AnswerError(indicator.code, f"expected one option key, got {shown(value)}") from None
            raise _bad_option(indicator, value) from None

    return code


def multi_coder(indicator: Indicator, offset: int, na: int | None) -> Callable[[object], int]:
    """Reads a list of option keys, without repeats, 无 alone, into its place counted from `offset`."""
    bits: dict[object, int] = {key: 1 << number for number, key in enumerate(indicator.ticks)}
    alone = 1 << len(bits)
    if indicator.none is not None:
        bits[indicator.none] = alone
    bit_of = bits.__getitem__

    def code(value: object) -> int:
        if not isinstance(value, (list, tuple)) or not value:  # a union would cost four times as much
            if value == NA and na is not None:
                return na
            raise _bad_list(indicator, value)
        try:
            ticked = sum(map(bit_of, value))
        except (KeyError, TypeError):
            raise _bad_option(indicator, _first_unknown(bits, value)) from None
        if ticked.bit_count() != len(value):  # a key given twice carries over into the next bit
            twice = next(key for place, key in enumerate(value) if key in value[:place])
            raise AnswerError(indicator.code, f"option {twice} is given twice")
        if ticked < alone:
            return offset + 1 + ticked
        if ticked > alone:
            raise AnswerError(indicator.code, f"option {indicator.none} (无) excludes the others")
        return offset + 1

    return code


def _first_unknown(known: Mapping[object, int], keys: list[object] | tuple[object, ...]) -> object:
    return next(key for key in keys if not isinstance(key, str) or key not in known)


def scene_coder(indicator: Indicator) -> Callable[[object], int]:
    """Reads the grade of a scene, a whole number from 0, into 1 + grade."""
    top = indicator.grades

    def grade(value: object) -> int:
        if type(value) is int and 0 <= value <= top:
            return 1 + value
        if value == NA:
            raise _bad_option(indicator, value)
        found = "" if isinstance(value, int | Decimal) and not isinstance(value, bool) else f", got {shown(value)}"
        raise AnswerError(indicator.code, f"must be a whole number from 0 to {top}{found}")

    return grade


def ratings_coder(indicator: Indicator, levels: int) -> Callable[[object], list[int]]:
    """Reads the ratings of a sub-domain, one a level, from 0 to 1, into milli-ratings."""
    code = indicator.code

    def rating(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise AnswerError(code, f"a rating must be a number, got {shown(value)}")
        if isinstance(value, Decimal) and not value.is_finite():
            raise AnswerError(code, "a rating must be a finite number")
        if not 0 <= value <= 1:
            raise AnswerError(code, "a rating must be from 0 to 1")
        milli = _in_milli(value)
        if milli is None:
            raise AnswerError(code, "a rating has at most 3 decimals")
        return milli

    def ratings(value: object) -> list[int]:
        if isinstance(value, list | tuple) and len(value) == levels:
            return [rating(each) for each in value]
        if value == NA:
            return [NA_RATING] * levels
        found = f"a list of {len(value)}" if isinstance(value, list | tuple) else shown(value)
        raise AnswerError(code, f"expected a list of {levels} ratings, got {found}")

    return ratings


@lru_cache(maxsize=1 << 12)
def _in_milli(value: int | Decimal) -> int | None:
    """A number as thousandths; None when it is not a whole number of them."""
    num, den = (0, 0) if _is_long(value) else value.as_integer_ratio()
    return num * RATING // den if den and not num * RATING % den else None


def ratio_coder(indicator: Indicator, may_not_apply: bool) -> Callable[[object], tuple[int, int]]:
    """Reads {"num", "den"} into two integers of the same ratio: 0.3 / 3 is (1, 10)."""
    code, bounded = indicator.code, not indicator.may_exceed_one

    def pair(value: object) -> tuple[int, int]:
        if type(value) is not dict and not isinstance(value, Mapping):
            if value == NA and may_not_apply:
                return 0, DOES_NOT_APPLY
            raise _bad_ratio(indicator, value)
        if value.keys() != _PARTS:
            raise AnswerError(code, "a ratio has exactly num and den")
        num, den = value["num"], value["den"]
        if type(num) is type(den) is int and 0 <= num <= den < _LONG and den:
            return num, den
        num, den = _number(code, "numerator", num), _number(code, "denominator", den)
        if not den:
            raise AnswerError(code, "denominator is 0")
        if num > den and bounded:
            raise AnswerError(code, f"numerator {plain(num)} is larger than denominator {plain(den)}")
        return _lowest_terms(num, den)

    return pair


def plain(number: int | Decimal) -> str:
    """A number as it was written, without an exponent."""
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


def _number(code: str, what: str, value: object) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise AnswerError(code, f"{what} must be a number, got {shown(value)}")
    if isinstance(value, Decimal) and not value.is_finite():
        raise AnswerError(code, f"{what} must be a finite number")
    if value < 0:
        raise AnswerError(code, f"{what} is below 0")
    if _is_long(value):
        raise AnswerError(code, f"{what} has more than {MAX_DIGITS} digits before or after the decimal point")
    return value


def _is_long(value: int | Decimal) -> bool:
    """Asked before any arithmetic: the whole part of 1e999999999 alone would fill the memory."""
    if not isinstance(value, Decimal):
        return bool(value >= 10**MAX_DIGITS)
    exponent = value.as_tuple().exponent
    return value.adjusted() >= MAX_DIGITS or not isinstance(exponent, int) or exponent < -MAX_DIGITS


def _lowest_terms(num: int | Decimal, den: int | Decimal) -> tuple[int, int]:
    (top, over), (under, beneath) = num.as_integer_ratio(), den.as_integer_ratio()
    num, den = top * beneath, under * over
    common = gcd(num, den)
    return num // common, den // common


def _bad_option(indicator: Indicator, value: object) -> AnswerError:
    if value == NA:
        return AnswerError(indicator.code, "NA (不适用) is not allowed here")
    return AnswerError(indicator.code, f"unknown option {shown(value)}")


def _bad_list(indicator: Indicator, value: object) -> AnswerError:
    if value == NA:
        return _bad_option(indicator, value)
    found = "an empty one" if isinstance(value, list | tuple) else shown(value)
    return AnswerError(indicator.code, f"expected a list of option keys, got {found}")


def _bad_ratio(indicator: Indicator, value: object) -> AnswerError:
    if value == NA:
        return _bad_option(indicator, value)
    return AnswerError(indicator.code, f"expected num and den, got {shown(value)}")
