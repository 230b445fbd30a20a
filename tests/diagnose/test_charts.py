"""Charts: every label whole and legible, nothing in a name breaks them, the same input gives the same bytes."""

import re
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from diagnose.reports.charts import Axis, TrendPoint, radar_png, radar_svg, trend_png, trend_svg
from diagnose.reports.drawing import Sheet
from diagnose.reports.labels import wrap
from diagnose.reports.radar import draw_radar
from diagnose.reports.trend import draw_trend
from scoring import ruleset

SVG = "{http://www.w3.org/2000/svg}"
LONG = (
    "工艺设计与仿真优化管理能力",
    "供应链协同与物流一体化水平",
    "两化融合管理体系贯标情况等",
    "数据安全",
    "MES系统与ERP集成应用",
)
FLOORS = ((20, "起步级"), (40, "规范级"), (60, "集成级"), (80, "协同级"))
ODD_NAMES = [
    "$x_1$ 与 $",
    "<b>&\"'{{ name }}",
    "甲\U0001f600企\U0001f468\u200d\U0001f469",
    "a\x07\n\tb",
    "-->]]>",
    "",
    "无" * 200,
]


def titles() -> list[str]:
    rules = ruleset.load(ruleset.shipped()["digital-portrait/2025"])
    return [dimension.title for dimension in rules.dimensions]


def axes_of(labels: list[str], compare: bool = True) -> list[Axis]:
    shares = [Fraction(37 * i % 101, 100) for i in range(len(labels))]
    return [Axis(label, share, 1 - share if compare else None) for label, share in zip(labels, shares, strict=True)]


def radar_sheet(axes: list[Axis], compare: str = "甲区中位数") -> Sheet:
    return draw_radar(axes, own="本企业", compare=compare, not_applicable="不适用")


def boxes(sheet: Sheet) -> dict[Text, Bbox]:
    FigureCanvasAgg(sheet.figure)  # measures with the renderer of the PNG
    return {text: text.get_window_extent() for text in sheet.figure.findobj(Text) if text.get_text()}


def assert_whole_and_apart(sheet: Sheet) -> None:
    found = boxes(sheet)
    canvas = sheet.figure.bbox
    for text, box in found.items():
        inside = canvas.x0 <= box.x0 and box.x1 <= canvas.x1 and canvas.y0 <= box.y0 and box.y1 <= canvas.y1
        assert inside, f"{text.get_text()} is clipped: {box}"
    for (one, a), (other, b) in combinations(found.items(), 2):
        shared = min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))
        assert shared <= 0, f"{one.get_text()} and {other.get_text()} overlap by {shared}"


def written(sheet: Sheet) -> str:
    return "".join(text.get_text() for text in boxes(sheet))


def radar(axes: list[Axis], **names: str) -> bytes:
    return radar_svg(axes, **{"title": "雷达图", "own": "本企业", "not_applicable": "不适用"} | names)


def png(axes: list[Axis], dpi: float = 72) -> bytes:
    return radar_png(axes, own="本企业", not_applicable="不适用", dpi=dpi)


def test_labels_of_the_six_dimensions_are_whole_and_apart() -> None:
    sheet = radar_sheet(axes_of(titles()))
    assert len(titles()) == 6
    assert_whole_and_apart(sheet)
    assert all(character in written(sheet) for title in titles() for character in title)


@pytest.mark.parametrize("count", range(3, 21))
def test_long_labels_are_whole_and_apart_at_any_number_of_axes(count: int) -> None:
    labels = [LONG[i % len(LONG)][:12] for i in range(count)]
    sheet = radar_sheet(axes_of(labels))
    assert_whole_and_apart(sheet)
    assert all(label in written(sheet) for label in labels)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_break_neither_labels_nor_document(name: str) -> None:
    axes = axes_of([name, "生产制造", name])
    assert_whole_and_apart(radar_sheet(axes, compare=name))
    root = ElementTree.fromstring(radar(axes, compare=name, title=name))
    assert root.tag == f"{SVG}svg"
    points = [TrendPoint(date(2026, 3, 1), name[:20], 50, "self")]
    ElementTree.fromstring(trend_svg(points, [(20, name)], title=name, names={"self": name}))


