"""The page that compares two verdicts of a file: what is chosen, what is refused, what it says."""

import re
from html import unescape

import pytest
from flask import Flask

from diagnose.db import reading
from diagnose.models import Diagnosis
from diagnose.services.comparison import comparison
from diagnose.web.compare import overlaid
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, catalog, engine, open_file
from tests.diagnose.official import both_submitted
from tests.diagnose.onsite_stage import Stage, stage
from tests.firms import DISCRETE, NO_DESIGN, PROCESS


def page(file: File, query: str = "", status: int = 200) -> str:
    answer = file.holder.get(f"{file.address}/compare{query}")
    assert answer.status_code == status
    return " ".join(unescape(answer.get_data(as_text=True)).split())


def part(text: str, name: str) -> str:
    """A section of the page."""
    return text.partition(f'id="{name}"')[2].partition("</section>")[0]


def ids(file: File, kind: str = "self") -> list[int]:
    return [one.id for one in all_of(file.app, Diagnosis) if one.kind == kind]


def corrected(file: File) -> File:
    """Submitted, corrected on the same day, and assessed again today."""
    file.submitted().next_draft("correct").submitted({**DISCRETE, "key_processes_cnc": 12})
    file.next_draft("again").submitted({**DISCRETE, "key_processes_cnc": 30, "five_g": "C"})
    return file


def test_first_and_newest_are_compared_when_nothing_was_chosen(app: Flask, file: File) -> None:
    text = page(corrected(file))
    first, *_, last = all_of(app, Diagnosis)
    assert f'<option value="{first.id}" selected>' in text and f'<option value="{last.id}" selected>' in text
    assert text.count("<option") == 6 and "首次自评" in text and "重新自评" in text
    split = part(text, "split")
    assert f"得分相差 {(last.score - first.score) / 100:+.2f}" in split
    assert (
        re.findall(r"<td class=\"zz-num\">([+-][\d.]+)</td>", split)[-1] == f"{(last.score - first.score) / 100:+.2f}"
    )
    assert '更正</th><td class="zz-num">-3.72' in split  # 22 of 40 and 12 of 40


def test_changed_questions_show_both_answers_with_source_and_parts(small_file: File) -> None:
    text = part(page(corrected(small_file)), "changed")
    assert "2 题有变化，其余 20 题" in text
    assert (
        "55.0%（22 / 40 道）" in text
        and "75.0%（30 / 40 道）" in text
        and '企业自评，2026年3月1日，<span class="zz-nowrap">得 8.760 / 12</span>' in text
    )
    assert '<span class="zz-sub">更正 -3.720</span>' in text and '<span class="zz-sub">进步 +1.000</span>' in text
    assert "合计" in text and "标尺换版" not in text


def test_lost_condition_is_named(small_file: File) -> None:
    small_file.submitted().next_draft("again").submitted({**DISCRETE, "key_processes_cnc": 2})
    text = part(page(small_file), "conditions")
    assert "不再满足" in text and "≥ 30%" in text and "5.0%（2 / 40 道）" in text and "55.0%（22 / 40 道）" in text
    assert "新满足" not in text


def test_questions_that_do_not_apply_any_more_are_named_so(small_file: File) -> None:
    small_file.submitted().next_draft("again").submitted(NO_DESIGN)
    text = page(small_file)
    assert " / 85</td>" in part(text, "changed")
    assert part(text, "changed").count("不适用<span") == 2 and "不适用" in part(text, "dims")
    radar = small_file.holder.get(
        f"{small_file.address}/compare/radar.svg?a={ids(small_file)[0]}&b={ids(small_file)[1]}"
    )
    assert radar.status_code == 200 and radar.data.startswith(b"<svg")


@pytest.fixture
def visited(small_file: File) -> Stage:
    """Submitted, visited with one answer found lower, and assessed again."""
    visit = stage(small_file.submitted())
    visit.save("cnc_rate", facts={"key_processes_cnc": 12, "key_processes_total": 40})
    visit.save_all("adopted")
    visit.finish()
    small_file.next_draft("again").submitted({**DISCRETE, "five_g": "C"})
    return visit


