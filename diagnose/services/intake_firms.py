"""A list of firms: what it changes in the register, and the writing of it in one short transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Dialect,
    TableClause,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from diagnose.access import new_public_id
from diagnose.catalog import Catalog
from diagnose.db import Base
from diagnose.models import Division, Enterprise, EnterpriseChange, EnterpriseDivision, FirmFact
from diagnose.models.enterprise import CLOSED, MERGED
from diagnose.services import intake_cells, intake_facts
from diagnose.services.intake_cells import Places
from diagnose.services.intake_facts import Moves, Said
from diagnose.services.intake_fields import firm_fields
from diagnose.services.intake_rows import Options, Problem, Read, Reader
from diagnose.services.register import TEXT_LENGTH
from diagnose.services.sheets import SETTINGS, Table
from diagnose.services.sizes import size_place
from diagnose.texts import say

CHUNK = 5000
SIZE_FACTS = ("staff", "revenue", "assets")
NEEDED = ("name", "division", "industry")
PROCESS_TYPES = {code: say(code) for code in SETTINGS["process_types"]}


@dataclass
class There:
    """A verified firm of the register with a credit code that the list has."""

    id: int
    public_id: str
    credit_code: str
    name: str
    industry: str
    process_type: str
    profile: dict[str, Any]
    contact_name: str
    contact_phone: str
    status: str
    place_id: int
    division_id: int
    since: date
    path: str


@dataclass(frozen=True)
class Row:
    """One row of the list without a mistake of its own."""

    row: int
    values: dict[str, Any]
    facts: list[Said]


class Note(NamedTuple):
    """One thing that changes: ``what`` as in the firm's history, or import for its figures."""

    what: str
    title: str
    before: str
    after: str

    @property
    def words(self) -> str:
        return say("intake_changed", title=self.title, before=self.before or "—", after=self.after or "—")


@dataclass(frozen=True)
class Change:
    """What one row does: ``firm`` is None for a new one; ``values`` the columns to write; ``division_id`` if it is
    another one than before."""

    row: int
    firm: There | None
    code: str
    name: str
    division_id: int | None
    values: dict[str, Any]
    notes: list[Note]
    moves: Moves

    @property
    def words(self) -> str:
        """What changed, for the report."""
        return "；".join([note.words for note in self.notes if note.what != "add"] + self.moves.words)


