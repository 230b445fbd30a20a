"""一企一档 shows every ruler's verdict side by side, a radar each; what nobody pledged is a trial and is not stored."""

from html import unescape

import pytest
from flask import Flask

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Diagnosis, Statement
from tests.diagnose.cast import File, all_of, catalog, counts, engine
from tests.diagnose.official import GBT, MIIT, REST, batch_says, both_submitted, opened, ratings
from tests.firms import DISCRETE

TRIAL = "试算，未承诺提交"


def other_rulers(file: File, query: str = "") -> list[str]:
    """The columns of 几把标尺下的等级, one a ruler."""
    page = unescape(file.holder.get(f"{file.address}/{query}").get_data(as_text=True))
    return page.partition('id="other"')[2].partition("</section>")[0].split("<h3>")[1:]


def stated(file: File, facts: dict[str, object]) -> None:
    """Facts that somebody brought in without a form of ours."""
    with writing(engine(file.app)) as session:
        session.add(
            Statement(
                enterprise_id=file.enterprise().id,
                kind="self",
                source="import",
                as_of=wording.today(),
                recorded_at=wording.now(),
                form="import",
                edition="1",
                answers=facts,
            )
        )


def test_ruler_without_answers_offers_its_form(file: File) -> None:
    own, gbt, official = other_rulers(file.submitted())
    assert "radar.svg" in own and "开始填写" not in own
    for column in (gbt, official):
        assert "还没有填写" in column and "开始填写" in column and "radar.svg" not in column and TRIAL not in column


def test_open_draft_is_gone_on_with(file: File) -> None:
    draft = opened(file.submitted())
    official = other_rulers(file)[2]
    assert f"{draft.draft}/" in official and "接着填写" in official and "开始填写" not in official


def test_verdicts_stand_side_by_side_with_one_radar_each(app: Flask, file: File) -> None:
    both_submitted(file)
    opened(file, GBT).submitted(ratings(app))
    verdicts = {one.scheme: one for one in all_of(app, Diagnosis)}
    said = {
        "digital-portrait": batch_says(app, "digital-portrait/2025", DISCRETE),
        "gbt-39116": batch_says(app, GBT, ratings(app)),
        "miit-sme": batch_says(app, MIIT, DISCRETE | REST),
    }
    for column, (scheme, line) in zip(other_rulers(file), said.items(), strict=True):
        verdict = verdicts[scheme]
        rules = catalog(app).rulesets[verdict.ruleset]
        assert column.count("<img") == 1 and f"/verdict/{verdict.id}/radar.svg" in column
        assert f"<b>{line['score']:.{rules.decimals}f}</b>" in column
        assert wording.level_name(line["level"], line["level_title"]) in column
        assert all(dimension.title in column for dimension in (*rules.dimensions, *rules.unscored))
        assert ("待核" in column) == bool(rules.check) and ("参考自评" in column) == (scheme == "gbt-39116")
        picture = file.holder.get(f"{file.address}/verdict/{verdict.id}/radar.svg")
        assert picture.status_code == 200 and picture.mimetype == "image/svg+xml"


@pytest.mark.parametrize(("scheme", "count"), [("miit-sme", 2), ("digital-portrait", 2), ("", 2)])
def test_each_scheme_has_its_own_file_page(small_file: File, scheme: str, count: int) -> None:
    both_submitted(small_file)
    page = small_file.holder.get(f"{small_file.address}/?scheme={scheme}")
    assert page.status_code == 200
    assert page.get_data(as_text=True).count("<img") == count + 2
    assert "共 1 次结论" in page.get_data(as_text=True)


@pytest.mark.parametrize("scheme", ["gbt-39116", "nothing", "%00"])
def test_scheme_without_a_verdict_shows_the_first_one(small_file: File, scheme: str) -> None:
    page = small_file.submitted().holder.get(f"{small_file.address}/?scheme={scheme}")
    assert page.status_code == 200 and "判定版本 digital-portrait/2025" in page.get_data(as_text=True)


def test_complete_facts_without_a_pledge_are_a_trial_that_is_never_stored(app: Flask, file: File) -> None:
    stated(file.submitted(), REST)
    before = counts(app)
    said = batch_says(app, MIIT, DISCRETE | REST)
    official = other_rulers(file)[2]
    assert TRIAL in official and f"<b>{said['score']:.3f}</b>" in official and said["level_title"] in official
    assert "核对并提交" in official and "radar.svg" not in official
    assert counts(app) == before and [one.scheme for one in all_of(app, Diagnosis)] == ["digital-portrait"]


def test_trial_becomes_a_verdict_once_it_is_pledged(app: Flask, file: File) -> None:
    stated(file.submitted(), REST)
    draft = opened(file)
    assert draft.holder.get(f"{draft.draft}/").location == f"{draft.draft}/review"
    assert draft.holder.submit(draft.draft).status_code == 302
    assert all_of(app, Statement)[-1].answers == {"staff": 186, "revenue": "8000.00"}
    official = other_rulers(file)[2]
    assert TRIAL not in official and "radar.svg" in official
    assert all_of(app, Diagnosis)[-1].score == round(batch_says(app, MIIT, DISCRETE | REST)["score"] * 1000)


def test_later_facts_do_not_move_a_verdict(app: Flask, file: File) -> None:
    both_submitted(file)
    before = other_rulers(file)[2]
    stated(file, {"information_systems": "A"})
    assert other_rulers(file)[2] == before
