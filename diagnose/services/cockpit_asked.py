"""What a cockpit is asked for: a division and its subtree, a ruler, whose word counts, the day, filters, breakdown."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from diagnose.models import Division
from diagnose.models.span import BEST, ONSITE, SELF
from scoring.ruleset import Ruleset

SLICES = ("industry", "size", "chain", "locality", "mark")
DISTRICT = "district"
BASES = {"self": SELF, "onsite": ONSITE, "best": BEST}
NAMED, NONE = ("chain", "locality"), 0  # slices in which a firm may have no value; nobody counts those
MONTHS = 12  # month ends before the day, in the trend


@dataclass(frozen=True)
class Asked:
    """``filters``: slice → value, at most one each; ``by``: district or a slice; ``by_firm``: counted firm by firm."""

    division: Division
    children: Sequence[Division]
    rules: Ruleset
    basis: str
    day: date
    today: date
    by: str
    filters: Mapping[str, int]
    by_firm: bool = False

    @property
    def counted(self) -> bool:
        """Whether counters answer it: now or a month's end, and at most one slice beside the division."""
        return self._one_slice and (self.day == self.today or is_month_end(self.day))

    @property
    def only_trend_counted(self) -> bool:
        """Whether counters answer it but for the day itself."""
        return self._one_slice and not self.counted

    @property
    def _one_slice(self) -> bool:
        slices = set(self.filters) | ({self.by} - {DISTRICT})
        return not self.by_firm and len(slices) <= 1 and not any(self.filters.get(name) == NONE for name in NAMED)

    @property
    def days(self) -> list[date]:
        """The days of the trend: month ends before the day, then the day itself."""
        return [*month_ends(self.day, MONTHS), self.day]


def is_month_end(day: date) -> bool:
    return (day + timedelta(1)).day == 1


def month_ends(before: date, count: int) -> list[date]:
    """The last days of so many months, all before the day, in order."""
    ends = [before.replace(day=1) - timedelta(1)]
    while len(ends) < count:
        ends.append(ends[-1].replace(day=1) - timedelta(1))
    return ends[::-1]


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])
