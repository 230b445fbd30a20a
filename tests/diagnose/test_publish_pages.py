"""The officer previews, publishes and withdraws; everybody reads what stands; what went out never changes."""

import csv
import io
import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import AuditEntry, Division, Publication
from diagnose.services import publish, publish_view
from diagnose.services.publish import Changed
from diagnose.services.publish_gather import Gathered
from diagnose.web.publish import month_ends
from scoring.ruleset import Ruleset
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, catalog, engine
from tests.diagnose.published import Firms, firms, gathered
from tests.people import ELSEWHERE, HERE, account, logged_in

CITY = "321000"


class Stand:
    """A city with 600 made firms in place of the counters, and its officer."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.firms = app, firms(7, 600, districts=3, industries=5)
        with reading(engine(app)) as session:
            self.city = session.scalars(select(Division).where(Division.code == CITY)).one()
            below = select(Division.id).where(Division.parent_id == self.city.id).order_by(Division.id)
            self.districts = list(session.scalars(below))
        monkeypatch.setattr(publish, "gather", self._gather)
        self.officer = logged_in(app, account(app, "officer", "市里的", CITY))
        self.day = month_ends(wording.today())[0]

    def _gather(self, session: Session, division: Division, as_of: date, rules: Ruleset, basis: int) -> Gathered:
        levels = len(rules.levels) + 1
        if division.id == self.city.id:
            return gathered(self.firms, division.id, as_of, division.path, basis, self.districts, levels)
        number = self.districts.index(division.id) if division.id in self.districts else 99
        some: Firms = self.firms.among(self.firms.district == number)
        return gathered(some, division.id, as_of, division.path, basis, (), levels)

    def largest(self) -> int:
        """The district with the most firms."""
        return self.districts[max(range(3), key=lambda one: int((self.firms.district == one).sum()))]

    def preview(self, day: date | None = None, **more: object) -> str:
        self.officer.get("/district/publish", query_string={"day": (day or self.day).isoformat(), **more})
        return self.officer.page

    def fields(self) -> dict[str, str]:
        """The hidden fields of the page's form that publishes."""
        return dict(
            re.findall(
                r'<input type="hidden" name="(division|day|ruler|basis|sha256)" value="([^"]*)"', self.officer.page
            )
        )

    def publish(self, day: date | None = None, **more: object) -> Publication:
        self.preview(day, **more)
        answer = self.officer.post("/district/publish", self.fields())
        assert answer.status_code == 302, self.officer.page
        return all_of(self.app, Publication)[-1]


