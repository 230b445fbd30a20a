"""更正: what was wrong then is put right for that day, for later days, and for every ruler that read it."""

from typing import Any

import pytest
from flask import Flask

from diagnose.models import Diagnosis, Statement
from diagnose.services import rescore
from tests.diagnose.cast import File, all_of, catalog, engine, open_file
from tests.diagnose.official import REST, opened
from tests.diagnose.test_rescore import DAY
from tests.firms import DISCRETE


def scores(app: Flask) -> list[tuple[str, str, int]]:
    return [(row.scheme, row.as_of.isoformat(), row.score) for row in all_of(app, Diagnosis)]


def test_a_correction_keeps_the_size_facts_of_its_day(small_file: File) -> None:
    small_file.submitted()
    small_file.holder.get(f"{small_file.address}/firm")
    small_file.post("firm", {**FIRM_NOW, "staff": "900", "step": "save"})
    small_file.next_draft("correct").submitted({**DISCRETE, "key_processes_cnc": 23})
    stated = [row.answers["staff"] for row in all_of(small_file.app, Statement)]
    assert stated == [186, 186]
    small_file.next_draft("again").submitted()
    assert all_of(small_file.app, Statement)[-1].answers["staff"] == 900


FIRM_NOW = {
    "name": "甲精密部件有限公司",
    "province": "320000",
    "division": "321003",
    "industry": "33",
    "process_type": "discrete",
    "revenue": "8000",
}


def test_a_correction_after_a_rescore_changes_the_rescored_day_too(file: File) -> None:
    file.submitted()
    rules = catalog(file.app).rulesets["digital-portrait/2025"]
    assert [one.judged for one in rescore.rescore(engine(file.app), catalog(file.app), rules, "self", DAY)] == [1]
    file.next_draft("correct").submitted({**DISCRETE, "key_processes_cnc": 40})
    found = scores(file.app)
    assert found[2][1:] == ("2026-03-01", found[3][2])
    assert found[3][1] == DAY.isoformat()
    assert found[3][2] > found[1][2]


def test_a_rescore_runs_again_over_a_file_with_a_newer_statement(file: File) -> None:
    file.submitted()
    rules = catalog(file.app).rulesets["digital-portrait/2025"]
    list(rescore.rescore(engine(file.app), catalog(file.app), rules, "self", DAY))
    file.next_draft("correct").submitted()
    assert rescore.open_files(engine(file.app), catalog(file.app), rules, "self", DAY) == 1


def test_a_corrected_shared_answer_changes_the_other_rulers_verdict(file: File) -> None:
    file.submitted()
    opened(file).submitted(REST)
    before = [row for row in scores(file.app) if row[0] == "miit-sme"]
    file.next_draft("correct").submitted({**DISCRETE, "planning": "F"})
    after = [row for row in scores(file.app) if row[0] == "miit-sme"]
    assert len(before) == 1
    assert [score for *_, score in after] == [before[0][2], before[0][2] + 3000]  # D is 4.5 points, F 7.5


@pytest.mark.parametrize("cleared", [("pass_rate_before", "pass_rate_after")])
def test_cleared_figures_are_withdrawn(small_app: Flask, cleared: tuple[str, ...]) -> None:
    figures: dict[str, Any] = {"pass_rate_before": "98.00", "pass_rate_after": "99.00"}
    file = open_file(small_app).submitted({**DISCRETE, **figures})
    again = file.next_draft("again")
    again.holder.get(f"{again.draft}/page/outcome")
    again.holder.post(
        f"{again.draft}/page/outcome",
        {"go": "next", **UNCHANGED, "quality_change": "A", **dict.fromkeys(cleared, "")},
    )
    assert again.holder.submit(again.draft).status_code == 302
    assert [all_of(small_app, Statement)[-1].answers[code] for code in cleared] == [None, None]
    third = file.next_draft("again")
    assert "应是" not in third.holder.get(f"{third.draft}/page/outcome").get_data(as_text=True)


UNCHANGED = {code: DISCRETE[code] for code in ("energy_change", "revenue_per_head_change", "cost_change")}
