"""The figures of a division at a month's end, from the counters, and what only the firms themselves can tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import BigInteger, ColumnElement, case, cast, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from diagnose.models import Division, Enterprise, FirmSpan, Term, VerdictSpan
from diagnose.models.span import BEST, POPULATION
from diagnose.services import counters
from diagnose.services.publish_truth import DIRECT, INDUSTRY, SIZE, WHOLE, YES_NO, Row, Truth
from diagnose.services.weighting import Stratum
from scoring.coverage import DIMENSIONS, PPM, Cell
from scoring.ruleset import Ruleset

EMPTY = Cell()
CNC = "cnc"


@dataclass(frozen=True)
class Gathered:
    """``largest``: measure → the largest contribution of one firm, in the unit of `Truth.sums`.

    ``strata``: rate → firms and answers by industry and size.
    """

    truth: Truth
    largest: Mapping[str, int]
    strata: Mapping[str, Sequence[Stratum]]
    synthetic: bool


def gather(session: Session, division: Division, as_of: date, rules: Ruleset, basis: int) -> Gathered:
    """Everything a publication of this division could tell, as now known of that day."""
    ruler = session.scalar(select(Term.id).where(Term.kind == "ruler", Term.name == rules.name)) or -1
    day = as_of.toordinal()
    whole, rows = _rows(session, division, ruler, basis, day, len(rules.levels) + 1)
    truth = Truth(
        division=division.id,
        path=division.path,
        as_of=as_of,
        ruler=rules.name,
        basis=basis,
        rows=tuple(rows),
        yes={rate: counts for rate in YES_NO if (counts := _yes(whole, rate))[1]},
        sums=_sums(whole, len(rules.dimensions)),
        floors=(0, *(level.min_score for level in rules.levels)),
    )
    verdicts = _held(VerdictSpan, division, day) & (VerdictSpan.ruler_id == ruler) & _basis(basis)
    return Gathered(
        truth, _largest(session, verdicts), _strata(session, division, day, verdicts), _made(session, division, day)
    )


def _yes(cell: Cell, rate: str) -> tuple[int, int]:
    return getattr(cell, f"{rate}_yes"), getattr(cell, f"{rate}_n")


def _sums(cell: Cell, dimensions: int) -> dict[str, int]:
    names = ["score", "cnc_sum", "cnc_n", "cnc_num", "cnc_den"]
    for place in range(1, min(dimensions, DIMENSIONS) + 1):
        names += [f"d{place}", f"d{place}_n"]
    return {name: getattr(cell, name) for name in names}


def _rows(
    session: Session, division: Division, ruler: int, basis: int, day: int, levels: int
) -> tuple[Cell, list[Row]]:
    """The division's cell, and all rows that have firms, the division itself first."""
    below = session.scalars(select(Division.id).where(Division.parent_id == division.id).order_by(Division.id)).all()

    def read(divisions: Sequence[int], slice_: str, name: str) -> list[tuple[Row, Cell]]:
        people = counters.cells(session, divisions, POPULATION, POPULATION, slice_, [day])
        judged = counters.cells(session, divisions, ruler, basis, slice_, [day])
        return [
            (Row(key[0], name, key[1], cell.n, judged.get(key, EMPTY).levels[:levels]), judged.get(key, EMPTY))
            for key, cell in sorted(people.items())
            if cell.n
        ]

    whole = read([division.id], "all", WHOLE) or [(Row(division.id, WHOLE, 0, 0, (0,) * levels), EMPTY)]
    rows = [whole[0][0]]
    if below:
        children = [row for row, _ in read(below, "all", WHOLE)]
        direct = _direct(rows[0], children)
        rows += children + ([direct] if direct.scope and children else [])
    for slice_, name in (("industry", INDUSTRY), ("size", SIZE)):
        rows += [row for row, _ in read([division.id], slice_, name)]
    return whole[0][1], rows


