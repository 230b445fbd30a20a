"""Definitions that do not hold together are refused at load, naming the file and the place."""

import re
from pathlib import Path

import pytest

from questionnaires.schema import load_dictionary, load_form
from questionnaires.strict import DefinitionError, Texts, load_yaml

WORDS = "title: 题, short: 题, scope: 口径, help: 说明, evidence: [台账], source: 来源"
DICTIONARY = f"""\
facts:
  done: {{kind: count, title: 完成数, unit: 台}}
  total: {{kind: count, title: 总数, unit: 台, at_least: 1, too_small: 不能是 0。}}
indicators:
  rate: {{{WORDS}, kind: ratio, numerator: done, denominator: total}}
  depth: {{{WORDS}, kind: single, options: {{A: 无, B: 有}}}}
  links: {{{WORDS}, kind: multi, none: A, options: {{A: 无, B: 有}}}}
  own: {{{WORDS}, kind: yes_no, "true": 有, "false": 无}}
"""
FORM = """\
form: toy
edition: "1"
title: 表
schemes: [toy/1]
minutes: 1
pledge: 属实。
pages:
  - {code: first, title: 一, questions: [rate, depth]}
  - {code: second, title: 二, questions: [links]}
"""


def dictionary_with(folder: Path, old: str, new: str) -> Path:
    """The toy dictionary as one file with one place changed."""
    assert old in DICTIONARY
    (folder / "toy.yaml").write_text(DICTIONARY.replace(old, new), encoding="utf-8")
    return folder


def form_with(folder: Path, old: str, new: str) -> Path:
    """The toy form with one place changed."""
    assert old in FORM
    path = folder / "form.yaml"
    path.write_text(FORM.replace(old, new), encoding="utf-8")
    return path


def test_toy_definitions_load_when_nothing_is_wrong(tmp_path: Path) -> None:
    dictionary = load_dictionary(dictionary_with(tmp_path, "台账", "台账"))
    assert list(dictionary.indicators) == ["rate", "depth", "links", "own"]
    form = load_form(form_with(tmp_path, "属实", "属实"), dictionary)
    assert [question.code for question in form.questions] == ["rate", "depth", "links"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("facts:", "fact:", "toy.yaml: unknown key fact"),
        ("unit: 台}", "units: 台}", "toy.yaml: facts.done: unknown key units"),
        ("kind: count, title: 完成数", "title: 完成数", "toy.yaml: facts.done: missing kind"),
        ("kind: count, title: 完成数", "kind: number, title: 完成数", "toy.yaml: facts.done: kind number"),
        (", too_small: 不能是 0。", "", "toy.yaml: facts.total: at_least"),
        ("  done:", "  total:", "toy.yaml: line 3: duplicate key total"),
        ("numerator: done", "numerator: nobody", "toy.yaml: indicators.rate: no fact nobody"),
        (", denominator: total", "", "toy.yaml: indicators.rate: missing denominator"),
        ("kind: ratio", "kind: rate", "toy.yaml: indicators.rate: unknown kind rate"),
        ("help: 说明", "helps: 说明", "toy.yaml: indicators.rate: unknown key helps"),
        (WORDS, WORDS.replace(", source: 来源", ""), "toy.yaml: indicators.rate: missing source"),
        (WORDS, WORDS.replace("evidence: [台账]", "evidence: "), "toy.yaml: indicators.rate: missing evidence"),
        ("none: A", "none: C", "toy.yaml: indicators.links: none C"),
        ("kind: single, options", "kind: single, none: A, options", "toy.yaml: indicators.depth: none A"),
        ("{A: 无, B: 有}", "{A: 无, A: 有}", "toy.yaml: line 6: duplicate key A"),
        ("{A: 无, B: 有}", "{A: 无, 2: 有}", "toy.yaml: indicators.depth: options"),
        ("{A: 无, B: 有}", "[A, B]", "toy.yaml: indicators.depth: options"),
        (', "false": 无', "", "toy.yaml: indicators.own: missing false"),
        ("  depth: {", "  done: {", "toy.yaml: indicators.done: done is defined twice"),
        ("kind: single", "kind: single, may_not_apply: {fact: x, value: false}", "depth: may_not_apply: no fact x"),
        ("kind: multi", "kind: multi, other: {option: Z, fact: done}", "links: other: no option Z"),
        ("kind: multi", "kind: multi, other: {option: B}", "toy.yaml: indicators.links: other: missing fact"),
        ("kind: multi", "kind: scene, scale: none", "toy.yaml: indicators.links: scale"),
        ("  own:", "  on:", "code True is not text"),
        ("facts:", "facts: [", "toy.yaml"),
    ],
)
def test_wrong_dictionary_is_refused_by_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(place)) as refused:
        load_dictionary(dictionary_with(tmp_path, old, new))
    assert str(tmp_path) in str(refused.value)


def test_code_defined_in_two_files_is_refused(tmp_path: Path) -> None:
    dictionary_with(tmp_path, "台账", "台账")
    (tmp_path / "zoo.yaml").write_text("facts:\n  done: {kind: count, title: 又一个}\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"zoo\.yaml: done is defined twice"):
        load_dictionary(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("minutes: 1", "minute: 1", "form.yaml: unknown key minute"),
        ("pledge: 属实。\n", "", "form.yaml: missing pledge"),
        ("title: 表", "title: 表\ntitle: 表", "form.yaml: line 4: duplicate key title"),
        ("title: 二, ", "", "form.yaml: pages[1]: missing title"),
        ("title: 二, ", "title: 二, note: 注, ", "form.yaml: pages[1]: unknown key note"),
        ("[links]", "[linkage]", "form.yaml: pages[1]: question linkage is not in the dictionary"),
        ("[links]", "[links, rate]", "form.yaml: pages[1]: question rate is asked twice"),
        ("code: second", "code: first", "form.yaml: pages: two pages have the same code"),
    ],
)
def test_wrong_form_is_refused_by_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    dictionary = load_dictionary(dictionary_with(tmp_path, "台账", "台账"))
    with pytest.raises(DefinitionError, match=re.escape(f"{tmp_path}/{place}")):
        load_form(form_with(tmp_path, old, new), dictionary)


def test_file_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes("标题: 甲".encode("gbk"))
    with pytest.raises(DefinitionError, match=r"gbk\.yaml"):
        load_yaml(tmp_path / "gbk.yaml")


def test_sentence_needs_all_its_values(tmp_path: Path) -> None:
    (tmp_path / "texts.yaml").write_text("much: 有 {count} 个\n", encoding="utf-8")
    texts = Texts(tmp_path / "texts.yaml")
    assert texts.say("much", count=3) == "有 3 个"
    with pytest.raises(KeyError):
        texts.say("much")
    with pytest.raises(KeyError):
        texts.say("little")
