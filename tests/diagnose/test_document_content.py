"""What a document says is gathered from the file on both databases, and is one plain value."""

from dataclasses import fields

from flask import Flask

from diagnose.db import reading
from diagnose.models import Enterprise
from diagnose.services.document import gather
from diagnose.services.document_policies import rules
from tests.diagnose.cast import File, catalog, engine
from tests.diagnose.document_stage import Documents, a_way, content, planned, visited


def test_a_file_and_the_visit_to_it_become_documents(app: Flask, file: File) -> None:
    submitted = file.submitted()
    planned(app, submitted)
    visited(submitted, photos=1)
    own, report = content(app, submitted, way=a_way(app)), content(app, submitted, "onsite")
    assert (own.kind, own.verdict.scheme.kind, own.title) == ("dossier", "企业自评", "一企一档")
    assert own.way and [step.number for step in own.way.steps] == [1, 2, 3, 4] and own.way.cost == "28–79.5"
    assert own.roadmap and own.roadmap.done == "共 3 项，已完成 1 项，预算合计 51.75 万元。"
    assert report.verdict.scheme.kind == "现场评定" and report.visit and report.visit.advisor == "顾问甲"
    assert [one.what for one in report.visit.moments][-1] == "纸质确认"
    assert report.visit.confirmed.endswith("纸质确认，顾问甲")
    (photo,) = report.evidence
    assert photo.picture and photo.picture.startswith(b"\xff\xd8") and photo.title == "三号车间数控机床铭牌 1"
    notes = [one.note for part in report.assessed for one in part.answers if one.note]
    assert notes == ["现场看过设备台账，与自评一致。", "车间没有 5G 信号。"]
    assert report.deviation and {line.title for line in report.deviation.lines} == {"关键工序数控化率", "5G应用场景"}


def test_there_is_no_onsite_report_without_an_onsite_verdict(small_file: File) -> None:
    app, file = small_file.app, small_file.submitted()
    with reading(engine(app)) as session:
        enterprise = session.get_one(Enterprise, file.enterprise().id)
        store = app.extensions["diagnose"].store
        assert gather(session, catalog(app), store, enterprise, kind="onsite") is None
        found = gather(session, catalog(app), store, enterprise)
        assert found is not None
        assert gather(session, catalog(app), store, enterprise, found.diagnosis_id, "onsite") is None


def test_photos_are_only_in_the_report_of_the_visit(documents: Documents) -> None:
    assert not any(one.picture for one in documents["whole"].evidence)
    assert all(one.picture for one in documents["onsite"].evidence) and len(documents["onsite"].evidence) == 3


def test_three_rulers_stand_side_by_side(documents: Documents) -> None:
    schemes = documents["whole"].schemes
    assert [one.edition.partition("/")[0] for one in schemes] == ["digital-portrait", "gbt-39116", "miit-sme"]
    assert all(len(one.dimensions) >= 3 for one in schemes)
    assert [bool(one.check) for one in schemes] == [False, True, True]


def test_policies_fit_the_place_the_day_and_what_is_lost(documents: Documents) -> None:
    titles = [one.title for one in documents["whole"].policies]
    assert "星级上云企业培育" in titles and "智能制造顾问免费诊断与两化融合管理体系贯标" not in titles
    assert "星级上云企业培育" not in [one.title for one in documents["top"].policies]
    over = [one for one in documents["whole"].policies if one.title == "星级上云企业培育"]
    assert "2025年12月31日" in over[0].check and over[0].source.startswith("《江苏省")
    assert all(rule.source and rule.offers for rule in rules())


def test_services_are_those_of_the_steps_or_of_what_comes_next(documents: Documents) -> None:
    assert documents["whole"].services[0].title == "数控与智能装备"
    assert documents["zero"].way is None and len(documents["zero"].services) >= 3
    assert documents["top"].services == ()


def test_the_content_is_frozen_and_says_nothing_twice(documents: Documents) -> None:
    whole = documents["whole"]
    assert whole.verdict.scheme is whole.schemes[0]
    assert {one.name for one in fields(whole)} > {"facts_read", "trace", "bottlenecks", "history"}
    assert whole.trace["level"] == whole.verdict.scheme.level
    assert whole.facts_read["key_processes_cnc"]["value"] == 30
    assert [line.change for line in whole.history] == ["+3.44", ""]
