"""先做这几件: where an officer can act first, each with the list of exactly those firms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Account
from diagnose.services import firm_find, flags
from diagnose.services.cockpit import Cockpit, Line
from diagnose.services.cockpit_tables import asks, code_of
from diagnose.services.firm_filters import RULES, Filters
from diagnose.texts import say

WORST = 2  # rows of lowest coverage that are named
# Firms in scope up to which what has to be looked up firm by firm is looked up while the page is made.
MOST_FIRMS = 5000
DOUBTS = "doubts"  # found on the page of 数据体检, not in the list


@dataclass(frozen=True)
class Act:
    """One thing to do: ``count`` firms, found in the list with the parameters ``asks``.

    ``where``: list, or doubts, which are counted one by one and stand on a page of their own.
    """

    title: str
    note: str
    count: int
    asks: Mapping[str, str]
    where: str = "list"


def acts(session: Session, catalog: Catalog, who: Account, page: Cockpit) -> list[Act]:
    """What to do first; nothing that has no firms behind it."""
    looked_up = _looked_up(session, catalog, who, page) if few(page) else ()
    found = [*_worst(page), *looked_up, *_doubts(session, who, page)]
    return [act for act in found if act.count]


def moves(session: Session, who: Account, page: Cockpit) -> dict[str, int]:
    """Firms that came into scope, rose or fell in the month of the day, by the list's own parameter."""
    month = page.asked.day.replace(day=1)
    names = ("added", "up", "down") if few(page) else ()
    return {name: firm_find.count(session, who, filters_of(page, **{name: month})) for name in names}


def few(page: Cockpit) -> bool:
    """Whether there are few enough firms to be looked up one by one."""
    return page.whole.group.scope <= MOST_FIRMS


def _worst(page: Cockpit) -> list[Act]:
    """The rows of lowest coverage, lowest first; one row alone is not worse than others."""
    known = [(line, to) for line in page.lines if line.coverage is not None and (to := asks(page, line)) is not None]
    lowest = [(line, to) for line, to in known[::-1] if line.coverage != 1] if len(known) > 1 else []
    return [_undiagnosed(line, to, first=number == 0) for number, (line, to) in enumerate(lowest[:WORST])]


def _undiagnosed(line: Line, to: Mapping[str, str], first: bool) -> Act:
    note = say(
        "cockpit_act_lowest_note",
        share=wording.percent(line.coverage or Fraction(0)),
        part=wording.thousands(line.cell.n),
        whole=wording.thousands(line.group.scope),
    )
    title = say("cockpit_act_lowest" if first else "cockpit_act_next", name=line.name)
    return Act(title, note, line.group.scope - line.cell.n, {**to, "level": "none"})


def _looked_up(session: Session, catalog: Catalog, who: Account, page: Cockpit) -> Iterator[Act]:
    """What no counter knows: counted as the list counts it, with the same filters."""

    def count(**more: Any) -> int:
        return firm_find.count(session, who, filters_of(page, **more))

    yield Act(say("cockpit_act_short"), say("cockpit_act_short_note"), count(one_short=True), {"one_short": "yes"})
    yield from _links(catalog, page, count)
    stale = say("cockpit_act_stale", months=RULES["stale_months"])
    yield Act(stale, say("cockpit_act_stale_note"), count(stale=True), {"stale": "yes"})
    overdue = say("cockpit_act_overdue", days=RULES["overdue_days"])
    yield Act(overdue, say("cockpit_act_overdue_note"), count(overdue=True), {"overdue": "yes"})


def _links(catalog: Catalog, page: Cockpit, count: Any) -> Iterator[Act]:
    """The one management link that most firms lack alone (经营管理数字化)."""
    cell, rule = page.whole.cell, RULES["management"]
    if cell.management_yes == cell.management_n:
        return
    most, option = max((count(missing_link=option), option) for option in rule["options"])
    share = Fraction(cell.management_yes + most, cell.management_n)
    yield Act(
        say("cockpit_act_link", name=catalog.dictionary.facts[rule["fact"]].options[option]),
        say("cockpit_act_link_note", share=wording.percent(share)),
        most,
        {"missing_link": option},
    )


def filters_of(page: Cockpit, **more: Any) -> Filters:
    """The filters of the list that stand for the whole page."""
    asked = page.asked
    values: dict[str, Any] = {name: value for name, value in asked.filters.items() if name != "industry"}
    if "industry" in asked.filters:
        values["industry"] = code_of("industry", asked.filters["industry"])
    values |= {"below": asked.division.path, "day": asked.day, "ruler": asked.rules.name, "basis": asked.basis}
    return Filters(**(values | more))


def _doubts(session: Session, who: Account, page: Cockpit) -> Iterator[Act]:
    """Open doubts about data (数据体检), which are found for the officer's whole subtree only."""
    if page.asked.division.id != who.division_id or page.asked.filters:
        return
    count = sum(open_ for _, open_, _ in flags.counts(session, who))
    yield Act(say("cockpit_act_doubts"), say("cockpit_act_doubts_note"), count, {}, DOUBTS)
