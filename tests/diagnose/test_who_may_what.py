"""Every route as each of the cast. A route without a line in the table fails: somebody has to say who may use it."""

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from diagnose.web import admin_templates, here
from tests.conftest import Visitor
from tests.diagnose.town import PEOPLE, Town, town, undone
from tests.diagnose.walk import address, rules

ALL = frozenset(PEOPLE)
NOBODY: frozenset[str] = frozenset()
FIRM = frozenset({"holder", "member"})
PLACE = frozenset({"officer", "city"})
READERS = FIRM | PLACE | {"advisor"}
VISIT = PLACE | {"member", "advisor"}
OFFICERS = PLACE | {"other_officer"}
ADVISORS = frozenset({"advisor", "other_advisor"})
LOGGED_IN = ALL - {"nobody", "holder"}

# Endpoint → who may use it. Lines that end in a dot stand for a whole blueprint.
WHO: dict[str, frozenset[str]] = {
    "public.": ALL,
    "fonts.": ALL,
    "account.": ALL,
    "join.": ALL,
    "privacy.": ALL,
    "offline.worker": ALL,
    "offline.manifest": ALL,
    "files.new": ALL,
    "files.new_step": ALL,
    "files.resume": ALL,
    "files.open_by_code": ALL,
    "files.places": ALL,
    "files.erased": ALL,
    "files.replace_link": frozenset({"holder"}),  # a claimed file has no link
    "files.": FIRM,
    "claim.ask": FIRM,
    "claim.claim": FIRM,
    "claim.": frozenset({"member"}),
    "survey.": FIRM,
    "dossier.again": FIRM,
    "dossier.correct": FIRM,
    "dossier.start": FIRM,
    "dossier.": READERS,
    "way.edit_step": FIRM,
    "way.expect": FIRM,
    "way.plan": FIRM | {"advisor"},
    "way.": READERS,
    "roadmap.change": FIRM | {"advisor"},
    "roadmap.again": FIRM,
    "roadmap.asked": FIRM,
    "roadmap.": READERS,
    "compare.radar": NOBODY,  # 404 without the two verdicts
    "compare.": READERS,
    "documents.revoke": FIRM | PLACE,
    "documents.": READERS,
    "verify.": ALL,
    "evidence.upload": FIRM,
    "evidence.delete": FIRM,
    "evidence.": READERS,
    "log.of_file": FIRM | PLACE,
    "log.of_district": OFFICERS,
    "me.everywhere": ALL,  # leads to the log-in page either way
    "me.totp": OFFICERS | {"admin"},
    "me.totp_on": OFFICERS | {"admin"},
    "me.totp_off": OFFICERS | {"admin"},
    "me.": LOGGED_IN,
    "visits.mine": ADVISORS,
    "visits.show": VISIT,
    "visits.move": VISIT,
    "visits.days": frozenset({"advisor"}),
    "visits.choose": frozenset({"advisor"}),
    "visits.appoint": frozenset({"advisor"}),
    "visits.ask_return": PLACE | {"advisor"},
    "visits.send_back": PLACE | {"advisor"},
    "onsite.form": VISIT,
    "onsite.answer": frozenset({"advisor"}),
    "offline.": ADVISORS,
    "assign.many": OFFICERS,
    "assign.assign_many": OFFICERS,
    "assign.": PLACE,
    "district.": OFFICERS,
    "exports.": OFFICERS,
    "district_people.show": OFFICERS,
    "district_people.invite": PLACE,
    "district_people.": NOBODY,  # the account of the table is an advisor without a division
    "district_firm.": PLACE,
    "district_merge.join": NOBODY,  # 404 without the other file
    "district_merge.": PLACE,
    "district_codes.": PLACE,
    "intake.every": OFFICERS,
    "intake.upload": OFFICERS,
    "intake.firms_template": OFFICERS,
    "intake.answers_template": OFFICERS,
    "intake.questionnaire_excel": OFFICERS,
    "intake.questionnaire_pdf": OFFICERS,
    "intake.": NOBODY,  # the town has no import
    "bundles.every": OFFICERS,
    "bundles.ask": OFFICERS,
    "bundles.": NOBODY,  # the town has no bundle
    "firm_facts.": PLACE,
    "checkup.settle": PLACE,
    "checkup.": OFFICERS,
    "targets.show": OFFICERS,
    "targets.add": OFFICERS,
    "targets.word": OFFICERS,
    "targets.excel": OFFICERS,
    "targets.firms": PLACE,
    "targets.actual": NOBODY,  # 404 for a target that is computed
    "targets.split": PLACE,
    "targets.": PLACE,
    "cockpit.": OFFICERS,
    "publish.show": OFFICERS,
    "publish.send": OFFICERS,
    "publish.ask_withdraw": PLACE,
    "publish.withdraw": PLACE,
    "publish.": ALL,
    "admin.": frozenset({"admin"}),
    "admin_places.": frozenset({"admin"}),
    "admin_templates.uploaded_file": NOBODY,  # the town has none
    "admin_templates.": frozenset({"admin"}),
    "admin_watch.": frozenset({"admin"}),
}
# They lead to the log-in page for other reasons than a missing right.
TO_LOGIN = ("account.number", "account.check_number", "account.logout", "me.everywhere")
# What a form must send to be looked at at all.
SENT: dict[str, dict[str, str]] = {
    "visits.move": {"to": "cancelled", "version": "2"},
    "visits.days": {"visit_on": "2026-01-15", "version": "2"},
    "onsite.answer": {"version": "0"},
    "way.edit_step": {"step": "cnc_rate:0.7"},
}
# Choices that need the number of a place: one in the own subtree, for everybody of the table but the officer elsewhere.
PLACES = ("district_people.invite", "admin.division")


