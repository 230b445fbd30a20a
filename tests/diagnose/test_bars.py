"""The server-drawn bars: they fit their place, tell their numbers, and carry no style and no foreign text."""

import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import pairwise

import pytest

from diagnose.reports.bars import WIDTH, Bar, Dot, progress, ranked, shortened, stack, text_length, trend

MONTHS = [Dot(f"2026-{month:02}", month / 20, f"{month * 5}.0%") for month in range(1, 14)]
ALL = (
    stack([1, 20, 300, 4, 0], "各级家数"),
    progress(Fraction(3, 4), "覆盖率", Fraction(1, 2)),
    ranked([Bar("甲区", 0.5, "50.0%"), Bar("乙区", None, "—")], "排名"),
    trend(MONTHS, 1, "趋势"),
    trend(MONTHS, 1, "趋势", joined=False),
)


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter("text")]


@pytest.mark.parametrize("svg", ALL)
def test_every_chart_is_well_formed_and_has_a_name_and_no_style(svg: str) -> None:
    root = ET.fromstring(svg)
    assert root.get("role") == "img" and root.get("aria-label")
    assert "style" not in svg and "<script" not in svg
    sizes = [float(size) for size in re.findall(r'(?:width|height)="(-?[\d.]+)%?"', svg)]
    assert all(size >= 0 for size in sizes)


def test_stacked_bars_fill_the_whole_width_and_leave_out_levels_without_firms() -> None:
    root = ET.fromstring(stack([10, 0, 30], "各级家数"))
    boxes = [(one.get("class"), one.get("x"), one.get("width")) for one in root.iter("rect")]
    assert boxes == [("zz-band0", "0.00%", "25.00%"), ("zz-band2", "25.00%", "75.00%")]


def test_a_number_stands_only_in_a_bar_it_fits_into() -> None:
    assert texts(stack([1, 999], "各级家数")) == ["999"]
    assert texts(stack([4000, 6000], "各级家数")) == ["4,000", "6,000"]


def test_a_bar_is_never_longer_than_full_nor_shorter_than_nothing() -> None:
    assert 'width="100.00%"' in progress(Fraction(105, 100), "超过目标")
    assert 'width="0.00%"' in progress(Fraction(-1, 100), "倒退")


def test_a_tick_is_drawn_only_where_there_is_a_target() -> None:
    assert "zz-mark" in progress(Fraction(1, 2), "有目标", Fraction(1, 3))
    assert "zz-mark" not in progress(Fraction(1, 2), "没有目标")


def test_what_is_not_known_has_no_bar() -> None:
    svg = ranked([Bar("甲区", None, "—"), Bar("乙区", 0.0, "0.0%")], "排名")
    assert texts(svg) == ["甲区", "—", "乙区", "0.0%"]
    assert len(list(ET.fromstring(svg).iter("rect"))) == 1


def test_names_from_people_are_escaped_and_cut_to_their_place() -> None:
    svg = ranked([Bar('<b>"&高端装备产业链' * 3, 1.0, "100.0%")], "<排名>")
    name = texts(svg)[0]
    assert name.startswith('<b>"&') and name.endswith("…") and "<b>" not in svg
    assert text_length(name) <= 118
    assert shortened("甲区", 118) == "甲区"


def test_everything_of_a_ranked_chart_lies_on_its_sheet() -> None:
    svg = ranked([Bar("甲区", 1.0, "100.0%")], "排名")
    value = list(ET.fromstring(svg).iter("text"))[1]
    assert float(value.get("x", "")) + text_length("100.0%") <= WIDTH


def test_onsite_values_are_never_joined_by_a_line() -> None:
    assert "<polyline" in trend(MONTHS, 1, "自评")
    onsite = trend(MONTHS, 1, "现场", joined=False)
    assert "<polyline" not in onsite and onsite.count("zz-hollow") == len(MONTHS)


def test_months_without_a_value_have_no_point() -> None:
    svg = trend([Dot("2026-01", None, ""), Dot("2026-02", 0.5, "50.0%")], 1, "趋势")
    assert svg.count("<circle") == 1 and "<polyline" not in svg


def test_labels_of_a_trend_do_not_run_into_each_other() -> None:
    spans = []
    for node in ET.fromstring(trend(MONTHS, 1, "趋势")).iter("text"):
        if (node.text or "").startswith("2026-"):
            half = text_length(node.text or "") / 2
            spans.append((float(node.get("x", "")) - half, float(node.get("x", "")) + half))
    spans.sort()
    assert len(spans) > 3 and spans[0][0] > -0.1 and spans[-1][1] < WIDTH + 0.1
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_an_empty_trend_is_only_its_axis() -> None:
    assert "<circle" not in trend([], 1, "趋势")
