"""数据体检: what is doubtful about a firm, why, and that a doubt changes nothing."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Account, Diagnosis, Enterprise, Flag, Job, Statement, VerdictSpan
from diagnose.models.span import FOREVER, SELF
from diagnose.services import checkup, checkup_peers, checkup_rules, firm_facts, jobs, terms
from questionnaires.strict import DefinitionError
from tests.diagnose.cast import all_of, catalog, engine, open_file
from tests.firms import DISCRETE
from tests.people import ELSEWHERE, HERE, account, verified_firm

DAY = date(2026, 3, 1)
RULER = "digital-portrait/2025"
SOUND = DISCRETE | {
    "staff": 186,
    "revenue": "8000.00",
    "equipment_digital": 72,
    "designers_with_tools": 14,
    "designers_total": 20,
    "cloud_stars": "A",
    "iiims_certification": "A",
}


def stated(app: Flask, firm_id: int, changed: dict[str, Any], day: date = DAY, kind: str = "self") -> None:
    """A statement of a firm, as an import or a submission leaves it."""
    with writing(engine(app)) as session:
        session.add(
            Statement(
                enterprise_id=firm_id,
                kind=kind,
                source=kind,
                as_of=day,
                recorded_at=wording.now(),
                form="digital-portrait",
                edition="2025",
                answers=SOUND | changed,
                adopted=[],
            )
        )


def judged(app: Flask, firm_id: int, kind: str, score: int, level: int) -> None:
    with writing(engine(app)) as session:
        scheme, _, edition = RULER.partition("/")
        session.add(
            Diagnosis(
                enterprise_id=firm_id,
                kind=kind,
                scheme=scheme,
                edition=edition,
                ruleset_sha256="0" * 64,
                as_of=DAY,
                known_at=wording.now(),
                statements=[],
                score=score,
                level=level,
                result={},
            )
        )


def run(app: Flask, officer_id: int | None = None) -> checkup.Tally:
    """A run over all firms, or over those of an officer."""
    with reading(engine(app)) as session:
        officer = session.get(Account, officer_id) if officer_id else None
        if officer:
            assert officer.division
    with jobs.running(engine(app), "checkup", quiet=True) as job:
        return checkup.run(engine(app), catalog(app), officer, job)


def reasons(app: Flask, *codes: str) -> list[str]:
    """The sentences of the open flags, of some rules."""
    rows = [row for row in all_of(app, Flag) if row.gone_at is None and row.settled_at is None]
    return [checkup_rules.reason(row.code, row.detail) for row in rows if not codes or row.code in codes]


def codes(app: Flask) -> list[str]:
    return sorted(row.code for row in all_of(app, Flag) if row.gone_at is None and row.settled_at is None)


def test_a_sound_firm_has_no_flag(app: Flask) -> None:
    stated(app, verified_firm(app), {})
    assert run(app).firms == 1
    assert reasons(app) == []


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"equipment_networked": 80}, "networked_over_digital", "已联网的生产设备 80 台，数字化生产设备 72 台"),
        ({"equipment_cloud": 51}, "cloud_over_networked", "已上云的生产设备 51 台，已联网的生产设备 50 台"),
        ({"key_processes_cnc": 41}, "cnc_over_total", "已数控化的关键工序 41 道，关键工序总数 40 道：部分多于全部"),
        ({"designers_with_tools": 21}, "tools_over_designers", "21 人，研发设计人员总数 20 人"),
        ({"staff": 10}, "designers_over_staff", "研发设计人员总数 20 人，从业人员 10 人"),
        (
            {"staff": 0, "own_design": False, "designers_total": None},
            "no_staff",
            "上年度营业收入 8,000.00 万元，从业人员却填了 0",
        ),
        ({"system_integration": "C", "management_links": ["B"]}, "finance_not_digital", "没有“财务”"),
        ({"system_integration": "B", "management_links": ["A"]}, "integration_without_systems", "却选了“无”"),
        ({"cloud_stars": "B", "core_business_cloud": ["A"]}, "cloud_stars_without_cloud", "选了“三星级”"),
    ],
)
def test_a_contradiction_is_flagged_with_its_figures(
    small_app: Flask, changed: dict[str, Any], code: str, says: str
) -> None:
    stated(small_app, verified_firm(small_app), changed)
    run(small_app)
    (found,) = reasons(small_app, code)
    assert says in found


@pytest.mark.parametrize(
    ("answer", "registered", "expected"),
    [
        ("C", "", ["star_not_registered"]),
        ("C", "3", ["star_not_registered"]),
        ("C", "4", []),
        ("B", "4", ["star_not_answered"]),
        ("A", "4", ["star_not_answered"]),
        ("A", "", []),
    ],
)
def test_the_answered_star_is_held_against_the_registered_one(
    small_app: Flask, answer: str, registered: str, expected: list[str]
) -> None:
    id_ = verified_firm(small_app)
    stated(small_app, id_, {"cloud_stars": answer, "iiims_certification": "A"})
    if registered:
        with writing(engine(small_app)) as session:
            firm = session.get_one(Enterprise, id_)
            firm_facts.state(session, firm, "star", registered, date(2025, 1, 1), None, "证书", None, wording.now())
    run(small_app)
    assert codes(small_app) == expected


def test_a_certificate_that_had_run_out_by_then_does_not_count(small_app: Flask) -> None:
    id_ = verified_firm(small_app)
    stated(small_app, id_, {"iiims_certification": "D", "cloud_stars": "A"})
    with writing(engine(small_app)) as session:
        firm = session.get_one(Enterprise, id_)
        firm_facts.state(session, firm, "iiims", "AA", date(2023, 1, 1), DAY, "证书", None, wording.now())
    run(small_app)
    assert codes(small_app) == ["iiims_not_registered"]
    assert reasons(small_app) == ["企业填了“通过 AA 级评定”；企业事实里的两化融合贯标：没有登记（截至2026年3月1日）。"]


def test_jumps_between_two_days_are_flagged_and_corrections_of_one_day_are_not(small_app: Flask) -> None:
    quick, slow, corrected = (verified_firm(small_app, verified=number == 0) for number in range(3))
    with writing(engine(small_app)) as session:
        for number, id_ in enumerate((slow, corrected)):
            firm = session.get_one(Enterprise, id_)
            firm.credit_code, firm.verified = f"{number:018}", True
    before = {"key_processes_cnc": 5, "staff": 60}
    stated(small_app, quick, before, DAY - timedelta(days=100))
    stated(small_app, slow, before, DAY - timedelta(days=1000))
    stated(small_app, corrected, before, DAY)
    for id_ in (quick, slow, corrected):
        stated(small_app, id_, {})
    run(small_app)
    assert {row.enterprise_id for row in all_of(small_app, Flag)} == {quick}
    assert sorted(reasons(small_app)) == [
        "从业人员从 60 人（2025年11月21日）变到 186 人（2026年3月1日）。",
        "关键工序数控化率从12.5%（5 / 40 道）（2025年11月21日）变到55.0%（22 / 40 道）（2026年3月1日）。",
    ]


def test_self_and_onsite_far_apart_are_flagged(small_app: Flask) -> None:
    id_ = verified_firm(small_app)
    stated(small_app, id_, {})
    stated(small_app, id_, {"key_processes_cnc": 10}, kind="onsite")
    judged(small_app, id_, "self", 7000, 4)
    judged(small_app, id_, "onsite", 4999, 2)
    run(small_app)
    assert codes(small_app) == ["onsite_level", "onsite_ratio", "onsite_score"]
    assert "自评 55.0%（22 / 40 道），现场核验 25.0%（10 / 40 道）" in "".join(reasons(small_app, "onsite_ratio"))


def test_twenty_points_apart_are_not_yet_too_far(small_app: Flask) -> None:
    id_ = verified_firm(small_app)
    judged(small_app, id_, "self", 7000, 3)
    judged(small_app, id_, "onsite", 5000, 2)
    run(small_app)
    assert codes(small_app) == []


def peer_group(app: Flask, scores: list[int], size: int = 1) -> list[int]:
    """Firms of one industry and size, in their spans alone."""
    ids = []
    for number in range(len(scores)):
        code = f"{number:017}{size}"
        ids.append(verified_firm(app, credit_code=code, public_id=f"{size}{number:015x}"))
    figures = dict.fromkeys(("d1", "d2", "d3", "d4", "d5", "d6", "management", "tools", "no_design"), 0)
    with writing(engine(app)) as session:
        ruler = terms.term(session, "ruler", RULER)
        for id_, score in zip(ids, scores, strict=True):
            where = {"industry": 33, "size": size, "chain": 0, "locality": 0, "marks": 0, "division_id": 1}
            days = {"from_day": 700_000, "to_day": FOREVER}
            cnc = {"cnc_num": 1, "cnc_den": 2}
            row = {"enterprise_id": id_, "ruler_id": ruler, "kind": SELF, "best": 1, "level": 2, "score": score}
            session.add(VerdictSpan(**row, **where, **days, **cnc, **figures))
    return ids


def test_a_firm_far_from_ten_peers_is_flagged_and_one_of_nine_is_not(app: Flask) -> None:
    scores = [5000, 5100, 5200, 5300, 5400, 5500, 5600, 5700, 5800]
    ids = peer_group(app, [*scores, 9000])
    peer_group(app, [*scores[1:], 9000], size=2)
    run(app)
    assert [(row.enterprise_id, row.code) for row in all_of(app, Flag)] == [(ids[-1], "far_score")]
    assert reasons(app) == [
        "企业数字画像（2025版）自评得分 90.00，同行业同规模 10 家的中位数是 54.50，相差超过中位离差的 4 倍。"
    ]


def test_peers_of_unknown_size_are_no_peers(small_app: Flask) -> None:
    peer_group(small_app, [*range(5000, 6000, 100), 9900], size=checkup_peers.NO_SIZE)
    run(small_app)
    assert codes(small_app) == []


def test_the_spread_equals_one_worked_out_firm_by_firm() -> None:
    random = np.random.default_rng(7)
    keys, values = random.integers(0, 40, 3000), random.integers(0, 10_000, 3000)
    median2, mad4, count = checkup_peers.spread(keys, values)
    for at in range(0, 3000, 97):
        group = sorted(int(value) for value in values[keys == keys[at]])
        middle = Fraction(group[(len(group) - 1) // 2] + group[len(group) // 2], 2)
        away = sorted(abs(value - middle) for value in group)
        mad = (away[(len(away) - 1) // 2] + away[len(away) // 2]) / 2
        assert (median2[at], mad4[at], count[at]) == (2 * middle, 4 * mad, len(group))


def test_a_settled_doubt_is_raised_again_only_on_other_figures(app: Flask) -> None:
    id_ = verified_firm(app)
    stated(app, id_, {"equipment_networked": 80})
    run(app)
    with writing(engine(app)) as session:
        flag = session.scalars(select(Flag)).one()
        flag.settled_at, flag.note = wording.now(), "属实"
    assert run(app).raised == 0
    stated(app, id_, {"equipment_networked": 81}, DAY + timedelta(days=200))
    assert run(app).raised == 1
    assert codes(app) == ["networked_over_digital"]
    assert sorted(row.note for row in all_of(app, Flag)) == ["", "属实"]


def test_a_doubt_that_no_longer_holds_is_gone_and_may_come_back(app: Flask) -> None:
    id_ = verified_firm(app)
    stated(app, id_, {"equipment_networked": 80})
    run(app)
    stated(app, id_, {}, DAY + timedelta(days=1))
    assert run(app).gone == 1
    assert codes(app) == []
    stated(app, id_, {"equipment_networked": 80}, DAY + timedelta(days=2))
    assert run(app).raised == 0
    assert codes(app) == ["networked_over_digital"]
    assert len(all_of(app, Flag)) == 1


def test_an_officers_run_looks_at_verified_open_firms_of_the_own_subtree(app: Flask) -> None:
    wrong = {"equipment_networked": 80}
    ids = {
        "mine": verified_firm(app),
        "elsewhere": verified_firm(app, ELSEWHERE, credit_code="1" * 18),
        "closed": verified_firm(app, credit_code="2" * 18, status="closed"),
        "unverified": verified_firm(app, credit_code="3" * 18, verified=False),
    }
    for id_ in ids.values():
        stated(app, id_, wrong)
    officer_id = account(app, "officer", "boss", HERE)
    checkup.run_for(engine(app), catalog(app), officer_id)
    assert [row.enterprise_id for row in all_of(app, Flag)] == [ids["mine"]]
    job = next(row for row in all_of(app, Job) if row.kind == "checkup")
    assert (job.state, job.message) == ("done", "检查了 1 家，新增疑点 1 条，仍在的 0 条，已消失 0 条。")


def test_flags_never_change_a_verdict(small_app: Flask) -> None:
    file = open_file(small_app).submitted(SOUND | {"equipment_networked": 80})
    id_ = file.enterprise().id
    with writing(engine(small_app)) as session:
        session.get_one(Enterprise, id_).verified = True
    before = [(row.id, row.score, row.level, row.result) for row in all_of(small_app, Diagnosis)]
    run(small_app)
    assert "networked_over_digital" in codes(small_app)
    assert [(row.id, row.score, row.level, row.result) for row in all_of(small_app, Diagnosis)] == before
    file.next_draft("again").submitted(SOUND | {"equipment_networked": 80})
    scores = {(row.scheme, row.score, row.level) for row in all_of(small_app, Diagnosis)}
    assert len(scores) == len({row.scheme for row in all_of(small_app, Diagnosis)})


def test_many_firms_take_no_more_queries_than_one(small_app: Flask) -> None:
    from sqlalchemy import event

    def queries() -> int:
        seen: list[str] = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine(small_app), "before_cursor_execute", listen)
        with reading(engine(small_app)) as session:
            checkup.cases(session, checkup.firms(session, None))
        event.remove(engine(small_app), "before_cursor_execute", listen)
        return len(seen)

    stated(small_app, verified_firm(small_app), {})
    one = queries()
    for number in range(30):
        stated(small_app, verified_firm(small_app, credit_code=f"{number:018}"), {})
    assert queries() == one


def test_the_rules_name_what_the_dictionary_knows(small_app: Flask) -> None:
    assert checkup_rules.unknown_codes(catalog(small_app).dictionary) == []


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("    kind: zero\n", "    kind: none\n", "rules.no_staff: kind none is none of"),
        ("    zero: staff\n", "    null: staff\n", "rules.no_staff: unknown key"),
        ("    peers: 10\n", "", "rules.far_score: missing peers"),
    ],
)
def test_a_wrong_rule_is_refused_by_file_and_key(tmp_path: Path, before: str, after: str, names: str) -> None:
    path = tmp_path / "checkup.yaml"
    path.write_text(checkup_rules.PATH.read_text("utf-8").replace(before, after, 1), "utf-8")
    with pytest.raises(DefinitionError, match=f"{path}: {names}"):
        checkup_rules.load(path)
