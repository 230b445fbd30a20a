"""Which firms a filter means: ids, in the order of the list, found quickly among a million.

The side with the fewest candidates decides. Where one has only few (a part of a name, a small district, firms that are
being visited), these are looked at one by one; else firms are gone through in the order of their ids, with a limit to
the time (services/firm_scan.py). Results are the same either way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from diagnose.models import Account, Division, Enterprise, EnterpriseDivision, FirmSpan
from diagnose.models.enterprise import MERGED
from diagnose.services import firm_scan, firm_search
from diagnose.services.firm_filters import RULES, Filters
from diagnose.services.firm_scan import Gone, Range
from diagnose.services.firm_spans import Conditions, marked, spanned
from diagnose.services.firm_states import narrow, registered
from diagnose.upsert import dialect

FEW: int = RULES["few"]
NEAR: int = RULES["near"]
SCAN_SECONDS = RULES["scan_ms"] / 1000
LOW: ColumnElement[int] = bindparam("low")
HIGH: ColumnElement[int] = bindparam("high")


@dataclass(frozen=True)
class Start:
    """Where a page begins: after the firm ``older``, or before ``newer``, or, with neither, at the newest."""

    older: int | None = None
    newer: int | None = None


@dataclass(frozen=True)
class Found:
    """Ids, newest first; ``reached``: where to go on when the time was up before all were looked through."""

    ids: list[int]
    reached: int | None


@dataclass(frozen=True)
class Total:
    """How many firms there are; ``exact`` is False when there are more than that."""

    number: int
    exact: bool


class Search:
    """One filter of one officer, made into queries.

    ``id_`` is of the table to start from, ``conditions`` what is asked of its rows; ``few`` are all candidates of one
    side that has only few of them, None when none is known to.
    """

    def __init__(self, session: Session, who: Account, scheme: str, filters: Filters) -> None:
        self.session, self.dialect = session, dialect(session)
        self.filters = replace(filters, below=_subtree(who, filters))
        self.divisions = session.scalars(select(Division.id).where(Division.path.startswith(self.filters.below))).all()
        self.low, self.high, self.near = self._place()
        more = registered(scheme, filters)
        self.id_, self.conditions = self._by_spans(more) if filters.by_spans else self._by_register(more)

    def _by_spans(self, more: Conditions) -> tuple[Any, Conditions]:
        span, conditions = spanned(self.filters, self.divisions, self.near)
        return span.enterprise_id, [*conditions, *([_firm(span.enterprise_id, more)] if more else [])]

    def _by_register(self, more: Conditions) -> tuple[Any, Conditions]:
        now = EnterpriseDivision
        alive = now.enterprise_id.not_in(select(Enterprise.id).where(Enterprise.status == MERGED))
        here = [now.valid_to.is_(None), now.division_id.in_(self.divisions)]
        return now.enterprise_id, [*here, alive, *([_firm(now.enterprise_id, more)] if more else [])]

    def _place(self) -> tuple[int, int, bool]:
        """The lowest and highest id that come into question, and whether there are few firms in the place.

        Of all firms one end a query: SQLite looks up only one at a time.
        """
        here = self._here().limit(NEAR + 1).subquery()
        low, high, many = self.session.execute(select(func.min(here.c[0]), func.max(here.c[0]), func.count())).one()
        if many > NEAR:
            low, high = (self.session.scalar(select(end(Enterprise.id))) for end in (func.min, func.max))
        return low or 0, high or 0, many <= NEAR

    def _here(self) -> Select[Any]:
        """The firms of the place, now or, by spans, ever."""
        if self.filters.by_spans:
            return select(FirmSpan.enterprise_id).where(FirmSpan.division_id.in_(self.divisions))
        now = EnterpriseDivision
        return select(now.enterprise_id).where(now.valid_to.is_(None), now.division_id.in_(self.divisions))

    @cached_property
    def few(self) -> list[int] | None:
        for side in self._sides():
            rows = [one for query in side for one in self.session.scalars(query.limit(FEW + 1))]
            if len(rows) <= FEW:
                return list(self.session.scalars(self._among(sorted(set(rows)))))
        return None

    def _sides(self) -> Iterator[list[Select[Any]]]:
        if self.filters.text:
            yield firm_search.candidates(self.filters.text, self.dialect)
        if self.near:
            yield [self._here()]
        if (marks := marked(self.filters)) is not None:
            yield [marks]
        yield from ([select(Enterprise.id).where(*conditions)] for conditions in narrow(self.filters))

    def _among(self, ids: Sequence[int]) -> Select[Any]:
        """Those of ``ids`` that are meant, newest first."""
        return select(self.id_).where(self.id_.in_(ids), *self.conditions).order_by(self.id_.desc())

    def _between(self) -> Select[Any]:
        """Those with ids from :low to :high."""
        text = self.filters.text
        found = [firm_search.within(self.id_, text, self.dialect, LOW, HIGH)] if text and not self.near else []
        return select(self.id_).where(self.id_.between(LOW, HIGH), *found, *self.conditions)

    def find(self, start: Start, enough: int) -> Found:
        """Up to ``enough`` firms from ``start`` on."""
        ids = self._range(start)
        if self.few is not None:
            found = [one for one in self.few if ids.low <= one <= ids.high]
            return Found(found[:enough] if ids.newest_first else found[-enough:], None)
        gone = self._through(ids, enough, SCAN_SECONDS)
        reached = None if gone.left is None else gone.left.high + 1 if ids.newest_first else gone.left.low - 1
        return Found(sorted(gone.found, reverse=True), reached)

    def total(self, seconds: float = inf) -> Total:
        """How many firms are meant, or how many at least when the time is up first."""
        if self.few is not None:
            return Total(len(self.few), True)
        query = select(func.count()).select_from(self._between().subquery())
        counted: list[int] = []

        def look(part: Range, _: int) -> list[int]:
            counted.append(self.session.scalar(query, {"low": part.low, "high": part.high}) or 0)
            return []

        gone = firm_scan.go(self._range(Start()), look, 1, seconds)
        return Total(sum(counted), gone.left is None)

    def every(self, batch: int) -> Iterator[list[int]]:
        """All of them, newest first, so many at a time."""
        if self.few is not None:
            yield from (self.few[start : start + batch] for start in range(0, len(self.few), batch))
            return
        left: Range | None = self._range(Start())
        while left:
            gone = self._through(left, batch, inf)
            yield gone.found
            left = Range(left.low, gone.found[-1] - 1) if len(gone.found) == batch else None

    def _through(self, ids: Range, enough: int, seconds: float) -> Gone:
        order = self.id_.desc() if ids.newest_first else self.id_
        query = self._between().order_by(order).limit(bindparam("most"))

        def look(part: Range, most: int) -> list[int]:
            return list(self.session.scalars(query, {"low": part.low, "high": part.high, "most": most}))

        return firm_scan.go(ids, look, enough, seconds)

    def _range(self, start: Start) -> Range:
        """The ids that come into question, and from which end."""
        if start.newer is not None:
            return Range(max(self.low, start.newer + 1), self.high, newest_first=False)
        return Range(self.low, self.high if start.older is None else min(self.high, start.older - 1))


def count(session: Session, who: Account, filters: Filters) -> int:
    """How many firms of the officer's subtree a filter means, exactly, however long it takes."""
    return Search(session, who, filters.ruler.partition("/")[0], filters).total().number


def _subtree(who: Account, filters: Filters) -> str:
    """The path asked for, or the officer's own; never one outside of it."""
    own = who.division.path if who.division else "-"
    return filters.below if filters.below.startswith(own) else own


def _firm(id_: Any, conditions: Conditions) -> ColumnElement[bool]:
    """Looked up by its id: the table started from stays the outer one."""
    return exists(select(Enterprise.id).where(Enterprise.id == id_, *conditions))
