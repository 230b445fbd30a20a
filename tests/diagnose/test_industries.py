"""The industry list of GB/T 4754—2017 is complete, in order and strictly read."""

from pathlib import Path

import pytest

from diagnose.services.classify import Industries, load_industries
from questionnaires.strict import DefinitionError

SOURCE = Path(__file__).parents[2] / "diagnose" / "data" / "industries.yaml"


@pytest.fixture(scope="module")
def industries() -> Industries:
    return load_industries(SOURCE)


def test_all_20_sections_stand_in_order(industries: Industries) -> None:
    assert "".join(section.code for section in industries.sections) == "ABCDEFGHIJKLMNOPQRST"
    assert len({section.title for section in industries.sections}) == 20


def test_all_97_two_digit_codes_stand_without_a_gap(industries: Industries) -> None:
    codes = [code for code in industries.by_code if len(code) == 2]
    assert codes == [f"{number:02d}" for number in range(1, 98)]
    assert len({industries.by_code[code].title for code in codes}) == 97


def test_each_section_holds_its_codes(industries: Industries) -> None:
    spans = {section.code: (section.industries[0].code, section.industries[-1].code) for section in industries.sections}
    assert spans == {
        "A": ("01", "05"), "B": ("06", "12"), "C": ("13", "43"), "D": ("44", "46"), "E": ("47", "50"),
        "F": ("51", "52"), "G": ("53", "60"), "H": ("61", "62"), "I": ("63", "65"), "J": ("66", "69"),
        "K": ("70", "709"), "L": ("71", "72"), "M": ("73", "75"), "N": ("76", "79"), "O": ("80", "82"),
        "P": ("83", "83"), "Q": ("84", "85"), "R": ("86", "90"), "S": ("91", "96"), "T": ("97", "97"),
    }  # fmt: skip


def test_lookup_by_code_gives_title_and_section(industries: Industries) -> None:
    assert (industries.by_code["34"].title, industries.by_code["34"].section) == ("通用设备制造业", "C")
    assert (industries.by_code["702"].title, industries.by_code["702"].section) == ("物业管理", "K")
    assert "98" not in industries.by_code


def test_choices_offer_real_estate_by_its_finer_codes_only(industries: Industries) -> None:
    groups = dict(industries.choices())
    assert [code for code, _ in groups["房地产业"]] == ["701", "702", "703", "704", "709"]
    offered = [code for options in groups.values() for code, _ in options]
    assert len(offered) == len(set(offered)) == 96 + 5
    assert groups["制造业"][0] == ("13", "农副食品加工业")


def test_titles_have_no_stray_space_or_halfwidth_comma(industries: Industries) -> None:
    titles = [section.title for section in industries.sections]
    titles += [industry.title for industry in industries.by_code.values()]
    for title in titles:
        assert title == title.strip()
        assert not set(title) & set(" ,，")


def test_data_names_source_and_open_check(industries: Industries) -> None:
    assert "GB/T 4754—2017" in industries.source
    assert industries.check == "待核（未与印刷版核对）"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"02": 林业', '"01": 林业', "duplicate key 01"),
        ('"02": 林业', '"00": 林业', "sections.A: code 00 does not follow 01"),
        ('"06": 煤', '"05": 煤', "sections.B: code 05 does not follow 05"),
        ('"02": 林业', "02: 林业", "sections.A: 2: keys must be quoted"),
        ('"02": 林业', '"2": 林业', "sections.A: 2: expected a code"),
        ('"02": 林业', '"02":', "sections.A: 02: expected a code"),
        ('      "70": 房地产业\n', "", "code 701 has no 大类 70"),
        ("title: 采矿业", "name: 采矿业", "sections.B: unknown key name"),
        ("check:", "checked:", "unknown key checked"),
    ],
)
def test_wrong_industry_data_is_refused_naming_file_and_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "list.yaml"
    text = SOURCE.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"list\.yaml") as error:
        load_industries(path)
    assert message in str(error.value)


def test_empty_section_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("source: x\ncheck: y\nsections: []\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="sections: expected entries"):
        load_industries(path)
