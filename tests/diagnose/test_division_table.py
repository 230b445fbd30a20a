"""The division tree in the database: whole, with paths that make a subtree one prefix; adding it again adds nothing."""

from sqlalchemy import Engine, delete, select

from diagnose.db import reading, writing
from diagnose.models import Division
from diagnose.services.divisions import national_divisions
from diagnose.services.places import sync_divisions


def rows(engine: Engine) -> dict[str | None, Division]:
    with reading(engine) as session:
        return {row.code: row for row in session.scalars(select(Division).order_by(Division.id))}


def test_table_holds_the_national_tree(engine: Engine) -> None:
    found = rows(engine)
    assert set(found) == {seed.code for seed in national_divisions()}
    for seed in national_divisions():
        row = found[seed.code]
        assert (row.name, row.kind) == (seed.name, seed.kind)
        assert row.parent_id == (found[seed.parent_code].id if seed.parent_code else None)


def test_path_is_the_parents_path_and_the_own_id(engine: Engine) -> None:
    found = rows(engine)
    by_id = {row.id: row for row in found.values()}
    for row in found.values():
        above = by_id[row.parent_id].path if row.parent_id else "/"
        assert row.path == f"{above}{row.id}/"


def test_subtree_is_one_prefix(engine: Engine) -> None:
    yangzhou = rows(engine)["321000"]
    with reading(engine) as session:
        codes = session.scalars(select(Division.code).where(Division.path.startswith(yangzhou.path))).all()
    assert set(codes) == {seed.code for seed in national_divisions() if seed.code.startswith("3210")}


def test_second_sync_adds_nothing(engine: Engine) -> None:
    before = {code: (row.id, row.path) for code, row in rows(engine).items()}
    assert sync_divisions(engine) == 0
    assert {code: (row.id, row.path) for code, row in rows(engine).items()} == before


def test_missing_division_is_added_below_its_parent_and_own_ones_stay(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(delete(Division).where(Division.code == "321003"))
        city = session.scalars(select(Division).where(Division.code == "321000")).one()
        zone = Division(parent_id=city.id, name="经济技术开发区", kind="zone", path="?")
        session.add(zone)
        session.flush()
        zone.path = f"{city.path}{zone.id}/"
    assert sync_divisions(engine) == 1
    found = rows(engine)
    assert found["321003"].path == f"{city.path}{found['321003'].id}/"
    assert found[None].name == "经济技术开发区"


def test_database_counts_on_after_the_sync(engine: Engine) -> None:
    newest = max(row.id for row in rows(engine).values())
    with writing(engine) as session:
        street = Division(name="某街道", kind="street", path="/street/")
        session.add(street)
        session.flush()
        assert street.id > newest
