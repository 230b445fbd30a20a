"""What the numbers of a breakdown are called, and what can be chosen in a division."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Term
from diagnose.models.span import POPULATION
from diagnose.services import counters
from diagnose.services.classify import SizeClass
from diagnose.services.cockpit_asked import DISTRICT, Asked
from diagnose.services.fact_kinds import DICTIONARY
from diagnose.texts import say

SIZES = tuple(SizeClass)
Choices = list[tuple[int, str]]


def mark_names() -> dict[int, str]:
    """Bit → what the mark says, in the order of the bits."""
    found = {kind.bit: kind.title for kind in DICTIONARY.values() if kind.bit is not None}
    for kind in DICTIONARY.values():
        found |= {bit: f"{kind.title}·{kind.options[option]}" for option, bit in kind.bits.items()}
    return dict(sorted(found.items()))


def names_of(session: Session, catalog: Catalog, asked: Asked, keys: Sequence[int]) -> Mapping[int, str]:
    """Each value of the breakdown → its name."""
    if asked.by == DISTRICT:
        names = {child.id: child.name for child in asked.children}
        return names | {asked.division.id: say("cockpit_itself")}
    return named(session, catalog, asked.by, keys)


def named(session: Session, catalog: Catalog, slice_: str, values: Iterable[int]) -> dict[int, str]:
    """Values of a slice → their names; of an unknown one its number."""
    values = list(values)
    match slice_:
        case "industry":
            return {value: industry_name(catalog, value) for value in values}
        case "size":
            return {value: str(SIZES[value]) if value < len(SIZES) else str(value) for value in values}
        case "mark":
            marks = mark_names()
            return {value: marks.get(value, str(value)) for value in values}
    query = select(Term.id, Term.name).where(Term.kind == slice_, Term.id.in_(values))
    terms = dict(session.execute(query).all()) if values else {}
    return {value: terms.get(value, say(f"cockpit_no_{slice_}")) for value in values}


def industry_name(catalog: Catalog, value: int) -> str:
    """The title of an industry code that is kept as a number."""
    industry = catalog.industries.by_code.get(f"{value:02}")
    return industry.title if industry else str(value)


def choices(session: Session, catalog: Catalog, asked: Asked) -> dict[str, Choices]:
    """What each filter offers: the values that firms of the division have today, those of most firms first."""
    found = {slice_: _present(session, catalog, asked, slice_) for slice_ in ("industry", "chain", "locality", "mark")}
    return found | {"size": [(value, str(size)) for value, size in enumerate(SIZES)]}


def _present(session: Session, catalog: Catalog, asked: Asked, slice_: str) -> Choices:
    own, today = asked.division.id, asked.today.toordinal()
    cells = counters.cells(session, [own], POPULATION, POPULATION, slice_, [today])
    counts = {value: cell.n for (_, value, _), cell in cells.items() if cell.n}
    names = named(session, catalog, slice_, counts.keys() | {v for name, v in asked.filters.items() if name == slice_})
    return sorted(names.items(), key=lambda item: (-counts.get(item[0], 0), item[0]))
