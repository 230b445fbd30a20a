"""The rows of one chunk of the synthetic population, table by table."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Enterprise, EnterpriseDivision, FirmFact, Statement
from diagnose.models.assessment import SUBMITTED
from diagnose.models.enterprise import CLOSED, OPEN
from diagnose.services.population_answers import Ints, Values, amounts, answer_texts
from diagnose.services.population_firms import Firms, credit_codes, names, size_places
from diagnose.services.population_verdicts import judged
from diagnose.services.population_write import Calendar, Writer
from questionnaires.schema import Form

ENTERPRISE = (
    *("id", "public_id", "credit_code", "name", "industry", "process_type", "profile", "size"),
    *("verified", "synthetic", "status", "closed_on", "created_at"),
)
PLACE = ("id", "enterprise_id", "division_id", "valid_from")
ASSESSMENT = (
    *("id", "enterprise_id", "kind", "form", "edition", "purpose", "as_of", "status"),
    *("started_at", "submitted_at"),
)
STATEMENT = (
    *("id", "enterprise_id", "assessment_id", "kind", "source", "as_of", "recorded_at", "form", "edition"),
    *("answers", "adopted"),
)
DIAGNOSIS = (
    *("id", "enterprise_id", "kind", "scheme", "edition", "ruleset_sha256", "as_of", "known_at", "statements"),
    *("score", "level", "result", "figures"),
)
MORNING = "01:00"  # nine o'clock in Asia/Shanghai
FACT = ("id", "enterprise_id", "code", "value", "valid_from", "valid_to", "source", "recorded_at")


@dataclass(frozen=True)
class Chunk:
    """What is needed to write some firms; ``ids`` are those of the enterprises."""

    writer: Writer
    catalog: Catalog
    model: Mapping[str, Any]
    calendar: Calendar
    random: np.random.Generator
    firms: Firms
    ids: Ints


@dataclass(frozen=True)
class Said:
    """Firms (by place in the chunk) that filled in a form on these days, at this time (UTC).

    ``before``: the ids of the statements whose facts were known already, and are among ``values``.
    """

    form: Form
    kind: str
    purpose: str
    clock: str
    rows: Ints
    days: Ints
    values: Values
    before: Ints | None = None


def write_firms(chunk: Chunk, divisions: NDArray[np.int64], places: list[str]) -> None:
    """Enterprises with their places and facts; ``divisions`` are the ids, ``places`` the names of the districts."""
    firms, model, calendar = chunk.firms, chunk.model, chunk.calendar
    trades = model["industries"]
    industries = [row[0] for row in trades]
    created = calendar.moments(firms.registered, MORNING)
    profiles = zip(firms.staff.tolist(), amounts(firms.revenue), strict=True)
    closed = [day if there else None for day, there in _days_or_none(calendar, firms.closed)]
    rows = zip(
        chunk.ids.tolist(),
        _public_ids(chunk),
        credit_codes(model["credit_code_region"], firms.number),
        names(chunk.random, firms, model),
        [industries[place] for place in firms.industry.tolist()],
        [trades[place][1] for place in firms.industry.tolist()],
        [f'{{"staff": {staff}, "revenue": "{revenue}"}}' for staff, revenue in profiles],
        size_places(chunk.catalog.sizes, industries, firms).tolist(),
        repeat(True),
        repeat(True),
        [CLOSED if day else OPEN for day in closed],
        closed,
        created,
        strict=False,
    )
    chunk.writer.write(Enterprise, ENTERPRISE, rows)
    ids = chunk.writer.ids(EnterpriseDivision, len(chunk.ids))
    days = calendar.days(firms.registered)
    here = zip(ids, chunk.ids.tolist(), divisions[firms.district].tolist(), days, strict=True)
    chunk.writer.write(EnterpriseDivision, PLACE, here)
    _write_facts(chunk, places)


def _public_ids(chunk: Chunk) -> list[str]:
    """Rising, so that the index grows at its end; the upper half counts, the lower half is drawn."""
    low = chunk.random.integers(0, 1 << 32, len(chunk.ids)).tolist()
    return [f"{number:08x}{drawn:08x}" for number, drawn in zip(chunk.firms.number.tolist(), low, strict=True)]


def _days_or_none(calendar: Calendar, ordinals: Ints) -> list[tuple[str, int]]:
    return list(zip(calendar.days(np.maximum(ordinals, calendar.first)), ordinals.tolist(), strict=True))


def _write_facts(chunk: Chunk, places: list[str]) -> None:
    firms, model, random = chunk.firms, chunk.model, chunk.random
    n = len(chunk.ids)
    chains = [row[4] for row in model["industries"]]
    linked = (random.random(n) < model["chain_share"]) & np.array([bool(name) for name in chains])[firms.industry]
    _write_fact(chunk, "chain", linked, [chains[place] for place in firms.industry[linked].tolist()], firms.registered)
    there = random.random(n) < model["in_a_locality"]
    which = random.integers(0, len(model["localities"]), n)[there].tolist()
    towns = [places[place] for place in firms.district[there].tolist()]
    said = [f"{town}{model['localities'][place]}" for town, place in zip(towns, which, strict=True)]
    _write_fact(chunk, "locality", there, said, firms.registered)
    for fact in model["facts"]:
        lean, bound = fact["lean"], NormalDist().inv_cdf(1 - fact["share"])
        has = lean * firms.latent + np.sqrt(1 - lean**2) * random.standard_normal(n) > bound
        since = firms.registered + (random.random(n) * (chunk.calendar.today - firms.registered)).astype(np.int64)
        _write_fact(chunk, fact["code"], has, [fact.get("value", "")] * int(has.sum()), since, fact.get("years"))


def _write_fact(
    chunk: Chunk, code: str, has: NDArray[np.bool_], values: list[str], since: Ints, years: int | None = None
) -> None:
    days = since[has]
    ends: list[str | None] = [None] * len(days) if years is None else [*chunk.calendar.days(days + 365 * years)]
    rows = zip(
        chunk.writer.ids(FirmFact, len(days)),
        chunk.ids[has].tolist(),
        repeat(code),
        values,
        chunk.calendar.days(days),
        ends,
        repeat(chunk.model["label"]),
        chunk.calendar.moments(days, MORNING),
        strict=False,
    )
    chunk.writer.write(FirmFact, FACT, rows)


def write_said(chunk: Chunk, said: Said) -> tuple[Ints, Ints, Ints]:
    """Submitted assessments with their statements and verdicts; returns (statement ids, scores, levels)."""
    count, form = len(said.rows), said.form
    firms, days = chunk.ids[said.rows].tolist(), chunk.calendar.days(said.days)
    moments = chunk.calendar.moments(said.days, said.clock)
    filled, ids = chunk.writer.ids(Assessment, count), chunk.writer.ids(Statement, count)
    kind, about = repeat(said.kind), (repeat(form.form), repeat(form.edition))
    chunk.writer.write(
        Assessment,
        ASSESSMENT,
        zip(filled, firms, kind, *about, repeat(said.purpose), days, repeat(SUBMITTED), moments, moments, strict=False),
    )
    size = {"staff": chunk.firms.staff[said.rows], "revenue": chunk.firms.revenue[said.rows]}
    texts = answer_texts(form, said.values, size)
    chunk.writer.write(
        Statement,
        STATEMENT,
        zip(ids, firms, filled, kind, kind, days, moments, *about, texts, repeat("[]"), strict=False),
    )
    return np.array(ids), *_write_verdicts(chunk, said, np.array(ids), days, moments)


def _write_verdicts(chunk: Chunk, said: Said, ids: Ints, days: list[str], moments: list[str]) -> tuple[Ints, Ints]:
    rules = chunk.catalog.rulesets[said.form.schemes[0]]
    known = _of_form(said.form, said.values) if said.before is None else said.values
    found = judged(rules, chunk.catalog.dictionary, known)
    read = [[each] for each in ids.tolist()] if said.before is None else np.stack([said.before, ids], 1).tolist()
    about = (repeat(rules.scheme), repeat(rules.edition), repeat(rules.sha256))
    rows = zip(
        chunk.writer.ids(Diagnosis, len(ids)),
        chunk.ids[said.rows].tolist(),
        repeat(said.kind),
        *about,
        days,
        moments,
        map(str, read),
        found.score.tolist(),
        found.level.tolist(),
        found.results,
        found.figures,
        strict=False,
    )
    chunk.writer.write(Diagnosis, DIAGNOSIS, rows)
    return found.score, found.level


def _of_form(form: Form, values: Values) -> Values:
    """Only the facts that a form asks for: nothing else is known yet."""
    asked = {fact.code for question in form.questions for fact in question.facts}
    return {code: column for code, column in values.items() if code in asked}
