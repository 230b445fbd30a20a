"""The official forms on the site: whom they are for, how ratings and yearly figures are read, what the review says."""

from typing import Any

import pytest
from flask import Flask

from diagnose.models import Assessment, Diagnosis, Statement
from diagnose.services.answers import batch_answers
from questionnaires.parse import parse
from scoring.movable import movable
from tests.diagnose.cast import File, all_of, catalog, counts, open_file, status, typed
from tests.diagnose.official import GBT, MIIT, REST, batch_says, block, newest, opened, ratings, section
from tests.firms import DISCRETE

PROCESS = "gbt-39116-process/2020"
ALL_CUT = "不能全部裁剪，至少要评一个能力子域"
ENERGY = {
    "energy_last_year": "100",
    "revenue_last_year": "8000",
    "energy_year_before": "120",
    "revenue_year_before": "8000",
}


def review(draft: File) -> str:
    answer = draft.holder.get(f"{draft.draft}/review")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def autosave(draft: File, question: str, fields: dict[str, Any]) -> dict[str, Any]:
    """What the page's script is told about this question after it posted its fields."""
    answer = draft.post(f"{draft.filling}/answer/{question}", fields)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["questions"][question]
    return found


def only_first(app: Flask) -> dict[str, Any]:
    """All sub-domains 裁剪 but the first."""
    codes = [question.code for question in catalog(app).forms[GBT].questions]
    return dict.fromkeys(codes, "NA") | {codes[0]: ["1", "1", "1", "0.5", "0"]}


@pytest.mark.parametrize(("process_type", "own", "other"), [("discrete", GBT, PROCESS), ("process", PROCESS, GBT)])
def test_gbt_form_is_that_of_the_firms_process_type(small_file: File, process_type: str, own: str, other: str) -> None:
    file = open_file(small_file.app, process_type=process_type).submitted()
    page = file.holder.get(f"{file.address}/").get_data(as_text=True)
    assert f"/start/{own}" in page and f"/start/{other}" not in page
    before = counts(file.app)
    assert file.post(f"start/{other}").status_code == 404
    assert counts(file.app) == before
    opened(file, own)
    assert newest(file.app, Assessment).form_name == own


@pytest.mark.parametrize("form", ["miit-sme/2023", "nothing/2024", "gbt-39116/2020-discrete"])
def test_unknown_form_is_not_found(small_file: File, form: str) -> None:
    assert small_file.submitted().post(f"start/{form}").status_code == 404


def test_form_opened_twice_is_one_draft(app: Flask, file: File) -> None:
    first = opened(file.submitted())
    assert opened(file).draft == first.draft
    assert [one.purpose for one in all_of(app, Assessment)] == ["first", "other"]


def test_every_section_of_every_form_shows_each_question(small_file: File) -> None:
    file = small_file.submitted()
    for name in (MIIT, GBT):
        draft = opened(file, name)
        for part in catalog(file.app).forms[name].pages:
            page = section(draft, part.code)
            assert all(block(page, question.code) for question in part.questions)


@pytest.mark.parametrize(
    ("marks", "value"),
    [
        (["1", "1", "0.8", "0.5", "0"], ["1", "1", "0.8", "0.5", "0"]),
        (["1", "0"], ["1", "0", "0", "0", "0"]),
        (["1", "0", "", "", ""], ["1", "0", "0", "0", "0"]),
        (["1", "0", "1", "1", "1"], ["1", "0", "0", "0", "0"]),
        (["0"], ["0"] * 5),
        (["1"] * 5, ["1"] * 5),
        (["1", "", "1", "0", ""], None),
        (["", "0", "0", "0", "0"], None),
        (["1", "1", "1", "1"], None),
        (["", "", "", "", ""], None),
        ([], None),
        (["NA"], "NA"),
        (["1", "", "", "", "", "NA"], "NA"),
        (["1", "1", "1", "1", "1", "NA"], "NA"),
    ],
)
def test_ratings_stop_above_the_first_level_without_merit(small_file: File, marks: list[str], value: object) -> None:
    fact = catalog(small_file.app).dictionary.facts["gbt_data"]
    assert parse(fact, marks) == value