def _direct(whole: Row, parts: Iterable[Row]) -> Row:
    """Firms of the division itself that belong to no child."""
    parts = list(parts)
    levels = tuple(count - sum(part.levels[level] for part in parts) for level, count in enumerate(whole.levels))
    return Row(whole.division, DIRECT, 0, whole.scope - sum(part.scope for part in parts), levels)


def _held(model: type[FirmSpan] | type[VerdictSpan], division: Division, day: int) -> ColumnElement[bool]:
    """Rows that hold on a day, of a division with all below it."""
    inside = select(Division.id).where(Division.path.startswith(division.path))
    return model.division_id.in_(inside) & (model.from_day <= day) & (model.to_day > day)


def _basis(basis: int) -> ColumnElement[bool]:
    return VerdictSpan.best == 1 if basis == BEST else VerdictSpan.kind == basis


def _ppm() -> ColumnElement[int]:
    """A firm's own 数控化率 in ppm, rounded half-up; null where it has none."""
    doubled = 2 * PPM * cast(VerdictSpan.cnc_num, BigInteger) + VerdictSpan.cnc_den
    return case((VerdictSpan.cnc_den > 0, doubled // (2 * VerdictSpan.cnc_den)))


def _largest(session: Session, verdicts: ColumnElement[bool]) -> dict[str, int]:
    """The largest contribution of one firm to each sum."""
    columns: dict[str, ColumnElement[int] | InstrumentedAttribute[int]] = {
        **{f"d{place}": getattr(VerdictSpan, f"d{place}") for place in range(1, DIMENSIONS + 1)},
        "cnc_sum": _ppm(),
        "cnc_num": VerdictSpan.cnc_num,
        "cnc_den": VerdictSpan.cnc_den,
    }
    row = session.execute(select(*(func.max(column) for column in columns.values())).where(verdicts)).one()
    return {name: int(value or 0) for name, value in zip(columns, row, strict=True)}


def _strata(session: Session, division: Division, day: int, verdicts: ColumnElement[bool]) -> dict[str, list[Stratum]]:
    """By industry and size: firms in scope, and the answers to each rate."""
    people = select(FirmSpan.industry, FirmSpan.size, func.count()).where(_held(FirmSpan, division, day))
    firms = {(row[0], row[1]): row[2] for row in session.execute(people.group_by(FirmSpan.industry, FirmSpan.size))}
    return {
        rate: [_stratum(key, count, answers.get(key, (0, 0, 0)), unit) for key, count in firms.items()]
        for rate, unit, answers in (
            ("management", 1, _answers(session, verdicts, VerdictSpan.management)),
            ("tools", 1, _answers(session, verdicts, VerdictSpan.tools)),
            (CNC, PPM, _answers(session, verdicts, _ppm())),
        )
    }


def _stratum(key: tuple[int, int], firms: int, answers: tuple[int, int, int], unit: int) -> Stratum:
    asked, total, squares = answers
    return Stratum(*key, firms, asked, Fraction(total, unit), Fraction(squares, unit**2))


def _answers(
    session: Session, verdicts: ColumnElement[bool], value: ColumnElement[int] | InstrumentedAttribute[int]
) -> dict[tuple[int, int], tuple[int, int, int]]:
    """(industry, size) → how many answers, their sum, the sum of their squares; -1 and null are none."""
    known = case((value >= 0, cast(value, BigInteger)))
    sums = (func.count(known), func.sum(known), func.sum(known * known))
    query = select(VerdictSpan.industry, VerdictSpan.size, *sums)
    rows = session.execute(query.where(verdicts).group_by(VerdictSpan.industry, VerdictSpan.size))
    return {(row[0], row[1]): (row[2], int(row[3] or 0), int(row[4] or 0)) for row in rows}


def _made(session: Session, division: Division, day: int) -> bool:
    """Whether any firm of the division is a made one (合成数据)."""
    held = _held(FirmSpan, division, day)
    made = exists().where(held, Enterprise.id == FirmSpan.enterprise_id, Enterprise.synthetic)
    return bool(session.scalar(select(made)))
