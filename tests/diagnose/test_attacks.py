"""One attack of each kind: refused, and noted in the log without anything about a person.

More of each: test_who_may_what.py (every route as everybody), test_strangers.py (files and drafts of others),
test_bad_requests.py and test_bad_requests_of_people.py (addresses and forms), test_csrf.py (tokens),
test_evidence_attacks.py (uploads), test_account_guessing.py (passwords and codes), test_account_sessions.py (planted
sessions, ways back).
"""

import pytest
from flask import Flask

from tests.conftest import Visitor
from tests.diagnose import photos
from tests.diagnose.cast import counts
from tests.diagnose.codes import is_in, log_in
from tests.diagnose.proof import address as beside
from tests.diagnose.proof import kept, upload
from tests.diagnose.test_who_may_what import allowed
from tests.diagnose.town import Town, town
from tests.diagnose.walk import address, rules
from tests.firms import CREDIT_CODE
from tests.people import PASSWORD

# Names, log-ins, firms, addresses and what was typed: none of it belongs into a log.
PERSONAL = (
    "甲企的人",
    "别家的人",
    "区县负责人",
    "别处的",
    "顾问",
    "甲精密",
    "乙零部件",
    CREDIT_CODE,
    "203.0.113",
    PASSWORD,
)


@pytest.fixture
def place(small_app: Flask, caplog: pytest.LogCaptureFixture) -> Town:
    made = town(small_app)
    caplog.clear()
    return made


def noted(caplog: pytest.LogCaptureFixture, reason: str, *also_personal: str) -> bool:
    """Whether the last refusal is in the log with this reason, and nothing personal."""
    lines = [one.getMessage() for one in caplog.records if one.getMessage().startswith("refused ")]
    assert not [text for text in PERSONAL + also_personal if text in caplog.text]
    return bool(lines) and reason in lines[-1]


