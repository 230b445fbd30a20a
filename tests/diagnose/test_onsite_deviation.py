"""偏差: what was overstated and understated, by how much, under one ruler and the same edition."""

import pytest
from flask import Flask

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Diagnosis, Enterprise, Visit
from diagnose.services.deviation import Deviation, DeviationLine, compare, of_visit
from diagnose.services.joining import join
from tests.diagnose.cast import File, all_of, catalog, engine, open_file
from tests.diagnose.official import GBT, MIIT, REST, both_submitted, opened, ratings
from tests.diagnose.onsite_stage import Stage, stage
from tests.firms import DISCRETE, NO_DESIGN

PORTRAIT = "digital-portrait/2025"


def deviation(visit: Stage) -> Deviation:
    with reading(engine(visit.app)) as session:
        return of_visit(session, catalog(visit.app), session.get_one(Visit, visit.visit))[0]


def line(found: Deviation, code: str) -> DeviationLine:
    return next(each for each in found.lines if each.question.code == code)


def test_differences_are_in_points_the_largest_first(small_file: File) -> None:
    visit = stage(small_file.submitted())
    visit.save("cnc_rate", facts={"key_processes_cnc": 12, "key_processes_total": 40})
    visit.save("five_g", facts={"five_g": "A"})
    visit.save("smart_factory", facts={"smart_factory": "C"})
    visit.save_all("adopted", but=("talent",))
    visit.save("talent", "same")
    found = deviation(visit)
    assert [each.question.code for each in found.lines[:3]] == ["cnc_rate", "smart_factory", "five_g"]
    assert [each.word for each in found.lines[:4]] == ["over", "under", "over", "same"]
    assert line(found, "cnc_rate").text == "高估 3.720 分" and line(found, "talent").text == "一致"
    assert line(found, "cnc_rate").own == "55.0%（22 / 40 道）"
    assert line(found, "talent").adopted is False and line(found, "planning").adopted is True
    over = sum(each.size or 0 for each in found.lines if (each.size or 0) > 0)
    assert found.totals[0] == ("高估", f"{over / 1000:.3f} 分") and found.totals[1][0] == "低估"
    assert found.adopted == 18 and found.waiting == 0 and not found.final


def test_scores_of_both_sides_are_those_of_their_verdicts(app: Flask, file: File) -> None:
    visit = stage(file.submitted())
    visit.save("cnc_rate", facts={"key_processes_cnc": 12, "key_processes_total": 40})
    visit.save_all("adopted")
    visit.finish()
    own, onsite = all_of(app, Diagnosis)
    found = deviation(visit)
    assert found.final and (own.kind, onsite.kind) == ("self", "onsite")
    assert (found.own.score, found.found.score) == (f"{own.score / 100:.2f}", f"{onsite.score / 100:.2f}")
    assert own.score > onsite.score


def test_before_the_end_only_what_was_found_is_compared(small_file: File) -> None:
    visit = stage(small_file.submitted())
    visit.save("five_g", facts={"five_g": "A"})
    visit.save("talent", choice="", facts={"talent": ["A"]})
    found = deviation(visit)
    assert [each.question.code for each in found.lines] == ["five_g"] and found.waiting == 21
    assert " 到 " in found.found.score and " 到 " not in found.own.score


def test_refuted_claim_has_no_points_to_compare(small_file: File) -> None:
    visit = stage(small_file.submitted(NO_DESIGN))
    visit.save("own_design", facts={"own_design": True})
    visit.save("design_depth", facts={"design_depth": "A"})
    first = deviation(visit).lines[0]
    assert (first.own, first.text, first.size) == ("不适用", "一方不适用", None)


def test_scenes_differ_in_grades(small_file: File) -> None:
    visit = stage(both_submitted(small_file))
    visit.save("scene_quality", facts={"scene_quality": 1})
    visit.save("network", facts={"network": ["B"]})
    found = deviation(visit)
    assert line(found, "scene_quality").text == "高估 2 级"
    assert found.lines[0].question.code == "network" and dict(found.totals[2:]) == {"高估": "2 级", "低估": "0 级"}


def test_ratings_differ_in_the_sum_of_their_marks(small_app: Flask, small_file: File) -> None:
    visit = stage(opened(small_file.submitted(), GBT).submitted(ratings(small_app)))
    first = next(iter(visit.draft().form.questions)).code
    visit.save(first, typed={first: ["1", "0.8", "0", "", ""]})
    assert line(deviation(visit), first).text == "高估 0.7 评分"


@pytest.mark.parametrize("name", [PORTRAIT, MIIT])
def test_same_facts_differ_in_nothing(small_app: Flask, name: str) -> None:
    found = catalog(small_app)
    facts = DISCRETE | REST
    result = compare(found, found.rulesets[name], facts, facts, (), True)
    assert {each.word for each in result.lines} == {"same"} and result.own == result.found


def test_another_answer_with_the_same_points_says_so(small_app: Flask) -> None:
    found = catalog(small_app)
    other = DISCRETE | {
        "equipment_digital": 40,
        "equipment_networked": 25,
        "equipment_total": 60,
        "equipment_cloud": 12,
    }
    result = compare(found, found.rulesets[PORTRAIT], DISCRETE, other, (), True)
    assert line(result, "equipment_digital_rate").text == "得分相同"


def test_file_joined_since_changes_nothing_of_what_the_firm_had_said(app: Flask) -> None:
    other, file = open_file(app, as_of="2026-02-01").submitted(), open_file(app).submitted(NO_DESIGN)
    visit = stage(file)
    before = visit.draft().own
    with writing(engine(app)) as session:
        source, target = (session.get_one(Enterprise, one.enterprise().id) for one in (other, file))
        join(session, source, target, None, wording.now(), catalog(app))
    assert visit.draft().own == before and before
