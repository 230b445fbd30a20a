"""The division tree as an admin keeps it: the national part is fixed; 开发区, 园区 and 街道 are added below it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import Account, Division

ADDED = ("zone", "park", "street")
PARENTS = ("city", "district", "zone")
NAME_LENGTH = 60
FOUND = 30


class NotPossible(ValueError):
    """The name is taken, or the place is not one for this; ``key`` names its text."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Place:
    """One division with its whole name, 江苏省 扬州市 邗江区."""

    division: Division
    full_name: str


def children(session: Session, parent_id: int | None) -> Sequence[Division]:
    """The divisions right below one (None: the provinces), national ones first."""
    below = Division.parent_id.is_(None) if parent_id is None else Division.parent_id == parent_id
    order = (Division.code.is_(None), Division.code, Division.id)
    return session.scalars(select(Division).where(below).order_by(*order)).all()


def way_to(session: Session, division: Division) -> Sequence[Division]:
    """The divisions from the root down to this one."""
    ids = [int(part) for part in division.path.strip("/").split("/")]
    return session.scalars(select(Division).where(Division.id.in_(ids)).order_by(Division.path)).all()


def search(session: Session, text: str) -> list[Place]:
    """Open divisions whose name has this text, or whose code it is; at most a page of them."""
    named = Division.name.icontains(text, autoescape=True) | (Division.code == text)
    query = select(Division).where(named, Division.closed_on.is_(None)).order_by(Division.path).limit(FOUND)
    return _named(session, session.scalars(query).all())


def full_name(session: Session, division: Division) -> str:
    """The whole name of one."""
    return _named(session, [division])[0].full_name


def _named(session: Session, found: Iterable[Division]) -> list[Place]:
    ways = {one: [int(part) for part in one.path.strip("/").split("/")] for one in found}
    ids = {number for way in ways.values() for number in way}
    names = {row.id: row.name for row in session.scalars(select(Division).where(Division.id.in_(ids)))}
    return [Place(one, " ".join(names[number] for number in way)) for one, way in ways.items()]


def officers(session: Session, division: Division) -> Sequence[Account]:
    """Who answers for a division, open accounts first."""
    query = select(Account).where(Account.division_id == division.id, Account.role == "officer")
    return session.scalars(query.order_by(Account.active.desc(), Account.id)).all()


def add(session: Session, parent: Division, kind: str, name: str) -> Division | None:
    """A new division below the locked ``parent``; None when just this one is there. Raises NotPossible."""
    if kind not in ADDED or parent.kind not in PARENTS or parent.closed_on:
        raise NotPossible("place_not_here")
    same = _sibling(session, parent.id, name)
    if same and same.kind == kind and same.closed_on is None:
        return None
    if same:
        raise NotPossible("place_name_taken")
    made = Division(parent_id=parent.id, code=None, name=name, kind=kind, path=f"{parent.path}new")
    session.add(made)
    session.flush()
    made.path = f"{parent.path}{made.id}/"
    return made


def rename(session: Session, division: Division, name: str) -> bool:
    """Another name for an added division; False when it has it. Raises NotPossible."""
    _added(division)
    if division.name == name:
        return False
    if _sibling(session, division.parent_id, name):
        raise NotPossible("place_name_taken")
    division.name = name
    return True


def close(division: Division, today: date) -> bool:
    """Nothing new is put into it from now on; what is there stays. False when it is closed."""
    _added(division)
    if division.closed_on:
        return False
    division.closed_on = today
    return True


def reopen(division: Division) -> bool:
    """It is used again; False when it is open."""
    _added(division)
    if division.closed_on is None:
        return False
    division.closed_on = None
    return True


def _added(division: Division) -> None:
    if division.kind not in ADDED:
        raise NotPossible("place_fixed")


def _sibling(session: Session, parent_id: int | None, name: str) -> Division | None:
    query = select(Division).where(Division.parent_id == parent_id, Division.name == name)
    return session.scalar(query.limit(1))
