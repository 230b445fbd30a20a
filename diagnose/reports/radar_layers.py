"""The radar of `radar.py` for documents, a third of its price: frame and scale are drawn once for each set of names.

The frame (grid, labels, legend) and the percents of the rings depend on a ruler's words only and are kept; what is
drawn each time are the lines and dots of one firm. One above the other they are the same picture.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO

from PIL import Image

from diagnose.reports.drawing import LOCK, WHITE, Sheet
from diagnose.reports.radar import Axis, Plan, Web, check, draw_frame, draw_scale, draw_series, planned, scale_column

PNG_DPI = 144.0  # two dots a unit: 185 dots an inch where it is printed 10 cm wide
COLOURS = 64
KEPT = 64  # of frames; a ruler has a handful: with and without peers, something 不适用
Names = tuple[str, str, str]  # own, compare, band
Shape = tuple[tuple[tuple[str, bool], ...], Names, str]  # labels, whether each applies; names; 不适用


def layered_svg(
    axes: Sequence[Axis], *, own: str = "", compare: str = "", not_applicable: str, band: str = ""
) -> bytes:
    """The radar as SVG without a title; parameters and errors as for `radar.draw_radar`."""
    shape: Shape = (tuple((axis.label, axis.share is None) for axis in axes), (own, compare, band), not_applicable)
    with LOCK:
        check(axes)
        head, frame = _frame(shape)
        plan = _plan(shape)
        sheet = plan.sheet()
        lines = draw_series(plan.web(sheet), axes, bool(compare), bool(band))
        column = scale_column(plan.web(sheet), lines)
        return (head + frame + _parts(sheet)[1] + _scale(shape, column) + "</svg>").encode()


@lru_cache(KEPT)
def _plan(shape: Shape) -> Plan:
    labels, (own, compare, band), not_applicable = shape
    return planned([Axis(label, None if none else 0) for label, none in labels], own, compare, not_applicable, band)


@lru_cache(KEPT)
def _frame(shape: Shape) -> tuple[str, str]:
    """The opening tag of the whole picture, and its frame."""
    return _drawn(shape, lambda web: draw_frame(web, _plan(shape)))


@lru_cache(4 * KEPT)
def _scale(shape: Shape, column: int) -> str:
    return _drawn(shape, lambda web: draw_scale(web, column))[1]


def _drawn(shape: Shape, draw: Callable[[Web], None]) -> tuple[str, str]:
    sheet = _plan(shape).sheet()
    draw(_plan(shape).web(sheet))
    return _parts(sheet)


def _parts(sheet: Sheet) -> tuple[str, str]:
    """The opening tag of a sheet's SVG and what stands in it, without the white ground."""
    head, _, body = sheet.svg("", clear=True).decode().partition("<title></title>")
    return head, body.rpartition("</svg>")[0]


def layered_png(
    axes: Sequence[Axis],
    *,
    own: str = "",
    compare: str = "",
    not_applicable: str,
    band: str = "",
    dpi: float = PNG_DPI,
) -> bytes:
    """The same picture as PNG of few colours, `dpi` / 72 dots a unit."""
    shape: Shape = (tuple((axis.label, axis.share is None) for axis in axes), (own, compare, band), not_applicable)
    with LOCK:
        check(axes)
        plan = _plan(shape)
        sheet = plan.sheet()
        lines = draw_series(plan.web(sheet), axes, bool(compare), bool(band))
        column = scale_column(plan.web(sheet), lines)
        whole = Image.alpha_composite(_ground(shape, column, dpi), sheet.picture(dpi))
    out = BytesIO()
    whole.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


@lru_cache(KEPT)
def _ground(shape: Shape, column: int, dpi: float) -> Image.Image:
    """Frame and percents on white."""
    sheet = _plan(shape).sheet()
    web = _plan(shape).web(sheet)
    draw_frame(web, _plan(shape))
    draw_scale(web, column)
    picture = sheet.picture(dpi)
    return Image.alpha_composite(Image.new("RGBA", picture.size, WHITE), picture)
