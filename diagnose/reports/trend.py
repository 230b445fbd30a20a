"""The course of the scores: 企业自评 as joined dots, 现场核验 as hollow squares, floors of the levels as lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from diagnose.reports.drawing import (
    ACCENT,
    INK,
    INK_2,
    INK_3,
    LINE,
    LINE_EDGE,
    SMALL_SIZE,
    Box,
    Point,
    Sheet,
    along,
    around,
    overlap,
    text_width,
)
from diagnose.wording import month

WIDTH, HEIGHT = 364.0, 270.0
TOP, BOTTOM = 14.0, 236.0  # of the plot, from the top of the sheet
INSET = 22.0  # of the first and last date from the ends of the plot
SPACE = 6.0
DOT, SQUARE = 9.0, 10.0

Floor = tuple[float, str]  # least score of a level, title of the level


@dataclass(frozen=True)
class TrendPoint:
    """One verdict: as-of date, score as it is written and as a number, kind "self" or "onsite"."""

    date: date
    score_text: str
    score: float
    kind: str


@dataclass(frozen=True)
class Plot:
    """Where dates and scores stand on the sheet."""

    left: float
    right: float
    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        """One date alone stands in the middle."""
        days = (self.last - self.first).days
        share = (day - self.first).days / days if days else 0.5
        return self.left + INSET + share * (self.right - self.left - 2 * INSET)

    def y(self, score: float) -> float:
        return BOTTOM - (score - self.low) / (self.high - self.low) * (BOTTOM - TOP)

    def at(self, point: TrendPoint) -> Point:
        return self.x(point.date), self.y(point.score)


def draw_trend(points: Sequence[TrendPoint], floors: Sequence[Floor], top: float, names: Mapping[str, str]) -> Sheet:
    """The scores over time, 364 × 270 units, and a legend row below when `names` (kind → name) is given.

    `floors` rise. The plot begins at the lowest floor, or at 0 when a score lies below it, and ends at `top`.
    Self-assessed points are joined in the order of their dates (of one day: as given), on-site ones never.
    A score or month is written only where it covers no other; the newest come first. ValueError without points.
    """
    if not points:
        raise ValueError("a trend needs a point")
    points = sorted(points, key=lambda point: point.date)
    plot = _plot(points, floors, top)
    sheet = Sheet(WIDTH, HEIGHT + (26 if names else 0))
    _draw_floors(sheet, plot, floors, top)
    own = [plot.at(point) for point in points if point.kind == "self"]
    onsite = [plot.at(point) for point in points if point.kind == "onsite"]
    sheet.lines([own], ACCENT, 2.5)
    sheet.dots(own, DOT)
    sheet.squares(onsite, INK, SQUARE, 2)
    _draw_scores(sheet, plot, points, own)
    _draw_months(sheet, plot, points)
    if names:
        _draw_legend(sheet, names)
    return sheet


def _plot(points: Sequence[TrendPoint], floors: Sequence[Floor], top: float) -> Plot:
    lowest = min((floor for floor, _ in floors), default=0)
    low = lowest if all(point.score >= lowest for point in points) else 0
    left = max((text_width(title, SMALL_SIZE) for _, title in floors), default=0) + 2 * SPACE
    right = WIDTH - max((text_width(f"{floor:g}", SMALL_SIZE) for floor, _ in floors), default=0) - 2 * SPACE
    return Plot(left, right, points[0].date, points[-1].date, low, top)


def _draw_floors(sheet: Sheet, plot: Plot, floors: Sequence[Floor], top: float) -> None:
    """A line and its score at each floor; the level's title at the left, between its floor and the next."""
    sheet.lines([[(plot.left, plot.y(floor)), (plot.right, plot.y(floor))] for floor, _ in floors], LINE)
    sheet.lines([[(plot.left, BOTTOM), (plot.right, BOTTOM)]], LINE_EDGE)
    for score in sorted({plot.low, *(floor for floor, _ in floors)}):
        sheet.text((plot.right + SPACE, plot.y(score)), f"{score:g}", "left", SMALL_SIZE, INK_3)
    for (floor, title), upper in zip(floors, [floor for floor, _ in floors[1:]] + [top], strict=True):
        sheet.text((plot.left - SPACE, plot.y((floor + upper) / 2)), title, "right", SMALL_SIZE, INK_2)


def _draw_scores(sheet: Sheet, plot: Plot, points: Sequence[TrendPoint], own: Sequence[Point]) -> None:
    """Write each score at the free place around its point that covers least of the line."""
    taken = [around(plot.at(point), SQUARE, SQUARE) for point in points]
    trail = along(own)
    for point in reversed(points):
        boxes = [box for box in _places(plot, point) if not any(overlap(box, other) for other in taken)]
        if boxes:
            left, top, right, bottom = box = min(boxes, key=lambda box: sum(overlap(box, dot) for dot in trail))
            sheet.text(((left + right) / 2, (top + bottom) / 2), point.score_text, "center", SMALL_SIZE, INK)
            taken.append(box)


def _places(plot: Plot, point: TrendPoint) -> list[Box]:
    """Where a score may stand, best first: own scores above, on-site scores below, else the other way or aside."""
    (x, y), width = plot.at(point), text_width(point.score_text, SMALL_SIZE)
    aside, beyond = width / 2 + 10, 17 if point.kind == "onsite" else -17
    spots = [(x, y + beyond), (x, y - beyond), (x + aside, y), (x - aside, y)]
    boxes = [around(spot, width + 4, SMALL_SIZE + 1) for spot in spots]
    return [box for box in boxes if plot.left <= box[0] and box[2] <= plot.right and box[1] >= 0 and box[3] <= BOTTOM]


def _draw_months(sheet: Sheet, plot: Plot, points: Sequence[TrendPoint]) -> None:
    """A tick for each date; the month where there is room: own dates before on-site ones, the newest first."""
    days = {point.date for point in points}
    sheet.lines([[(plot.x(day), BOTTOM), (plot.x(day), BOTTOM + 5)] for day in sorted(days)], LINE_EDGE)
    taken: list[Box] = []
    for point in sorted(points, key=lambda point: (point.kind == "self", point.date), reverse=True):
        half = text_width(month(point.date), SMALL_SIZE) / 2
        x = min(max(plot.x(point.date), half + 1), WIDTH - half - 1)
        box = (x - half - SPACE, BOTTOM, x + half + SPACE, HEIGHT)
        if not any(overlap(box, other) for other in taken):
            sheet.text((x, BOTTOM + 18), month(point.date), "center", SMALL_SIZE, INK_2)
            taken.append(box)


def _draw_legend(sheet: Sheet, names: Mapping[str, str]) -> None:
    marks = {"self": 34.0, "onsite": 18.0}
    widths = [marks[kind] + text_width(name, SMALL_SIZE) for kind, name in names.items()]
    x, y = (WIDTH - sum(widths) - 24 * (len(widths) - 1)) / 2, HEIGHT + 10
    for (kind, name), width in zip(names.items(), widths, strict=True):
        if kind == "self":
            sheet.lines([[(x, y), (x + 26, y)]], ACCENT, 2.5)
            sheet.dots([(x + 13, y)], DOT)
        else:
            sheet.squares([(x + 6, y)], INK, SQUARE, 2)
        sheet.text((x + marks[kind], y), name, "left", SMALL_SIZE, INK_2)
        x += width + 24
