"""企业列表 and export on a database that is already filled: every kind of filter, and the two files."""

import resource
from collections.abc import Callable, Iterable
from datetime import timedelta
from time import perf_counter
from typing import Any, NamedTuple

from sqlalchemy import Engine, func, select

from diagnose import wording
from diagnose.catalog import Catalog, load_catalog
from diagnose.db import reading
from diagnose.models import Account, Division, Enterprise, EnterpriseDivision, FirmSpan
from diagnose.services import firm_list, firm_table, tables
from diagnose.services.firm_filters import Filters
from diagnose.services.tables import Table

PAGE_MS = 100
EXPORT_MS = 15_000
EXPORT_MB = 200
EXPORTED = 50_000
ROUNDS = 3


class Measured(NamedTuple):
    """One figure with its goal; milliseconds, or megabytes where the name says so."""

    name: str
    ms: float
    goal: float


def measure(engine: Engine, catalog: Catalog | None = None) -> list[Measured]:
    """All figures: pages of the largest and the smallest district and of all, then the export of up to 50,000 firms."""
    known = catalog or load_catalog()
    return [*list_pages(engine, known), *exports(engine, known)]


def list_pages(engine: Engine, catalog: Catalog) -> list[Measured]:
    """The median of some rounds after a first, for each filter and officer."""
    found = []
    for place, who in _officers(engine).items():
        for name, filters in _filters(engine, catalog).items():
            found.append(Measured(f"list.{place}.{name}", _page(engine, catalog, who, filters), PAGE_MS))
    return found


def _page(engine: Engine, catalog: Catalog, who: Account, filters: Filters) -> float:
    scheme = _ruler(catalog).partition("/")[0]
    with reading(engine) as session:
        firm_list.page(session, who, scheme, filters)
        return sorted(_ms(lambda: firm_list.page(session, who, scheme, filters)) for _ in range(ROUNDS))[ROUNDS // 2]


def _ms(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def _ruler(catalog: Catalog) -> str:
    return catalog.first_form.schemes[0]


def _officers(engine: Engine) -> dict[str, Account]:
    """Officers of the root over all firms, and of the divisions with the most and the fewest."""
    now = EnterpriseDivision
    many = func.count().label("many")
    with reading(engine) as session:
        query = select(now.division_id).where(now.valid_to.is_(None)).group_by(now.division_id).order_by(many.desc())
        sizes = session.scalars(query.add_columns(many)).all()
        largest, smallest = (session.get_one(Division, id_) for id_ in (sizes[0], sizes[-1]))
        root = session.get_one(Division, int(largest.path.strip("/").partition("/")[0]))
    return {name: _officer(place) for name, place in (("all", root), ("largest", largest), ("smallest", smallest))}


def _officer(division: Division) -> Account:
    return Account(id=0, login="", name="", role="officer", division=division, password_hash="", epoch=0, active=True)


def _filters(engine: Engine, catalog: Catalog) -> dict[str, Filters]:
    ruler, past = _ruler(catalog), wording.today() - timedelta(days=100)
    name, code, chain = _known(engine)
    best: dict[str, Any] = {"ruler": ruler, "basis": "best"}
    return {
        "none": Filters(),
        "code": Filters(text=code[:10]),
        "code_short": Filters(text=code[:4]),
        "name_prefix": Filters(text=name[:4]),
        "name_part": Filters(text=name[2:6]),
        "name_one": Filters(text=name[3]),
        "name_nowhere": Filters(text="没有这样一家企业"),
        "closed_unverified": Filters(status="closed", verified="no"),
        "filling": Filters(self_state="filling"),
        "onsite_going": Filters(onsite="going"),
        "newest_level": Filters(level="4"),
        "level": Filters(level="4", **best),
        "no_verdict": Filters(level="none", **best),
        "past_day": Filters(level="2", day=past, **best),
        "mark": Filters(mark=4),
        "chain_mark_level": Filters(chain=chain, mark=2, level="3", **best),
        "industry_size": Filters(industry="33", size=0),
        "up": Filters(up=past, **best),
        "added": Filters(added=past),
        "stale": Filters(stale=True),
        "overdue": Filters(overdue=True),
        "one_short": Filters(one_short=True, **best),
        "missing_link": Filters(missing_link="D", **best),
    }


def _known(engine: Engine) -> tuple[str, str, int]:
    """Name and credit code of the firm in the middle, and a chain that there is."""
    with reading(engine) as session:
        middle = (session.scalar(select(func.max(Enterprise.id))) or 0) // 2
        firm = session.scalars(select(Enterprise).where(Enterprise.id >= middle).limit(1)).one()
        chain = session.scalar(select(FirmSpan.chain).where(FirmSpan.chain > 0).limit(1)) or 0
        return firm.name, firm.credit_code, chain


def exports(engine: Engine, catalog: Catalog) -> list[Measured]:
    """Time and growth of memory for the firms and for the answers of up to 50,000 firms, in both files."""
    who = next(iter(_officers(engine).values()))
    rules, form = catalog.rulesets[_ruler(catalog)], catalog.first_form
    found = []
    for file in tables.AS:
        with reading(engine) as session:
            firms = firm_table.firms(session, catalog, who, rules, Filters(), True)
            answers = firm_table.answers(session, who, rules, form, Filters())
            done = {"firms": _export(file, firm_table.firm_titles(True), firms)}
            done["answers"] = _export(file, firm_table.answer_titles(form), answers)
        for name, (ms, mb) in done.items():
            found += [Measured(f"export.{name}.{file}", ms, EXPORT_MS), Measured(f"{name}.{file}.mb", mb, EXPORT_MB)]
    return found


def _export(file: str, titles: list[str], rows: Iterable[list[tables.Cell]]) -> tuple[float, float]:
    limited = (row for _, row in zip(range(EXPORTED), rows, strict=False))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = perf_counter()
    for _ in tables.AS[file](Table("export", titles, limited, (), "notes")):
        pass
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return (perf_counter() - began) * 1000, grown / 1024