@pytest.fixture
def stand(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stand:
    return Stand(app, monkeypatch)


def test_an_officer_previews_publishes_and_everybody_reads_it(stand: Stand) -> None:
    page = stand.preview()
    assert "验算通过" in page
    assert "不足 10 家，或都在同一等级" in page
    row = stand.publish()
    anybody = Visitor(stand.app)
    answer = anybody.get(f"/public/{stand.city.id}")
    assert answer.status_code == 200
    assert "不公布" in anybody.page and "扬州市" in anybody.page
    assert "不足 10 家，或都在同一等级" not in anybody.page
    assert f"{row.content['rows'][0]['n']:,}" in anybody.page
    assert "合成数据" in anybody.page
    assert "/public/" in Visitor(stand.app).get("/public/").get_data(as_text=True)


def test_a_preview_publishes_nothing(stand: Stand) -> None:
    stand.preview()
    assert all_of(stand.app, Publication) == []
    assert Visitor(stand.app).get(f"/public/{stand.city.id}").status_code == 404


def test_what_is_published_is_what_was_previewed(stand: Stand) -> None:
    stand.preview()
    seen = stand.fields()
    stand.firms = stand.firms.moved(1, 5)
    answer = stand.officer.post("/district/publish", seen)
    assert answer.status_code == 409
    assert "请再看一遍" in stand.officer.page
    assert all_of(stand.app, Publication) == []
    assert stand.officer.post("/district/publish", stand.fields()).status_code == 302


def test_a_publication_stays_as_it_was_when_the_past_is_restated(stand: Stand) -> None:
    row = stand.publish()
    before = Visitor(stand.app).get(f"/public/{stand.city.id}").get_data()
    stand.firms = stand.firms.moved(2, 60)
    assert Visitor(stand.app).get(f"/public/{stand.city.id}").get_data() == before
    assert all_of(stand.app, Publication)[0].content == row.content


def test_the_same_is_not_published_twice(stand: Stand) -> None:
    stand.preview()
    seen = stand.fields()
    assert stand.officer.post("/district/publish", seen).status_code == 302
    stand.preview()
    again = stand.officer.post("/district/publish", stand.fields())
    assert again.status_code == 409
    assert len(all_of(stand.app, Publication)) == 1


def test_an_older_publication_keeps_its_own_address(stand: Stand) -> None:
    days = month_ends(wording.today())
    first, second = stand.publish(days[1]), stand.publish(days[0])
    anybody = Visitor(stand.app)
    anybody.get(f"/public/{stand.city.id}")
    assert f"/public/{stand.city.id}/{first.id}" in anybody.page
    assert second.sha256 in anybody.page
    anybody.get(f"/public/{stand.city.id}/{first.id}")
    assert first.sha256 in anybody.page and "较早的一期" in anybody.page


def test_a_withdrawn_publication_is_gone_but_not_forgotten(stand: Stand) -> None:
    row = stand.publish()
    place = f"/district/publish/{row.id}/withdraw"
    stand.officer.get(place)
    assert stand.officer.post(place, {"reason": " "}).status_code == 422
    assert "请写明撤下的原因" in stand.officer.page
    assert stand.officer.post(place, {"reason": "字" * 201}).status_code == 422
    assert "字" * 201 in stand.officer.page
    assert stand.officer.post(place, {"reason": "口径写错了"}).status_code == 302
    assert Visitor(stand.app).get(f"/public/{stand.city.id}").status_code == 404
    assert Visitor(stand.app).get(f"/public/{stand.city.id}/{row.id}/tables.csv").status_code == 404
    page = stand.preview()
    assert "口径写错了" in page and "以前公布过的 1 期" in page


def test_both_deeds_are_on_record(stand: Stand) -> None:
    row = stand.publish()
    stand.officer.get(f"/district/publish/{row.id}/withdraw")
    for _ in range(2):  # the second time it is withdrawn already
        stand.officer.post(f"/district/publish/{row.id}/withdraw", {"reason": "口径写错了"})
    deeds = [entry for entry in all_of(stand.app, AuditEntry) if entry.action.startswith("publish")]
    assert [entry.action for entry in deeds] == ["publish", "publish_withdraw"]
    assert deeds[0].detail == {"division": stand.city.id, "publication": row.id, "sha256": row.sha256}
    assert "口径写错了" not in str(deeds[1].detail)


def test_an_officer_publishes_for_the_own_subtree_only(stand: Stand) -> None:
    row = stand.publish()
    other = logged_in(stand.app, account(stand.app, "officer", "别处的", ELSEWHERE))
    below = logged_in(stand.app, account(stand.app, "officer", "区里的", HERE))
    for officer in (other, below):
        asked = {"division": stand.city.id, "day": stand.day.isoformat()}
        assert officer.get("/district/publish", query_string=asked).status_code == 404
        assert officer.get(f"/district/publish/{row.id}/withdraw").status_code == 404
        officer.get("/district/publish")
        assert officer.post(f"/district/publish/{row.id}/withdraw", {"reason": "想撤"}).status_code == 404
    assert all_of(stand.app, Publication)[0].withdrawn_at is None


def test_a_division_below_can_be_published_by_the_city(stand: Stand) -> None:
    row = stand.publish(division=stand.largest())
    assert row.division_id == stand.largest()


def test_a_place_with_few_firms_is_refused_in_words(stand: Stand) -> None:
    page = stand.preview(division=stand.districts[-1])
    assert "不足 10 家" in page and "公布这些数" not in page


def test_nonsense_in_the_address_is_no_fault(stand: Stand) -> None:
    for query in ("day=2026-02-30", "day=x", "day=2020-01-31", "basis=9&ruler=x", "day=" + "9" * 400):
        answer = stand.officer.get(f"/district/publish?{query}")
        assert answer.status_code == 200
    assert stand.officer.get("/district/publish?division=99999999999").status_code == 404
    assert stand.officer.post("/district/publish", {"day": "x"}).status_code == 422


def test_two_officers_cannot_publish_what_is_only_safe_alone(stand: Stand) -> None:
    """Both proved against the same past; the second one to come is sent back."""
    ruler = next(iter(catalog(stand.app).rulesets.values()))
    with reading(engine(stand.app)) as session:
        city = session.get_one(Division, stand.city.id)
        district = session.get_one(Division, stand.largest())
        one = publish.prepare(session, catalog(stand.app), city, stand.day, ruler, 3)
        other = publish.prepare(session, catalog(stand.app), district, stand.day, ruler, 3)
    by = account(stand.app, "officer", "别的", CITY)
    with writing(engine(stand.app)) as session:
        publish.publish(session, session.get_one(Division, city.id), one, by, wording.now())
    with pytest.raises(Changed), writing(engine(stand.app)) as session:
        publish.publish(session, session.get_one(Division, district.id), other, by, wording.now())
    assert len(all_of(stand.app, Publication)) == 1


def test_the_tables_can_be_downloaded(stand: Stand) -> None:
    row = stand.publish()
    answer = Visitor(stand.app).get(f"/public/{stand.city.id}/{row.id}/tables.csv")
    assert answer.mimetype == "text/csv"
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert lines[1] == ["合成数据，均为虚构，仅用于演示"]
    whole = row.content["rows"][0]
    assert lines[3][2:4] == [str(whole["scope"]), str(whole["n"])]
    withheld = sum(count is None for one in row.content["rows"] for count in (one["scope"], one["n"], *one["levels"]))
    assert sum(text == "不公布" for line in lines[3:] for text in (*line[2:4], *line[5:])) >= withheld > 0


def test_public_pages_may_be_kept_for_a_while(stand: Stand) -> None:
    stand.publish()
    answer = Visitor(stand.app).get(f"/public/{stand.city.id}")
    assert "max-age=300" in answer.headers["Cache-Control"] and "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    again = Visitor(stand.app).get(f"/public/{stand.city.id}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    mine = stand.officer.get(f"/public/{stand.city.id}")
    assert "private" in mine.headers["Cache-Control"]
    assert "退出" not in stand.officer.page


def test_public_pages_need_no_script(stand: Stand) -> None:
    stand.publish()
    page = Visitor(stand.app).get(f"/public/{stand.city.id}").get_data(as_text=True)
    assert "style=" not in page
    assert set(re.findall(r'<script src="([^"?]+)', page)) <= {"/static/start.js"}


def test_a_page_without_the_number_of_verdicts_says_so_wherever_it_would_stand(stand: Stand) -> None:
    """Also one that was frozen with a weighted share beside withheld totals."""
    row = stand.publish()
    weighted = {"share": 40, "low": 35, "high": 45}
    content = {**row.content, "cnc": {**row.content["cnc"], "firms": None, "weighted": weighted}}
    content["rows"] = [{**content["rows"][0], "scope": None, "n": None}, *content["rows"][1:]]
    content["dimensions"] = [{**one, "firms": None} for one in content["dimensions"]]
    with writing(engine(stand.app)) as session:
        session.get_one(Publication, row.id).content = content
    anybody = Visitor(stand.app)
    assert anybody.get(f"/public/{stand.city.id}").status_code == 200
    assert "应诊断企业中只有一部分已诊断" in anybody.page
    assert "企业各自比率的平均，企业数不公布" in anybody.page
    assert anybody.get("/public/").status_code == 200
    sheet = anybody.get(f"/public/{stand.city.id}/{row.id}/tables.csv").get_data(as_text=True)
    assert f"{content['cnc']['mean']},不公布,40%（35%–45%）" in sheet


def test_a_number_too_long_for_any_division_is_no_fault(stand: Stand) -> None:
    stand.preview()
    asked = {"division": "9" * 5000, "day": stand.day.isoformat()}
    assert stand.officer.post("/district/publish", asked).status_code == 404


def test_no_name_in_the_file_is_a_formula(stand: Stand) -> None:
    content = stand.publish().content
    for sign in ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\n"):
        names = [f"{sign}1", *content["names"][1:]]
        lines = list(csv.reader(io.StringIO(publish_view.sheet({**content, "names": names}).decode("utf-8-sig"))))
        assert lines[3][1] == f"'{sign}1"
