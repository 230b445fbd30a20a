"""驾驶舱 of a division: everything that is asked for stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Account, Division
from diagnose.reports import bars, tables_excel
from diagnose.services import cockpit_acts, cockpit_names, cockpit_tables, firm_list, targets
from diagnose.services.cockpit import Cockpit, Line, cockpit
from diagnose.services.cockpit_asked import BASES, DISTRICT, SLICES, Asked, month_ends
from diagnose.texts import say
from diagnose.web import cockpit_view, here, login
from diagnose.web.addresses import row_number
from diagnose.web.district import place_of
from diagnose.web.district_forms import tree
from scoring import coverage
from scoring.ruleset import Ruleset

blueprint = Blueprint("cockpit", __name__, url_prefix="/cockpit")

FIRST_YEAR = 2000
MONTHS_OFFERED = 24
MARK_BITS = 63
# Parameters of the list that need a ruler and whose word counts.
JUDGED = {"level", "one_short", "missing_link", "up", "down"}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Links:
    """Addresses of the lists behind the numbers, and of this page with something changed."""

    asked: Asked
    list_of_firms: str
    page: str
    download: str

    def firms(self, to: Mapping[str, str] | None) -> str | None:
        """The list with exactly the firms of a number; None where no list can be asked for."""
        if to is None:
            return None
        judged = {"ruler": self.asked.rules.name, "basis": self.asked.basis} if JUDGED & to.keys() else {}
        return f"{self.list_of_firms}?{urlencode(self._place() | judged | dict(to))}"

    def _place(self) -> dict[str, str]:
        filters = {name: cockpit_tables.code_of(name, value) for name, value in self.asked.filters.items()}
        return {"division": str(self.asked.division.id), "day": self.asked.day.isoformat()} | filters

    def here(self, page: str = "", **changed: str) -> str:
        """This page (or its download) with other parameters; an empty one is left out."""
        asked = self._place() | {"ruler": self.asked.rules.name, "basis": self.asked.basis, "by": self.asked.by}
        asked |= {"how": "firms"} if self.asked.by_firm else {}
        return f"{page or self.page}?{urlencode({name: value for name, value in (asked | changed).items() if value})}"

    @property
    def doubts(self) -> str:
        """The page of 数据体检."""
        return url_for("checkup.show")

    @property
    def clear(self) -> str:
        """This page without filters."""
        return self.here(**dict.fromkeys(self.asked.filters, ""))

    def into(self, line: Line) -> str | None:
        """The page of a child division, or of one value of the breakdown."""
        by = self.asked.by
        if line.key < 0 or (by == DISTRICT and line.key == self.asked.division.id):
            return None
        to = cockpit_tables.code_of(by, line.key)
        return self.here(division=to) if by == DISTRICT else self.here(**{"by": DISTRICT, by: to})


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """The page of a division of the own subtree."""
    who = login.person("officer")
    with here.reading() as db:
        asked, trouble = _asked(db, who)
        page = cockpit(db, here.catalog(), asked)
        acts = cockpit_acts.acts(db, here.catalog(), who, page)
        moves = cockpit_acts.moves(db, who, page)
        plans = targets.progress(db, asked.division, asked.day)
        choices = cockpit_names.choices(db, here.catalog(), asked)
        places = tree(firm_list.divisions_below(db, place_of(who)))
    return render_template(
        "cockpit/show.html",
        page=page,
        asked=asked,
        acts=acts,
        moves=moves,
        plans=plans,
        say=say,
        import_page=url_for("intake.every"),
        few=cockpit_acts.few(page),
        choices=choices,
        places=places,
        tables=cockpit_tables.tables(page),
        titles=cockpit_tables.level_titles(asked.rules),
        rulers=[(name, rules.title) for name, rules in _rulers().items()],
        bases={name: say(f"cockpit_basis_{name}") for name in BASES},
        ways={name: say(f"cockpit_by_{name}") for name in (DISTRICT, *SLICES)},
        days=_days(asked),
        links=_links(asked),
        scope=scope_line(page),
        trouble=trouble,
        bars=bars,
        work=cockpit_tables,
        rate_of=coverage,
        view=cockpit_view,
    )


@blueprint.get("/tables.xlsx")
def excel() -> ResponseReturnValue:
    """The tables of the page, with its scope line on the first sheet."""
    who = login.person("officer")
    with here.reading() as db:
        asked, _ = _asked(db, who)
        page = cockpit(db, here.catalog(), asked)
    made = tables_excel.workbook(scope_line(page), list(cockpit_tables.tables(page).values()))
    name = say("cockpit_file", place=asked.division.name, day=asked.day.isoformat())
    return send_file(BytesIO(made), EXCEL, as_attachment=True, download_name=name)


def scope_line(page: Cockpit) -> list[str]:
    """口径: who, how many, on which day, whose word, by which ruler, counted how."""
    asked = page.asked
    return [
        say("cockpit_who", place=asked.division.name, count=wording.thousands(page.whole.group.scope)),
        say("cockpit_until", day=wording.day(asked.day)),
        say(f"cockpit_says_{asked.basis}"),
        asked.rules.title,
        say("cockpit_counted" if asked.counted else "cockpit_by_firm"),
    ]


def _asked(db: Session, who: Account) -> tuple[Asked, str]:
    """What the address asks for, and what is wrong with its day; what no control of the page sends is not asked."""
    division = _division(db, who)
    children = _children(db, division)
    day, trouble = _day()
    by = request.args.get("by", DISTRICT)
    by = by if by in SLICES else DISTRICT
    return Asked(
        division=division,
        children=children,
        rules=_rulers().get(request.args.get("ruler", "")) or here.catalog().rulesets[_first()],
        basis=basis if (basis := request.args.get("basis", "")) in BASES else "self",
        day=day,
        today=wording.today(),
        by="locality" if by == DISTRICT and not children else by,
        filters={name: value for name in SLICES if (value := _number(name)) is not None},
        by_firm=request.args.get("how") == "firms",
    ), trouble


def _first() -> str:
    return here.catalog().first_form.schemes[0]


def _rulers() -> dict[str, Ruleset]:
    """The rulers with verdicts to count, by name; the default one first."""
    known = dict(here.catalog().rulesets)
    return {_first(): known[_first()]} | known


def _division(db: Session, who: Account) -> Division:
    """The division asked for, the officer's own without one; one elsewhere does not exist here."""
    number = request.args.get("division", "")
    return here.division_or_404(db, who, number) if number else who.division or abort(404)


