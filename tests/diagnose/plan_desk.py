"""A plan in tests: two steps of 甲企, made as the page makes one."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Diagnosis, Roadmap
from diagnose.services import roadmap
from diagnose.services.way_up import Way, WayStep
from tests.diagnose.cast import File, catalog, engine

MONDAY = date(2026, 3, 2)


def step(app: Flask, code: str, key: str, name: str, starts: int, months: int, cost: tuple[int, int]) -> WayStep:
    """A step of a way, as `way_up` gives it."""
    return WayStep(
        question=catalog(app).dictionary.indicators[code],
        step=key,
        name=name,
        now="现在这样",
        then="做到那样",
        basis="经验值",
        cost_low=cost[0],
        cost_high=cost[1],
        edited=False,
        months=months,
        starts=starts,
        ends=starts + months,
        after=(),
        do="照样做。",
        needs="钱和人。",
        done="看结果。",
        kpi="人均产出",
        service="equipment",
    )


def two_steps(app: Flask) -> Way:
    """关键工序数控化率 to 70 % (the firm has 22 of 40), then four stars; 4501 百元 at most in the middle."""
    steps = (
        step(app, "cnc_rate", "0.7", "关键工序数控化到七成", 0, 6, (2000, 6001)),
        step(app, "cloud_stars", "C", "星级上云升到四星级", 6, 3, (0, 1000)),
    )
    return Way(steps, 2000, 7001, 9001, 9, "81.00", "协同级（四级）")


def planned(file: File, way: Way | None = None, starts_on: date = MONDAY, seen: int | None = None) -> int:
    """Make the plan of the file's newest verdict; its id."""
    with writing(engine(file.app)) as session:
        firm = file.enterprise()
        verdict = session.scalars(
            select(Diagnosis).where(Diagnosis.enterprise_id == firm.id).order_by(Diagnosis.id.desc()).limit(1)
        ).one()
        chosen = way or two_steps(file.app)
        return roadmap.make(session, firm, verdict, 4, chosen, starts_on, seen, None, wording.now()).id


def items(file: File, plan: int) -> list[int]:
    """The ids of a plan's items in order."""
    with writing(engine(file.app)) as session:
        return [one.id for one in session.get_one(Roadmap, plan).items]