def allowed(endpoint: str) -> frozenset[str]:
    return WHO[endpoint] if endpoint in WHO else WHO[endpoint.partition(".")[0] + "."]


def test_every_route_is_in_the_table(small_app: Flask) -> None:
    assert {rule.endpoint for rule, _ in rules(small_app) if not allowed(rule.endpoint) <= ALL} == set()


def test_every_line_of_the_table_is_of_a_route(small_app: Flask) -> None:
    endpoints = {rule.endpoint for rule, _ in rules(small_app)}
    blueprints = {endpoint.partition(".")[0] + "." for endpoint in endpoints}
    assert WHO.keys() <= endpoints | blueprints


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_is_theirs_and_no_more(small_app: Flask, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = town(small_app)
    monkeypatch.setattr(here, "writing", undone)
    monkeypatch.setattr(admin_templates, "tried", lambda data, kind: data)
    wrong = []
    for rule, method in rules(small_app):
        answer = ask(place, who, rule, method)
        if refused(rule.endpoint, answer) == (who in allowed(rule.endpoint)):
            wrong.append(f"{method} {rule.endpoint}: {answer.status_code} {answer.headers.get('Location', '')}")
    assert "\n".join(wrong) == ""


def ask(place: Town, who: str, rule: Rule, method: str) -> TestResponse:
    """Use a route as one person, of 甲企's file, or for the holder of their own."""
    return use(place.browser(who), rule, method, place.known_to_holder if who == "holder" else place.known)


def use(browser: Visitor, rule: Rule, method: str, known: dict[str, object]) -> TestResponse:
    to = address(browser.client.application, rule, known)
    browser.get("/continue")
    sent = {"division": str(known["division_id"])} if rule.endpoint in PLACES else SENT.get(rule.endpoint)
    answer = browser.get(to) if method == "GET" else browser.post(to, sent)
    answer.close()
    return answer


def refused(endpoint: str, answer: TestResponse) -> bool:
    """404, or sent to log in."""
    to_login = answer.headers.get("Location", "").startswith("/login") and endpoint not in TO_LOGIN
    return answer.status_code in (401, 404) or to_login


# Officers see every file of their place, also one without an account.
@pytest.mark.parametrize("who", [name for name in PEOPLE if name not in ("holder", "officer", "city")])
def test_nobody_else_opens_a_file_that_belongs_to_its_link(small_app: Flask, who: str) -> None:
    place = town(small_app)
    for rule, method in rules(small_app):
        if "public_id" in rule.arguments:
            answer = use(place.browser(who), rule, method, place.known_to_holder)
            assert refused(rule.endpoint, answer), (method, rule.endpoint, answer.status_code)
