"""Labels around a circle: broken into lines and set so that none covers another, at any number of axes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, pi, sin

from diagnose.reports.drawing import TEXT_SIZE, Point, text_width
from diagnose.reports.fonts import visible

LINE_HEIGHT = 1.25 * TEXT_SIZE
LONGEST = 6.2 * TEXT_SIZE  # six Chinese characters stay on one line
SPACE = 3.0  # between two labels
GAP = 8.0  # between the rim and a label
MOVED = 6.0  # a label farther than this from its place gets a line to its axis
GOOD_STARTS = "与和及数（"  # a Chinese line may begin anywhere, but reads best from such a character
NEVER_STARTS = "，。、；：）》」〕”！？)%"
NEVER_ENDS = "（《「〔“("


@dataclass(frozen=True)
class Label:
    """One label; lengths in units from the centre of the circle, y downwards.

    `x` is the end that points to the centre (the middle where `align` is "center"), `y` the middle of its height,
    `tip` where its axis meets the rim.
    """

    lines: tuple[str, ...]
    width: float
    x: float
    y: float
    align: str
    tip: Point

    @property
    def height(self) -> float:
        return len(self.lines) * LINE_HEIGHT

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2

    @property
    def moved(self) -> float:
        """How far it stands from its place beside the tip, up or down."""
        room = GAP + self.height / 2
        return abs(self.y) - abs(self.tip[1]) * (1 + room / hypot(*self.tip))


def wrap(text: str) -> tuple[str, ...]:
    """`text` in lines of at most some six Chinese characters, of like length, broken where it reads best."""
    text = visible(text)
    if len(text) < 2 or text_width(text, TEXT_SIZE) <= LONGEST:
        return (text,)
    cut = min(range(1, len(text)), key=lambda i: _badness(text, i))
    return wrap(text[:cut]) + wrap(text[cut:])


def _badness(text: str, cut: int) -> float:
    """How ill `text` breaks before character `cut`, in Chinese characters of the longer line."""
    before, after = text[cut - 1], text[cut]
    inside_word = (before + after).isascii() and " " not in before + after
    longer = max(_characters(text[:cut]), _characters(text[cut:]))
    forbidden = after in NEVER_STARTS or before in NEVER_ENDS
    return longer + 4 * inside_word + 8 * forbidden - 0.9 * (after in GOOD_STARTS)


def _characters(text: str) -> float:
    return sum(0.55 if char.isascii() else 1 for char in text)


def largest_radius(texts: Sequence[tuple[str, ...]], half_width: float) -> float:
    """The radius at which every label still ends inside `half_width` from the centre."""
    sines = [abs(sin(2 * pi * k / len(texts))) for k in range(len(texts))]
    return min((half_width - _width(lines)) / s - GAP for lines, s in zip(texts, sines, strict=True) if s > 0.01)


def place(texts: Sequence[tuple[str, ...]], radius: float) -> list[Label]:
    """The labels of evenly spread axes, the first at the top, clockwise, in that order.

    Each starts beside the tip of its axis. In each quarter they are then moved away from the horizontal, just as far
    as needed; at last the labels straight above and below.
    """
    labels = [_beside_tip(lines, 2 * pi * k / len(texts), radius) for k, lines in enumerate(texts)]
    for half in (-1, 1):
        for side in ("left", "right"):
            _spread(labels, [i for i, label in enumerate(labels) if label.align == side], half)
        _lift_middle(labels, half)
    return labels


def _width(lines: tuple[str, ...]) -> float:
    return max(text_width(line, TEXT_SIZE) for line in lines)


def _beside_tip(lines: tuple[str, ...], angle: float, radius: float) -> Label:
    across, down = sin(angle), -cos(angle)
    align = "center" if abs(across) < 0.01 else "left" if across > 0 else "right"
    height = len(lines) * LINE_HEIGHT
    y = down * (radius + GAP + height / 2)
    return Label(lines, _width(lines), across * (radius + GAP), y, align, (across * radius, down * radius))


def _spread(labels: list[Label], side: Sequence[int], half: int) -> None:
    """Move the labels of one side that lie above (half -1) or below (1) the centre outwards until none overlap."""
    level = [i for i in side if abs(labels[i].y) < 0.5]
    edge = labels[level[0]].height / 2 + SPACE if level else SPACE / 2
    for i in sorted((i for i in side if labels[i].y * half >= 0.5), key=lambda i: abs(labels[i].tip[1])):
        distance = max(abs(labels[i].y), edge + labels[i].height / 2)
        labels[i] = replace(labels[i], y=half * distance)
        edge = distance + labels[i].height / 2 + SPACE


def _lift_middle(labels: list[Label], half: int) -> None:
    """Move the label straight above or below beyond all those of its half that reach into its width."""
    for i, label in enumerate(labels):
        if label.align == "center" and label.y * half > 0:
            reach = label.width / 2 + SPACE
            rivals = [o for o in labels if o.align != "center" and o.y * half > 0 and abs(o.x) < reach]
            edge = max((abs(o.y) + o.height / 2 + SPACE for o in rivals), default=0)
            labels[i] = replace(label, y=half * max(abs(label.y), edge + label.height / 2))