def test_ratings_come_back_as_typed_with_blanks_in_the_middle_open(small_file: File) -> None:
    draft = opened(small_file.submitted(), GBT)
    marks = ["1", "", "0.5", "", ""]
    draft.post(f"{draft.filling}/page/technology", {"asked": ["", "gbt_data"], "gbt_data": marks, "go": "next"})
    assert typed(draft.app, draft.draft_id) == {"gbt_data": marks}
    shown = block(section(draft, "technology"), "gbt_data")
    assert "<span>未填</span>" in shown
    assert shown.count(" selected>") == 2 and '<option value="0.5" selected>' in shown
    assert "没有“0.7”这个选项" in autosave(draft, "gbt_data", {"gbt_data": ["0.7", "0"]})["error"]


def test_gbt_verdict_is_that_of_the_batch_scorer(app: Flask, file: File) -> None:
    marks = ratings(app)
    opened(file.submitted(), GBT).submitted(marks)
    said = batch_says(app, GBT, marks)
    verdict = newest(app, Diagnosis)
    assert (verdict.level, verdict.score) == (said["level"], round(said["score"] * 100))
    assert verdict.statements[-1] == newest(app, Statement).id
    page = file.holder.get(f"{file.address}/?scheme=gbt-39116").get_data(as_text=True)
    assert f"<b>{said['score']:.2f}</b>" in page and "已裁剪，其余按权重折算" in page


def test_everything_cut_is_refused_in_words_and_stays_a_draft(app: Flask, file: File) -> None:
    draft = opened(file.submitted(), GBT).answered(dict.fromkeys(only_first(app), "NA"))
    before = counts(app)
    page = review(draft)
    assert ALL_CUT in page and "还有 1 题没有填好" in page
    answer = draft.holder.submit(draft.draft)
    assert answer.status_code == 422 and ALL_CUT in draft.holder.page
    assert counts(app) == before and status(app, draft.draft_id) == "draft"
    assert ALL_CUT in section(draft, "market")
    last = list(catalog(app).forms[GBT].questions)[-1].code
    assert ALL_CUT in autosave(draft, last, {last: "NA"})["error"]


def test_one_sub_domain_that_remains_is_enough(app: Flask, file: File) -> None:
    opened(file.submitted(), GBT).submitted(only_first(app))
    said = batch_says(app, GBT, only_first(app))
    assert (newest(app, Diagnosis).level, newest(app, Diagnosis).score) == (said["level"], 350) == (3, 350)


def test_yearly_figures_propose_an_answer(file: File) -> None:
    draft = opened(file).answered({})
    state = autosave(draft, "energy_change", ENERGY)
    label = catalog(file.app).dictionary.facts["energy_change"].options
    assert state["proposed"] in label.values() and state["error"] is None and state["state"] == "empty"
    shown = block(section(draft, "outcome"), "energy_change")
    assert f"按这些数据，应选“<b>{state['proposed']}</b>”" in shown and "data-proposed hidden" not in shown


@pytest.mark.parametrize("before", ["120", "100.00", "99.99"])
def test_answer_beside_its_figures_must_agree_with_them(small_file: File, before: str) -> None:
    draft = opened(small_file)
    label = catalog(small_file.app).dictionary.facts["energy_change"].options
    found = {
        chosen: autosave(draft, "energy_change", {**ENERGY, "energy_year_before": before, "energy_change": chosen})
        for chosen in label
    }
    agree = [chosen for chosen, state in found.items() if state["error"] is None]
    assert agree == [next(one for one in label if label[one] == found[one]["proposed"])]
    wrong = next(state for chosen, state in found.items() if chosen not in agree)
    assert (
        wrong["error"]
        == f"按您填的两年数据应是“{wrong['proposed']}”，和所选的不一致。请核对数据，或改选“{wrong['proposed']}”。"
    )