def test_dollar_sign_stays_a_dollar_sign() -> None:
    assert "$x$" in written(radar_sheet(axes_of(["$x$", "乙", "丙"])))


def test_emoji_is_written_out() -> None:
    assert "〔U+1F600〕" in written(radar_sheet(axes_of(["甲\U0001f600", "乙", "丙"])))


def test_twelve_characters_take_two_lines_broken_where_they_read_best() -> None:
    assert [len(line) for line in wrap("一二三四五六七八九十百千")] == [6, 6]
    assert wrap("体系与要素保障") == ("体系与", "要素保障")
    assert wrap("研发设计数字化") == ("研发设计", "数字化")
    assert wrap("上云用云") == ("上云用云",)


def test_axis_that_does_not_apply_is_named_so_and_has_no_vertex() -> None:
    axes = axes_of(titles(), compare=False)
    without = [Axis(axes[0].label, None), *axes[1:]]
    sheet = radar_sheet(without, compare="")
    assert "不适用" in written(sheet)
    assert_whole_and_apart(sheet)
    (dots,) = sheet.figure.findobj(Line2D)
    assert isinstance(dots, Line2D) and len(dots.get_path()) == 5


def test_dimension_that_does_not_apply_is_not_drawn_as_zero() -> None:
    axes = axes_of(titles(), compare=False)
    zero, none = [Axis("甲", 0), *axes[1:]], [Axis("甲", None), *axes[1:]]
    assert b"stroke-dasharray" not in radar(zero)
    assert b"stroke-dasharray" in radar(none)


@pytest.mark.parametrize("applying", [0, 1, 2])
def test_radar_with_hardly_any_axis_that_applies_is_drawn(applying: int) -> None:
    axes = [Axis(title, Fraction(1, 2) if i < applying else None) for i, title in enumerate(titles())]
    assert ElementTree.fromstring(radar(axes)).tag.endswith("svg")


def test_radar_refuses_two_axes_and_impossible_shares() -> None:
    with pytest.raises(ValueError, match="3 axes"):
        radar(axes_of(["甲", "乙"]))
    with pytest.raises(ValueError, match="丙"):
        radar([Axis("甲", 0), Axis("乙", 1), Axis("丙", Fraction(101, 100))])


def test_same_input_gives_same_bytes_in_threads_too() -> None:
    axes = axes_of(titles())
    with ThreadPoolExecutor(4) as pool:
        svgs = set(pool.map(lambda _: radar(axes, compare="甲区中位数"), range(12)))
    assert len(svgs) == 1
    assert png(axes) == png(axes)


def test_svg_can_stand_in_a_page_with_a_strict_policy() -> None:
    text = radar(axes_of(titles()), compare="甲区中位数", title="六个维度得分率雷达图").decode()
    root = ElementTree.fromstring(text)
    title = root.find(f"{SVG}title")
    assert title is not None and title.text == "六个维度得分率雷达图"
    assert root.get("role") == "img"
    forbidden = r"<style|<script|<text|style=|\son\w+=|<!--|<!DOCTYPE|<metadata|https?://(?!www\.w3\.org)"
    assert not re.search(forbidden, text)


def test_every_shape_that_is_used_is_defined_once() -> None:
    text = radar(axes_of(titles()), compare="甲区中位数").decode()
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) == set(ids)


def test_radar_of_six_dimensions_is_small() -> None:
    assert len(radar(axes_of(titles()), compare="甲区中位数")) < 40_000


def test_png_has_the_asked_size() -> None:
    axes = axes_of(titles())
    data = png(axes, dpi=144)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(data[16:20]) == 2 * 364


def banded(labels: list[str], without: int | None = None) -> list[Axis]:
    """Axes with a median and a band; the one at place ``without`` has none."""
    axes = axes_of(labels)
    ends = [(Fraction(20 + i, 100), Fraction(60 + i, 100)) for i in range(len(labels))]
    return [
        axis if i == without else Axis(axis.label, axis.share, axis.compare, *ends[i]) for i, axis in enumerate(axes)
    ]


