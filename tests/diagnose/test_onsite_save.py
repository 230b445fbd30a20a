"""What the advisor found is kept question by question: as typed, with a choice only where it stands."""

import pytest
from flask import Flask

from diagnose.models import Diagnosis, Evidence, Finding, Statement, SyncedChange
from tests.diagnose.cast import File, all_of, typed
from tests.diagnose.official import GBT, both_submitted, newest, opened, ratings
from tests.diagnose.onsite_stage import Stage, stage
from tests.firms import DISCRETE, NO_DESIGN


@pytest.fixture
def visit(file: File) -> Stage:
    return stage(file.submitted())


def onsite_typed(visit: Stage) -> dict[str, list[str]]:
    return typed(visit.app, max(one.assessment_id for one in all_of(visit.app, Finding)))


def test_verified_value_is_kept_with_its_note_and_who_said_it(visit: Stage) -> None:
    outcome = visit.save("five_g", facts={"five_g": "C"}, note=" 现场看过基站 ")
    assert (outcome.status, outcome.fresh, outcome.body["version"]) == ("saved", True, 1)
    found = visit.finding("five_g")
    assert found is not None and found.by is not None
    assert (found.choice, found.note, found.by.name) == ("verified", "现场看过基站", "顾问甲")
    assert onsite_typed(visit) == {"five_g": ["C"]}
    assert outcome.body["questions"]["five_g"]["text"] == "已核实"
    assert "five_g" not in visit.open_codes()


def test_wrong_value_is_kept_as_typed_and_leaves_the_question_open(visit: Stage) -> None:
    outcome = visit.save("cnc_rate", typed={"key_processes_cnc": ["50"], "key_processes_total": ["40"]})
    state = outcome.body["questions"]["cnc_rate"]
    assert state["state"] == "bad" and "多于" in state["error"] and state["choice"] == ""
    assert onsite_typed(visit) == {"key_processes_cnc": ["50"], "key_processes_total": ["40"]}
    assert "cnc_rate" in visit.open_codes() and "key_processes_cnc" not in visit.draft().given


def test_half_typed_value_is_kept_and_is_not_verified(visit: Stage) -> None:
    outcome = visit.save("cnc_rate", typed={"key_processes_cnc": ["20"]})
    assert outcome.body["questions"]["cnc_rate"]["text"] == "未填完，待核"
    assert visit.choice("cnc_rate") is None and outcome.body["progress"]["done"] == 0


def test_value_without_a_choice_is_open(visit: Stage) -> None:
    visit.save("five_g", choice="", facts={"five_g": "C"})
    assert "five_g" in visit.open_codes() and onsite_typed(visit) == {"five_g": ["C"]}
    assert "five_g" not in visit.draft().given


def test_adopting_writes_the_firms_own_values(visit: Stage) -> None:
    outcome = visit.save("cnc_rate", "adopted")
    assert outcome.body["questions"]["cnc_rate"]["text"] == "沿用自评"
    assert onsite_typed(visit) == {"key_processes_cnc": ["22"], "key_processes_total": ["40"]}
    assert outcome.body["progress"] == {"done": 1, "total": 24, "adopted": 1}
    assert visit.adopted_codes() == ["key_processes_cnc", "key_processes_total"]


def test_same_as_the_firm_said_is_verified_and_not_adopted(visit: Stage) -> None:
    assert visit.save("cnc_rate", "same").body["questions"]["cnc_rate"]["choice"] == "verified"
    assert onsite_typed(visit) == {"key_processes_cnc": ["22"], "key_processes_total": ["40"]}
    assert visit.adopted_codes() == []


def test_question_the_firm_did_not_answer_cannot_be_adopted(file: File) -> None:
    visit = stage(file.submitted(NO_DESIGN))
    outcome = visit.save("design_depth", "adopted")
    assert "请先核实“自主研发设计”" in outcome.body["questions"]["design_depth"]["error"]
    assert visit.choice("design_depth") is None and "design_depth" in visit.open_codes()


def test_verified_claim_closes_the_questions_that_do_not_apply(file: File) -> None:
    visit = stage(file.submitted(NO_DESIGN))
    visit.save("own_design", choice="", facts={"own_design": False})
    assert {"own_design", "design_tool_rate", "design_depth"} <= set(visit.open_codes())
    states = visit.save("own_design", facts={"own_design": False}).body["questions"]
    assert states["design_depth"] | {"version": 0} == states["design_depth"]
    assert (states["design_depth"]["state"], states["design_depth"]["text"]) == ("na", "不适用，已核实")
    assert not {"own_design", "design_tool_rate", "design_depth"} & set(visit.open_codes())


def test_refuted_claim_asks_the_questions_again(file: File) -> None:
    visit = stage(file.submitted(NO_DESIGN))
    visit.save("own_design", "adopted")
    assert visit.save("own_design", facts={"own_design": True}).body["questions"]["design_depth"]["state"] == "empty"
    visit.save("design_depth", facts={"design_depth": "C"})
    assert visit.open_codes()[0] == "design_tool_rate" and "design_depth" not in visit.open_codes()


