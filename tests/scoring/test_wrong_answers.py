"""A wrong answer is refused with the code and what is wrong; nothing is guessed and nothing hangs."""

from decimal import Decimal

import pytest

from scoring.encode import AnswerError, encode
from scoring.verdict import verdict
from tests.scoring.firms import nothing, share
from tests.scoring.oracle import NA, RULESET

WRONG = [
    ("cnc_rate", share(50, 40), "numerator 50 is larger than denominator 40"),
    ("cnc_rate", share(Decimal("3.10"), 3), "numerator 3.10 is larger than denominator 3"),
    ("cnc_rate", share(Decimal("1E+2"), 3), "numerator 100 is larger than denominator 3"),
    ("cnc_rate", share(0, 0), "denominator is 0"),
    ("cnc_rate", share(0, Decimal("0.00")), "denominator is 0"),
    ("cnc_rate", share(-1, 40), "numerator is below 0"),
    ("cnc_rate", share(Decimal("-0.1"), 40), "numerator is below 0"),
    ("cnc_rate", share(1, True), "denominator must be a number, got true"),
    ("cnc_rate", share("22", 40), "numerator must be a number, got 22"),
    ("cnc_rate", share(22.0, 40), "numerator must be a number, got 22.0"),
    ("cnc_rate", share(None, 40), "numerator must be a number, got None"),
    ("cnc_rate", share(Decimal("NaN"), 40), "numerator must be a finite number"),
    ("cnc_rate", share(1, Decimal("Infinity")), "denominator must be a finite number"),
    (
        "cnc_rate",
        share(1, Decimal("1E+999999")),
        "denominator has more than 30 digits before or after the decimal point",
    ),
    ("cnc_rate", share(Decimal("1E-999999"), 1), "numerator has more than 30 digits before or after the decimal point"),
    ("cnc_rate", share(1, 10**30), "denominator has more than 30 digits before or after the decimal point"),
    ("cnc_rate", share(0, 10**4000), "denominator has more than 30 digits before or after the decimal point"),
    ("cnc_rate", {"num": 1}, "a ratio has exactly num and den"),
    ("cnc_rate", {"num": 1, "den": 2, "unit": "道"}, "a ratio has exactly num and den"),
    ("cnc_rate", {}, "a ratio has exactly num and den"),
    ("cnc_rate", 0, "expected num and den, got a number"),
    ("cnc_rate", "0.5", "expected num and den, got 0.5"),
    ("cnc_rate", [22, 40], "expected num and den, got a list"),
    ("cnc_rate", NA, "NA (不适用) is not allowed here"),
    ("smart_factory", "Z", "unknown option Z"),
    ("smart_factory", "b", "unknown option b"),
    ("smart_factory", "", "unknown option "),
    ("smart_factory", "B" * 1000, "unknown option " + "B" * 40 + "…"),
    ("smart_factory", "a\nb\ud800", "unknown option a\\u000ab\\ud800"),
    ("smart_factory", ["B"], "expected one option key, got a list"),
    ("smart_factory", 1, "expected one option key, got a number"),
    ("smart_factory", True, "expected one option key, got true"),
    ("smart_factory", {"B": 1}, "expected one option key, got an object"),
    ("smart_factory", NA, "NA (不适用) is not allowed here"),
    ("management_links", ["A", "B"], "option A (无) excludes the others"),
    ("management_links", ["B", "A"], "option A (无) excludes the others"),
    ("management_links", ["B", "B"], "option B is given twice"),
    ("management_links", ["A", "A"], "option A is given twice"),
    ("management_links", ["B", "J"], "unknown option J"),
    ("management_links", ["B", None], "unknown option None"),
    ("management_links", [["B"]], "unknown option a list"),
    ("management_links", [NA], "NA (不适用) is not allowed here"),
    ("management_links", [], "expected a list of option keys, got an empty one"),
    ("management_links", "B", "expected a list of option keys, got B"),
    ("management_links", NA, "NA (不适用) is not allowed here"),
    ("cnc_rat", share(1), "unknown code"),
    ("own_design", False, "unknown code"),
]


@pytest.mark.parametrize(("code", "value", "message"), WRONG)
def test_it_is_refused_with_its_code_and_what_is_wrong(code: str, value: object, message: str) -> None:
    with pytest.raises(AnswerError) as caught:
        verdict(RULESET, nothing(**{code: value}))
    assert str(caught.value) == f"{code}: {message}"
    assert (caught.value.code, caught.value.message) == (code, message)


def test_an_unknown_code_is_refused_even_without_a_value() -> None:
    with pytest.raises(AnswerError, match="unknown code"):
        encode(RULESET, [{"cnc": None}])


def test_none_and_absent_are_both_missing() -> None:
    firm = nothing(cnc_rate=None)
    del firm["talent"]
    assert verdict(RULESET, firm).missing == ("cnc_rate", "talent")


def test_ratios_with_the_same_denominator_by_name_stand_alone() -> None:
    firm = nothing(equipment_digital_rate=share(1, 10), equipment_networked_rate=share(9, 20))
    assert verdict(RULESET, firm).points["equipment_networked_rate"] == 2250
