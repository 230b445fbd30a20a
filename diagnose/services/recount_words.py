"""What a recount found different, one Chinese sentence each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Division, Enterprise, Term
from diagnose.models.span import FOREVER
from diagnose.services.count_make import SLICES, WIDTHS, Sums
from diagnose.services.int_columns import IntArray
from diagnose.services.span_make import FIRM, VERDICT, Spans
from diagnose.texts import say
from scoring.coverage import SUMS


@dataclass(frozen=True)
class Words:
    """Names by id."""

    divisions: Mapping[int, str]
    terms: Mapping[int, str]
    session: Session

    @classmethod
    def read(cls, session: Session) -> "Words":
        divisions = {row.id: row.name for row in session.execute(select(Division.id, Division.name))}
        terms = {row.id: row.name for row in session.execute(select(Term.id, Term.name))}
        return cls(divisions, terms, session)

    def spans(self, found: Spans, how: str) -> Iterator[str]:
        """One line a span."""
        for table, columns, rows in (
            ("recount_firm_span", FIRM, found.firm),
            ("recount_verdict_span", VERDICT, found.verdict),
        ):
            for row in rows.T.tolist():
                one = dict(zip(columns, row, strict=True))
                yield say(
                    "recount_span",
                    firm=self._firm(one["enterprise_id"]),
                    id=one["enterprise_id"],
                    table=say(table),
                    day=_day(one["from_day"]),
                    how=say(how),
                )

    def cells(self, found: Sums) -> Iterator[str]:
        """One line a cell and day."""
        for (division, ruler, basis, slice_, day, value), sums in _pairs(found.keys, found.values):
            amounts = [say("recount_amount", column=name, n=_more(n)) for name, n in zip(SUMS, sums, strict=True) if n]
            yield say(
                "recount_cell",
                division=self._division(division),
                ruler=self._ruler(ruler, basis),
                slice=say(f"recount_slice_{SLICES[slice_]}"),
                value=self._value(SLICES[slice_], value),
                day=_day(day),
                what="，".join(amounts),
            )

    def scores(self, found: Sums) -> Iterator[str]:
        """One line a value or bin, and day."""
        for (division, ruler, basis, measure, step, day, place), (n,) in _pairs(found.keys, found.values):
            low = place * WIDTHS[measure]
            yield say(
                "recount_score",
                division=self._division(division),
                ruler=self._ruler(ruler, basis),
                measure=say(f"recount_measure_{measure}"),
                place=place if step else f"{say('recount_bin')} {low}–{low + WIDTHS[measure] - 1}",
                day=_day(day),
                n=_more(n),
            )

    def _firm(self, id_: int) -> str:
        return self.session.scalar(select(Enterprise.name).where(Enterprise.id == id_)) or ""

    def _division(self, id_: int) -> str:
        return self.divisions.get(id_) or say("recount_unknown", id=id_)

    def _ruler(self, ruler: int, basis: int) -> str:
        if not ruler:
            return say("recount_population")
        return f"{self.terms.get(ruler) or say('recount_unknown', id=ruler)} {say(f'recount_basis_{basis}')}"

    def _value(self, slice_: str, value: int) -> str:
        if slice_ in ("chain", "locality"):
            return self.terms.get(value) or say("recount_unknown", id=value)
        return "" if slice_ == "all" else str(value)


def _pairs(keys: IntArray, values: IntArray) -> Iterator[tuple[list[int], list[int]]]:
    return zip(keys.T.tolist(), values.T.tolist(), strict=True)


def _day(ordinal: int) -> str:
    return say("recount_now") if ordinal == FOREVER else wording.day(date.fromordinal(ordinal))


def _more(n: int) -> str:
    return say("recount_more" if n > 0 else "recount_less", n=wording.thousands(abs(n)))
