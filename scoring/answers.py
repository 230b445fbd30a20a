"""One answer to one indicator → its small integer, or its pair of integers. What is not exactly an answer raises."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import gcd

from scoring.model import Indicator

NA = "NA"  # the answer 不适用
MAX_DIGITS = 30  # before and after the decimal point
UNANSWERED = 0
DOES_NOT_APPLY = -1  # as the denominator of a ratio
_PARTS = {"num", "den"}


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


def single_coder(indicator: Indicator, na: int | None) -> Callable[[object], int]:
    """Reads an option key; `na` is the code of 不适用 where that is allowed."""
    book = {key: number for number, key in enumerate(indicator.options, start=1)}
    if na is not None:
        book[NA] = na

    def code(value: object) -> int:
        if not isinstance(value, str):
            raise AnswerError(indicator.code, f"expected one option key, got {shown(value)}")
        found = book.get(value)
        if found is None:
            raise _bad_option(indicator, value)
        return found

    return code


def multi_coder(indicator: Indicator, na: int | None) -> Callable[[object], int]:
    """Reads a list of option keys, without repeats, 无 alone."""
    bits = {key: 1 << number for number, key in enumerate(indicator.ticks)}
    alone = 1 << len(bits)
    if indicator.none is not None:
        bits[indicator.none] = alone

    def code(value: object) -> int:
        if not isinstance(value, list | tuple) or not value:
            if value == NA and na is not None:
                return na
            raise _bad_list(indicator, value)
        ticked = 0
        for key in value:
            bit = bits.get(key) if isinstance(key, str) else None
            if bit is None:
                raise _bad_option(indicator, key)
            if ticked & bit:
                raise AnswerError(indicator.code, f"option {key} is given twice")
            ticked |= bit
        if ticked > alone:
            raise AnswerError(indicator.code, f"option {indicator.none} (无) excludes the others")
        return 1 if ticked == alone else 1 + ticked

    return code


def ratio_coder(indicator: Indicator, may_not_apply: bool) -> Callable[[object], tuple[int, int]]:
    """Reads {"num", "den"} into two integers in lowest terms: 0.3 / 3 is (1, 10)."""
    code = indicator.code

    def pair(value: object) -> tuple[int, int]:
        if not isinstance(value, Mapping):
            if value == NA and may_not_apply:
                return 0, DOES_NOT_APPLY
            raise _bad_ratio(indicator, value)
        if value.keys() != _PARTS:
            raise AnswerError(code, "a ratio has exactly num and den")
        num, den = _number(code, "numerator", value["num"]), _number(code, "denominator", value["den"])
        if not den:
            raise AnswerError(code, "denominator is 0")
        if num > den:
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
