"""What the templates of the cockpit draw: the charts' values and the small rows, made of its numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from diagnose import wording
from diagnose.reports.bars import Bar, Dot
from diagnose.services.cockpit import Cockpit, Line, share
from diagnose.services.cockpit_figures import Group
from diagnose.services.cockpit_tables import GOOD, level_titles, name_of, score_text
from diagnose.texts import say
from scoring import coverage
from scoring.coverage import Cell

HEAT_FROM = (40, 50, 60, 70)  # percent where the next darker step of the heat table begins
PACE_MONTHS = 3
FULL_SCORE = 100


@dataclass(frozen=True)
class Change:
    """One number at the last month's end and now, with the parameters of the lists behind, None without a list."""

    title: str
    before: int
    after: int
    asks_before: Mapping[str, str] | None
    asks_after: Mapping[str, str] | None


@dataclass(frozen=True)
class Chart:
    """One trend; ``most`` is the top of its scale."""

    title: str
    dots: list[Dot]
    most: float
    joined: bool


def moved(page: Cockpit, moves: Mapping[str, int]) -> list[tuple[str, int, dict[str, str]]]:
    """Firms that came into scope, rose or fell this month: (title, how many, parameters of their list)."""
    month = page.asked.day.strftime("%Y-%m")
    return [(say(f"cockpit_row_{name}"), count, {name: month}) for name, count in moves.items()]


def changes(page: Cockpit) -> list[Change]:
    """What became of the whole since the last month's end before the day."""
    then = {"day": page.figures.days[-2].isoformat()}
    before, after = page.before, page.figures.whole
    good = before.cell.at_least(GOOD), after.cell.at_least(GOOD)
    return [
        Change(say("cockpit_row_scope"), before.scope, after.scope, then, {}),
        Change(say("cockpit_row_diagnosed"), before.cell.n, after.cell.n, {**then, "level": "any"}, {"level": "any"}),
        Change(say("cockpit_row_good"), *good, None, None),
    ]


def pace(page: Cockpit) -> int:
    """Firms newly diagnosed a month, on average over the last whole months; rounded half-up."""
    months = page.figures.months[:-1]
    gained = months[-1].cell.n - months[-1 - PACE_MONTHS].cell.n
    return (2 * gained + PACE_MONTHS) // (2 * PACE_MONTHS)


def trends(page: Cockpit) -> list[Chart]:
    """Coverage, 二级及以上 among the diagnosed, and mean score, month by month."""
    rules = page.asked.rules
    full = (len(rules.levels) if rules.family == "ratings" else FULL_SCORE) * 10**rules.decimals

    def score(group: Group) -> tuple[Fraction | None, str]:
        mean = share(group.cell.score, group.cell.n)
        return mean, score_text(mean, rules.decimals) or ""

    return [
        Chart(say("cockpit_coverage"), _dots(page, lambda one: _shown(share(one.cell.n, one.scope))), 1, True),
        Chart(say("cockpit_good_of_diagnosed"), _dots(page, lambda one: _shown(_good(one.cell))), 1, True),
        Chart(say("cockpit_score"), _dots(page, score), full, page.asked.basis == "self"),
    ]


def _dots(page: Cockpit, value_of: Callable[[Group], tuple[Fraction | None, str]]) -> list[Dot]:
    dots = []
    for day, group in zip(page.figures.days, page.figures.months, strict=True):
        value, text = value_of(group)
        dots.append(Dot(day.strftime("%Y-%m"), None if value is None else float(value), text))
    return dots


def _shown(part: Fraction | None) -> tuple[Fraction | None, str]:
    return part, "" if part is None else wording.percent(part)


def _good(cell: Cell) -> Fraction | None:
    return share(cell.at_least(GOOD), cell.n)


def ranked(page: Cockpit, rate: str) -> list[Bar]:
    """The rows of the breakdown by one of coverage's rates, highest first; those without a value last."""
    rate_of = getattr(coverage, rate)
    found = sorted(
        ((rate_of(line.cell), line) for line in page.lines), key=lambda one: (one[0] is not None, one[0] or 0)
    )
    return [_bar(name_of(page, line), part) for part, line in reversed(found)]


def _bar(name: str, part: Fraction | None) -> Bar:
    return Bar(name, None if part is None else float(part), "—" if part is None else wording.percent(part))


def level_text(page: Cockpit, line: Line) -> str:
    """未定级 14 家，起步级（一级） 97 家, …: what the stacked bar shows, for whoever hears the page."""
    titles = level_titles(page.asked.rules)
    counted = zip(titles, line.cell.levels, strict=False)
    return "，".join(say("cockpit_level_count", title=title, count=wording.thousands(n)) for title, n in counted)


def heat_step(part: Fraction) -> int:
    """1 (lightest) … 5, by the share as it is written."""
    shown = Fraction((2000 * part.numerator + part.denominator) // (2 * part.denominator), 10)
    return 1 + sum(shown >= floor for floor in HEAT_FROM)


def judged(to: Mapping[str, str] | None, level: str) -> dict[str, str] | None:
    """Parameters of the list of a row's firms with this level (a number, none or any)."""
    return None if to is None else {**to, "level": level}
