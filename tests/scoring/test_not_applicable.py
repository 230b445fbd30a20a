"""不适用: the two design indicators leave the maximum together, and the score is out of what remains."""

import pytest

from scoring.encode import AnswerError
from scoring.verdict import verdict
from tests.scoring.firms import everything, nothing, share
from tests.scoring.oracle import NA, RULESET

NO_DESIGN = {"design_tool_rate": NA, "design_depth": NA}


def test_the_score_is_out_of_the_remaining_85_points() -> None:
    assert verdict(RULESET, everything(**NO_DESIGN)).score == 10000
    found = verdict(RULESET, nothing(**NO_DESIGN, cloud_stars="D"))
    assert found.score == 941  # 8/85 = 9.41176…
    assert verdict(RULESET, nothing(cloud_stars="D")).score == 800


def test_the_dimension_shows_0_of_0_and_the_points_are_none() -> None:
    found = verdict(RULESET, everything(**NO_DESIGN))
    assert found.dimensions is not None and found.dimensions["design"] == (0, 0)
    assert found.points["design_tool_rate"] is None and found.points["design_depth"] is None
    assert found.missing == ()


@pytest.mark.parametrize(
    "answers", [{"design_tool_rate": NA, "design_depth": "A"}, {"design_tool_rate": share(1), "design_depth": NA}]
)
def test_one_of_the_two_alone_is_refused(answers: dict[str, object]) -> None:
    with pytest.raises(AnswerError, match=r"NA \(不适用\) must be given for all of design_tool_rate, design_depth"):
        verdict(RULESET, everything(**answers))


def test_one_said_and_the_other_missing_is_incomplete() -> None:
    firm = everything(design_depth=NA)
    del firm["design_tool_rate"]
    found = verdict(RULESET, firm)
    assert found.missing == ("design_tool_rate",)
    assert found.score_range == (10000, 10000) and found.level_range == (4, 4)


@pytest.mark.parametrize("code", [each.code for each in RULESET.indicators if each.dimension != "design"])
def test_no_other_indicator_may_be_not_applicable(code: str) -> None:
    with pytest.raises(AnswerError) as caught:
        verdict(RULESET, everything(**{code: NA}))
    assert str(caught.value) == f"{code}: NA (不适用) is not allowed here"
