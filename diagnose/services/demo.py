"""A small synthetic district (合成数据), made through the same services as real files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from diagnose import wording
from diagnose.access import new_code
from diagnose.catalog import Catalog
from diagnose.db import reading, writing
from diagnose.models import Division, Enterprise
from diagnose.models.people import ADVISOR, OFFICER
from diagnose.services import drafts, files, submit, tickets
from diagnose.texts import say
from questionnaires.parse import typed_again
from questionnaires.schema import Fact, Form
from questionnaires.strict import load_yaml

DATA = Path(__file__).parent.parent / "data" / "demo.yaml"
GROWTH = 0.12  # how much of the way a firm moves from one year to the next


class NotEmpty(ValueError):
    """There are files already; a demo never mixes with them."""


@dataclass
class Plan:
    """One synthetic firm: how mature it starts, and its figures that do not change."""

    maturity: float
    own_design: bool
    totals: dict[str, int]


def fill(engine: Engine, catalog: Catalog) -> Iterator[str]:
    """Make the district; yields what a person wants to read. Raises NotEmpty before anything is written."""
    data = load_yaml(DATA)
    with reading(engine) as session:
        if session.scalar(select(func.count()).select_from(Enterprise)):
            raise NotEmpty(say("demo_not_empty"))
    random = Random(data["seed"])
    with writing(engine) as session:
        division = _places(session, data["places"])
        codes = [
            _firm(session, catalog, data, division, number, row, random) for number, row in enumerate(data["firms"])
        ]
        invited_people = list(invited(session, division))
    yield say("demo_done", count=len(codes))
    yield from invited_people
    for (name, *_), code in zip(data["firms"][: data["links_shown"]], codes, strict=False):
        yield say("demo_link", name=name, code=code)


def example(session: Session, catalog: Catalog) -> Enterprise:
    """The first firm of the district alone, with its three verdicts."""
    data = load_yaml(DATA)
    division = _places(session, data["places"])
    _firm(session, catalog, data, division, 0, data["firms"][0], Random(data["seed"]))
    return session.scalars(select(Enterprise)).one()


def invited(session: Session, division: Division) -> Iterator[str]:
    """An officer and an advisor, each with a one-time code: nobody has a password before they choose one."""
    for role in (OFFICER, ADVISOR):
        code = tickets.make(session, tickets.INVITE, None, role=role, division_id=division.id, now=wording.now())
        yield say("demo_invite", who=say(f"role_{role}"), code=code)


def _places(session: Session, places: list[dict[str, str]]) -> Division:
    parent: Division | None = None
    for place in places:
        parent = placed(session, parent, **place)
    assert parent is not None
    return parent


def placed(session: Session, parent: Division | None, **place: str) -> Division:
    """A new division below another one, or on top."""
    node = Division(parent_id=parent.id if parent else None, path="?", **place)
    session.add(node)
    session.flush()
    node.path = f"{parent.path if parent else '/'}{node.id}/"
    session.flush()
    return node


def _firm(
    session: Session,
    catalog: Catalog,
    data: dict[str, Any],
    division: Division,
    number: int,
    row: list[Any],
    random: Random,
) -> str:
    """One firm with one verdict or three; returns its 继续填写码."""
    name, industry, process_type, own_design = row
    totals = {code: random.randint(*between) for code, between in data["totals"].items()}
    plan = Plan(random.betavariate(2, 2.4), own_design, totals)
    profile = {"staff": totals["staff"], "revenue": f"{totals['revenue']}.00"}
    said = files.Firm(_credit_code(data["credit_code_region"], number), name, division, industry, process_type, profile)
    dates = data["dates"] if number < data["firms_with_three"] else data["dates"][-1:]
    code = new_code()
    enterprise = files.start(session, said, code, dates[0], _morning(dates[0]))
    assert enterprise is not None  # the code is new
    enterprise.synthetic = True
    enterprise.verified = True  # so that the district's numbers are not empty
    form = catalog.first_form
    for year, as_of in enumerate(dates):
        _assess(session, catalog, enterprise, form, as_of, plan, plan.maturity + GROWTH * year, random)
    return code


def _assess(
    session: Session,
    catalog: Catalog,
    enterprise: Enterprise,
    form: Form,
    as_of: date,
    plan: Plan,
    maturity: float,
    random: Random,
) -> None:
    now = _morning(as_of)
    purpose = "first" if drafts.last_statement(session, enterprise.id, form) is None else "again"
    assessment = drafts.open_draft(session, enterprise, form, purpose, as_of, now)
    # The yearly figures behind an answer may stay blank.
    asked = [question.facts[:1] if question.raw else question.facts for question in form.questions]
    facts = {fact.code: fact for few in asked for fact in few}
    values = {code: _value(fact, plan, min(maturity, 1), random) for code, fact in facts.items()}
    drafts.save(session, assessment.id, typed_again(_sensible(values)), now)
    submit.submit(session, catalog, enterprise, assessment, now)


def _value(fact: Fact, plan: Plan, maturity: float, random: Random) -> Any:
    if fact.code in plan.totals:
        return plan.totals[fact.code]
    match fact.kind:
        case "yes_no":
            return plan.own_design
        case "text":
            return say("demo_need")
        case "count":
            return min(max(maturity + random.uniform(-0.15, 0.15), 0), 1)
        case "single":
            keys = list(fact.options)
            return keys[min(int(max(random.gauss(maturity, 0.12), 0) * len(keys)), len(keys) - 1)]
    chosen = [key for key in fact.options if key != fact.none and random.random() < maturity]
    return chosen or [fact.none]


def _sensible(values: dict[str, Any]) -> dict[str, Any]:
    """Shares become counts of their totals; what is networked is digital, what is in the cloud is networked."""
    shares = {
        "designers_with_tools": "designers_total",
        "key_processes_cnc": "key_processes_total",
        "equipment_digital": "equipment_total",
        "equipment_networked": "equipment_total",
        "equipment_cloud": "equipment_total",
    }
    for part, whole in shares.items():
        values[part] = int(values[part] * values[whole])
    values["equipment_networked"] = min(values["equipment_networked"], values["equipment_digital"])
    values["equipment_cloud"] = min(values["equipment_cloud"], values["equipment_networked"])
    return values


def _credit_code(region: str, number: int) -> str:
    """A well-formed code of a region that does not exist."""
    body = f"91{region}MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), wording.SHANGHAI)
