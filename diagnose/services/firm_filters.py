"""What a list of firms may be asked for, as values, and the figures of data/firm-list.yaml."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

from diagnose import wording
from questionnaires.strict import load_yaml, mapping

PATH = Path(__file__).parent.parent / "data" / "firm-list.yaml"
RULES = mapping(
    str(PATH),
    load_yaml(PATH),
    ("page", "few", "near", "first_window", "scan_ms", "find_ms", "stale_months", "overdue_days", "management"),
)
NO_VERDICT, ANY_VERDICT = "none", "any"
BASES = ("self", "onsite", "best")
SELF_STATES = ("waiting", "filling", "submitted", "returned")
ONSITE_STATES = ("waiting", "going", "done")
NOT_OF_SPANS = ("text", "below", "status", "verified", "self_state", "onsite", "level", "industry", "size", "overdue")
MONTHS = 12


@dataclass(frozen=True)
class Filters:
    """What is asked for; empty texts, None and False ask for nothing.

    ``below``: a division's path; ``level``: a number, none or any; ``industry``: a code; ``size``: the place in
    `classify.SizeClass`; ``chain`` and ``locality``: term ids; ``mark``: a bit; ``ruler``: scheme/edition, needed with
    whatever reads verdicts of a day; ``basis``: one of BASES; ``missing_link``: an option; ``added``, ``up`` and
    ``down``: any day of a month.
    """

    text: str = ""
    below: str = ""
    status: str = ""
    verified: str = ""
    self_state: str = ""
    onsite: str = ""
    level: str = ""
    industry: str = ""
    size: int | None = None
    chain: int | None = None
    locality: int | None = None
    mark: int | None = None
    ruler: str = ""
    basis: str = ""
    day: date | None = None
    missing_link: str = ""
    one_short: bool = False
    stale: bool = False
    overdue: bool = False
    added: date | None = None
    up: date | None = None
    down: date | None = None

    @property
    def by_spans(self) -> bool:
        """Whether the firms in scope (应诊断) of one day are meant, and not all files of the register."""
        asked = {one.name for one in fields(self) if getattr(self, one.name) not in ("", None, False)}
        return bool(asked - {*NOT_OF_SPANS, "ruler"}) or self.level == ANY_VERDICT or {"ruler", "level"} <= asked

    @property
    def reads_verdicts(self) -> bool:
        """Whether only firms with a verdict on the day are meant."""
        levelled = self.level not in ("", NO_VERDICT)
        return levelled or bool(self.missing_link or self.one_short or self.up or self.down)

    @property
    def on(self) -> date:
        """The day that is looked at: the one asked for, the end of the month asked for, or today."""
        month = self.added or self.up or self.down
        return self.day or min(month_end(month) if month else date.max, wording.today())


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return month_start(month_start(day) + timedelta(days=31)) - timedelta(days=1)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of that month."""
    years, month = divmod(day.year * MONTHS + day.month - 1 - months, MONTHS)
    first = date(years, month + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))
