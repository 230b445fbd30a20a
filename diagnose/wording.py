"""How numbers, days and answers are written for people: exact, in Chinese, in Asia/Shanghai."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from diagnose.texts import say
from questionnaires.schema import Fact, Indicator

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEVEL_NUMERALS = "〇一二三四五六七八九十"
KINDS = {code: say(f"kind_{code}") for code in ("self", "onsite", "import", "adopted")}
VERDICTS = {code: say(f"verdict_{code}") for code in ("self", "onsite")}
PURPOSES = {code: say(f"purpose_{code}") for code in ("first", "other", "again", "correction", "visit")}


def now() -> datetime:
    """This moment in UTC; the one clock of the app."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is in Asia/Shanghai."""
    return now().astimezone(SHANGHAI).date()


def day(value: date) -> str:
    """2026年3月1日"""
    return f"{value.year}年{value.month}月{value.day}日"


def month(value: date) -> str:
    """2026年3月"""
    return f"{value.year}年{value.month}月"


def clock(value: datetime) -> str:
    """10:24, the time in Asia/Shanghai."""
    return value.astimezone(SHANGHAI).strftime("%H:%M")


def moment(value: datetime) -> str:
    """2026年3月1日 10:24 in Asia/Shanghai."""
    return f"{day(value.astimezone(SHANGHAI).date())} {clock(value)}"


def number(units: int, decimals: int) -> str:
    """An integer count of 10**-decimals as text: (6345, 2) → 63.45."""
    return f"{Decimal(units).scaleb(-decimals):.{decimals}f}"


def amount(value: Fraction, decimals: int) -> str:
    """An exact figure rounded up to so many decimals, with thousands separators: never less than is needed."""
    units = ceil(value * 10**decimals)
    return f"{Decimal(units).scaleb(-decimals):,.{decimals}f}"


def signed(units: int, decimals: int) -> str:
    """A difference with its sign: (837, 2) → +8.37."""
    return f"{Decimal(units).scaleb(-decimals):+.{decimals}f}"


def points(milli: int) -> str:
    """Milli-points as points with three decimals: 3240 → 3.240."""
    return number(milli, 3)


def plain_points(milli: int) -> str:
    """Milli-points without trailing zeros: 12000 → 12, 375 → 0.375."""
    text = points(milli).rstrip("0").rstrip(".")
    return text or "0"


def percent(share: Fraction) -> str:
    """A share with one decimal, rounded half-up: 22/40 → 55.0%."""
    return f"{number(tenths(share), 1)}%"


def tenths(share: Fraction) -> int:
    """A share in tenths of a percent, rounded half-up, as `percent` shows it: 22/40 → 550."""
    exact = Decimal(share.numerator * 1000) / Decimal(share.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def exact_percent(share: Fraction) -> str:
    """A threshold as printed: 7/10 → 70%, 1/3 stays a fraction."""
    text = f"{Decimal(share.numerator * 100) / Decimal(share.denominator):f}"
    return f"{text}%" if Fraction(text) == share * 100 else f"{share.numerator}/{share.denominator}"


def thousands(value: object) -> str:
    """12000 → 12,000; decimals stay as they are."""
    return f"{Decimal(str(value)):,}"


def wan(units: int) -> str:
    """百元 as 万元, exact, without trailing zeros: 1235000 → 12,350; 1205 → 12.05."""
    text = f"{Decimal(units).scaleb(-2):,.2f}"
    return text.rstrip("0").rstrip(".")


def wan_middle(halves: int) -> str:
    """The middle of a range, in half 百元 (low + high), as 万元, exact: 9001 → 45.005."""
    text = f"{Decimal(halves * 5).scaleb(-3):,.3f}"
    return text.rstrip("0").rstrip(".")


def wan_range(low: int, high: int) -> str:
    """12.5–30, or one figure when both are the same."""
    return wan(low) if low == high else f"{wan(low)}–{wan(high)}"


def level_name(level: int, title: str) -> str:
    """集成级（三级）; level 0, and a title that names the level itself, stand alone."""
    numeral = f"{LEVEL_NUMERALS[level]}级"
    return f"{title}（{numeral}）" if level and numeral not in title else title


def level_parts(level: int, title: str) -> tuple[str, str]:
    """(集成级, 三级): the name and the number of a level, whichever the title carries; no number for level 0."""
    numeral = f"{LEVEL_NUMERALS[level]}级" if level else ""
    return title.removeprefix(numeral).strip("（）"), numeral


def option_label(fact: Fact, key: Any) -> str:
    """The wording of one option of a fact."""
    return fact.options["true" if key is True else "false" if key is False else str(key)]


def answer_text(question: Indicator, facts: Mapping[str, Any]) -> str:
    """The answer to one question in words; 未填 when a fact is missing."""
    if question.kind == "ratio":
        num, den = (facts.get(fact.code) for fact in question.facts)
        if num is None or den is None:
            return say("unanswered")
        share = percent(Fraction(str(num)) / Fraction(str(den)))
        return f"{share}（{thousands(num)} / {thousands(den)} {question.facts[0].unit}）"
    value = facts.get(question.code)
    if value is None:
        return say("unanswered")
    if question.kind == "multi":
        return "、".join(_with_other(question, key, facts) for key in value)
    if question.kind == "ratings":
        return _ratings_text(question.fact, value)
    if question.kind in ("single", "yes_no", "scene"):
        return option_label(question.fact, value)
    return f"{thousands(value)} {question.fact.unit}"


def share_text(question: Indicator, facts: Mapping[str, Any]) -> str:
    """The percentage of a ratio whose two facts are known; "" for any other question."""
    if question.kind != "ratio":
        return ""
    num, den = (facts.get(fact.code) for fact in question.facts)
    return "" if num is None or den is None else percent(Fraction(num) / Fraction(den))


def _ratings_text(fact: Fact, value: Any) -> str:
    if not isinstance(value, list):
        return say("not_applicable")
    return "，".join(f"{level} {mark}" for level, mark in zip(fact.levels, value, strict=True))


def _with_other(question: Indicator, key: str, facts: Mapping[str, Any]) -> str:
    label = question.fact.options[key]
    if question.other and key == question.other[0]:
        return f"{label}：{facts.get(question.other[1], '')}"
    return label
