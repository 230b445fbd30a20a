"""The charts of a Word document that the PDF draws itself: the course of the scores and the plan over time (Gantt)."""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

from PIL import Image

from diagnose.reports.drawing import ACCENT, INK, INK_2, INK_3, LINE, LINE_EDGE, LOCK, WHITE, Sheet, text_width
from diagnose.reports.fonts import visible
from diagnose.services.document_parts import HistoryLine
from diagnose.services.document_values import Roadmap

DPI, COLOURS = 144.0, 64
WIDTH, SIZE = 520.0, 11.0
HIGH, TOP, BASE, SIDE = 132.0, 22.0, 104.0, 30.0  # of the course: the sheet, where 100% and 0 stand, left and right
NAMES, ROW, HEAD, BAR = 170.0, 22.0, 22.0, 10.0  # of the plan
AHEAD, FINISHED = "#9fc3ea", "#0e478c"
Row = tuple[str, int, int, str]  # label, from and to in thousandths, state
WHOLE = 1000


def course(lines: Sequence[HistoryLine]) -> bytes:
    """The scores over time, oldest left: own ones joined, onsite ones as squares apart."""
    points = [(one, _at(one)) for one in reversed(lines)]
    with LOCK:
        sheet = Sheet(WIDTH, HIGH)
        sheet.lines([[(0, y), (WIDTH, y)] for y in (TOP, (TOP + BASE) / 2)], LINE)
        sheet.lines([[(0, BASE), (WIDTH, BASE)]], LINE_EDGE)
        own = [at for one, at in points if not one.onsite]
        sheet.lines([own], ACCENT, 2)
        sheet.dots(own, 7)
        sheet.squares([at for one, at in points if one.onsite], INK, 7, 1.5)
        for one, (x, y) in [points[0], points[-1]] if len(points) > 1 else points:
            place = min(max(x, SIDE), WIDTH - SIDE)
            sheet.text((place, y + 13 if one.onsite else y - 12), one.score, "center", SIZE)
        sheet.text((0, HIGH - 12), points[0][0].day, "left", SIZE, INK_2)
        if len(points) > 1:
            sheet.text((WIDTH, HIGH - 12), points[-1][0].day, "right", SIZE, INK_2)
        return _png(sheet)


def _at(one: HistoryLine) -> tuple[float, float]:
    across = SIDE + (WIDTH - 2 * SIDE) * one.place / WHOLE
    return across, BASE - (BASE - TOP) * one.height / WHOLE


def gantt(plan: Roadmap) -> bytes:
    """The items of a roadmap as bars over time."""
    rows = [(f"{one.number}　{one.title}", one.low, one.high, one.state) for one in plan.items]
    high = HEAD + ROW * len(rows)
    with LOCK:
        sheet = Sheet(WIDTH, high)
        for tick in plan.ticks:
            x = _across(tick.place)
            sheet.lines([[(x, 0), (x, high)]], LINE)
            if x + text_width(tick.label, SIZE) <= WIDTH:
                sheet.text((x + 3, HEAD / 2), tick.label, "left", SIZE, INK_3)
        for number, row in enumerate(rows):
            _bar(sheet, row, HEAD + ROW * (number + 0.5))
        return _png(sheet)


def _across(place: int) -> float:
    return NAMES + (WIDTH - NAMES) * place / WHOLE


def _bar(sheet: Sheet, row: Row, y: float) -> None:
    label, low, high, state = row
    sheet.text((0, y), _fitted(label), "left", SIZE)
    left, right = _across(low), max(_across(high), _across(low) + 3)
    box = [(left, y - BAR / 2), (right, y - BAR / 2), (right, y + BAR / 2), (left, y + BAR / 2)]
    if state == "off":
        sheet.rings([box], LINE_EDGE)
    else:
        sheet.area(box, FINISHED if state == "done" else AHEAD)


@lru_cache(1024)
def _fitted(label: str) -> str:
    label = visible(label)
    while text_width(label, SIZE) > NAMES - 8:
        label = label.removesuffix("…")[:-1] + "…"
    return label


def _png(sheet: Sheet) -> bytes:
    picture = sheet.picture(DPI)
    whole = Image.alpha_composite(Image.new("RGBA", picture.size, WHITE), picture)
    out = BytesIO()
    whole.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()
