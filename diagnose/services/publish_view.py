"""A frozen content as its page and its .csv show it."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import Any

from markupsafe import Markup

from diagnose import wording
from diagnose.reports import bars
from diagnose.services.publish_content import Content
from diagnose.services.publish_truth import DIAGNOSED, DIRECT, INDUSTRY, SCOPE, SIZE, WHOLE
from diagnose.services.tables import harmless
from diagnose.texts import say

GROUPS = {"all": (WHOLE, DIRECT), "industry": (INDUSTRY,), "size": (SIZE,)}


@dataclass(frozen=True)
class Line:
    """One row: ``place`` in the content; a count that is not told is None, and so is a share that needs it."""

    place: int
    name: str
    scope: int | None
    n: int | None
    levels: Sequence[int | None]

    @property
    def coverage(self) -> Fraction | None:
        """诊断覆盖率."""
        return share(self.n, self.scope)

    @property
    def good(self) -> int | None:
        """Firms of level 2 or higher, where all of these are told."""
        return _sum(self.levels[2:])

    @property
    def whole(self) -> bool:
        """Whether all levels are told."""
        return bool(self.n) and None not in self.levels


def share(part: int | None, whole: int | None) -> Fraction | None:
    """None where one of the two is not told, or there is nothing to divide by."""
    return Fraction(part, whole) if part is not None and whole else None


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def lines(content: Content) -> list[Line]:
    """All rows, the division itself first."""
    return [
        Line(place, name, row[SCOPE], row[DIAGNOSED], row["levels"])
        for place, (name, row) in enumerate(zip(content["names"], content["rows"], strict=True))
    ]


def groups(content: Content) -> dict[str, list[Line]]:
    """The rows of each breakdown; those without any are left out."""
    every = lines(content)[1:]
    slices = [row["slice"] for row in content["rows"]][1:]
    found = {
        group: [line for line, name in zip(every, slices, strict=True) if name in names]
        for group, names in GROUPS.items()
    }
    return {group: rows for group, rows in found.items() if rows}


def stack(line: Line, content: Content) -> Markup:
    """The stacked level bar of a row whose levels are all told."""
    counts = [count or 0 for count in line.levels]
    label = "，".join(f"{title} {count:,}" for title, count in zip(content["level_titles"], counts, strict=True))
    return bars.stack(counts, f"{line.name}：{label}")


def as_of(content: Content) -> date:
    """The day it speaks of."""
    return date.fromisoformat(content["as_of"])


def sheet(content: Content) -> bytes:
    """The tables as .csv in UTF-8 with a byte order mark, as Excel expects it."""
    out = StringIO()
    csv.writer(out).writerows([harmless(str(text)) for text in row] for row in _rows(content))
    return out.getvalue().encode("utf-8-sig")


def _rows(content: Content) -> Iterator[list[object]]:
    day, basis = wording.day(as_of(content)), say(f"publish_basis_{content['basis']}")
    yield [say("publish_csv_about", name=content["full_name"], day=day, ruler=content["ruler_title"], basis=basis)]
    if content["synthetic"]:
        yield [say("publish_csv_synthetic")]
    heads = [say(f"publish_csv_{name}") for name in ("group", "name", "scope", "n", "coverage")]
    yield [*heads, *content["level_titles"]]
    yield _line(content["name"], lines(content)[0])
    for group, rows in groups(content).items():
        yield from (_line(say(f"publish_rows_{group}"), row) for row in rows)
    yield []
    yield [say(f"publish_csv_{name}") for name in ("item", "value", "firms", "weighted")]
    yield from _figures(content)


def _line(group: str, row: Line) -> list[object]:
    coverage = say("publish_withheld") if row.coverage is None else wording.percent(row.coverage)
    return [group, row.name, _count(row.scope), _count(row.n), coverage, *(_count(one) for one in row.levels)]


def _count(count: int | None) -> object:
    return say("publish_withheld") if count is None else count


def _figures(content: Content) -> Iterator[list[object]]:
    cnc = content["cnc"]
    for key, title in (("mean", say("publish_rate_cnc")), ("pooled", say("publish_csv_pooled"))):
        weighted = _interval(cnc["weighted"]) if key == "mean" else ""
        yield [title, cnc[key] or say("publish_withheld"), _count(cnc["firms"]), weighted]
    for rate in content["rates"]:
        found = share(rate["yes"], rate["asked"])
        value = say("publish_withheld") if found is None else wording.percent(found)
        yield [say(f"publish_rate_{rate['code']}"), value, _count(rate["asked"]), _interval(rate["weighted"])]
    for one in content["dimensions"]:
        title = say("publish_csv_dimension", title=content["dimension_titles"][one["place"] - 1])
        yield [title, one["mean"] or say("publish_withheld"), _count(one["firms"]), ""]


def _interval(weighted: dict[str, Any] | None) -> str:
    return f"{weighted['share']}%（{weighted['low']}%–{weighted['high']}%）" if weighted else ""
