"""What the rows and columns of a publication are called, as frozen in its content."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Division
from diagnose.services import localities
from diagnose.services.classify import SizeClass
from diagnose.services.publish_truth import DIRECT, INDUSTRY, SIZE, Row, Truth
from diagnose.texts import say
from scoring.ruleset import Ruleset

SIZES = tuple(SizeClass)


def about(session: Session, catalog: Catalog, division: Division, rules: Ruleset, truth: Truth) -> dict[str, Any]:
    """Names and titles; ``names`` stand in the order of the rows."""
    ids = {row.division for row in truth.rows}
    places = dict(session.execute(select(Division.id, Division.name).where(Division.id.in_(ids))).all())
    levels = [wording.level_name(level, rules.level_title(level)) for level in range(len(rules.levels) + 1)]
    return {
        "name": division.name,
        "full_name": localities.full_name(session, division),
        "ruler_title": rules.title,
        "level_titles": levels,
        "dimension_titles": [dimension.title for dimension in rules.dimensions],
        "names": [_name(catalog, places, row) for row in truth.rows],
    }


def _name(catalog: Catalog, places: dict[int, str], row: Row) -> str:
    if row.slice == INDUSTRY:
        industry = catalog.industries.by_code.get(f"{row.value:02}")
        return industry.title if industry else str(row.value)
    if row.slice == SIZE:
        return str(SIZES[row.value]) if row.value < len(SIZES) else str(row.value)
    return say("publish_direct") if row.slice == DIRECT else places[row.division]
