"""One radar of six dimensions, warm: SVG and PNG beside an empty matplotlib SVG of the same size, the floor."""

from collections.abc import Callable
from fractions import Fraction
from io import StringIO
from statistics import median
from time import perf_counter

from matplotlib.figure import Figure

from diagnose.reports.charts import Axis, radar_png, radar_svg

NAME = "radar"
ROUNDS = 40
DIMENSIONS = ("研发设计数字化", "生产制造数字化", "经营管理数字化", "上云用云", "体系与要素保障", "转型成效")
AXES = [Axis(title, Fraction(5 + i, 12), Fraction(11 - i, 14)) for i, title in enumerate(DIMENSIONS)]


def run() -> dict[str, float | str]:
    """Medians in milliseconds, taken in turns; ratios to the empty figure; size of the SVG in bytes."""
    jobs: dict[str, Callable[[], object]] = {
        "empty_svg_ms": _empty_svg,
        "radar_svg_ms": _svg,
        "radar_png_ms": _png,
    }
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS + 1):
        for name, job in jobs.items():
            start = perf_counter()
            job()
            times[name].append((perf_counter() - start) * 1000)
    result: dict[str, float | str] = {name: round(median(taken[1:]), 3) for name, taken in times.items()}
    empty, svg, png = (median(times[name][1:]) for name in jobs)
    return result | {
        "radar_svg_to_empty": round(svg / empty, 2),
        "radar_png_to_empty": round(png / empty, 2),
        "radar_svg_bytes": len(_svg()),
    }


def _svg() -> bytes:
    return radar_svg(AXES, title="雷达图", own="本企业", compare="甲区中位数", not_applicable="不适用")


def _png() -> bytes:
    return radar_png(AXES, own="本企业", compare="甲区中位数", not_applicable="不适用")


def _empty_svg() -> str:
    out = StringIO()
    Figure((364 / 72, 364 / 72), dpi=72).savefig(out, format="svg")
    return out.getvalue()
