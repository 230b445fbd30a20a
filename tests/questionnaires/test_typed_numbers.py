"""A number as people type it becomes a value, or a sentence that says what to type instead."""

import pytest

from questionnaires.parse import Mistake, parse
from questionnaires.schema import Fact

COUNT = Fact("machines", "count", "设备数", "台")
AT_LEAST_ONE = Fact("total", "count", "设备总数", "台", at_least=1, too_small="设备总数不能是 0。")
AMOUNT = Fact("revenue", "amount", "营业收入", "万元", decimals=2)
POSITIVE = Fact("output", "amount", "产值", "万元", decimals=2, positive=True, too_small="产值要大于 0。")


@pytest.mark.parametrize("blank", [[], [""], [" "], ["\t\n"], ["　"], ["", " "]])
@pytest.mark.parametrize("fact", [COUNT, AMOUNT])
def test_blank_is_no_answer(fact: Fact, blank: list[str]) -> None:
    assert parse(fact, blank) is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0", 0),
        ("40", 40),
        (" 40 ", 40),
        ("007", 7),
        ("４０", 40),
        ("1,234", 1234),
        ("12，345，678", 12345678),
        ("1 234", 1234),
        ("999999999", 999_999_999),
        ("000000000001", 1),
    ],
)
def test_count_is_understood(typed: str, value: int) -> None:
    assert parse(COUNT, [typed]) == value
    assert type(parse(COUNT, [typed])) is int


@pytest.mark.parametrize(
    "typed",
    ["1e3", "-1", "－1", "+1", "1.0", "1.5", "40台", "四十", "1,23", "1,2345", ",1", "½", "0x10", "1/2", "NaN", "∞"],
)
def test_what_is_no_count_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Mistake, match="“设备数”要填 0 或正整数，不带小数和单位，例如 40。"):
        parse(COUNT, [typed])


@pytest.mark.parametrize("typed", ["10²", "①", "⑩", "Ⅳ", "㊿", "١٠", "१०", "𝟙𝟘", "1⁄2", "㎡", "10﹐000"])
@pytest.mark.parametrize("fact", [COUNT, AMOUNT])
def test_sign_that_only_resembles_a_digit_is_refused(fact: Fact, typed: str) -> None:
    with pytest.raises(Mistake, match=f"“{fact.title}”要填"):
        parse(fact, [typed])


@pytest.mark.parametrize("typed", ["1000000000", "1,000,000,000", "9" * 5000])
def test_ten_digits_are_too_many(typed: str) -> None:
    with pytest.raises(Mistake, match="最多 9 位数"):
        parse(COUNT, [typed])


def test_smallest_count_is_accepted_and_one_less_gets_its_own_sentence() -> None:
    assert parse(AT_LEAST_ONE, ["1"]) == 1
    with pytest.raises(Mistake, match="设备总数不能是 0。"):
        parse(AT_LEAST_ONE, ["0"])


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0", "0.00"),
        ("8000", "8000.00"),
        ("8000.5", "8000.50"),
        ("８０００．５５", "8000.55"),
        ("12,345.67", "12345.67"),
        ("0012.3", "12.30"),
        ("999999999.99", "999999999.99"),
    ],
)
def test_amount_is_kept_as_exact_decimal_text(typed: str, value: str) -> None:
    assert parse(AMOUNT, [typed]) == value


@pytest.mark.parametrize("typed", ["1e3", "-1", "1.", ".5", "1.234", "1000000000", "1.2.3", "8000万", "1,2.5", "inf"])
def test_what_is_no_amount_is_refused_with_unit_and_decimals(typed: str) -> None:
    with pytest.raises(Mistake, match="“营业收入”要填不小于 0 的数，单位是万元，最多 2 位小数"):
        parse(AMOUNT, [typed])


def test_amount_that_must_be_positive_is_not_zero() -> None:
    assert parse(POSITIVE, ["0.01"]) == "0.01"
    with pytest.raises(Mistake, match="产值要大于 0。"):
        parse(POSITIVE, ["0.00"])


@pytest.mark.parametrize("fact", [COUNT, AMOUNT])
def test_two_numbers_for_one_fact_are_refused(fact: Fact) -> None:
    with pytest.raises(Mistake, match="只能填一个答案，收到了 2 个"):
        parse(fact, ["1", "2"])
