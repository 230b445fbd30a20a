"""逐条依据: every verdict explained on a page and as JSON that `python -m scoring verify` agrees with."""

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from diagnose.config import PROJECT
from diagnose.models import Diagnosis
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, catalog, open_file
from tests.diagnose.official import GBT, both_submitted, opened, ratings
from tests.firms import NO_DESIGN

PROCESS = "gbt-39116-process/2020"


@pytest.fixture
def judged(file: File) -> File:
    """甲企 with verdicts of the 数字画像, miit-sme and gbt."""
    both_submitted(file)
    opened(file, GBT).submitted(ratings(file.app))
    return file


def trace_of(file: File, verdict: Diagnosis) -> dict[str, Any]:
    answer = file.holder.get(f"{file.address}/verdict/{verdict.id}/trace.json")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    found: dict[str, Any] = json.loads(answer.data)
    return found


def verify(path: Path, trace: object) -> int:
    """Exit code of the independent verifier on a trace."""
    path.write_text(json.dumps(trace), encoding="utf-8")
    command = [sys.executable, "-m", "scoring", "verify", str(path)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, timeout=60).returncode


def test_page_shows_every_printed_number_answer_and_condition(judged: File) -> None:
    for verdict in all_of(judged.app, Diagnosis):
        trace, rules = trace_of(judged, verdict), catalog(judged.app).rulesets[verdict.ruleset]
        page = unescape(judged.holder.get(f"{judged.address}/verdict/{verdict.id}/trace").get_data(as_text=True))
        for entry in trace["indicators"]:
            assert not entry["printed_no"] or f">{entry['printed_no']}</td>" in page, entry["code"]
            assert catalog(judged.app).dictionary.question(rules.scheme, entry["code"]).title in page
            assert entry["points"] is None or f">{entry['points']} / {entry['max']}</td>" in page
            assert not entry["check"] or entry["check"] in page
        for level in trace["levels"]:
            part = page.partition(f"<h3>{level['title']}")[2].partition("</details>")[0]
            holds = [one["holds"] for one in level["conditions"]]
            assert part.count(">满足</td>") == sum(holds) and part.count(">不满足</td>") == len(holds) - sum(holds)
        assert all(text in page for text in (rules.document or "", rules.check or "", verdict.ruleset_sha256))


def test_page_names_options_and_percentages_in_words(small_file: File) -> None:
    small_file.submitted()
    [verdict] = all_of(small_file.app, Diagnosis)
    page = unescape(small_file.holder.get(f"{small_file.address}/verdict/{verdict.id}/trace").get_data(as_text=True))
    levels = page.partition('aria-labelledby="levels"')[2].partition("</section>")[0]
    cells = re.findall(r'<td class="zz-num"[^>]*><span>(.*?)</span></td>', levels)
    assert cells and not [cell for cell in cells if re.fullmatch(r"[A-Z]|0\.\d+", cell)], cells
    assert {"≥ 70%", "55.0%（22 / 40 道）"} <= set(cells)


def test_printed_numbers_of_the_official_form_are_all_there(judged: File) -> None:
    verdict = next(one for one in all_of(judged.app, Diagnosis) if one.scheme == "miit-sme")
    page = judged.holder.get(f"{judged.address}/verdict/{verdict.id}/trace").get_data(as_text=True)
    printed = [f"F{n}" for n in range(1, 8)] + [f"S{n:02}" for n in range(1, 17)]
    printed += [f"{letter}{n}" for letter in "MR" for n in range(1, 5)]
    assert [number for number in printed if f">{number}</td>" not in page] == []


def test_verifier_agrees_with_every_scheme_and_not_with_a_changed_trace(judged: File, tmp_path: Path) -> None:
    for verdict in all_of(judged.app, Diagnosis):
        trace = trace_of(judged, verdict)
        path = tmp_path / "trace.json"
        assert verify(path, trace) == 0, verdict.ruleset
        first = next(one for one in trace["indicators"] if one["points"] is not None)
        for changed in (
            trace | {"level": trace["level"] + 1},
            trace | {"score": trace["score"] | {"score": trace["score"]["score"][:-1] + "9"}},
            trace | {"sha256": "0" + trace["sha256"][1:] if trace["sha256"][0] != "0" else "1" + trace["sha256"][1:]},
            trace
            | {"indicators": [one if one is not first else one | {"points": "0.001"} for one in trace["indicators"]]},
            trace | {"indicators": trace["indicators"][1:]},
        ):
            assert verify(path, changed) in (1, 2), verdict.ruleset


def test_verifier_agrees_with_the_process_edition_and_with_what_does_not_apply(
    small_app: Flask, tmp_path: Path
) -> None:
    file = open_file(small_app, process_type="process").submitted(NO_DESIGN)
    opened(file, PROCESS).submitted(ratings(small_app, PROCESS))
    verdicts = all_of(small_app, Diagnosis)
    assert [one.ruleset for one in verdicts] == ["digital-portrait/2025", "gbt-39116/2020-process"]
    for verdict in verdicts:
        assert verify(tmp_path / "trace.json", trace_of(file, verdict)) == 0
        page = file.holder.get(f"{file.address}/verdict/{verdict.id}/trace").get_data(as_text=True)
        assert ">不适用</span>" in page


def test_trace_is_found_by_the_holder_of_its_file_alone(judged: File) -> None:
    other = open_file(judged.app, Visitor(judged.app), name="乙公司").submitted()
    for verdict in all_of(judged.app, Diagnosis)[:-1]:
        for name in ("trace", "trace.json"):
            path = f"verdict/{verdict.id}/{name}"
            assert Visitor(judged.app).get(f"{judged.address}/{path}").status_code == 404
            assert other.holder.get(f"{judged.address}/{path}").status_code == 404
            assert other.holder.get(f"{other.address}/{path}").status_code == 404


def test_methods_pages_show_document_checks_and_every_level_condition(small_app: Flask) -> None:
    visitor = Visitor(small_app)
    visitor.get("/methods")
    listed = visitor.page
    for name, rules in catalog(small_app).rulesets.items():
        assert f'href="/methods/{name}"' in listed and rules.title in listed
        assert visitor.get(f"/methods/{name}").status_code == 200
        page = unescape(visitor.page)
        assert (rules.document or "") in page and all(source in page for source in rules.sources)
        assert not rules.check or f"待核</span> {rules.check}" in page
        table = page.partition('aria-label="等级条件表"')[2].partition("</table>")[0]
        for level in rules.levels:
            assert level.title in table
            for condition in level.conditions:
                assert catalog(small_app).dictionary.question(rules.scheme, condition.indicator).title in table
            for gate in level.gates:
                assert f"至少 {gate.at_least} 个" in table
        assert table.count("得分都不低于 0.80") == (len(rules.levels) if rules.family == "ratings" else 0)
        for scored in rules.indicators:
            question = catalog(small_app).dictionary.question(rules.scheme, scored.code)
            assert question.title in page and (
                not question.printed_no or f"{question.printed_no} {question.title}" in page
            )
