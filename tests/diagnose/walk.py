"""Every route of the app as an address, so that a test meets new pages by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from diagnose.models import Diagnosis
from tests.diagnose.cast import File, all_of

GENERAL = {"scheme": "digital-portrait", "form": "digital-portrait", "edition": "2025", "province": "320000"}
GENERAL |= {"word_kind": "dossier"}
# Rows that a file without accounts, visits and evidence has none of.
NAMES = (
    "visit",
    "evidence",
    "account",
    "division",
    "fact",
    "flag",
    "plan",
    "target",
    "publication",
    "intake",
    "document",
    "bundle",
    "roadmap",
    "item",
    "template",
)
NONE = dict.fromkeys((f"{name}_id" for name in NAMES), 1)
SECTION = {"code": "design", "number": "ZZ-20260101-0000000000"}
# Answered by Flask itself from folders of files.
STATIC = ("static", "bootstrap.static", "fonts.font_slice")


@dataclass(frozen=True)
class Route:
    """One method of one route, filled in for one file."""

    endpoint: str
    method: str
    address: str


def routes(app: Flask, file: File, *methods: str) -> Iterator[Route]:
    """All routes with one of ``methods``, for this file, its draft and its newest verdict (1 when there is none)."""
    known = _known(app, file)
    for rule, method in rules(app, *methods):
        yield Route(rule.endpoint, method, address(app, rule, known))


def rules(app: Flask, *methods: str) -> list[tuple[Rule, str]]:
    """All rules but those of folders, with each of ``methods`` (GET and POST if none is named)."""
    wanted = set(methods or ("GET", "POST"))
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in STATIC]
    return [(rule, method) for rule in found for method in sorted((rule.methods or set()) & wanted)]


def of_files(app: Flask, file: File, *methods: str) -> list[Route]:
    """Those that belong to one file."""
    return [route for route in routes(app, file, *methods) if route.address.startswith(f"{file.address}/")]


def elsewhere(route: Route, file: File, public_id: str) -> str:
    """The same address for another file."""
    return route.address.replace(file.public_id, public_id)


def _known(app: Flask, file: File) -> dict[str, Any]:
    verdict = next((row.id for row in all_of(app, Diagnosis)[::-1] if row.enterprise_id == file.enterprise().id), 1)
    own = {"public_id": file.public_id, "assessment_id": file.draft_id, "diagnosis_id": verdict, "question": "five_g"}
    return GENERAL | NONE | SECTION | own


def address(app: Flask, rule: Rule, known: Mapping[str, Any]) -> str:
    """The address of a route with the arguments it needs out of ``known``."""
    values = {name: known[name] for name in rule.arguments}
    adapter = app.url_map.bind("localhost")
    return adapter.build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"})))
