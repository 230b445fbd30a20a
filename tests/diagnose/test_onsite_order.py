"""Questions come in the order in which they matter: claims of 不适用, what can move the level, the rest."""

from flask import Flask

from diagnose.services.onsite_draft import CLAIM, DONE, MOVES, REST
from diagnose.services.onsite_words import settled
from tests.diagnose.cast import File, catalog
from tests.diagnose.official import GBT, both_submitted, opened, ratings
from tests.diagnose.onsite_stage import Stage, stage
from tests.firms import DISCRETE, NO_DESIGN


def groups(visit: Stage) -> dict[str, list[str]]:
    draft = visit.draft()
    moved = frozenset[str]().union(*(one.movable for one in draft.guarantees(catalog(visit.app))))
    found: dict[str, list[str]] = {CLAIM: [], MOVES: [], REST: [], DONE: []}
    for question in draft.form.questions:
        found[draft.group(question, moved)].append(question.code)
    return found


def levels(visit: Stage) -> tuple[str, str]:
    return visit.draft().guarantees(catalog(visit.app))[0].level


def test_claims_come_first_and_what_is_done_last(small_file: File) -> None:
    visit = stage(small_file.submitted(NO_DESIGN))
    found = groups(visit)
    assert found[CLAIM] == ["own_design", "design_tool_rate", "design_depth"]
    assert "cnc_rate" in found[MOVES] and found[REST] == ["needs"] and found[DONE] == []
    visit.save("own_design", "same")
    visit.save("cnc_rate", "adopted")
    found = groups(visit)
    assert found[CLAIM] == [] and found[DONE] == ["own_design", "design_tool_rate", "design_depth", "cnc_rate"]


def test_claim_that_cuts_off_questions_counts_as_moving_the_level(small_file: File) -> None:
    visit = stage(small_file.submitted())
    assert "own_design" in groups(visit)[MOVES]


def test_cut_off_rating_is_a_claim(small_app: Flask, small_file: File) -> None:
    visit = stage(opened(small_file.submitted(), GBT).submitted(ratings(small_app)))
    last = [one.code for one in visit.draft().form.questions][-1]
    assert groups(visit)[CLAIM] == [last] and len(groups(visit)[MOVES]) == 19


def test_official_form_is_ordered_by_what_moves_its_level(small_file: File) -> None:
    visit = stage(both_submitted(small_file))
    assert groups(visit)[CLAIM] == [] and "scene_quality" in groups(visit)[MOVES]


def test_level_is_open_until_what_is_verified_fixes_it(small_file: File) -> None:
    visit = stage(small_file.submitted())
    assert levels(visit)[0] != levels(visit)[1]
    # With hardly anything in place nothing that is still open can lift the firm above the lowest level.
    worst = DISCRETE | {
        **{"equipment_digital": 0, "equipment_networked": 0, "equipment_cloud": 0, "key_processes_cnc": 0},
        **{"smart_factory": "A", "five_g": "A", "auto_collection": ["A"], "management_links": ["A"]},
        **{"system_integration": "A", "cloud_stars": "A", "core_business_cloud": ["A"], "planning": "A"},
        **{"iiims_certification": "A", "talent": ["A"], "network_security": ["A"], "data_security": ["A"]},
    }
    fixed = []
    for question in visit.draft().form.questions:
        given = {fact.code: worst[fact.code] for fact in question.facts if fact.code in worst}
        fixed.append(visit.save(question.code, facts=given).body["settled"])
        if fixed[-1]:
            break
    assert fixed[0] is False and fixed[-1] is True
    assert levels(visit)[0] == levels(visit)[1] and groups(visit)[MOVES] == []
    assert visit.open_codes() and settled(visit.draft().guarantees(catalog(visit.app)))


def test_values_nobody_verified_do_not_narrow_the_range(small_file: File) -> None:
    visit = stage(small_file.submitted())
    before = visit.draft().guarantees(catalog(visit.app))[0]
    visit.save("smart_factory", choice="", facts={"smart_factory": "A"})
    assert visit.draft().guarantees(catalog(visit.app))[0].score == before.score
    visit.save("smart_factory", facts={"smart_factory": "A"})
    assert visit.draft().guarantees(catalog(visit.app))[0].score != before.score