def test_stale_version_stores_nothing_and_shows_both(visit: Stage) -> None:
    visit.save("five_g", facts={"five_g": "C"}, note="甲的")
    outcome = visit.save("five_g", facts={"five_g": "A"}, note="乙的", version=0)
    assert outcome.status == "conflict" and outcome.body["conflict"] is True
    theirs, mine = outcome.body["theirs"], outcome.body["mine"]
    assert (theirs["note"], theirs["version"], theirs["typed"]) == ("甲的", 1, {"five_g": ["C"]})
    assert theirs["by"] == "顾问甲" and theirs["text"] != mine["text"]
    assert (mine["note"], mine["typed"], mine["choice"]) == ("乙的", {"five_g": ["A"]}, "verified")
    assert onsite_typed(visit) == {"five_g": ["C"]} and visit.version("five_g") == 1
    visit.save("five_g", facts={"five_g": "A"}, note="乙的", version=theirs["version"])
    assert onsite_typed(visit) == {"five_g": ["A"]}


def test_the_same_answer_from_a_stale_page_is_no_conflict(visit: Stage) -> None:
    visit.save("five_g", facts={"five_g": "C"})
    again = visit.save("five_g", facts={"five_g": "C"}, version=0)
    assert (again.status, again.fresh, again.body["version"]) == ("saved", False, 1)
    half = {"key_processes_cnc": ["2"]}
    visit.save("cnc_rate", typed=half)
    assert visit.save("cnc_rate", typed=half, version=0).status == "saved" and visit.version("cnc_rate") == 1


def test_change_sent_again_gets_its_first_answer_whatever_happened_since(visit: Stage) -> None:
    change = "a" * 32
    first = visit.save("five_g", facts={"five_g": "C"}, version=0, change=change)
    visit.save("five_g", facts={"five_g": "A"})
    again = visit.save("five_g", facts={"five_g": "C"}, version=0, change=change)
    assert again.body == first.body and not again.fresh
    assert onsite_typed(visit) == {"five_g": ["A"]}
    visit.move("written")
    assert visit.save("five_g", facts={"five_g": "C"}, version=0, change=change).body == first.body


def test_conflict_may_be_resent_under_its_number(visit: Stage) -> None:
    visit.save("five_g", facts={"five_g": "C"})
    change = "b" * 32
    assert visit.save("five_g", facts={"five_g": "A"}, version=0, change=change).status == "conflict"
    assert all_of(visit.app, SyncedChange) == []
    assert visit.save("five_g", facts={"five_g": "A"}, version=1, change=change).status == "saved"
    assert onsite_typed(visit) == {"five_g": ["A"]}


@pytest.mark.parametrize("state", ["appointed", "written", "confirmed", "final", "cancelled"])
def test_only_a_visit_under_way_takes_answers(small_file: File, state: str) -> None:
    visit = stage(small_file.submitted())
    visit.move(state)
    outcome = visit.save("five_g", facts={"five_g": "C"})
    assert (outcome.status, outcome.body["closed"]) == ("closed", True)
    assert all_of(visit.app, Finding) == []


def test_adopted_questions_stand_beside_the_verdict(app: Flask, visit: Stage) -> None:
    visit.save("five_g", facts={"five_g": "A"})
    visit.save("own_design", "same")
    visit.save_all("adopted", but=("talent",))
    visit.save("talent", "same")
    visit.finish()
    verdict = newest(app, Diagnosis)
    assert verdict.kind == "onsite" and verdict.scheme == "digital-portrait"
    scored = [one.code for one in visit.draft().form.questions if one.scored]
    assert sorted(verdict.result["adopted"]) == sorted(set(scored) - {"five_g", "talent"})
    assert newest(app, Statement).answers["five_g"] == "A"


def test_adopted_claim_counts_for_what_it_makes_not_applicable(app: Flask, file: File) -> None:
    visit = stage(file.submitted(NO_DESIGN))
    visit.save("own_design", "adopted")
    visit.save_all("same")
    visit.finish()
    assert newest(app, Diagnosis).result["adopted"] == ["design_tool_rate", "design_depth"]


def test_ratings_are_verified_cut_off_and_adopted(app: Flask, file: File) -> None:
    visit = stage(opened(file.submitted(), GBT).submitted(ratings(app)))
    first, second, *_, last = [one.code for one in visit.draft().form.questions]
    visit.save(first, typed={first: ["1", "0.8", "0", "", ""]})
    assert visit.save(second, typed={second: ["1", "0.8"]}).body["questions"][second]["text"] == "待核"
    visit.save(last, "adopted")
    visit.save_all("same")
    assert visit.open_codes() == []
    visit.finish()
    answers = newest(app, Statement).answers
    assert answers[first] == ["1", "0.8", "0", "0", "0"] and answers[last] == "NA"
    assert len(newest(app, Diagnosis).result["adopted"]) == 1


def test_official_form_takes_over_what_another_form_said(app: Flask, file: File) -> None:
    visit = stage(both_submitted(file))
    visit.save_all("adopted")
    assert visit.open_codes() == []
    visit.finish()
    answers = newest(app, Statement).answers
    assert answers["equipment_total"] == DISCRETE["equipment_total"] and answers["scene_quality"] == 3
    rules = len(newest(app, Diagnosis).result["adopted"])
    assert rules == len([one for one in visit.draft().form.questions if one.scored])


def test_corrected_self_assessment_does_not_move_what_the_visit_checks(file: File) -> None:
    visit = stage(file.submitted())
    file.next_draft("correct").submitted({"key_processes_cnc": 30})
    visit.save("cnc_rate", "adopted")
    assert onsite_typed(visit)["key_processes_cnc"] == ["22"]
    assert all_of(visit.app, Evidence) == []
