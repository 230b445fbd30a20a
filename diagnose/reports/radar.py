"""The radar: one axis a dimension, the share of its points from the centre (0) to the rim (100%)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import cos, pi, sin

from diagnose.reports.drawing import (
    ACCENT,
    INK,
    INK_2,
    INK_3,
    LINE,
    LINE_EDGE,
    SMALL_SIZE,
    Point,
    Sheet,
    along,
    around,
    overlap,
    text_width,
)
from diagnose.reports.labels import LINE_HEIGHT, MOVED, Label, largest_radius, place, wrap

WIDTH = 364.0
PAD = 5.0
LARGEST = 120.0
RINGS = (0.2, 0.4, 0.6, 0.8, 1.0)
LEGEND_ROW = 26.0
LEGEND_MARK = 34.0  # a sample of the line and its distance to the name
LEGEND_GAP = 24.0
BAND_ALPHA = 0.22
OWN, COMPARE, BAND = "own", "compare", "band"  # what a sample in the legend stands for

Share = Fraction | float | None


@dataclass(frozen=True)
class Axis:
    """One dimension: shares of its points, 0 to 1; None where it does not apply (不适用) or nothing is known.

    ``low`` and ``high`` are the ends of the band of others on this axis, both or none.
    """

    label: str
    share: Share
    compare: Share = None
    low: Share = None
    high: Share = None


@dataclass(frozen=True)
class Web:
    """Where the `count` axes stand on the sheet."""

    sheet: Sheet
    centre: Point
    radius: float
    count: int

    def at(self, axis: int, share: float) -> Point:
        angle = 2 * pi * axis / self.count
        return (
            self.centre[0] + share * self.radius * sin(angle),
            self.centre[1] - share * self.radius * cos(angle),
        )

    def ring(self, share: float) -> list[Point]:
        return [self.at(axis, share) for axis in range(self.count)]


@dataclass(frozen=True)
class Plan:
    """A radar without its values. ``top``: where its centre stands, ``height``: of all but the legend's rows."""

    labels: tuple[Label, ...]
    grey: tuple[bool, ...]
    radius: float
    top: float
    height: float
    rows: list[list[tuple[str, str]]]

    def sheet(self) -> Sheet:
        """An empty sheet of the radar's size."""
        return Sheet(WIDTH, self.height + LEGEND_ROW * len(self.rows))

    def web(self, sheet: Sheet) -> Web:
        """Where the axes stand on it."""
        return Web(sheet, (WIDTH / 2, self.top), self.radius, len(self.labels))


def draw_radar(axes: Sequence[Axis], *, own: str, compare: str, not_applicable: str, band: str = "") -> Sheet:
    """The radar with its labels, 364 units wide, as high as they need.

    `own` and `compare` name the two series in a legend; without `compare` only the first is drawn, without legend.
    With `band` the axes' bands are filled between neighbours that have one, and named in the legend too.
    An axis whose share is None carries `not_applicable` under its label and has no vertex: the edge between its
    neighbours is dashed, so that nothing reads as 0. ValueError for fewer than 3 axes or a share outside 0 to 1.
    """
    plan = planned(axes, own, compare, not_applicable, band)
    sheet = plan.sheet()
    web = plan.web(sheet)
    _draw_grid(web)
    lines = draw_series(web, axes, bool(compare), bool(band))
    draw_scale(web, scale_column(web, lines))
    draw_names(web, plan)
    return sheet


def planned(axes: Sequence[Axis], own: str, compare: str, not_applicable: str, band: str) -> Plan:
    """Where everything stands; depends on the names alone, so radars of one ruler share it. Errors as `draw_radar`."""
    check(axes)
    texts = [wrap(axis.label) + ((not_applicable,) if axis.share is None else ()) for axis in axes]
    radius = min(LARGEST, largest_radius(texts, WIDTH / 2 - PAD))
    labels = place(texts, radius)
    top = PAD + max(radius, *(-label.top for label in labels))
    height = top + PAD + max(radius, *(label.bottom for label in labels))
    rows = _legend_rows(own, compare, band) if compare else []
    return Plan(tuple(labels), tuple(axis.share is None for axis in axes), radius, top, height, rows)


