"""Random histories of a firm: corrections, progress, a second edition, visits. The parts of any difference add up."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog, load_catalog
from diagnose.models import Statement
from diagnose.services.answers import batch_answers
from diagnose.services.change import Unsplit, change, course
from diagnose.services.compare_lines import QuestionLine, Total
from diagnose.services.comparison import Comparison, compare
from diagnose.services.deviation import DECIMALS
from diagnose.services.diagnose import diagnose, try_verdict
from diagnose.services.facts import facts_at, plain
from diagnose.services.verdicts import Verdicts
from diagnose.texts import say
from scoring import ruleset
from tests.diagnose.cast import File, engine
from tests.firms import DISCRETE

SECOND = Path(__file__).parents[1] / "editions" / "digital-portrait-2026.yaml"
CATALOG = load_catalog([SECOND])
CNC = "max_points: 14\n        knots: [[0, 0], [1, 14]]"
DAYS = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
# What a statement changes: facts of ratios, options, ticks, and a claim that makes two questions 不适用.
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "key_processes_cnc": st.integers(0, 40),
        "equipment_cloud": st.integers(0, 120),
        "five_g": st.sampled_from(["A", "B", "C"]),
        "system_integration": st.sampled_from(["A", "C", "E"]),
        "management_links": st.sampled_from([["A"], ["B", "C"], ["B", "C", "D", "E", "F"]]),
        "own_design": st.booleans(),
    },
)
KINDS, EDITIONS = st.sampled_from(["self", "self", "onsite"]), st.sampled_from(["2025", "2026"])
EVENTS = st.lists(st.tuples(KINDS, st.sampled_from(DAYS), CHANGES, EDITIONS), min_size=1, max_size=3)
Event = tuple[str, date, dict[str, Any], str]


def live(session: Session, firm: int, catalog: Catalog, events: list[Event]) -> Verdicts:
    """State and judge one event after the other, as of its day and the last day; both kinds start complete."""
    whole: list[Event] = [("self", DAYS[0], dict(DISCRETE), "2025"), ("onsite", DAYS[0], dict(DISCRETE), "2025")]
    for hour, (kind, day, answers, edition) in enumerate(whole + events):
        known = datetime(2026, 6, 1, hour, tzinfo=UTC)
        about = {"form": "digital-portrait", "edition": "2025", "source": kind}
        row = Statement(
            enterprise_id=firm, kind=kind, as_of=day, recorded_at=known, answers=answers, adopted=[], **about
        )
        session.add(row)
        session.flush()
        rules = catalog.rulesets[f"digital-portrait/{edition}"]
        for as_of in {day, DAYS[-1]}:
            diagnose(session, rules, catalog.dictionary, firm, kind, as_of, known)
    return Verdicts(session, catalog, firm)


def sums(found: Comparison) -> None:
    """All that must add up, in the numbers that a page shows."""
    before, after = found.before.diagnosis, found.after.diagnosis
    assert not found.why_not
    assert sum(Decimal(part) for _, part in found.parts) == Decimal(found.score)
    assert Decimal(found.score) == Decimal(after.score - before.score).scaleb(-found.after.rules.decimals)
    (total,) = found.totals
    lines = [line for _, group in found.groups for line in group]
    ends = [sum(points for points, _ in one.result["dimensions"].values()) for one in (before, after)]
    assert total.size == ends[1] - ends[0] == sum(line.size for line in lines)
    sized: list[QuestionLine | Total] = [*lines, total]
    assert all(sum(size for _, size in each.parts) == each.size for each in sized)
    for place, (step, size) in enumerate(total.parts):
        assert sum(line.parts[place][1] for line in lines) == size, step
    shown = Decimal(total.text.split()[0])
    assert sum((Decimal(part) for _, part in total.part_texts), Decimal()) == shown
    assert shown == Decimal(total.size).scaleb(-DECIMALS[total.unit])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_parts_of_every_pair_add_up(small_file: File, events: list[Event]) -> None:
    firm = small_file.enterprise().id
    with Session(engine(small_file.app)) as session:
        record = live(session, firm, CATALOG, events)
        for one, other in combinations(record.every, 2):
            found = compare(session, record, one.id, other.id)
            sums(found)
            if found.one_kind:
                check_by_the_clocks(session, found)
        session.rollback()


def check_by_the_clocks(session: Session, found: Comparison) -> None:
    """Corrections and progress as the two clocks define them, without looking at which statements a verdict lists."""
    before, after = found.before.diagnosis, found.after.diagnosis

    def score(day: date) -> int:
        facts = plain(facts_at(session, before.enterprise_id, before.kind, day, after.known_at))
        judged = try_verdict(found.before.rules, batch_answers(found.before.rules, CATALOG.dictionary, facts))
        assert judged and judged.score is not None
        return judged.score

    corrected, progressed = score(before.as_of), score(after.as_of)
    expected = (corrected - before.score, progressed - corrected, after.score - progressed)
    labels = [say(f"change_{step}") for step in ("corrections", "progress", "ruler")]
    exact = [(label, Decimal(size).scaleb(-2)) for label, size in zip(labels, expected, strict=True)]
    assert [(label, Decimal(text)) for label, text in found.parts] == exact


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """With a third edition that does not ask 5G any more and gives its two points to cnc_rate."""
    text = SECOND.read_text(encoding="utf-8").replace('edition: "2026"', 'edition: "2027"')
    text = re.sub(r"      - code: five_g\n(        .*\n)+", "", text)
    text = text.replace("max_points: 12\n        knots: [[0, 0], [0.5, 6], [1, 12]]", CNC)
    path = tmp_path_factory.mktemp("editions") / "digital-portrait-2027.yaml"
    path.write_text(text, encoding="utf-8")
    rules = ruleset.load(path)
    return replace(CATALOG, rulesets={**CATALOG.rulesets, rules.name: rules})


def test_question_of_one_edition_only_is_part_of_the_ruler(small_file: File, third: Catalog) -> None:
    with Session(engine(small_file.app)) as session:
        record = live(session, small_file.enterprise().id, third, [("self", DAYS[2], {}, "2027")])
        found = compare(session, record, record.every[0].id, record.every[-1].id)
        sums(found)
        line = next(one for _, lines in found.groups for one in lines if one.question.code == "five_g")
        assert line.after is None and line.before and line.size == -1000
        assert dict(line.parts) == {"corrections": 0, "progress": 0, "ruler": -1000}
        session.rollback()


def test_old_ruler_that_lacks_an_answer_says_so_and_splits_nothing(small_file: File, third: Catalog) -> None:
    with Session(engine(small_file.app)) as session:
        record = live(session, small_file.enterprise().id, third, [("self", DAYS[2], {"five_g": None}, "2027")])
        first, last = record.every[0], record.every[-1]
        with pytest.raises(Unsplit) as refused:
            change(course(record, first, last))
        assert (refused.value.reason, refused.value.missing) == ("missing", ("five_g",))
        found = compare(session, record, first.id, last.id)
        assert found.parts == () and "5G" in found.why_not and "2025 版" in found.why_not
        assert all(line.parts == () for _, lines in found.groups for line in lines) and found.totals[0].parts == ()
        assert found.totals[0].size == sum(line.size for _, lines in found.groups for line in lines)
        session.rollback()
