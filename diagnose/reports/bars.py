"""Charts of the district's pages as inline SVG, written by hand: attributes and classes only, for a CSP without styles.

Bars in a table are as wide as their cell (percent), so their text keeps its size; charts with a viewBox are drawn 364
units wide, so that 13.5 units are still 12 pixels on the narrowest phone. Whatever is drawn also stands in a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from itertools import accumulate

from markupsafe import Markup

WIDTH = 364.0
TEXT = 13.5
NARROWEST_BAR = 290.0  # a bar in a table on the narrowest phone, in pixels
ROW, BAR = 26.0, 14.0
NAME_WIDTH, VALUE_WIDTH = 118.0, 62.0
HEIGHT, TOP, BASE = 176.0, 26.0, 146.0  # of a trend: the sheet, and where the largest value and 0 stand
SIDE = 26.0


@dataclass(frozen=True)
class Bar:
    """One ranked bar: its name, how long it is (0 … 1, None: not known) and its value as written."""

    name: str
    share: float | None
    text: str


@dataclass(frozen=True)
class Dot:
    """One value of a trend, None where there is none; ``text`` as written, ``label`` on the time axis."""

    label: str
    value: float | None
    text: str


def text_length(text: str, size: float = TEXT) -> float:
    """About how wide a text is: a Chinese character is one em, a digit or letter little more than half."""
    return size * sum(0.58 if ord(sign) < 0x2000 else 1 for sign in text)


def shortened(text: str, width: float) -> str:
    """The text, or as much of it as fits into ``width`` units, with … at the end."""
    if text_length(text) <= width:
        return text
    fits = [end for end in range(len(text)) if text_length(text[:end] + "…") <= width]
    return f"{text[: max(fits, default=0)]}…"


def stack(counts: Sequence[int], label: str) -> Markup:
    """Stacked level bars (各级家数) of one row, 未定级 first; a number stands only where it fits."""
    whole = sum(counts)
    starts = [0, *accumulate(counts)]
    parts = [_part(level, Fraction(starts[level], whole), n, whole) for level, n in enumerate(counts) if n]
    return Markup(f'<svg class="zz-levels" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>')


def _part(level: int, start: Fraction, count: int, whole: int) -> str:
    share = Fraction(count, whole)
    text = f"{count:,}"
    box = f'<rect class="zz-band{level}" x="{_percent(start)}" y="1" width="{_percent(share)}" height="22"/>'
    if share * Fraction(NARROWEST_BAR) < text_length(text, 13) + 8:
        return box
    return f'{box}<text class="zz-on{level}" x="{_percent(start + share / 2)}" y="17">{text}</text>'


def progress(share: Fraction, label: str, tick: Fraction | None = None) -> Markup:
    """A bar from 0 to 100 %, at most full, with a dark tick for the target or the time gone by."""
    shown = max(min(share, Fraction(1)), Fraction(0))
    mark = "" if tick is None else _tick(max(min(tick, Fraction(1)), Fraction(0)))
    return Markup(
        f'<svg class="zz-progress" role="img" aria-label="{escape(label)}"><rect class="zz-track" y="4" width="100%" '
        f'height="8"/><rect class="zz-filled" y="4" width="{_percent(shown)}" height="8"/>{mark}</svg>'
    )


def _tick(place: Fraction) -> str:
    at = _percent(place)
    return f'<line class="zz-gap2" x1="{at}" x2="{at}" y2="16"/><line class="zz-mark" x1="{at}" x2="{at}" y2="16"/>'


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.2f}%"


def ranked(rows: Sequence[Bar], label: str) -> Markup:
    """Horizontal bars in the order given: name, bar, value; what is not known has no bar."""
    left, long = NAME_WIDTH + 8, WIDTH - NAME_WIDTH - VALUE_WIDTH - 8
    parts = [_ranked(row, number * ROW, left, long) for number, row in enumerate(rows)]
    return _sheet("zz-ranked", ROW * len(rows), label, parts)


def _ranked(row: Bar, top: float, left: float, long: float) -> str:
    y, base = top + (ROW - BAR) / 2, top + ROW / 2 + 5
    part = max(min(row.share or 0, 1), 0)
    value = left + part * long + 6
    bar = "" if row.share is None else f'<rect class="zz-filled" x="{left:.1f}" y="{y:.1f}" width="{part * long:.1f}" '
    bar += f'height="{BAR:.0f}"/>' if bar else ""
    return (
        f'<text x="0" y="{base:.1f}">{escape(shortened(row.name, NAME_WIDTH))}</text>{bar}'
        f'<text class="zz-value" x="{value:.1f}" y="{base:.1f}">{escape(row.text)}</text>'
    )


def trend(dots: Sequence[Dot], most: float, label: str, joined: bool = True) -> Markup:
    """Values over time from 0 to ``most``; points are joined or, of what is no series (现场核验), are not.

    The first and last value are written, and the labels of the time axis as far as there is room.
    """
    step = (WIDTH - 2 * SIDE) / max(len(dots) - 1, 1)
    places = [
        (SIDE + number * step, BASE - (dot.value / most if most else 0) * (BASE - TOP), dot)
        for number, dot in enumerate(dots)
        if dot.value is not None
    ]
    parts = [f'<line class="zz-axis" x1="0" x2="{WIDTH:.0f}" y1="{BASE:.0f}" y2="{BASE:.0f}"/>']
    if joined and len(places) > 1:
        parts.append(f'<polyline class="zz-line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)}"/>')
    parts += [_point(x, y, joined) for x, y, _ in places]
    parts += [_value(x, y, dot.text) for x, y, dot in _ends(places)]
    parts += _months(dots, step)
    return _sheet("zz-lines", HEIGHT, label, parts)


Place = tuple[float, float, Dot]


def _ends(places: Sequence[Place]) -> list[Place]:
    """The last place, and the first where its value does not run into the last one's."""
    if not places:
        return []
    first, last = places[0], places[-1]
    apart = last[0] - first[0] > (text_length(first[2].text) + text_length(last[2].text)) / 2 + 8
    return [first, last] if apart else [last]


def _point(x: float, y: float, joined: bool) -> str:
    if joined:
        return f'<circle class="zz-filled" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    return f'<rect class="zz-hollow" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'


def _value(x: float, y: float, text: str) -> str:
    half = text_length(text) / 2
    middle = min(max(x, half), WIDTH - half)
    return f'<text class="zz-value zz-centre" x="{middle:.1f}" y="{y - 9:.1f}">{escape(text)}</text>'


def _months(dots: Sequence[Dot], step: float) -> list[str]:
    """The newest label, then going back every one that has room."""
    parts: list[str] = []
    free = WIDTH
    for number in range(len(dots) - 1, -1, -1):
        text = dots[number].label
        half = text_length(text) / 2
        middle = min(max(SIDE + number * step, half), WIDTH - half)
        if middle + half <= free:
            parts.append(f'<text class="zz-centre" x="{middle:.1f}" y="{BASE + 20:.0f}">{escape(text)}</text>')
            free = middle - half - 12
    return parts


def _sheet(kind: str, height: float, label: str, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="zz-chart {kind}" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