def draw_frame(web: Web, plan: Plan) -> None:
    """What does not depend on the shares: the grid, the labels, the legend."""
    _draw_grid(web)
    draw_names(web, plan)


def draw_names(web: Web, plan: Plan) -> None:
    """The labels of the axes, and the legend."""
    for label, grey in zip(plan.labels, plan.grey, strict=True):
        _draw_label(web, label, grey_end=grey)
    for i, row in enumerate(plan.rows):
        _draw_legend_row(web.sheet, row, plan.height + LEGEND_ROW * (i + 0.4))


def draw_series(web: Web, axes: Sequence[Axis], compare: bool, band: bool) -> list[list[Point]]:
    """The band, the compared line and the own one; returns the edges of both lines."""
    if band:
        _draw_band(web, axes)
    lines = _draw_compare(web, [axis.compare for axis in axes], over=not band) if compare else []
    return lines + _draw_own(web, [axis.share for axis in axes])


def check(axes: Sequence[Axis]) -> None:
    """ValueError for fewer than 3 axes or a share outside 0 to 1."""
    if len(axes) < 3:
        raise ValueError(f"a radar needs 3 axes, not {len(axes)}")
    for axis in axes:
        for share in (axis.share, axis.compare, axis.low, axis.high):
            if share is not None and not 0 <= share <= 1:
                raise ValueError(f"{axis.label}: a share lies between 0 and 1, not {share}")


def _draw_grid(web: Web) -> None:
    web.sheet.rings([web.ring(share) for share in RINGS[:-1]], LINE)
    web.sheet.lines([[web.centre, tip] for tip in web.ring(1)], LINE)
    web.sheet.rings([web.ring(1)], LINE_EDGE)


def _edges(web: Web, shares: Sequence[Share]) -> tuple[list[Point], list[list[Point]], list[list[Point]]]:
    """The vertices, the edges between neighbours, and the edges that pass over an axis without a share."""
    known = [axis for axis, share in enumerate(shares) if share is not None]
    points = {axis: web.at(axis, float(shares[axis] or 0)) for axis in known}
    pairs = list(zip(known, known[1:] + known[:1], strict=True)) if len(known) > 1 else []
    solid = [[points[a], points[b]] for a, b in pairs if (b - a) % web.count == 1]
    over = [[points[a], points[b]] for a, b in pairs if (b - a) % web.count != 1]
    return list(points.values()), solid, over


def _draw_band(web: Web, axes: Sequence[Axis]) -> None:
    """The area between the ends of the bands of each two neighbours, with its outer and inner edge."""
    for one, axis in enumerate(axes):
        other = (one + 1) % web.count
        following = axes[other]
        if axis.low is None or axis.high is None or following.low is None or following.high is None:
            continue
        inner = [web.at(one, float(axis.low)), web.at(other, float(following.low))]
        outer = [web.at(one, float(axis.high)), web.at(other, float(following.high))]
        web.sheet.area([*inner, *reversed(outer)], INK_3, alpha=BAND_ALPHA)
        web.sheet.lines([inner, outer], LINE_EDGE, 0.75)


def _draw_own(web: Web, shares: Sequence[Share]) -> list[list[Point]]:
    points, solid, over = _edges(web, shares)
    if len(points) > 2:
        web.sheet.area(points, ACCENT, alpha=0.1)
    if over:
        web.sheet.lines(solid, ACCENT, 2.5)
        web.sheet.lines(over, ACCENT, 1.5, dashed=True)
    else:
        web.sheet.rings([points], ACCENT, 2.5)
    web.sheet.dots(points)
    return solid + over


def _draw_compare(web: Web, shares: Sequence[Share], over: bool) -> list[list[Point]]:
    """The compared line, ``over`` axes without a share too: beside a band it is interrupted there, as the band is."""
    points, solid, beyond = _edges(web, shares)
    drawn = solid + beyond if over else solid
    web.sheet.lines(drawn, INK_2, 1.75, dashed=True)
    web.sheet.squares(points, INK_2)
    return drawn