def test_contradiction_with_figures_stands_beside_its_question_and_holds_the_submission(small_file: File) -> None:
    draft = opened(small_file).answered(DISCRETE | REST)
    label = catalog(small_file.app).dictionary.facts["energy_change"].options
    state = autosave(draft, "energy_change", {**ENERGY, "energy_change": "B"})
    wrong = next(key for key in label if label[key] != state["proposed"])
    fields = {"asked": ["", "energy_change"], **ENERGY, "energy_change": wrong, "go": "next"}
    answer = draft.post(f"{draft.filling}/page/outcome", fields)
    assert str(answer.location).endswith("/page/outcome")
    page = section(draft, "outcome")
    assert "和所选的不一致" in block(page, "energy_change") and "本节有 1 处需要修改" in page
    assert draft.holder.submit(draft.draft).status_code == 422


def test_figures_that_cannot_be_divided_propose_nothing(small_file: File) -> None:
    state = autosave(opened(small_file), "energy_change", {**ENERGY, "revenue_last_year": "0"})
    assert state["proposed"] == "" and state["error"] is None


def test_review_gives_the_guaranteed_range_and_marks_what_cannot_move_the_level(app: Flask, file: File) -> None:
    facts = DISCRETE | REST
    low = {code: 0 for code in REST if code.startswith("scene_")}
    open_code = "decision_support"
    given = {code: value for code, value in (facts | low).items() if code != f"scene_{open_code}"}
    draft = opened(file.submitted()).answered({code: given[code] for code in given if code in REST})
    page = review(draft)
    said = batch_says(app, MIIT, given)
    assert said["level_range"] == [0, 0]
    assert "照现在的答案，结果一定在这个范围里" in page and "还有 1 题没有填好" in page
    assert "决策支持" in page.partition('id="missing"')[2].partition("</section>")[0]
    assert page.count("不影响等级</span>") == 1  # a scene gives no points


def test_open_answer_that_can_still_move_the_level_is_not_marked(app: Flask, file: File) -> None:
    scenes = [f"scene_{code}" for code in ("marketing", "quality", "safety", "decision_support")]
    given = {code: value for code, value in REST.items() if code not in (*scenes, "management_rules")}
    page = review(opened(file.submitted()).answered(given))
    said = batch_says(app, MIIT, DISCRETE | given)
    low, high = said["score_range"]
    assert f"得分 <b>{low:.3f}</b> 到 <b>{high:.3f}</b>" in page
    low_level, high_level = said["level_range"]
    titles = [catalog(app).rulesets[MIIT].level_title(level) for level in (low_level, high_level)]
    assert all(title in page for title in titles) and low_level <= high_level
    missing = page.partition('id="missing"')[2].partition("</section>")[0]
    assert missing.count("<li>") == 5
    rules, dictionary = catalog(app).rulesets[MIIT], catalog(app).dictionary
    still = movable(rules, batch_answers(rules, dictionary, DISCRETE | given))
    assert still == set(scenes) and missing.count("不影响等级，只影响得分") == 1
    assert "不影响等级，只影响得分" in missing.partition("数字化管理制度")[2].partition("</li>")[0]


def test_review_of_ratings_gives_levels_without_points(small_file: File) -> None:
    marks = ratings(small_file.app)
    first = next(iter(marks))
    draft = opened(small_file.submitted(), GBT).answered({code: marks[code] for code in marks if code != first})
    page = review(draft)
    said = batch_says(small_file.app, GBT, {code: marks[code] for code in marks if code != first})
    low, high = said["score_range"]
    assert f"得分 <b>{low:.2f}</b> 到 <b>{high:.2f}</b></p>" in page
