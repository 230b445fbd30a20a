"""Free text is kept as typed, within its length; what arrived broken is refused for every kind of fact."""

import pytest

from questionnaires.parse import Mistake, parse
from questionnaires.schema import Fact

TEXT = Fact("other", "text", "其他需求", max_length=200)
OPTIONS = {"A": "无", "B": "有"}
KINDS = [
    Fact("a", "count", "甲"),
    Fact("b", "amount", "乙", decimals=2),
    Fact("c", "single", "丙", options=OPTIONS),
    Fact("d", "multi", "丁", options=OPTIONS),
    Fact("e", "yes_no", "戊", options={"true": "有", "false": "无"}),
    TEXT,
]


TYPED = ["想上 MES", "<script>alert(1)</script>", "{{ 7*7 }} $x", "👩\u200d🏭 两行\n文字", "\u202e右到左"]


@pytest.mark.parametrize("typed", TYPED)
def test_text_is_kept_as_typed(typed: str) -> None:
    assert parse(TEXT, [typed]) == typed


def test_text_loses_only_the_blanks_around_it() -> None:
    assert parse(TEXT, ["  想 上 云  "]) == "想 上 云"


def test_200_characters_fit_and_201_do_not() -> None:
    assert parse(TEXT, ["字" * 200]) == "字" * 200
    with pytest.raises(Mistake, match="最多 200 个字，现在是 201 个字"):
        parse(TEXT, ["字" * 201])


def test_characters_beyond_the_first_plane_count_once() -> None:
    assert parse(TEXT, ["😀" * 200]) == "😀" * 200


@pytest.mark.parametrize("broken", ["4\ufffd0", "\x00", "B\x00", "\ufffd"])
@pytest.mark.parametrize("fact", KINDS, ids=lambda fact: fact.kind)
def test_broken_characters_are_refused_whatever_is_asked(fact: Fact, broken: str) -> None:
    with pytest.raises(Mistake, match=f"“{fact.title}”里有无法识别的字符"):
        parse(fact, [broken])
