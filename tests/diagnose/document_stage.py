"""Firms with everything a document can show, and their contents; a way up that nobody had to solve."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Flask

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Enterprise, Roadmap, RoadmapItem, Visit
from diagnose.models.visit import VISITING
from diagnose.services import evidence, visits
from diagnose.services.document import DocumentContent, Kind, gather
from diagnose.services.way_up import Certificate, CurvePoint, Way, WayStep, WayUp
from tests.conftest import Visitor
from tests.diagnose.cast import File, catalog, engine
from tests.diagnose.official import GBT, REST, opened, ratings
from tests.diagnose.onsite_stage import Stage, stage
from tests.diagnose.photos import jpeg
from tests.firms import DISCRETE, PROCESS

STEPS = (("cnc_rate", 2000, 6000, 6), ("cloud_stars", 500, 1250, 3), ("five_g", 300, 300, 4), ("talent", 0, 400, 12))


def whole(app: Flask, facts: dict[str, Any] = DISCRETE, **changed: str) -> File:
    """A firm under three rulers: its own 数字画像 (twice), miit-sme and gbt."""
    file = named(app, facts, **changed)
    opened(file).submitted(REST)
    opened(file, GBT).submitted(ratings(app))
    return file


def named(app: Flask, facts: dict[str, Any] = DISCRETE, **changed: str) -> File:
    """A firm that has submitted one 数字画像; ``changed`` as in `Visitor.start`."""
    visitor = Visitor(app)
    address = visitor.start(**changed)
    return File(app, visitor, address, visitor.draft(address)).submitted(facts)


def visited(file: File, photos: int = 3, note: str = "现场看过设备台账，与自评一致。") -> Stage:
    """An onsite verdict with photos: two things lower than said, one verified, the rest adopted."""
    visit = stage(file)
    for number in range(photos):
        _photo(visit, number)
    visit.save("cnc_rate", facts={"key_processes_cnc": 12, "key_processes_total": 40}, note=note)
    visit.save("five_g", facts={"five_g": "A"}, note="车间没有 5G 信号。")
    visit.save_all("adopted")
    with writing(engine(file.app)) as session:
        row = session.get_one(Visit, visit.visit)
        now = wording.now()
        assert row.state == VISITING
        visits.add_step(session, row, "start", VISITING, row.advisor, "", now)
        visits.add_step(session, row, "write", "written", row.advisor, "", now)
        visits.add_step(session, row, "paper", "confirmed", row.advisor, "负责人王五在纸面上签字，原件存档案室。", now)
    visit.finish()
    return visit


def _photo(visit: Stage, number: int) -> None:
    store = visit.app.extensions["diagnose"].store
    kept = evidence.keep(store, jpeg((640, 480), (40 + 60 * number, 110, 160)))
    with writing(engine(visit.app)) as session:
        row = session.get_one(Visit, visit.visit)
        held = (row.enterprise, row.assessment, ("cnc_rate", "five_g")[number % 2], kept)
        title = f"三号车间数控机床铭牌 {number + 1}"
        evidence.add(session, *held, wording.today(), title, f"c{number}", visit.advisor, wording.now())


def planned(app: Flask, file: File, start: date = date(2026, 4, 1)) -> None:
    """An open roadmap of four items."""
    with writing(engine(app)) as session:
        enterprise = session.get_one(Enterprise, file.enterprise().id)
        diagnosis = _first(app, file).diagnosis_id
        plan = Roadmap(
            enterprise_id=enterprise.id,
            diagnosis_id=diagnosis,
            scheme="digital-portrait",
            ruler="digital-portrait/2025",
            target=4,
            path={},
            made_at=wording.now(),
        )
        session.add(plan)
        session.flush()
        for number, (code, low, high, months) in enumerate(STEPS):
            session.add(
                RoadmapItem(
                    roadmap_id=plan.id,
                    position=number,
                    indicator=code,
                    step="B",
                    title=f"第 {number + 1} 件：{catalog(app).dictionary.indicators[code].short}",
                    detail={},
                    owner=("李厂长", "", "王工", "人事部")[number],
                    starts_on=start + timedelta(days=60 * number),
                    due_on=start + timedelta(days=60 * number + 30 * months),
                    budget=(low + high) // 2,
                    status=("done", "doing", "todo", "cancelled")[number],
                    done_on=None,
                )
            )


def a_way(app: Flask) -> WayUp:
    """Four steps to 协同级 with a certificate; figures made up."""
    rules = catalog(app).rulesets["digital-portrait/2025"]
    steps = tuple(_step(app, number) for number in range(len(STEPS)))
    low, high = sum(one.cost_low for one in steps), sum(one.cost_high for one in steps)
    best = Way(steps, low, high, low + high, 12, "82.10", "协同级（四级）")
    curve = tuple(
        CurvePoint(level.level, level.title, best if level.level == 4 else None, level.level < 4)
        for level in rules.levels
    )
    proof = Certificate("optimal", low + high, 0, "82.10", "协同级（四级）", 143)
    assumed = ("成效类指标和数字化投入占比不是步骤，保持现状。", "费用按区间中值取最小，打印区间。")
    return WayUp(rules, rules.levels[-1], date(2026, 3, 1), best, (), (), None, None, curve, proof, assumed)


def _step(app: Flask, number: int) -> WayStep:
    code, low, high, months = STEPS[number]
    question = catalog(app).dictionary.indicators[code]
    return WayStep(
        question=question,
        step="B",
        name=f"{question.short}上一个台阶",
        now="现在的样子",
        then="做到以后的样子",
        do="先挑产量最大的一条线做样板，量出节拍和停机，再决定换哪几台；样板跑稳三个月再推开。",
        needs="一名懂设备的负责人；设备台账；两家以上报价。",
        done="拿近三个月的记录现场对数，差不超过 5%。",
        kpi="关键工序一次合格率、人均产出",
        service=("equipment", "cloud", "carrier", "training")[number],
        basis="经验值",
        cost_low=low,
        cost_high=high,
        edited=number == 1,
        months=months,
        starts=0 if number < 2 else 3,
        ends=months if number < 2 else 3 + months,
        after=(1,) if number == 2 else (),
    )


def content(app: Flask, file: File, kind: Kind = "dossier", way: WayUp | None = None) -> DocumentContent:
    """What the document of a firm says."""
    with reading(engine(app)) as session:
        enterprise = session.get_one(Enterprise, file.enterprise().id)
        store = app.extensions["diagnose"].store
        found = gather(session, catalog(app), store, enterprise, kind=kind, way=way)
        assert found is not None
        return found


def _first(app: Flask, file: File) -> DocumentContent:
    return content(app, file)


def hostile(text: str, plain: DocumentContent) -> DocumentContent:
    """The same content with ``text`` wherever somebody can type something."""
    firm = replace(plain.firm, name=text)
    evidence = tuple(replace(one, title=text, by=text) for one in plain.evidence)
    assessed = tuple(
        replace(part, answers=tuple(replace(one, note=text) for one in part.answers)) for part in plain.assessed
    )
    road = plain.roadmap and replace(plain.roadmap, items=tuple(replace(i, owner=text) for i in plain.roadmap.items))
    visit = plain.visit and replace(
        plain.visit, advisor=text, moments=tuple(replace(one, note=text, by=text) for one in plain.visit.moments)
    )
    return replace(plain, firm=firm, evidence=evidence, assessed=assessed, roadmap=road, visit=visit, needs=text)


def at_the_end(app: Flask, highest: bool) -> dict[str, Any]:
    """The answers of a firm that has nothing, or everything, of what the 数字画像 asks."""
    facts: dict[str, Any] = {}
    for question in catalog(app).first_form.questions:
        if question.kind == "ratio":
            num, den = question.facts
            facts |= {den.code: DISCRETE[den.code], num.code: DISCRETE[den.code] if highest else 0}
            continue
        fact = question.fact
        if fact.kind == "multi":
            ticks = [key for key in fact.options if key != fact.none and key not in (question.other or ())]
            facts[fact.code] = ticks if highest else [fact.none] if fact.none else ticks[:1]
        elif fact.kind == "single":
            facts[fact.code] = list(fact.options)[-1 if highest else 0]
        elif fact.kind == "yes_no":
            facts[fact.code] = True
    return facts


@dataclass(frozen=True)
class Documents:
    """Contents by name, and the app they come from."""

    app: Flask
    by_name: dict[str, DocumentContent]

    def __getitem__(self, name: str) -> DocumentContent:
        return self.by_name[name]


RARE = "吉林𠮷祥㙦𬭎〇铸造龘有限责任公司"
LONG = "江苏省扬州市邗江区高端装备精密制造与智能化系统集成工程技术研究开发示范基地建设运营管理（集团）有限责任公司"


def documents_of(app: Flask) -> Documents:
    """A firm with everything, the visit to it, one with a rare name, one with nothing, one at the top."""
    file = whole(app).next_draft("again").submitted({**DISCRETE, "cloud_stars": "C", "key_processes_cnc": 30})
    planned(app, file)
    way = a_way(app)
    found = {"whole": content(app, file, way=way)}
    visited(file)
    found["onsite"] = content(app, file, "onsite", way)
    rest = {
        "rare": (PROCESS, RARE, "process"),
        "zero": (at_the_end(app, False), LONG, "discrete"),
        "top": (at_the_end(app, True), "乙公司", "discrete"),
    }
    for key, (facts, name, process) in rest.items():
        found[key] = content(app, named(app, facts, name=name, process_type=process))
    return Documents(app, found)