@dataclass
class Plan:
    """What the whole list would do; ``problems`` are those that only the register shows."""

    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many rows add, change, and change nothing."""
        return {"added": len(self.new), "changed": len(self.changed), "same": len(self.same)}


def reader(catalog: Catalog, places: Places, table: Table, options: Options, today: date) -> Reader:
    """What reads the rows of this list."""
    readers = intake_cells.firm_readers(catalog, places, today) | intake_facts.readers(today)
    return Reader(table, options, readers, {one.key: one for one in firm_fields()})


def rows(found: Iterable[Read], by: Reader) -> tuple[list[Row], list[Problem]]:
    """The rows that are right by themselves, and what is wrong with the others."""
    codes = intake_facts.codes_of(by.options.columns.values())
    good: list[Row] = []
    wrong: list[Problem] = []
    for one in found:
        facts, faults = intake_facts.said(one.values, codes, by.options.day)
        told = one.wrong + [by.at(one.row, key, reason) for key, reason in faults]
        if "credit_code" not in one.values and not any(by.options.columns.get(p.column) == "credit_code" for p in told):
            told.append(by.at(one.row, "credit_code", say("intake_code_missing")))
        wrong += told
        if not told:
            good.append(Row(one.row, one.values, facts))
    return good, wrong


def plan(session: Session, catalog: Catalog, places: Places, good: Sequence[Row], by: Reader, lock: bool) -> Plan:
    """Compare the rows with the register, read in a few queries. ``lock``: what is found is about to be changed."""
    there = _there(session, [one.values["credit_code"] for one in good], lock)
    known = intake_facts.known(session, [one.id for one in there.values()])
    made = Plan()
    for one in good:
        firm = there.get(one.values["credit_code"])
        if firm is None:
            _add(made, catalog, places, one, by)
        elif not firm.path.startswith(places.own_path):
            made.problems.append(by.at(one.row, "credit_code", say("registered_elsewhere")))
        elif firm.status == CLOSED:
            made.problems.append(by.at(one.row, "credit_code", say("intake_closed")))
        else:
            _compare(made, catalog, places, one, firm, known.get(firm.id, []))
    return made


def _there(session: Session, codes: Sequence[str], lock: bool) -> dict[str, There]:
    columns = (Enterprise.id, Enterprise.public_id, Enterprise.credit_code, Enterprise.name, Enterprise.industry)
    more = (Enterprise.process_type, Enterprise.profile, Enterprise.contact_name, Enterprise.contact_phone)
    place = (EnterpriseDivision.id, EnterpriseDivision.division_id, EnterpriseDivision.valid_from, Division.path)
    query = (
        select(*columns, *more, Enterprise.status, *place)
        .join(EnterpriseDivision, EnterpriseDivision.enterprise_id == Enterprise.id)
        .join(Division, Division.id == EnterpriseDivision.division_id)
        .where(Enterprise.verified, Enterprise.status != MERGED, EnterpriseDivision.valid_to.is_(None))
        .order_by(Enterprise.id)
    )
    if lock:
        query = query.with_for_update(of=Enterprise)
    found: dict[str, There] = {}
    wanted = sorted(codes)
    for start in range(0, len(wanted), CHUNK):
        few = query.where(Enterprise.credit_code.in_(wanted[start : start + CHUNK]))
        found |= {one.credit_code: one for one in (There(*row) for row in session.execute(few))}
    return found


def _add(made: Plan, catalog: Catalog, places: Places, one: Row, by: Reader) -> None:
    """A new firm, if all is said that one needs."""
    said = dict(one.values)
    if "division" not in said and places.own_is_leaf:
        said["division"] = places.own
    missing = [key for key in NEEDED if key not in said]
    made.problems += [by.at(one.row, key, say(f"intake_{key}_missing")) for key in missing]
    if missing:
        return
    profile = {code: said[code] for code in SIZE_FACTS if code in said}
    values = {
        "public_id": new_public_id(),
        "credit_code": said["credit_code"],
        "name": said["name"],
        "industry": said["industry"],
        "process_type": said.get("process_type", by.options.process_type),
        "profile": profile,
        "size": size_place(said["industry"], profile),
        "contact_name": said.get("contact_name", ""),
        "contact_phone": said.get("contact_phone", ""),
    }
    moves = intake_facts.first(one.facts)
    notes = [Note("add", "", "", said["name"])]
    change = Change(one.row, None, said["credit_code"], said["name"], said["division"], values, notes, moves)
    made.new.append(change)


def _compare(
    made: Plan, catalog: Catalog, places: Places, one: Row, firm: There, known: list[intake_facts.Known]
) -> None:
    """What the row says anew of a firm; a blank cell says nothing."""
    said, values, notes = one.values, dict[str, Any](), list[Note]()
    if said.get("name", firm.name) != firm.name:
        values["name"] = said["name"]
        notes.append(Note("rename", say("label_name"), firm.name, said["name"]))
    call = [said.get(key, getattr(firm, key)) for key in ("contact_name", "contact_phone")]
    if call != [firm.contact_name, firm.contact_phone]:
        values |= {"contact_name": call[0], "contact_phone": call[1]}
        before = f"{firm.contact_name} {firm.contact_phone}".strip()
        notes.append(Note("contact", say("label_contact_name"), before, " ".join(call).strip()))
    notes += _figures(catalog, said, firm, values)
    to = said.get("division", firm.division_id)
    if to != firm.division_id:
        here, there = (places.titles.get(one, "") for one in (firm.division_id, to))
        notes.append(Note("move", say("label_place"), here, there))
    moves = intake_facts.moves(one.facts, known)
    if not (notes or moves.words):
        made.same.append(one.row)
        return
    moved = to if to != firm.division_id else None
    made.changed.append(
        Change(one.row, firm, firm.credit_code, said.get("name", firm.name), moved, values, notes, moves)
    )


def _figures(catalog: Catalog, said: Mapping[str, Any], firm: There, values: dict[str, Any]) -> list[Note]:
    """What is new of industry, type and size figures; ``values`` gets the columns."""
    notes: list[Note] = []
    for key, label, titles in (
        ("industry", "label_industry", _industries(catalog)),
        ("process_type", "label_process", PROCESS_TYPES),
    ):
        before, after = getattr(firm, key), said.get(key)
        if after and after != before:
            values[key] = after
            notes.append(Note("import", say(label), titles.get(before, before), titles[after]))
    profile = firm.profile | {code: said[code] for code in SIZE_FACTS if code in said}
    for code in SIZE_FACTS:
        if profile.get(code) != firm.profile.get(code):
            title = catalog.dictionary.facts[code].title
            notes.append(Note("import", title, str(firm.profile.get(code, "")), str(profile[code])))
    if notes:
        values |= {"profile": profile, "size": size_place(values.get("industry", firm.industry), profile)}
    return notes


def _industries(catalog: Catalog) -> dict[str, str]:
    return {code: one.title for code, one in catalog.industries.by_code.items()}


def write(session: Session, made: Plan, today: date, now: datetime, by: int) -> list[int]:
    """Write it all with a few statements; returns the ids of the firms that are new or changed, for spans.settle."""
    new = _insert(session, made.new, today, now)
    changes = [*made.new, *made.changed]
    ids = new + [one.firm.id for one in made.changed if one.firm]
    _update(session, made.changed, today)
    _facts(session, changes, ids, now, by)
    history = [
        {"enterprise_id": firm, "what": what, "before": before[:TEXT_LENGTH], "after": after[:TEXT_LENGTH]}
        for firm, one in zip(ids, changes, strict=True)
        for what, before, after in _history(one)
    ]
    bulk(session, EnterpriseChange, history, at=now, by_id=by)
    return ids


def bulk(session: Session, model: type[Base], rows: Sequence[dict[str, Any]], **common: Any) -> None:
    """Insert many rows at once, past the ORM: it would send rows with and without a None in turns, one by one.

    What all rows have in ``common`` stands in the statement itself, and is not made ready row by row.
    """
    if rows:
        table, connection = cast(TableClause, model.__table__), session.connection()
        values = {key: _inline(literal(value, table.c[key].type), connection.dialect) for key, value in common.items()}
        connection.execute(insert(table).values(values), rows)


def _inline(value: BindParameter[Any], dialect: Dialect) -> ColumnElement[Any]:
    text = str(value.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return literal_column(text)


def _history(one: Change) -> Iterator[tuple[str, str, str]]:
    """The rows of the firm's history: its own kinds of change, and one line for all the figures and facts."""
    yield from ((note.what, note.before, note.after) for note in one.notes if note.what != "import")
    words = [note.words for note in one.notes if note.what == "import"]
    words += one.moves.words if one.firm else []
    if words:
        yield "import", "", "；".join(words)


