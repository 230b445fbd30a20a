"""The charts of a dossier as bytes: radar of the dimensions (雷达图) and course of the scores (历次变化).

All titles and names come from the caller. The functions may be called from several threads at once. The SVG goes
into a page as it is or by `<img>`; `title` is its accessible name, and the numbers stand in a table beside it.
"""

from collections.abc import Mapping, Sequence

from diagnose.reports.drawing import LOCK
from diagnose.reports.radar import Axis, draw_radar
from diagnose.reports.trend import Floor, TrendPoint, draw_trend

__all__ = ["Axis", "Floor", "TrendPoint", "radar_png", "radar_svg", "trend_png", "trend_svg"]

PNG_DPI = 216.0  # three dots a unit: sharp in print at 10 cm


def radar_svg(
    axes: Sequence[Axis], *, title: str, own: str = "", compare: str = "", not_applicable: str, band: str = ""
) -> bytes:
    """The radar, 364 units wide; parameters and errors as for `draw_radar`."""
    with LOCK:
        return draw_radar(axes, own=own, compare=compare, not_applicable=not_applicable, band=band).svg(title)


def radar_png(
    axes: Sequence[Axis],
    *,
    own: str = "",
    compare: str = "",
    not_applicable: str,
    band: str = "",
    dpi: float = PNG_DPI,
) -> bytes:
    """The same radar as PNG, `dpi` / 72 dots a unit."""
    with LOCK:
        return draw_radar(axes, own=own, compare=compare, not_applicable=not_applicable, band=band).png(dpi)


def trend_svg(
    points: Sequence[TrendPoint],
    floors: Sequence[Floor],
    *,
    title: str,
    top: float = 100,
    names: Mapping[str, str] | None = None,
) -> bytes:
    """The scores over time, 364 units wide; parameters and errors as for `draw_trend`."""
    with LOCK:
        return draw_trend(points, floors, top, names or {}).svg(title)


def trend_png(
    points: Sequence[TrendPoint],
    floors: Sequence[Floor],
    *,
    top: float = 100,
    names: Mapping[str, str] | None = None,
    dpi: float = PNG_DPI,
) -> bytes:
    """The same course as PNG, `dpi` / 72 dots a unit."""
    with LOCK:
        return draw_trend(points, floors, top, names or {}).png(dpi)
