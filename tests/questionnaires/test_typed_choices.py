"""Chosen options become keys; what the page does not offer, or what excludes itself, is refused."""

import pytest

from questionnaires.parse import Mistake, parse
from questionnaires.schema import Fact

OPTIONS = {"A": "无", "B": "部分", "C": "全部"}
SINGLE = Fact("depth", "single", "应用深度", options=OPTIONS)
MULTI = Fact("links", "multi", "环节", options=OPTIONS, none="A")
YES_NO = Fact("own", "yes_no", "自主设计", options={"true": "有", "false": "没有"})
SCENE = Fact("scene", "scene", "场景等级", options={str(level): f"{level} 级" for level in range(5)})
MARKS = {"0": "没有", "0.5": "部分", "1": "做到"}
RATINGS = Fact("rated", "ratings", "评分", options=MARKS, levels=("一级", "二级", "三级"))


@pytest.mark.parametrize("fact", [SINGLE, MULTI, YES_NO, SCENE, RATINGS])
@pytest.mark.parametrize("blank", [[], [""], [" ", ""]])
def test_nothing_chosen_is_no_answer(fact: Fact, blank: list[str]) -> None:
    assert parse(fact, blank) is None


def test_single_gives_the_key() -> None:
    assert parse(SINGLE, [" B "]) == "B"


def test_yes_and_no_give_booleans() -> None:
    assert parse(YES_NO, ["true"]) is True
    assert parse(YES_NO, ["false"]) is False


def test_scene_gives_the_level_as_a_number() -> None:
    assert parse(SCENE, ["4"]) == 4


def test_several_keys_stand_once_each_in_the_order_of_the_page() -> None:
    assert parse(MULTI, ["C", "B", "C"]) == ["B", "C"]


def test_none_alone_is_an_answer() -> None:
    assert parse(MULTI, ["A"]) == ["A"]


def test_none_with_others_is_refused_by_its_label() -> None:
    with pytest.raises(Mistake, match="“无”不能和其他选项同时选"):
        parse(MULTI, ["A", "B"])


@pytest.mark.parametrize("fact", [SINGLE, MULTI, YES_NO, SCENE, RATINGS])
@pytest.mark.parametrize("key", ["Z", "b", "无", "True", "5", "Ｂ", "B\u200b"])
def test_unknown_option_is_refused_and_named(fact: Fact, key: str) -> None:
    with pytest.raises(Mistake, match=f"没有“{key}”这个选项"):
        parse(fact, [key])


def test_one_unknown_option_spoils_all_ticks() -> None:
    with pytest.raises(Mistake, match="没有“Z”这个选项"):
        parse(MULTI, ["B", "Z"])


def test_long_unknown_option_is_cut_in_the_message() -> None:
    with pytest.raises(Mistake) as refused:
        parse(SINGLE, ["Z" * 5000])
    assert len(str(refused.value)) < 60


@pytest.mark.parametrize("fact", [SINGLE, YES_NO, SCENE])
def test_two_choices_where_one_is_asked_are_refused(fact: Fact) -> None:
    first, second = list(fact.options)[:2]
    with pytest.raises(Mistake, match="只能填一个答案，收到了 2 个"):
        parse(fact, [first, second])


def test_ratings_need_a_mark_a_level() -> None:
    assert parse(RATINGS, ["1", "1", "0.5"]) == ["1", "1", "0.5"]
    assert parse(RATINGS, ["1", "1"]) is None


def test_ratings_above_a_level_without_merit_are_zero() -> None:
    assert parse(RATINGS, ["0.5", "0"]) == ["0.5", "0", "0"]
    assert parse(RATINGS, ["0", "1", "1"]) == ["0", "0", "0"]