def test_own_and_onsite_verdict_differ_by_deviation_and_time(visited: Stage) -> None:
    file = visited.file
    (first, again), (onsite,) = ids(file), ids(file, "onsite")
    text = part(page(file, f"?a={first}&b={onsite}"), "split")
    assert re.findall(r"<th scope=\"row\">([^<]+)</th><td class=\"zz-num\">([^<]+)</td>", text) == [
        ("时间（企业两次自评之间）", "0.00"), ("自评与现场的偏差", "-3.72"), ("标尺换版", "0.00"), ("合计", "-3.72"),
    ]  # fmt: skip
    text = page(file, f"?a={again}&b={onsite}")
    assert ">-1.00<" in part(text, "split") or ">+1.00<" in part(text, "split")
    assert "现场评定" in text and "沿用自评" in part(text, "changed") and "顾问 顾问甲" in text


def test_newer_verdict_is_solid_and_of_two_kinds_the_own_one(visited: Stage) -> None:
    file = visited.file
    (first, again), (onsite,) = ids(file), ids(file, "onsite")
    with reading(engine(file.app)) as session:
        for pair, solid in (((first, again), again), ((first, onsite), first), ((onsite, again), again)):
            found = comparison(session, catalog(file.app), file.enterprise(), *pair)
            ends, axes = overlaid(found)
            assert ends[0].diagnosis.id == solid
            each = next(one for one in found.dimensions if one.title == "生产制造数字化")
            before = found.before.diagnosis.id == solid
            axis = next(one for one in axes if one.label == each.title)
            assert (axis.share, axis.compare) == (each.shares if before else each.shares[::-1])


def test_two_rulers_are_refused_in_plain_words_and_the_choice_is_kept(small_file: File) -> None:
    both_submitted(small_file).next_draft("again").submitted({"five_g": "C"})
    verdicts = all_of(small_file.app, Diagnosis)
    portrait, official = (next(o.id for o in verdicts if o.scheme == s) for s in ("digital-portrait", "miit-sme"))
    text = page(small_file, f"?a={portrait}&b={official}", 422)
    assert "两把不同的标尺" in text and "不能互相换算" in text and 'id="split"' not in text
    assert f'<option value="{official}" selected>' in text


def test_one_verdict_twice_is_refused(small_file: File) -> None:
    (only,) = ids(small_file.submitted())
    assert "选的是同一次结论" in page(small_file, f"?a={only}&b={only}", 422)


def test_file_with_one_verdict_says_what_is_needed(small_file: File) -> None:
    assert "还不到两次结论" in page(small_file.submitted())


@pytest.mark.parametrize("query", ["?a=x&b=1", "?a=1", "?a=&b=", "?b=99999999999999", "?a=-1&b=1", "?a=888&b=889"])
def test_numbers_of_nothing_are_not_found(small_file: File, query: str) -> None:
    corrected(small_file) if query == "?a=888&b=889" else small_file
    assert small_file.holder.get(f"{small_file.address}/compare{query}").status_code == 404
    assert small_file.holder.get(f"{small_file.address}/compare/radar.svg{query}").status_code == 404


def test_verdict_of_another_file_is_not_found(small_file: File) -> None:
    own = ids(small_file.submitted())[0]
    other = open_file(small_file.app, Visitor(small_file.app)).submitted(PROCESS)
    foreign = ids(small_file)[-1]
    assert small_file.holder.get(f"{small_file.address}/compare?a={own}&b={foreign}").status_code == 404
    assert other.holder.get(f"{small_file.address}/compare?a={own}&b={own}").status_code == 404


def test_dossier_links_to_the_comparison(visited: Stage) -> None:
    text = unescape(visited.file.holder.get(f"{visited.file.address}/").get_data(as_text=True))
    first, again = ids(visited.file)
    assert f"/compare?a={first}&b={again}" in part(text, "trend") and "选任意两次结论比较" in text
    assert f"/compare?a={again}&b={ids(visited.file, 'onsite')[0]}" in part(text, "deviation")
