"""还差什么、怎么最省: from a verdict to a proven way, with what the firm says about costs, steps and outcomes."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose.db import reading, writing
from diagnose.models import Diagnosis, PathChoice
from diagnose.services import way_both, way_choices, way_find, way_moves
from diagnose.services.way_choices import NOTHING, Choices
from diagnose.services.way_find import Search
from scoring.verdict import verdict
from tests.diagnose.cast import File, all_of, catalog, engine, open_file
from tests.diagnose.official import GBT, both_submitted, opened, ratings
from tests.firms import DISCRETE, NO_DESIGN


def asked(file: File, scheme: str = "digital-portrait", choices: Choices = NOTHING) -> Search:
    """What is searched for the newest verdict of a scheme."""
    with reading(engine(file.app)) as session:
        found = session.scalars(
            select(Diagnosis).where(Diagnosis.scheme == scheme).order_by(Diagnosis.id.desc()).limit(1)
        ).one()
        judged = way_find.judged_of(session, catalog(file.app), found)
    return way_find.search(catalog(file.app), file.enterprise(), judged, choices)


@pytest.fixture
def file(small_app: Flask) -> File:
    return open_file(small_app).submitted()


def test_the_way_reaches_the_level_and_is_judged_again(file: File) -> None:
    found = way_find.everything(asked(file), 4)
    assert found.best and found.certificate and found.best.level == "协同级（四级）"
    assert (found.certificate.status, found.certificate.gap) == ("optimal", 0)
    assert found.certificate.bound == found.best.cost_middle == found.best.cost_low + found.best.cost_high
    assert found.best.cost_low == sum(step.cost_low for step in found.best.steps)
    assert float(found.best.score) >= 80 and found.best.score == found.certificate.judged_score
    assert {step.id for step in found.best.steps} >= {"cnc_rate:0.7", "system_integration:D"}
    by_id = {step.id: step for step in found.best.steps}
    assert by_id["cnc_rate:0.7"].then == "70.0%（28 / 40 道）" and by_id["cnc_rate:0.7"].now == "55.0%（22 / 40 道）"
    must = {step.question.code for step in found.best.steps if step.must}
    assert must == {"cnc_rate", "system_integration", "cloud_stars"}
    stars = next(step for step in found.best.steps if step.question.code == "cloud_stars")
    assert (stars.now, stars.then) == ("三星级", "四星级")
    assert all(found.best.cost_middle <= one.cost_middle for one in found.alternatives)
    assert found.fewest and len(found.fewest.steps) <= len(found.best.steps)
    assert found.fastest and found.fastest.months <= found.best.months
    assert [(one.level, one.reached) for one in found.curve] == [(1, True), (2, True), (3, True), (4, False)]


def test_the_stored_verdict_gives_the_same_answer(file: File) -> None:
    with reading(engine(file.app)) as session:
        row = session.scalars(select(Diagnosis)).one()
        found = way_find.way_up(session, catalog(file.app), file.enterprise(), row)
        glance = way_find.glance(session, catalog(file.app), file.enterprise(), row)
    assert found == way_find.everything(asked(file), 4)
    assert glance and (glance.best, glance.certificate, glance.curve) == (found.best, found.certificate, ())


def test_a_step_waits_for_those_before_it(file: File) -> None:
    found = way_find.everything(asked(file), 4)
    assert found.best
    for step in found.best.steps:
        assert step.ends == step.starts + step.months
        assert all(found.best.steps[place].ends <= step.starts for place in step.after)
    assert found.best.months == max(step.ends for step in found.best.steps)


def test_own_costs_change_the_answer(file: File) -> None:
    best = way_find.only_best(asked(file), 4).best
    assert best
    needless = next(step.id for step in best.steps if step.question.code not in ("cnc_rate", "system_integration"))
    dear = way_find.only_best(asked(file, choices=replace(NOTHING, costs={needless: (500_000, 500_000)})), 4).best
    assert dear and (needless not in [step.id for step in dear.steps] or dear.cost_middle >= 1_000_000)
    free = replace(NOTHING, costs={"cnc_rate:0.7": (0, 0)})
    cheap = way_find.only_best(asked(file, choices=free), 4).best
    assert cheap and cheap.cost_middle <= best.cost_middle
    assert next(step for step in cheap.steps if step.id == "cnc_rate:0.7").edited


def test_what_stays_or_cannot_be_done_is_left_out_and_said(file: File) -> None:
    fixed = replace(NOTHING, fixed=frozenset({"five_g", "equipment_networked_rate"}))
    found = way_find.only_best(asked(file, choices=fixed), 4)
    codes = {step.question.code for step in found.best.steps} if found.best else set()
    assert found.best and not codes & fixed.fixed and any("没有算进去" in one for one in found.assumptions)
    no_way = way_find.only_best(asked(file, choices=replace(NOTHING, fixed=frozenset({"cloud_stars"}))), 4)
    assert no_way.best is None and no_way.certificate is None
    assert any("星级上云" in one and "四星级" in one for one in no_way.why_not)
    assert any("1 处" in one for one in no_way.why_not)


def test_outcomes_stay_unless_the_firm_expects_more(file: File) -> None:
    plain = way_find.only_best(asked(file), 4)
    assert plain.best and not {step.question.code for step in plain.best.steps} & set(
        way_moves.no_steps("digital-portrait")
    )
    assert any("百元能耗变化" in one and "不变" in one for one in plain.assumptions)
    hope = replace(NOTHING, expected={"energy_change": "C", "quality_change": "C", "cost_change": "Z"})
    better = way_find.only_best(asked(file, choices=hope), 4)
    assert better.best and better.best.cost_middle <= plain.best.cost_middle
    assert any(one.startswith("假定") and "能" in one for one in better.assumptions)
    assert not any("成本" in one and one.startswith("假定") for one in better.assumptions)


def test_what_does_not_apply_is_no_step_and_stays_so(small_app: Flask) -> None:
    found = way_find.only_best(asked(open_file(small_app).submitted(NO_DESIGN)), 3)
    assert found.best and not {"design_tool_rate", "design_depth"} & {one.question.code for one in found.best.steps}
    assert any("不适用" in one for one in found.assumptions)


def test_official_ruler_has_ways_too_and_its_scenes_are_steps(small_app: Flask) -> None:
    file = both_submitted(open_file(small_app))
    search = asked(file, "miit-sme")
    level = way_find.levels_above(search.judged)[0]
    found = way_find.only_best(search, level)
    assert found.best and found.best.level.startswith("三级")
    hope = replace(NOTHING, expected={"digital_investment_rate": "3"})
    better = way_find.only_best(asked(file, "miit-sme", hope), level)
    assert better.best and better.best.cost_middle <= found.best.cost_middle
    assert any("40% 以上，到 60%" in one for one in better.assumptions)
    answers = way_find.search(catalog(small_app), file.enterprise(), search.judged, hope).goal(level).answers
    assert verdict(search.rules, answers).points["digital_investment_rate"] == 5625


def test_top_and_rulers_without_texts_have_no_way(small_app: Flask) -> None:
    file = opened(open_file(small_app).submitted(), GBT).submitted(ratings(small_app))
    assert not way_find.levels_above(asked(file, "gbt-39116").judged)
    with reading(engine(small_app)) as session:
        one = session.scalars(select(Diagnosis).where(Diagnosis.scheme == "gbt-39116")).one()
        assert way_find.way_up(session, catalog(small_app), file.enterprise(), one) is None


def test_choices_are_kept_with_a_version_and_nobody_overwrites_unseen(app: Flask) -> None:
    firm = open_file(app).enterprise()
    now = firm.created_at

    def keep(choices: Choices, seen: int) -> bool:
        with writing(engine(app)) as session:
            return way_choices.save(session, firm.id, "digital-portrait", choices, seen, None, now)

    first = way_choices.with_step(NOTHING, "cnc_rate:0.7", "cnc_rate", (100, 205), "impossible")
    assert keep(first, 0) and not keep(first, 0)
    with reading(engine(app)) as session:
        kept = way_choices.load(session, firm.id, "digital-portrait")
    assert kept == replace(first, version=1) and kept.any
    with pytest.raises(way_choices.Stale):
        keep(replace(kept, fixed=frozenset({"five_g"})), 0)
    assert keep(way_choices.with_step(kept, "cnc_rate:0.7", "cnc_rate", None, "go"), 1)
    (row,) = all_of(app, PathChoice)
    assert row.version == 2 and row.choices == {"costs": {}, "impossible": {}, "fixed": {}, "expected": {}}


def test_process_firms_read_their_own_variant(small_app: Flask) -> None:
    found: list[Any] = []
    for kind in ("discrete", "process"):
        search = asked(both_submitted(open_file(small_app, process_type=kind)), "miit-sme")
        found.append(
            {key: (one.action.do, one.move.cost_low, one.move.cost_high) for key, one in search.offered.items()}
        )
    assert found[0].keys() == found[1].keys() and found[0] != found[1]


def test_two_rulers_together_cost_no_more_than_apart(small_app: Flask) -> None:
    file = both_submitted(open_file(small_app))
    first, second = asked(file), asked(file, "miit-sme")
    found = way_both.both(first, 4, second)
    assert found.way and found.apart is not None and found.way.cost_middle <= found.apart
    assert [level for _, _, level in found.results] == ["协同级（四级）", "三级（集成级）"]
    alone = way_find.only_best(first, 4).best
    assert alone and alone.cost_middle <= found.way.cost_middle
    stuck = way_both.both(asked(file, choices=replace(NOTHING, fixed=frozenset({"cloud_stars"}))), 4, second)
    assert stuck.way is None and any("星级上云" in one for one in stuck.why_not)
    page = file.holder.get(f"{file.address}/verdict/1/way?both=yes").get_data(as_text=True)
    assert "两把标尺一起" in page and "做完之后" in page
    page = file.holder.get(f"{file.address}/verdict/2/way").get_data(as_text=True)
    assert "算一算两边一起怎么走最省" in page and "做完之后：" not in page


def test_rulers_that_read_different_facts_are_not_taken_together(small_app: Flask) -> None:
    file = both_submitted(open_file(small_app))
    file.next_draft("again").submitted(DISCRETE | {"planning": "B"})
    answer = file.holder.get(f"{file.address}/verdict/2/way")
    assert answer.status_code == 200 and "两把标尺一起" not in answer.get_data(as_text=True)
