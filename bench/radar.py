"""One radar of six dimensions, warm: SVG and PNG beside an empty matplotlib SVG of the same size, the floor."""

from fractions import Fraction
from io import StringIO

from matplotlib.figure import Figure

from bench.goals import Figures, at_most
from bench.timing import medians
from diagnose.reports.charts import Axis, radar_png, radar_svg

NAME = "radar"
GOALS = {"svg_ms": at_most(40)}
ROUNDS = 40
DIMENSIONS = ("研发设计数字化", "生产制造数字化", "经营管理数字化", "上云用云", "体系与要素保障", "转型成效")
AXES = [Axis(title, Fraction(5 + i, 12), Fraction(11 - i, 14)) for i, title in enumerate(DIMENSIONS)]


def run() -> Figures:
    """Medians in milliseconds, taken in turns; ratios to the empty figure; size of the SVG in bytes."""
    seconds = medians({"empty": _empty_svg, "svg": _svg, "png": _png}, ROUNDS)
    return {
        **{f"{name}_ms": round(taken * 1000, 3) for name, taken in seconds.items()},
        "svg_to_empty": round(seconds["svg"] / seconds["empty"], 2),
        "png_to_empty": round(seconds["png"] / seconds["empty"], 2),
        "svg_bytes": len(_svg()),
    }


def _svg() -> bytes:
    return radar_svg(AXES, title="雷达图", own="本企业", compare="甲区中位数", not_applicable="不适用")


def _png() -> bytes:
    return radar_png(AXES, own="本企业", compare="甲区中位数", not_applicable="不适用")


def _empty_svg() -> str:
    out = StringIO()
    Figure((364 / 72, 364 / 72), dpi=72).savefig(out, format="svg")
    return out.getvalue()
