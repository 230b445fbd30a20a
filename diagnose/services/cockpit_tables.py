"""The cockpit's numbers as plain tables: under the charts, and in the Excel file of the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from diagnose import wording
from diagnose.services.cockpit import REST, Cockpit, Line, share
from diagnose.services.cockpit_asked import DISTRICT
from diagnose.services.cockpit_figures import Group
from diagnose.services.cockpit_names import mark_names
from diagnose.texts import say
from scoring import coverage
from scoring.coverage import Cell
from scoring.ruleset import Ruleset

GOOD = 2  # 二级及以上
RATES = (
    *("cnc_mean", "cnc_n", "cnc_pooled", "cnc_num", "cnc_den", "management", "management_yes", "management_n"),
    *("tools", "tools_yes", "tools_n", "no_design"),
)


@dataclass(frozen=True)
class Num:
    """One cell: firms (int), a share (Fraction), a score as text, or None; ``asks``: parameters of the list behind."""

    value: int | Fraction | str | None
    asks: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """``rows``: the name and the cells under ``head[1:]``."""

    title: str
    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Num]]]


# The cells of a line, given the parameters of its list.
Row = Callable[[Line, Mapping[str, str] | None], list[Num]]


def tables(page: Cockpit) -> dict[str, Table]:
    """All tables of the page by name."""
    return {
        "levels": levels(page),
        "rates": rates(page),
        "dimensions": dimensions(page),
        "percentiles": percentiles(page),
        "trend": trend(page),
        "marks": marks(page),
    }


def asks(page: Cockpit, line: Line) -> dict[str, str] | None:
    """Which parameters of the list stand for a row; None for rows that no list can be asked for."""
    if line is page.whole:
        return {}
    if line.key == REST or (page.asked.by == DISTRICT and line.key == page.asked.division.id):
        return None
    return {"division" if page.asked.by == DISTRICT else page.asked.by: code_of(page.asked.by, line.key)}


def code_of(by: str, value: int) -> str:
    """How the value of a slice stands in an address: industries as in GB/T 4754, with their leading zero."""
    return f"{value:02}" if by == "industry" else str(value)


def name_of(page: Cockpit, line: Line) -> str:
    """What the row is called; 合计 and 其余 too."""
    if line is page.whole:
        return say("cockpit_total")
    return say("cockpit_rest") if line.key == REST else line.name


def level_titles(rules: Ruleset) -> list[str]:
    """未定级, 起步级（一级）, …"""
    return [wording.level_name(level, rules.level_title(level)) for level in range(len(rules.levels) + 1)]


def levels(page: Cockpit) -> Table:
    titles = level_titles(page.asked.rules)
    head = [say("cockpit_scope"), say("cockpit_diagnosed"), say("cockpit_coverage"), *titles]
    head += [say("cockpit_good"), say("cockpit_good_of_diagnosed"), say("cockpit_good_of_scope")]
    return _by_line(page, say("cockpit_levels"), head, lambda line, to: _levels(line, len(titles), to))


def _levels(line: Line, count: int, to: Mapping[str, str] | None) -> list[Num]:
    cell, good = line.cell, line.cell.at_least(GOOD)
    return [
        Num(line.group.scope, to),
        Num(cell.n, _verdict(to, "any")),
        Num(line.coverage),
        *(Num(cell.levels[level], _verdict(to, str(level))) for level in range(count)),
        Num(good),
        Num(share(good, cell.n)),
        Num(share(good, line.group.scope)),
    ]


def _verdict(to: Mapping[str, str] | None, level: str) -> dict[str, str] | None:
    return None if to is None else {**to, "level": level}


def rates(page: Cockpit) -> Table:
    head = [say(f"cockpit_{name}") for name in RATES]
    return _by_line(page, say("cockpit_rates"), head, lambda line, _: _rates(line.cell))


def _rates(cell: Cell) -> list[Num]:
    return [
        *(Num(coverage.cnc_mean(cell)), Num(cell.cnc_n)),
        *(Num(coverage.cnc_pooled(cell)), Num(cell.cnc_num), Num(cell.cnc_den)),
        *(Num(coverage.management_rate(cell)), Num(cell.management_yes), Num(cell.management_n)),
        *(Num(coverage.tools_rate(cell)), Num(cell.tools_yes), Num(cell.tools_n), Num(cell.no_design)),
    ]


def dimensions(page: Cockpit) -> Table:
    titles = [each.title for each in page.asked.rules.dimensions]
    head = [say("cockpit_diagnosed"), say("cockpit_score"), *titles]
    decimals = page.asked.rules.decimals

    def row(line: Line, to: Mapping[str, str] | None) -> list[Num]:
        means = [Num(coverage.dimension_mean(line.cell, number)) for number in range(1, len(titles) + 1)]
        return [Num(line.cell.n, _verdict(to, "any")), Num(score_text(line.score, decimals)), *means]

    return _by_line(page, say("cockpit_dimensions"), head, row)


def score_text(score: Fraction | None, decimals: int) -> str | None:
    """A mean score as it is written, rounded half-up to the ruler's decimals."""
    if score is None:
        return None
    return wording.number((2 * score.numerator + score.denominator) // (2 * score.denominator), decimals)


def percentiles(page: Cockpit) -> Table:
    rules, found = page.asked.rules, page.figures.percentiles
    titles = {0: say("cockpit_score")} | {number: each.title for number, each in enumerate(rules.dimensions, 1)}
    rows = []
    for measure, title in titles.items():
        if measure in found:
            rows.append((title, [Num(_measure(measure, value, rules.decimals)) for value in found[measure]]))
    return Table(say("cockpit_percentiles"), [say("cockpit_measure"), "P25", say("cockpit_median"), "P75"], rows)


def _measure(measure: int, value: int, decimals: int) -> str | Fraction:
    return Fraction(value, 1000) if measure else wording.number(value, decimals)


def trend(page: Cockpit) -> Table:
    names = ("day", "scope", "diagnosed", "coverage", "score", "good", "good_of_diagnosed")
    decimals = page.asked.rules.decimals
    rows = [
        (wording.day(day), _month(group, decimals, {"day": day.isoformat()}))
        for day, group in zip(page.figures.days, page.figures.months, strict=True)
    ]
    return Table(say("cockpit_trend"), [say(f"cockpit_{name}") for name in names], rows)


def _month(group: Group, decimals: int, to: Mapping[str, str]) -> list[Num]:
    cell = group.cell
    good = cell.at_least(GOOD)
    return [
        Num(group.scope, to),
        Num(cell.n, _verdict(to, "any")),
        Num(share(cell.n, group.scope)),
        Num(score_text(share(cell.score, cell.n), decimals)),
        Num(good),
        Num(share(good, cell.n)),
    ]


def marks(page: Cockpit) -> Table:
    found, scope = page.figures.marks or {}, page.whole.group.scope
    rows = [
        (title, [Num(found.get(bit, 0), {"mark": str(bit)}), Num(share(found.get(bit, 0), scope))])
        for bit, title in mark_names().items()
    ]
    head = [say("cockpit_mark"), say("cockpit_firms"), say("cockpit_of_scope")]
    return Table(say("cockpit_marks"), head, rows if page.figures.marks is not None else [])


def _by_line(page: Cockpit, title: str, head: Sequence[str], row: Row) -> Table:
    """One row for each line and the total; ``row`` gives the cells of a line and the parameters of its list."""
    lines = [*page.lines, page.whole]
    rows = [(name_of(page, line), row(line, asks(page, line))) for line in lines]
    return Table(title, [say(f"cockpit_by_{page.asked.by}"), *head], rows)