@pytest.mark.parametrize("count", [3, 6, 12, 20])
def test_labels_and_legend_of_a_radar_with_a_band_are_whole_and_apart(count: int) -> None:
    axes = banded([LONG[i % len(LONG)][:12] for i in range(count)])
    sheet = draw_radar(axes, own="本企业", compare="同类企业中位数", band="同类企业中间一半", not_applicable="不适用")
    assert_whole_and_apart(sheet)
    assert all(name in written(sheet) for name in ("本企业", "同类企业中位数", "同类企业中间一半"))


def test_band_spans_only_neighbours_that_have_one() -> None:
    names = {"compare": "同类企业中位数", "band": "同类企业中间一半"}
    areas = [radar(banded(titles(), gap), **names).count(b'opacity="0.22"') for gap in (None, 2)]
    assert areas == [6 + 1, 4 + 1]  # the one more is in the legend


def test_radar_without_a_band_does_not_show_the_ends() -> None:
    assert radar(banded(titles()), compare="甲区中位数") == radar(axes_of(titles()), compare="甲区中位数")


def test_radar_refuses_impossible_ends_of_a_band() -> None:
    with pytest.raises(ValueError, match="乙"):
        radar([Axis("甲", 0), Axis("乙", 1, None, Fraction(1, 2), Fraction(101, 100)), Axis("丙", 1)], band="带")


def trend_points(count: int) -> list[TrendPoint]:
    kinds = ("self", "self", "onsite")
    start, step = date(2023, 1, 9), timedelta(days=95)
    scores = [20 + 41 * i % 79 for i in range(count)]
    return [TrendPoint(start + i * step, f"{s:.2f}", s, kinds[i % 3]) for i, s in enumerate(scores)]


@pytest.mark.parametrize("count", [1, 2, 3, 12, 40])
def test_texts_of_a_trend_are_whole_and_apart(count: int) -> None:
    sheet = draw_trend(trend_points(count), FLOORS, 100, {"self": "企业自评", "onsite": "现场核验"})
    assert_whole_and_apart(sheet)
    assert trend_points(count)[-1].score_text in written(sheet)


def test_one_day_shows_both_its_scores() -> None:
    day = date(2026, 3, 1)
    points = [TrendPoint(day, "63.45", 63.45, "self"), TrendPoint(day, "61.20", 61.2, "onsite")]
    sheet = draw_trend(points, FLOORS, 100, {})
    assert_whole_and_apart(sheet)
    assert all(text in written(sheet) for text in ("63.45", "61.20", "2026年3月"))
    assert written(sheet).count("2026年3月") == 1


def test_scores_at_the_ends_of_the_scale_stay_on_the_sheet() -> None:
    points = [TrendPoint(date(2025, 3, 1), "0.00", 0, "self"), TrendPoint(date(2026, 3, 1), "100.00", 100, "self")]
    sheet = draw_trend(points, FLOORS, 100, {})
    assert_whole_and_apart(sheet)
    assert "100.00" in written(sheet) and "0.00" in written(sheet)


def test_onsite_points_are_never_joined_with_own_points() -> None:
    own = [TrendPoint(date(2024, 3, 1), "40.00", 40, "self"), TrendPoint(date(2026, 3, 1), "60.00", 60, "self")]
    between = TrendPoint(date(2025, 3, 1), "90.00", 90, "onsite")
    with_onsite, alone = draw_trend([*own, between], FLOORS, 100, {}), draw_trend(own, FLOORS, 100, {})
    accent = "#1664c0"
    lines = [re.findall(rf'd="([^"]*)"[^>]*stroke="{accent}"', s.svg("x").decode()) for s in (with_onsite, alone)]
    assert lines[0] == lines[1] != []


def test_trend_without_points_is_refused() -> None:
    with pytest.raises(ValueError, match="point"):
        trend_svg([], FLOORS, title="历次变化")


def test_trend_png_is_a_png() -> None:
    assert trend_png(trend_points(3), FLOORS).startswith(b"\x89PNG\r\n\x1a\n")
