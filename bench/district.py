"""The district's statistics on a synthetic population: what a page waits for, and the same sums by other databases.

BENCH_ENTERPRISES: how many firms the larger population has (100,000; the goals are meant for 1,000,000). Growth is from
10,000 firms to it.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from unittest.mock import patch

from flask import Flask
from sqlalchemy import Engine, select

from bench import district_peers
from bench.goals import Figures, Goal, at_most
from bench.timing import medians
from diagnose import create_app, wording
from diagnose.catalog import Catalog
from diagnose.config import Settings
from diagnose.db import reading, writing
from diagnose.migrate import upgrade
from diagnose.models import Account, Division, Enterprise, Statement
from diagnose.services import drafts, population, recount, submit
from diagnose.services.cockpit import cockpit
from diagnose.services.cockpit_asked import Asked, month_ends
from questionnaires.parse import typed_again
from tests.people import logged_in

NAME = "district"
SMALLER = 10_000
LARGER = int(os.environ.get("BENCH_ENTERPRISES", "100000"))
ROUNDS = 9
SUBMISSIONS = 25
PAST = 8  # months
INDUSTRY, SMALL = 34, 2
GOALS: dict[str, Goal] = {
    "population_s": at_most(600),
    "cockpit_ms": at_most(5),
    "past_month_ms": at_most(5),
    "page_ms": at_most(150),
    "combination_ms": at_most(2000),
    "any_day_ms": at_most(2000),
    "recount_s": at_most(60),
    "submission_grows_ms": at_most(1),
}
GROWING = (
    *("cockpit_ms", "past_month_ms", "page_ms", "combination_ms", "any_day_ms", "recount_s"),
    *("tally_ms", "duckdb_ms", "postgresql_ms"),
)


@dataclass(frozen=True)
class Stage:
    """The app on a population, and an officer of the whole of it."""

    app: Flask
    engine: Engine
    catalog: Catalog
    officer: int
    province: Division
    seconds: float


def run(smaller: int = SMALLER, larger: int = LARGER) -> Figures:
    """All figures of the larger population, and how many times those of the smaller one the growing ones are."""
    with staged(smaller) as stage:
        before = measured(stage)
    with staged(larger) as stage:
        after = {"firms": larger, "population_s": stage.seconds} | measured(stage)
    growth = {f"{name}_growth": after[name] / before[name] for name in GROWING}
    peers = {f"tally_to_{name}": after["tally_ms"] / after[f"{name}_ms"] for name in ("duckdb", "postgresql")}
    return {name: round(value, 2) for name, value in {**after, **peers, **growth}.items()}


@contextmanager
def staged(firms: int) -> Iterator[Stage]:
    """A population in a folder of its own, with an officer; gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/diagnose.sqlite3"
        upgrade(url)
        app = create_app(Settings(Path(folder), url, "a key for benches, long enough to sign"))
        parts = app.extensions["diagnose"]
        start = time.perf_counter()
        for _ in population.fill(parts.engine, parts.catalog, firms, wording.today() - timedelta(days=1)):
            pass
        seconds = time.perf_counter() - start
        officer, province = _officer(parts.engine)
        yield Stage(app, parts.engine, parts.catalog, officer, province, seconds)
        parts.engine.dispose()


def _officer(engine: Engine) -> tuple[int, Division]:
    with writing(engine) as session:
        province = session.scalars(select(Division).where(Division.kind == "province", Division.code.is_(None))).one()
        account = Account(
            login="bench",
            name="bench",
            role="officer",
            division_id=province.id,
            password_hash="",
            created_at=wording.now(),
        )
        session.add(account)
        session.flush()
        return account.id, province


def measured(stage: Stage) -> dict[str, float]:
    """Milliseconds, and seconds of a full recount."""
    found = _pages(stage) | {"submission_grows_ms": _submission(stage)}
    start = time.perf_counter()
    recount.recount(stage.engine)
    found["recount_s"] = time.perf_counter() - start
    return found | district_peers.measured(stage.engine, "miit-sme/2024", wording.today().toordinal())


def _pages(stage: Stage) -> dict[str, float]:
    """Cockpit data the fast way and firm by firm (two filters; no month's end), and the page to its last byte."""
    visitor, today = logged_in(stage.app, stage.officer), wording.today()
    fast, past = _asked(stage, {}, today), _asked(stage, {}, month_ends(today, PAST)[0])
    slow = _asked(stage, {"industry": INDUSTRY, "size": SMALL}, today)
    odd = _asked(stage, {}, past.day - timedelta(days=9))
    assert fast.counted and past.counted and not slow.counted and not odd.counted
    address = f"/cockpit/?division={stage.province.id}"
    assert visitor.get(address).status_code == 200
    with reading(stage.engine) as session:
        quick = medians(
            {
                "cockpit_ms": lambda: cockpit(session, stage.catalog, fast),
                "past_month_ms": lambda: cockpit(session, stage.catalog, past),
            },
            ROUNDS,
            5,
        )
        others = medians(
            {
                "combination_ms": lambda: cockpit(session, stage.catalog, slow),
                "any_day_ms": lambda: cockpit(session, stage.catalog, odd),
                "page_ms": lambda: visitor.client.get(address).data,
            },
            ROUNDS,
        )
    return {name: seconds * 1000 for name, seconds in (quick | others).items()}


def _asked(stage: Stage, filters: dict[str, int], day: date) -> Asked:
    with reading(stage.engine) as session:
        below = select(Division).where(Division.parent_id == stage.province.id)
        children = list(session.scalars(below))
    today, rules = wording.today(), stage.catalog.rulesets["miit-sme/2024"]
    return Asked(stage.province, children, rules, "best", day, today, "district", filters)


def _submission(stage: Stage) -> float:
    """How many milliseconds longer a submission's transaction takes because spans and counters follow it."""
    firms = count(1)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(SUBMISSIONS):
        for settled, times in taken.items():
            times.append(_submit(stage, next(firms), settled))
    return 1000 * (median(taken[True]) - median(taken[False]))


def _submit(stage: Stage, number: int, settled: bool) -> float:
    """Seconds of one more submission of the firm, today, with the next one's answers, so that its verdict changes."""
    now, form = wording.now(), stage.catalog.forms["miit-sme/2024"]
    with writing(stage.engine) as session:
        firm = session.scalars(select(Enterprise).order_by(Enterprise.id).offset(number).limit(1)).one()
        others = select(Statement).where(Statement.enterprise_id > firm.id, Statement.form == form.form)
        said = session.scalars(others.order_by(Statement.enterprise_id).limit(1)).one()
        draft = drafts.open_draft(session, firm, form, "again", wording.today(), now)
        drafts.save(session, draft.id, typed_again(said.answers), now)
    without: AbstractContextManager[object] = nullcontext() if settled else patch("diagnose.services.spans.settle")
    with without:
        start = time.perf_counter()
        with writing(stage.engine) as session:
            submit.submit(session, stage.catalog, firm, draft)
        return time.perf_counter() - start
