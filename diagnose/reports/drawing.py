"""A sheet to draw on: matplotlib without axes and without pyplot, coordinates as in SVG (units from the top left).

One unit is 1/72 inch, and one CSS pixel on a page. All text is drawn as outlines of the packaged font, so a picture
looks the same where no Chinese font is installed. The SVG has no style attributes, no ids but glyphs and markers, no
scripts: it can stand inside a page with a strict content security policy. Same input, same bytes.

matplotlib does not promise to be safe in threads: whoever builds and writes a sheet holds `LOCK`.
"""

import html
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from io import BytesIO, StringIO
from itertools import pairwise
from threading import RLock
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D
from PIL import Image

from diagnose.reports.fonts import font_path, visible

# Once, when the module is loaded: nothing of matplotlib's settings changes from call to call.
matplotlib.rcParams.update({"svg.fonttype": "path", "svg.hashsalt": "diagnose"})

LOCK = RLock()

# The tokens of the theme (static theme.css), as charts are pictures and cannot read it.
INK, INK_2, INK_3 = "#1a2330", "#465263", "#5d6979"
LINE, LINE_EDGE = "#d8dee6", "#9aa5b3"
ACCENT, WHITE = "#1664c0", "#ffffff"

TEXT_SIZE = 14.0
SMALL_SIZE = 13.5  # drawn 364 wide and shown 328 wide on the narrowest phone, this is still 12 pixels
CAP_MIDDLE = 0.36  # half the height of digits and of Chinese characters above the base line, in ems

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


class Sheet:
    """A white figure of `width` × `height` units with the few shapes our charts need."""

    def __init__(self, width: float, height: float) -> None:
        self.figure = Figure((width / 72, height / 72), dpi=72, facecolor=WHITE)
        self._units = Affine2D().scale(1 / 72, -1 / 72).translate(0, height / 72) + self.figure.dpi_scale_trans

    def lines(self, chains: Sequence[Sequence[Point]], colour: str, width: float = 1, dashed: bool = False) -> None:
        """Open chains of points as one stroke."""
        dashes = (0, (5 / width, 4 / width)) if dashed else "-"  # matplotlib counts dashes in line widths
        self._paths(chains, False, edgecolor=colour, linewidth=width, linestyle=dashes, fill=False)

    def rings(self, chains: Sequence[Sequence[Point]], colour: str, width: float = 1) -> None:
        """Closed chains of points as one stroke."""
        self._paths(chains, True, edgecolor=colour, linewidth=width, fill=False)

    def area(self, points: Sequence[Point], colour: str, alpha: float = 1) -> None:
        """A filled polygon without an edge."""
        self._paths([points], True, facecolor=colour, alpha=alpha, linewidth=0)

    def _paths(self, chains: Sequence[Sequence[Point]], closed: bool, **style: Any) -> None:
        paths = [Path([*chain, chain[0]] if closed else chain, closed=closed) for chain in chains if len(chain) > 1]
        if paths:
            self.figure.add_artist(PathPatch(Path.make_compound_path(*paths), transform=self._units, **style))

    def dots(self, points: Sequence[Point], size: float = 8) -> None:
        """Filled accent dots: what the enterprise says of itself."""
        self._marks(points, marker="o", markersize=size, markerfacecolor=ACCENT, markeredgewidth=0)

    def squares(self, points: Sequence[Point], colour: str, size: float = 6, edge: float = 1.5) -> None:
        """Hollow squares: the comparison, or what was verified on site."""
        self._marks(
            points, marker="s", markersize=size, markerfacecolor=WHITE, markeredgecolor=colour, markeredgewidth=edge
        )

    def _marks(self, points: Sequence[Point], **style: Any) -> None:
        if points:
            xs, ys = zip(*points, strict=True)
            self.figure.add_artist(Line2D(xs, ys, linestyle="none", transform=self._units, **style))

    def text(self, at: Point, text: str, align: str = "left", size: float = TEXT_SIZE, colour: str = INK) -> None:
        """One line of text: `at` is its left end, centre or right end, in the middle of its height."""
        artist = Text(
            at[0], at[1] + CAP_MIDDLE * size, visible(text), color=colour, fontproperties=font(size),
            ha=align, va="baseline", parse_math=False, transform=self._units,
        )  # fmt: skip
        self.figure.add_artist(artist)

    def svg(self, title: str, clear: bool = False) -> bytes:
        """The sheet as an SVG document in UTF-8 with `title` as its accessible name; `clear`: without a ground."""
        out = StringIO()
        if clear:
            self.figure.patch.set_visible(False)
        self.figure.savefig(out, format="svg", metadata={"Date": None})
        return _plain(out.getvalue(), title).encode()

    def picture(self, dpi: float) -> Image.Image:
        """The sheet as a picture of RGBA without a ground, to lay others under and over it."""
        self.figure.patch.set_visible(False)
        self.figure.dpi = dpi
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        return Image.fromarray(np.asarray(canvas.buffer_rgba()))  # type: ignore[no-untyped-call]

    def png(self, dpi: float) -> bytes:
        """The sheet as PNG, `dpi` dots an inch (72: one a unit)."""
        out = BytesIO()
        self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
        return out.getvalue()


@cache
def font(size: float) -> FontProperties:
    """The packaged font at `size` units."""
    return FontProperties(fname=str(font_path()), size=size)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """Width of one line in units, as it will be drawn."""
    return float(text_to_path.get_text_width_height_descent(visible(text), font(size), False)[0])


def around(spot: Point, width: float, height: float) -> Box:
    """The box of that size with `spot` in its middle."""
    return spot[0] - width / 2, spot[1] - height / 2, spot[0] + width / 2, spot[1] + height / 2


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def along(line: Sequence[Point], steps: int = 16) -> list[Box]:
    """Small boxes along a line, to count how much of it a text would cover."""
    return [
        around((a[0] + (b[0] - a[0]) * i / steps, a[1] + (b[1] - a[1]) * i / steps), 3, 3)
        for a, b in pairwise(line)
        for i in range(steps + 1)
    ]


DROPPED = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<defs>\s*<style.*?</defs>|(?<=<g) id=\"[^\"]*\"", re.DOTALL)


def _plain(svg: str, title: str) -> str:
    """matplotlib's SVG without prolog, comments (they repeat texts), metadata and style rules; much smaller.

    No text of ours is left in it then, so spaces can be taken out of path data wherever they stand.
    """
    svg = DROPPED.sub("", svg[svg.index("<svg") :]).replace("NotoSansSC-Regular-", "g")
    svg = re.sub(r' style="([^"]*)"', lambda style: _attributes(style[1]), svg)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><")
    svg = re.sub(r" ?\b([MLQC]) ", r"\1", svg)
    head, body = svg.split(">", 1)
    head = re.sub(r'="([\d.]+)pt"', r'="\1"', head)
    return f'{head} role="img" stroke-linejoin="round"><title>{html.escape(visible(title))}</title>{body}'


def _attributes(style: str) -> str:
    """Turn "fill: none; stroke: #fff" into attributes of the element."""
    pairs = (part.split(":", 1) for part in style.split(";") if part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)