def _insert(session: Session, new: Sequence[Change], today: date, now: datetime) -> list[int]:
    if not new:
        return []
    bulk(session, Enterprise, [one.values for one in new], verified=True, created_at=now)
    ids = _ids(session, [one.values["public_id"] for one in new])
    places = [{"enterprise_id": id_, "division_id": one.division_id} for id_, one in zip(ids, new, strict=True)]
    bulk(session, EnterpriseDivision, places, valid_from=today)
    return ids


def _ids(session: Session, public_ids: Sequence[str]) -> list[int]:
    """The ids of firms just added, in this order: an insert that gives them back goes row by row on SQLite."""
    found: dict[str, int] = {}
    for start in range(0, len(public_ids), CHUNK):
        few = Enterprise.public_id.in_(public_ids[start : start + CHUNK])
        found |= dict(session.execute(select(Enterprise.public_id, Enterprise.id).where(few)).all())
    return [found[one] for one in public_ids]


def _update(session: Session, changed: Sequence[Change], today: date) -> None:
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    ended: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    for one in changed:
        assert one.firm
        if one.values:
            by_columns.setdefault(tuple(sorted(one.values)), []).append({"id": one.firm.id, **one.values})
        if one.division_id and one.firm.since == today:
            moved.append({"id": one.firm.place_id, "division_id": one.division_id})
        elif one.division_id:
            ended.append({"id": one.firm.place_id, "valid_to": today})
            begun.append({"enterprise_id": one.firm.id, "division_id": one.division_id, "valid_from": today})
    for few in by_columns.values():
        session.execute(update(Enterprise), few)
    for rows in (ended, moved):
        if rows:
            session.execute(update(EnterpriseDivision), rows)
    bulk(session, EnterpriseDivision, begun)


def _facts(session: Session, changes: Sequence[Change], ids: Sequence[int], now: datetime, by: int) -> None:
    new = [
        {"enterprise_id": id_, **vars(fact)} for id_, one in zip(ids, changes, strict=True) for fact in one.moves.add
    ]
    ended = {id_: day for one in changes for id_, day in one.moves.end}
    gone = [id_ for one in changes for id_ in one.moves.withdraw]
    if ended:
        session.execute(update(FirmFact), [{"id": id_, "valid_to": day} for id_, day in ended.items()])
    if gone:
        withdrawn = {"withdrawn_at": now, "withdrawn_by_id": by}
        session.execute(update(FirmFact), [{"id": id_, **withdrawn} for id_ in gone])
    bulk(session, FirmFact, new, source=say("kind_import"), recorded_at=now, by_id=by)