def _children(db: Session, division: Division) -> list[Division]:
    query = select(Division).where(Division.parent_id == division.id)
    return sorted(db.scalars(query), key=lambda child: (child.code or "~", child.id))


def _number(name: str) -> int | None:
    """The value of a filter; bits of marks are few."""
    number = row_number(request.args.get(name, ""))
    return None if number is None or (name == "mark" and number >= MARK_BITS) else number


def _day() -> tuple[date, str]:
    """The day typed, else the one chosen, else today; and what is wrong with it."""
    today = wording.today()
    text = request.args.get("on", "").strip() or request.args.get("day", "").strip()
    if not text:
        return today, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today, say("cockpit_day_wrong")
    if day > today:
        return today, say("cockpit_day_future")
    return (day, "") if day.year >= FIRST_YEAR else (today, say("cockpit_day_early", year=FIRST_YEAR))


def _days(asked: Asked) -> list[tuple[str, str]]:
    """The days of the select: today, month ends back, and the one asked for if it is none of them."""
    offered = {asked.today.isoformat(): say("cockpit_today", day=wording.day(asked.today))}
    ends = month_ends(asked.today, MONTHS_OFFERED)[::-1]
    offered |= {day.isoformat(): wording.day(day) for day in ends}
    return list(({asked.day.isoformat(): wording.day(asked.day)} | offered).items())


def _links(asked: Asked) -> Links:
    return Links(asked, url_for("district.firms"), url_for("cockpit.show"), url_for("cockpit.excel"))
