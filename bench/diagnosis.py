"""One diagnosis: in memory beside JSON in and out of the same answers, and stored beside one bare durable insert."""

import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from bench.goals import Figures, Goal
from bench.timing import medians
from diagnose import wording
from diagnose.access import new_code
from diagnose.catalog import Catalog, load_catalog
from diagnose.config import database_url
from diagnose.db import SQLITE_PRAGMAS, make_engine, writing
from diagnose.migrate import upgrade
from diagnose.models import Enterprise, Statement
from diagnose.services.answers import batch_answers
from diagnose.services.diagnose import diagnose
from scoring.verdict import verdict
from tests.firms import CREDIT_CODE, DISCRETE, FIRM

NAME = "diagnosis"
GOALS: dict[str, Goal] = {}
SCHEME = "digital-portrait/2025"
MEMORY_ROUNDS, MEMORY_CALLS = 30, 100
STORED_ROUNDS = 60


def run() -> Figures:
    """Medians: µs of one verdict from answers as in the batch format, ms of one stored with its transaction."""
    catalog = load_catalog()
    rules = catalog.rulesets[SCHEME]
    answers = batch_answers(rules, catalog.dictionary, DISCRETE)
    text = json.dumps(answers)
    memory = medians(
        {"verdict": lambda: verdict(rules, answers), "json": lambda: json.dumps(json.loads(text))},
        MEMORY_ROUNDS,
        MEMORY_CALLS,
    )
    stored = _stored(catalog)
    return {
        "verdict_us": round(memory["verdict"] * 1e6, 1),
        "json_us": round(memory["json"] * 1e6, 1),
        "verdict_to_json": round(memory["verdict"] / memory["json"], 2),
        "stored_ms": round(stored["diagnosis"] * 1e3, 3),
        "insert_ms": round(stored["insert"] * 1e3, 3),
        "stored_to_insert": round(stored["diagnosis"] / stored["insert"], 2),
    }


def _stored(catalog: Catalog) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        upgrade(database_url(var))
        engine = make_engine(database_url(var))
        with closing(sqlite3.connect(var / "peer.sqlite3", isolation_level=None)) as peer:
            found = medians({"diagnosis": _diagnosis(engine, catalog), "insert": _insert(peer)}, STORED_ROUNDS)
        engine.dispose()
    return found


def _diagnosis(engine: Engine, catalog: Catalog) -> Callable[[], object]:
    """Judges a firm with one statement: reads the facts, scores them, inserts the verdict, commits."""
    now, today = wording.now(), wording.today()
    enterprise = _enterprise(engine)
    rules, dictionary = catalog.rulesets[SCHEME], catalog.dictionary

    def job() -> None:
        with writing(engine) as session:
            diagnose(session, rules, dictionary, enterprise, "self", today, now + timedelta(seconds=1))

    return job


def _enterprise(engine: Engine) -> int:
    """The id of a firm that has stated all facts."""
    now, today = wording.now(), wording.today()
    with writing(engine) as session:
        firm = Enterprise(
            public_id="bench",
            link_sha256=new_code(),
            credit_code=CREDIT_CODE,
            name=FIRM["name"],
            industry=FIRM["industry"],
            process_type=FIRM["process_type"],
            profile={},
            created_at=now,
        )
        session.add(firm)
        session.flush()
        said = {"kind": "self", "source": "self", "form": "digital-portrait", "edition": "2025", "answers": DISCRETE}
        session.add(Statement(enterprise_id=firm.id, assessment_id=None, as_of=today, recorded_at=now, **said))
    return firm.id


def _insert(peer: sqlite3.Connection) -> Callable[[], object]:
    """One row of the same facts as text, in a transaction of its own, as durable as the app's."""
    for pragma in SQLITE_PRAGMAS:
        peer.execute(f"PRAGMA {pragma}")
    peer.execute("CREATE TABLE said (id INTEGER PRIMARY KEY, answers TEXT)")
    text = json.dumps(DISCRETE)
    return lambda: peer.execute("INSERT INTO said (answers) VALUES (?)", (text,))
