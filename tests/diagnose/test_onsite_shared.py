"""Two questions over one fact (生产设备总数): what changes it opens the others again where they no longer stand."""

import pytest

from diagnose.models import Finding
from tests.diagnose.cast import File, all_of, typed
from tests.diagnose.onsite_stage import Stage, stage

DIGITAL, NETWORKED, CLOUD = "equipment_digital_rate", "equipment_networked_rate", "equipment_cloud_rate"


@pytest.fixture
def visit(file: File) -> Stage:
    return stage(file.submitted())


def onsite_typed(visit: Stage) -> dict[str, list[str]]:
    return typed(visit.app, max(one.assessment_id for one in all_of(visit.app, Finding)))


def total(visit: Stage, digital: int, count: int) -> dict[str, dict[str, object]]:
    """The first question verified with this number of machines; the states it answers with."""
    saved = visit.save(DIGITAL, facts={"equipment_digital": digital, "equipment_total": count})
    states: dict[str, dict[str, object]] = saved.body["questions"]
    return states


def test_new_total_takes_back_what_was_adopted_over_it(visit: Stage) -> None:
    visit.save(NETWORKED, "adopted")
    assert onsite_typed(visit) == {"equipment_networked": ["50"], "equipment_total": ["120"]}
    states = total(visit, 80, 110)
    assert states[NETWORKED]["choice"] == "" and states[NETWORKED]["state"] == "empty"
    assert states[NETWORKED]["version"] == visit.version(NETWORKED) == 2
    assert NETWORKED in visit.open_codes() and visit.choice(DIGITAL) == "verified"


def test_same_total_leaves_the_others_alone(visit: Stage) -> None:
    visit.save(NETWORKED, "adopted")
    states = total(visit, 70, 120)
    assert states[NETWORKED]["choice"] == "adopted" and visit.version(NETWORKED) == 1


def test_question_nobody_looked_at_has_nothing_to_overwrite(visit: Stage) -> None:
    states = total(visit, 80, 110)
    assert states[NETWORKED]["version"] == 0 and visit.finding(NETWORKED) is None
    outcome = visit.save(NETWORKED, facts={"equipment_networked": 55}, version=0)
    assert outcome.body["questions"][NETWORKED]["result"] == "50.0%"


def test_verified_ratio_stays_over_a_new_total_that_fits(visit: Stage) -> None:
    total(visit, 80, 120)
    visit.save(NETWORKED, facts={"equipment_networked": 55})
    states = total(visit, 80, 100)
    assert states[NETWORKED]["choice"] == "verified" and states[NETWORKED]["result"] == "55.0%"
    assert visit.version(NETWORKED) == 2


def test_verified_ratio_that_becomes_wrong_is_open_again(visit: Stage) -> None:
    total(visit, 40, 120)
    visit.save(NETWORKED, facts={"equipment_networked": 55})
    states = total(visit, 40, 50)
    assert states[NETWORKED]["state"] == "bad" and "多于" in str(states[NETWORKED]["error"])
    assert visit.choice(NETWORKED) is None and NETWORKED in visit.open_codes()
    assert onsite_typed(visit)["equipment_networked"] == ["55"]


def test_page_from_before_the_new_total_is_stale(visit: Stage) -> None:
    total(visit, 80, 120)
    visit.save(NETWORKED, facts={"equipment_networked": 55})
    seen = visit.version(NETWORKED)
    total(visit, 80, 100)
    assert visit.save(NETWORKED, facts={"equipment_networked": 60}, version=seen).status == "conflict"


def test_corrected_total_forbids_adopting_the_others(visit: Stage) -> None:
    total(visit, 80, 100)
    outcome = visit.save(NETWORKED, "adopted")
    error = outcome.body["questions"][NETWORKED]["error"]
    assert "生产设备总数已填 100，和自评的 120 不同" in error
    assert visit.choice(NETWORKED) is None and onsite_typed(visit)["equipment_total"] == ["100"]
    assert visit.save(CLOUD, "same").body["questions"][CLOUD]["state"] == "bad"


def test_total_verified_elsewhere_is_not_adopted_with_its_ratio(visit: Stage) -> None:
    total(visit, 70, 120)
    visit.save(NETWORKED, "adopted")
    assert visit.adopted_codes() == ["equipment_networked"]


def test_adopting_the_asking_question_does_not_undo_a_verified_total(visit: Stage) -> None:
    total(visit, 80, 100)
    visit.save(NETWORKED, facts={"equipment_networked": 55})
    assert "不能沿用自评" in visit.save(DIGITAL, "adopted").body["questions"][DIGITAL]["error"]
    assert onsite_typed(visit)["equipment_total"] == ["100"]


def test_total_alone_may_go_back_to_what_the_firm_said(visit: Stage) -> None:
    total(visit, 80, 100)
    assert visit.save(DIGITAL, "adopted").body["questions"][DIGITAL]["choice"] == "adopted"
    assert onsite_typed(visit)["equipment_total"] == ["120"]