def test_officer_of_another_district(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    officer, firm = place.browser("other_officer"), f"/district/firm/{place.file.public_id}"
    before = counts(place.app)
    officer.get("/district/add")
    for path in ("/", "/rename", "/assign"):
        assert officer.get(firm + path).status_code == 404
        assert noted(caplog, f"for {place.ids['other_officer']}: 404")
    assert officer.post(f"{firm}/rename", {"name": "别的名字", "seen": "0"}).status_code == 404
    assert noted(caplog, "district_firm.rename")
    assert counts(place.app) == before and place.file.public_id not in officer.get("/district/").text


def test_people_of_another_enterprise(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    other, file = place.browser("other_member"), place.file
    other.get("/continue")
    for path in ("/", f"/{file.filling}/review", "/data.json", "/link"):
        assert other.get(file.address + path).status_code == 404
    assert other.post(f"{file.address}/{file.filling}/answer/five_g", {"five_g": "C"}).status_code == 404
    assert noted(caplog, "survey.save_answer")
    assert other.get(place.story.address).status_code == 404 and noted(caplog, "visits.show")


def test_advisor_who_is_logged_out(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    """The page is still open, the cookie still there; another device has ended all sessions."""
    advisor, elsewhere = place.browser("advisor"), place.browser("advisor")
    form, answer = f"{place.story.address}form", f"{place.story.address}answer/five_g"
    advisor.get(form)
    elsewhere.get("/me")
    elsewhere.post("/me/everywhere")
    assert advisor.get(form).location.startswith("/login?next=") and noted(caplog, "onsite.form for nobody")
    advisor.get("/continue")
    assert advisor.post(answer, {"version": "0"}).location == "/login" and noted(caplog, "onsite.answer for nobody")
    advisor.get("/continue")
    told = advisor.post(answer, {"version": "0"}, headers={"Accept": "application/json"})
    assert told.status_code == 401 and told.get_json() == {"signed_out": True}


def test_guessed_numbers(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    other = place.browser("other_advisor")
    other.get("/continue")
    found = [other.get(f"/visits/{number}/{path}").status_code for number in range(1, 6) for path in ("", "form")]
    assert set(found) == {404} and noted(caplog, "onsite.form")
    officer = place.browser("other_officer")
    officer.get("/district/add")
    others = [place.ids[name] for name in ("member", "advisor", "officer", "city", "other_officer", "admin")]
    found = [officer.post(f"/district/people/{number}/reset").status_code for number in [*others, 999]]
    assert set(found) == {404} and noted(caplog, "district_people.reset")


@pytest.mark.parametrize("who", ["member", "advisor", "officer", "admin"])
def test_forms_without_their_token(place: Town, caplog: pytest.LogCaptureFixture, who: str) -> None:
    browser, before, tried = place.browser(who), counts(place.app), 0
    for rule, method in rules(place.app, "POST"):
        if who in allowed(rule.endpoint):
            answer = browser.client.post(address(place.app, rule, place.known), data={"reason": "一", "to": "final"})
            assert answer.status_code == 400 and "页面已过期" in answer.text, rule
            assert noted(caplog, f"{rule.endpoint} for {place.ids[who]}: 400")
            tried += method == "POST"
    assert tried >= 10 and counts(place.app) == before


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (photos.HTML, "王科长.jpg", "type"),
        (photos.png_header(10_000, 10_000), "王科长.png", "pixels"),
        (photos.zip_bomb(), "王科长.docx", "office"),
        (photos.HTML, "../../../etc/王科长.jpg", "type"),
    ],
)
def test_harmful_files(place: Town, caplog: pytest.LogCaptureFixture, content: bytes, name: str, reason: str) -> None:
    before, onsite = kept(place.app), place.story.row().assessment_id
    to = beside(place.file, assessment=onsite)
    assert upload(place.file, (content, name), visitor=place.browser("advisor"), to=to).status_code == 422
    assert noted(caplog, f"evidence_{reason}", "王科长") and kept(place.app) == before


def test_path_in_a_name_is_no_path(place: Town) -> None:
    before = set(kept(place.app))
    upload(place.file, (photos.jpeg((8, 8)), "../../secret_key"), visitor=place.browser("member"))
    folder = place.app.extensions["diagnose"].settings.var_dir
    assert len(set(kept(place.app)) - before) == 2
    assert {path.name for path in (folder / "evidence").iterdir()} == set(kept(place.app))
    for path in ("/static/../secret_key", "/static/%2e%2e/var/secret_key", "/font/..%2fsecret_key.woff2"):
        assert Visitor(place.app).get(path).status_code == 404


def test_guessed_passwords(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    visitors = [Visitor(place.app) for _ in range(11)]
    answers = [log_in(one, "区县负责人", f"guess {number}").status_code for number, one in enumerate(visitors)]
    assert answers == [422] * 10 + [429] and noted(caplog, "too many tries", "guess ")
    assert log_in(Visitor(place.app), "区县负责人", PASSWORD, "198.51.100.1").status_code == 429


def test_planted_session(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    """The attacker's cookie in the victim's browser: what it knows is worth nothing once the victim is in."""
    attacker, victim = Visitor(place.app), Visitor(place.app)
    attacker.get("/login")
    planted = attacker.client.get_cookie("visitor")
    assert planted
    victim.client.set_cookie("visitor", planted.value)
    victim.client.post("/login", data={"csrf_token": attacker.token(), "login": "区县负责人", "password": PASSWORD})
    assert is_in(victim) and not is_in(attacker)
    answer = victim.client.post("/me", data={"csrf_token": attacker.token(), "person": "改名"})
    assert answer.status_code == 400 and noted(caplog, f"me.save for {place.ids['officer']}: 400")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_way_back_that_leads_elsewhere(place: Town, caplog: pytest.LogCaptureFixture, target: str) -> None:
    answer = log_in(Visitor(place.app), "区县负责人", PASSWORD, next=target)
    assert answer.location == "/district/" and noted(caplog, "a way back that leads elsewhere", "evil")
    to = beside(place.file, assessment=place.story.row().assessment_id)
    assert upload(place.file, visitor=place.browser("advisor"), to=to, back=target).location == to
    assert noted(caplog, "a way back that leads elsewhere", "evil")
