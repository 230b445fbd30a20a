"""驾驶舱: coverage, rates, levels and dimensions of a division, and where to act, as one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Division, Enterprise, EnterpriseDivision
from diagnose.services import cockpit_counted, cockpit_scanned
from diagnose.services.cockpit_asked import Asked
from diagnose.services.cockpit_figures import Figures, Group
from diagnose.services.cockpit_names import names_of
from scoring.coverage import Cell

MOST_ROWS = 60  # of a breakdown; the smallest of more are one row together
REST = -1  # the key of that row


@dataclass(frozen=True)
class Line:
    """One row of a breakdown; ``key`` is its value, REST for what is left over."""

    key: int
    name: str
    group: Group

    @property
    def cell(self) -> Cell:
        return self.group.cell

    @property
    def coverage(self) -> Fraction | None:
        """诊断覆盖率"""
        return share(self.cell.n, self.group.scope)

    @property
    def score(self) -> Fraction | None:
        """The mean score, in units of the ruler."""
        return share(self.cell.score, self.cell.n)


@dataclass(frozen=True)
class Cockpit:
    """Everything the page shows; ``lines`` by coverage, highest first.

    ``unverified``: there are firms, but none in scope.
    """

    asked: Asked
    figures: Figures
    whole: Line
    lines: Sequence[Line]
    synthetic: bool
    unverified: bool

    @property
    def before(self) -> Group:
        """The whole at the last month's end before the day."""
        return self.figures.months[-2]


def cockpit(session: Session, catalog: Catalog, asked: Asked) -> Cockpit:
    """The page's value, from the counters where they can answer, else from the firms."""
    count = cockpit_counted.figures if asked.counted else cockpit_scanned.figures
    figures = count(session, asked)
    return Cockpit(
        asked=asked,
        figures=figures,
        whole=Line(asked.division.id, asked.division.name, figures.whole),
        lines=_lines(session, catalog, asked, figures),
        synthetic=_began_as_demo(session),
        unverified=not figures.whole.scope and _only_unverified(session, asked),
    )


def _lines(session: Session, catalog: Catalog, asked: Asked, figures: Figures) -> list[Line]:
    largest = sorted(figures.rows.items(), key=lambda row: (-row[1].scope, row[0]))
    shown, rest = largest[:MOST_ROWS], largest[MOST_ROWS:]
    names = names_of(session, catalog, asked, [key for key, _ in shown])
    lines = [Line(key, names[key], group) for key, group in shown]
    lines.sort(key=lambda line: (line.coverage is not None, line.coverage or 0, line.group.scope), reverse=True)
    if rest and asked.by != "mark":  # a firm may have several marks, so they do not add up
        lines.append(Line(REST, "", _sum([group for _, group in rest])))
    return lines


def _sum(groups: Sequence[Group]) -> Group:
    sums = (sum(column) for column in zip(*(group.cell for group in groups), strict=True))
    return Group(sum(group.scope for group in groups), Cell(*sums))


def _began_as_demo(session: Session) -> bool:
    """Whether there are synthetic firms (合成数据): a demo fills an empty database, so its firms come first."""
    return bool(session.scalar(select(Enterprise.synthetic).order_by(Enterprise.id).limit(1)))


def _only_unverified(session: Session, asked: Asked) -> bool:
    """Whether there are firms that nobody vouches for yet, so that none is in scope."""
    there = select(EnterpriseDivision.id).join(Division).join(Enterprise)
    open_ = there.where(EnterpriseDivision.valid_to.is_(None), Division.path.startswith(asked.division.path))
    return session.scalar(open_.where(Enterprise.verified.is_(False)).limit(1)) is not None


def share(part: int, whole: int) -> Fraction | None:
    """A part of a whole; None of nothing."""
    return Fraction(part, whole) if whole else None
