"""Which statement a fact comes from: latest as_of, then latest recorded_at, within one kind, as known at one moment."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from diagnose.db import reading, writing
from diagnose.models import Statement
from diagnose.services.facts import facts_at, plain
from tests.diagnose.cast import File, engine, open_file

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
Say = Callable[..., int]
Ask = Callable[..., dict[str, Any]]


def hour(number: int) -> datetime:
    """A moment of learning; later numbers are later."""
    return datetime(2026, 6, 1, number, tzinfo=UTC)


@pytest.fixture
def say(app: Flask, file: File) -> Say:
    """Records a statement; returns its id."""
    enterprise = file.enterprise().id

    def record(as_of: date, recorded: int, answers: dict[str, Any], kind: str = "self", whose: int = 0) -> int:
        row = Statement(
            enterprise_id=whose or enterprise,
            kind=kind,
            source=kind,
            as_of=as_of,
            recorded_at=hour(recorded),
            form="digital-portrait",
            edition="2025",
            answers=answers,
        )
        with writing(engine(app)) as session:
            session.add(row)
        return row.id

    return record


@pytest.fixture
def ask(app: Flask, file: File) -> Ask:
    """The facts as of a day, known at an hour."""
    enterprise = file.enterprise().id

    def look(as_of: date = MAY, known: int = 23, kind: str = "self") -> dict[str, Any]:
        with reading(engine(app)) as session:
            return plain(facts_at(session, enterprise, kind, as_of, hour(known)))

    return look


def test_nothing_said_is_no_fact(ask: Ask) -> None:
    assert ask() == {}


def test_latest_day_wins_even_when_learned_first(say: Say, ask: Ask) -> None:
    say(APRIL, 1, {"x": "April"})
    say(MARCH, 2, {"x": "March"})
    assert ask() == {"x": "April"}


def test_same_day_the_later_word_wins(say: Say, ask: Ask) -> None:
    say(MARCH, 2, {"x": "second"})
    say(MARCH, 1, {"x": "first"})
    assert ask() == {"x": "second"}


def test_same_day_and_moment_the_later_row_wins(say: Say, ask: Ask) -> None:
    say(MARCH, 1, {"x": "one"})
    say(MARCH, 1, {"x": "two"})
    assert ask() == {"x": "two"}


def test_each_code_is_decided_by_itself(say: Say, ask: Ask) -> None:
    say(MARCH, 1, {"x": 1, "y": 1})
    say(APRIL, 2, {"y": 2, "z": 2})
    assert ask() == {"x": 1, "y": 2, "z": 2}


def test_day_counts_up_to_and_including_the_day_asked(say: Say, ask: Ask) -> None:
    say(MARCH, 1, {"x": "March"})
    say(APRIL, 2, {"x": "April"})
    assert ask(APRIL) == {"x": "April"}
    assert ask(date(2026, 3, 31)) == {"x": "March"}
    assert ask(date(2026, 2, 28)) == {}


def test_moment_counts_up_to_and_including_the_moment_asked(say: Say, ask: Ask) -> None:
    say(MARCH, 1, {"x": "as believed"})
    say(MARCH, 3, {"x": "as corrected"})
    assert ask(known=3) == {"x": "as corrected"}
    assert ask(known=2) == {"x": "as believed"}
    assert ask(known=0) == {}


def test_kinds_never_fill_each_others_gaps(say: Say, ask: Ask) -> None:
    say(MARCH, 1, {"x": "said", "y": "said"})
    say(APRIL, 2, {"x": "seen"}, kind="onsite")
    assert ask(kind="self") == {"x": "said", "y": "said"}
    assert ask(kind="onsite") == {"x": "seen"}


def test_firms_never_fill_each_others_gaps(app: Flask, say: Say, ask: Ask) -> None:
    say(MARCH, 1, {"x": "theirs"}, whose=open_file(app).enterprise().id)
    assert ask() == {}


def test_fact_carries_its_two_clocks_and_its_statement(app: Flask, file: File, say: Say) -> None:
    say(MARCH, 1, {"x": 1})
    newest = say(APRIL, 2, {"x": 2})
    with reading(engine(app)) as session:
        fact = facts_at(session, file.enterprise().id, "self", MAY, hour(23))["x"]
    assert (fact.value, fact.as_of, fact.recorded_at, fact.source, fact.statement) == (
        2,
        APRIL,
        hour(2),
        "self",
        newest,
    )