def scale_column(web: Web, lines: Sequence[list[Point]]) -> int:
    """Left or right of which upright axis the percents cover least of the lines."""
    trail = [box for line in lines for box in along(line)]
    columns = _scale_columns(web)
    covered = [sum(overlap(around(s, 20, 14), dot) for s in spots for dot in trail) for spots in columns]
    return covered.index(min(covered))


def _scale_columns(web: Web) -> list[list[Point]]:
    upright = [0] if web.count % 2 else [0, web.count // 2]
    return [
        [(x + side * 16, y) for x, y in (web.at(axis, share) for share in RINGS[:-1])]
        for axis in upright
        for side in (-1, 1)
    ]


def draw_scale(web: Web, column: int) -> None:
    """The percent of each inner ring in one of the columns."""
    for share, spot in zip(RINGS, _scale_columns(web)[column], strict=False):
        web.sheet.text(spot, f"{share * 100:.0f}", "center", SMALL_SIZE, INK_3)


def _draw_label(web: Web, label: Label, grey_end: bool) -> None:
    x, y = web.centre[0] + label.x, web.centre[1] + label.top + LINE_HEIGHT / 2
    if label.moved > MOVED:
        _draw_leader(web, label)
    for i, line in enumerate(label.lines):
        grey = grey_end and i == len(label.lines) - 1
        web.sheet.text((x, y + i * LINE_HEIGHT), line, label.align, colour=INK_3 if grey else INK)


def _draw_leader(web: Web, label: Label) -> None:
    """A thin line from the tip of the axis to the near end of a label that stands away from it."""
    (cx, cy), near = web.centre, {"left": -3.0, "center": 0.0, "right": 3.0}[label.align]
    end = label.y if near else label.top if label.y > 0 else label.bottom
    web.sheet.lines([[(cx + label.tip[0], cy + label.tip[1]), (cx + label.x + near, cy + end)]], LINE_EDGE, 0.75)


def _legend_rows(own: str, compare: str, band: str) -> list[list[tuple[str, str]]]:
    """The names with what each stands for, as many in a row as fit."""
    rows: list[list[tuple[str, str]]] = [[]]
    room = left = WIDTH - 4 * PAD + LEGEND_GAP
    for name, what in ((_fitted(own), OWN), (_fitted(compare), COMPARE), (_fitted(band), BAND)):
        width = LEGEND_MARK + text_width(name, SMALL_SIZE) + LEGEND_GAP
        if what == BAND and not band:
            continue
        if width > left:
            rows.append([])
            left = room
        rows[-1].append((name, what))
        left -= width
    return rows


def _fitted(name: str) -> str:
    """`name`, cut with … where it is longer than the chart is wide."""
    room = WIDTH - 4 * PAD - LEGEND_MARK  # hinting widens the text of a small PNG by a hundredth
    if text_width(name, SMALL_SIZE) <= room:
        return name
    while text_width(name + "…", SMALL_SIZE) > room:
        name = name[:-1]
    return name + "…"


def _draw_legend_row(sheet: Sheet, row: Sequence[tuple[str, str]], y: float) -> None:
    widths = [LEGEND_MARK + text_width(name, SMALL_SIZE) for name, _ in row]
    x = (WIDTH - sum(widths) - LEGEND_GAP * (len(row) - 1)) / 2
    for (name, what), width in zip(row, widths, strict=True):
        _draw_sample(sheet, what, x, y)
        sheet.text((x + LEGEND_MARK, y), name, size=SMALL_SIZE, colour=INK_2)
        x += width + LEGEND_GAP


def _draw_sample(sheet: Sheet, what: str, x: float, y: float) -> None:
    """A short piece of a line or band, as it looks in the web."""
    if what == BAND:
        sheet.area([(x, y - 6), (x + 26, y - 6), (x + 26, y + 6), (x, y + 6)], INK_3, alpha=BAND_ALPHA)
        sheet.lines([[(x, y - 6), (x + 26, y - 6)], [(x, y + 6), (x + 26, y + 6)]], LINE_EDGE, 0.75)
        return
    compared = what == COMPARE
    sheet.lines([[(x, y), (x + 26, y)]], INK_2 if compared else ACCENT, 1.75 if compared else 2.5, dashed=compared)
    if compared:
        sheet.squares([(x + 13, y)], INK_2)
    else:
        sheet.dots([(x + 13, y)])
