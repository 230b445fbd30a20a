"""一企一档: where a firm stands among firms of its kind, shown only where at least ten stand behind it."""

import re
from datetime import date, timedelta
from math import ceil
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.cli_peers import peers_command
from diagnose.db import writing
from diagnose.models import Diagnosis, Division, PeerGroup, VerdictSpan
from diagnose.models.span import FOREVER, ONSITE, SELF
from diagnose.services import peers, terms
from diagnose.services.peers import ALL
from tests.conftest import Visitor
from tests.diagnose.cast import PORTRAIT, File, all_of, engine, open_file
from tests.people import ELSEWHERE, HERE, verified_firm

SMALL, MICRO = 2, 3
MIIT = "miit-sme/2024"


def stand(app: Flask, scores: list[int], division: str = HERE, **changed: int) -> None:
    """So many verified firms whose self-assessment has held for a long time, with these scores (portrait)."""
    since = wording.today() - timedelta(days=200)
    for number, score in enumerate(scores):
        firm = verified_firm(app, division, credit_code=f"{division}{changed.get('size', 9)}{number:010d}")
        with writing(engine(app)) as session:
            place = session.scalars(select(Division.id).where(Division.code == division)).one()
            values: dict[str, int] = {
                "ruler_id": terms.term(session, "ruler", PORTRAIT),
                "kind": SELF,
                "from_day": since.toordinal(),
                "to_day": FOREVER,
                "best": 1,
                "industry": 33,
                "size": SMALL,
                **{f"d{n}": score // 10 for n in range(1, 7)},
                **dict.fromkeys(("chain", "locality", "marks", "level"), 0),
                **dict.fromkeys(("cnc_num", "cnc_den", "management", "tools", "no_design"), -1),
            }
            session.add(
                VerdictSpan(**(values | {"enterprise_id": firm, "division_id": place, "score": score} | changed))
            )


def groups(app: Flask) -> dict[tuple[int, int], PeerGroup]:
    peers.refresh(engine(app), wording.today())
    return {(one.industry, one.size): one for one in all_of(app, PeerGroup)}


@pytest.fixture
def me(app: Flask) -> File:
    """甲企, 33 and 小型, with its own verdict."""
    return open_file(app).submitted()


def page(file: File) -> str:
    file.holder.get(f"{file.address}/")
    return file.holder.page


def test_percentiles_are_nearest_ranks_of_each_group(app: Flask) -> None:
    scores = Random(7).sample(range(1000, 9000), 37)
    stand(app, scores[:12])
    stand(app, scores[12:], size=MICRO)
    found = groups(app)
    assert {key: one.n for key, one in found.items()} == {
        (33, SMALL): 12,
        (33, MICRO): 25,
        (33, ALL): 37,
        (ALL, SMALL): 12,
        (ALL, MICRO): 25,
        (ALL, ALL): 37,
    }
    for key, some in {(33, SMALL): scores[:12], (ALL, MICRO): scores[12:], (33, ALL): scores}.items():
        ordered = sorted(some)
        ranks = [max(ceil(place * len(some) / 100), 1) for place in range(101)]
        assert found[key].measures["score"] == [ordered[rank - 1] for rank in ranks]
        assert found[key].measures["d2"] == [ordered[rank - 1] // 10 for rank in ranks]
    month_end = date.fromordinal(found[33, ALL].day)
    assert (month_end + timedelta(1)).day == 1 and month_end < wording.today()


def test_group_of_nine_is_kept_nowhere(app: Flask) -> None:
    stand(app, list(range(3000, 3009)))
    stand(app, list(range(3000, 3009)), ELSEWHERE)
    assert groups(app) == {}


def test_measure_that_is_the_same_for_all_or_known_of_few_is_withheld(app: Flask) -> None:
    stand(app, [4000 + place for place in range(9)], d1=500, d3=-1)
    stand(app, [5000], size=MICRO, d1=500, d3=600)
    measures = groups(app)[33, ALL].measures
    assert "d1" not in measures and "d3" not in measures
    assert measures["d2"][0] < measures["d2"][100]


def test_onsite_verdicts_and_those_of_other_days_are_not_compared(app: Flask) -> None:
    stand(app, list(range(3000, 3009)))
    stand(app, [3100], size=MICRO, kind=ONSITE)
    stand(app, [3200], size=0, to_day=wording.today().toordinal() - 100)
    stand(app, [3300], size=1, from_day=wording.today().toordinal())
    assert groups(app) == {}


def test_firm_of_unknown_size_stands_in_no_group_by_size(app: Flask) -> None:
    stand(app, list(range(3000, 3012)), size=peers.PENDING)
    assert groups(app).keys() == {(33, ALL), (ALL, ALL)}


def test_page_says_where_the_firm_stands_among_its_own_kind(app: Flask, me: File) -> None:
    score = all_of(app, Diagnosis)[0].score
    stand(app, [score - 300 - 10 * place for place in range(7)] + [score + 100 * place for place in range(1, 6)])
    stand(app, [100 + place for place in range(40)], size=MICRO)
    before = page(me)
    assert "在同类企业中的位置" not in before
    found = groups(app)[33, SMALL]
    shown = page(me)
    assert "在本区县同行业、同规模的 12 家企业中，得分高于约 58% 的企业。" in shown  # 7 ÷ 12
    assert f"截至 {wording.day(date.fromordinal(found.day))}" in shown
    table = shown.partition('id="peers"')[2]
    rows = re.findall(r'<th scope="row">([^<]+)</th>' + r'<td class="zz-num">([^<]+)</td>' * 4, table)
    assert rows[0][0] == "得分" and len(rows) == 7
    assert all(re.fullmatch(r"\d+\.\d", text) for text in rows[0][2:])
    assert all(re.fullmatch(r"\d+%", text) for row in rows[1:] for text in row[2:])


def test_group_grows_until_ten_firms_stand_behind_it(app: Flask, me: File) -> None:
    stand(app, [1000 + place for place in range(6)])
    stand(app, [1100 + place for place in range(6)], size=MICRO)
    groups(app)
    assert "在本区县同行业的 12 家企业中，得分高于约 100% 的企业" in page(me)
    stand(app, [1200 + place for place in range(6)], ELSEWHERE)
    groups(app)
    assert "的 12 家企业中" in page(me)


def test_nothing_is_shown_without_ten_firms_or_beside_an_older_verdict(app: Flask, me: File) -> None:
    stand(app, [1000 + place for place in range(9)])
    groups(app)
    assert "同类企业" not in page(me)
    stand(app, [1100], size=MICRO)
    groups(app)
    assert "在同类企业中的位置" in page(me)
    old = all_of(app, Diagnosis)[0].id
    me.next_draft("correct").submitted()
    me.holder.get(f"{me.address}/verdict/{old}")
    assert "在同类企业中的位置" not in me.holder.page


def test_radar_carries_the_band_only_with_a_group(app: Flask, me: File) -> None:
    verdict = all_of(app, Diagnosis)[0]
    address = f"{me.address}/verdict/{verdict.id}/radar"
    before = [me.holder.get(address + ending).data for ending in (".svg", ".png")]
    stand(app, [1000 + 400 * place for place in range(12)])
    groups(app)
    after = [me.holder.get(address + ending).data for ending in (".svg", ".png")]
    assert before[0].count(b"opacity") < after[0].count(b"opacity")
    assert before[1] != after[1] and after[1].startswith(b"\x89PNG")


def test_refresh_once_a_month_and_the_older_groups_go(app: Flask) -> None:
    stand(app, [1000 + place for place in range(10)])
    today = wording.today()
    peers.refresh_monthly(engine(app), today)
    first = {one.day for one in all_of(app, PeerGroup)}
    stand(app, [2000], size=MICRO)
    peers.refresh_monthly(engine(app), today)
    assert {one.n for one in all_of(app, PeerGroup)} == {10}
    following = (today.replace(day=1) + timedelta(days=40)).replace(day=1)
    peers.refresh_monthly(engine(app), following)
    after = {one.day for one in all_of(app, PeerGroup)}
    assert after == {(following - timedelta(days=1)).toordinal()} != first


def test_park_counts_in_its_district(app: Flask, me: File) -> None:
    with writing(engine(app)) as session:
        district = session.scalars(select(Division).where(Division.code == HERE)).one()
        park = Division(parent_id=district.id, kind="park", name="示例园区", path="?")
        session.add(park)
        session.flush()
        park.path, park_id = f"{district.path}{park.id}/", park.id
    stand(app, [1000 + place for place in range(5)])
    stand(app, [1100 + place for place in range(5)], size=MICRO)
    with writing(engine(app)) as session:
        for one in session.scalars(select(VerdictSpan).where(VerdictSpan.size == MICRO)):
            one.division_id = park_id
    groups(app)
    assert "在本区县同行业的 10 家企业中" in page(me)


def test_command_says_how_many_groups_it_made(small_app: Flask) -> None:
    stand(small_app, [1000 + place for place in range(10)])
    with small_app.app_context():
        said = small_app.test_cli_runner().invoke(peers_command)
    assert said.exit_code == 0 and "算出 4 组同类企业" in said.output
    assert Visitor(small_app).get("/").status_code == 200
