"""Amounts in 万元 as people type them, read as integers in 百元."""

import re
import unicodedata
from decimal import Decimal

from diagnose.texts import say

MOST = 10_000_000  # 百元: ten 亿元, more than any step costs
AMOUNT = re.compile(r"\d{1,12}(\.\d{0,12})?|\.\d{1,12}")


class BadAmount(ValueError):
    """What was typed is no amount; the text says what is wrong, in Chinese."""


def amount(typed: str) -> int:
    """“12.5”, “１２．５ 万元” or “1,200” as 百元; raises BadAmount."""
    text = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", typed)).removesuffix("万元")
    if not AMOUNT.fullmatch(text):
        raise BadAmount(say("amount_wrong"))
    units = Decimal(text) * 100
    if units != int(units):
        raise BadAmount(say("amount_fine"))
    if units > MOST:
        raise BadAmount(say("amount_large"))
    return int(units)
