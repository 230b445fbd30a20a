"""The fast way to a cockpit's numbers: counters, at most one slice, now or a month's end (累计数)."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from diagnose.models.span import POPULATION
from diagnose.services import counters
from diagnose.services.cockpit_asked import BASES, DISTRICT, NAMED, NONE, Asked
from diagnose.services.cockpit_figures import EMPTY, Figures, Group, ruler_id
from scoring.coverage import Cell

ALL = ("all", 0)
Cells = Mapping[tuple[int, int, int], Cell]


def trend(session: Session, asked: Asked, ruler: int | None, days: Sequence[date]) -> list[Group]:
    """The whole on each of these days: month ends, or today."""
    slice_, value = next(iter(asked.filters.items()), ALL)
    own, at = asked.division.id, [day.toordinal() for day in days]
    found = _read(session, asked, ruler, [own], slice_, at, value)
    return [_group(*found, (own, value, day)) for day in at]


def _read(
    session: Session,
    asked: Asked,
    ruler: int | None,
    divisions: list[int],
    name: str,
    at: list[int],
    only: int | None = None,
) -> tuple[Cells, Cells]:
    """Firms in scope, and their verdicts."""
    people = counters.cells(session, divisions, POPULATION, POPULATION, name, at, only)
    return people, counters.cells(session, divisions, ruler, BASES[asked.basis], name, at, only) if ruler else {}


def figures(session: Session, asked: Asked) -> Figures:
    """The numbers of what counters answer (`Asked.counted`); a handful of statements."""
    ruler, own, days = ruler_id(session, asked.rules.name), asked.division.id, asked.days
    slice_, value = next(iter(asked.filters.items()), ALL)
    months, today = trend(session, asked, ruler, days), [days[-1].toordinal()]
    if asked.by == DISTRICT:
        children = [child.id for child in asked.children]
        found = _read(session, asked, ruler, children, slice_, today, value)
        rows = {child: _group(*found, (child, value, today[0])) for child in children}
        rows[own] = _rest(months[-1], rows)
    else:
        people, verdicts = _read(session, asked, ruler, [own], asked.by, today)
        values = [asked.filters[asked.by]] if asked.filters else sorted({key[1] for key in people})
        rows = {each: _group(people, verdicts, (own, each, today[0])) for each in values}
        if asked.by in NAMED and not asked.filters:
            rows[NONE] = _rest(months[-1], rows)
    return Figures(
        days=days,
        rows={key: group for key, group in rows.items() if group.scope or group.cell.n},
        whole=months[-1],
        months=months,
        percentiles=_percentiles(session, asked, ruler, days[-1]),
        marks=_marks(session, asked, days[-1]),
    )


def _group(people: Cells, verdicts: Cells, key: tuple[int, int, int]) -> Group:
    return Group(people.get(key, EMPTY).n, verdicts.get(key, EMPTY))


def _rest(whole: Group, parts: Mapping[int, Group]) -> Group:
    """Firms that are in none of the parts: at the division itself, below none of its children; without a chain."""
    cells = [part.cell for part in parts.values()]
    sums = [total - sum(column) for total, *column in zip(whole.cell, *cells, strict=True)]
    return Group(whole.scope - sum(part.scope for part in parts.values()), Cell(*sums))


def _percentiles(session: Session, asked: Asked, ruler: int | None, day: date) -> dict[int, list[int]]:
    if asked.filters or not ruler:
        return {}
    found = counters.percentiles(session, asked.division.id, ruler, BASES[asked.basis], day.toordinal())
    return {measure: values for measure, values in found.items() if values}


def _marks(session: Session, asked: Asked, day: date) -> dict[int, int] | None:
    """Counted for all firms, or for one mark itself."""
    if asked.filters:
        return None
    own, at = asked.division.id, day.toordinal()
    found = counters.cells(session, [own], POPULATION, POPULATION, "mark", [at])
    return {value: cell.n for (_, value, _), cell in found.items() if cell.n}
