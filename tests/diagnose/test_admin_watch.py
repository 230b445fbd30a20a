"""What the admin watches: rulers, jobs with their bar, end or death, and backups."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Diagnosis, Job, Notice
from diagnose.services import jobs
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine, open_file
from tests.people import account, logged_in


@pytest.fixture
def boss(app: Flask) -> int:
    return account(app, "admin", "管理甲")


@pytest.fixture
def admin(app: Flask, boss: int) -> Visitor:
    return logged_in(app, boss)


def test_a_running_job_is_seen_with_its_bar_and_its_end(app: Flask, admin: Visitor) -> None:
    with jobs.running(engine(app), "rescore", total=1200) as run:
        run.advance(300)
        admin.get("/admin/jobs")
        assert "进行中，300 / 1,200" in admin.page and 'aria-valuenow="300"' in admin.page
        run.message = "都好了"
    admin.get("/admin/jobs")
    assert "已完成" in admin.page and "都好了" in admin.page and "进行中" not in admin.page


def test_a_failed_job_says_so_without_what_the_error_held(app: Flask, admin: Visitor) -> None:
    with pytest.raises(KeyError), jobs.running(engine(app), "rescore"):
        raise KeyError("张三 13800138000")
    with pytest.raises(jobs.Refused), jobs.running(engine(app), "backup"):
        raise jobs.Refused("磁盘满了")
    admin.get("/admin/jobs")
    assert "失败" in admin.page and "KeyError" in admin.page and "磁盘满了" in admin.page
    assert "13800138000" not in admin.page and "13800138000" not in str([job.message for job in all_of(app, Job)])


def test_a_job_whose_process_died_is_shown_as_interrupted(app: Flask, admin: Visitor) -> None:
    before = wording.now() - timedelta(minutes=5)
    with writing(engine(app)) as session:
        session.add(Job(kind="purge", started_at=before, seen_at=before))
    admin.get("/admin/jobs")
    assert "中断" in admin.page.partition("<tbody>")[2]


def test_a_long_step_still_shows_signs_of_life(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, change = threading.Event(), jobs._change

    def noted(*arguments: object, **values: object) -> None:
        change(*arguments, **values)  # type: ignore[arg-type]
        seen.set()

    monkeypatch.setattr(jobs, "BEAT", timedelta(milliseconds=1))
    monkeypatch.setattr(jobs, "_change", noted)
    with jobs.running(engine(app), "rescore"):
        assert seen.wait(30)
    (job,) = all_of(app, Job)
    assert job.seen_at > job.started_at and job.state == "done"


def test_whoever_started_a_job_is_told_or_all_admins(app: Flask, boss: int) -> None:
    other, officer = account(app, "admin", "管理乙"), account(app, "officer", "王负责")
    with jobs.running(engine(app), "rescore", by=officer):
        pass
    with jobs.running(engine(app), "backup"):
        pass
    with jobs.running(engine(app), "purge", quiet=True):
        pass
    told = [(one.account_id, one.kind, one.params["job"]) for one in all_of(app, Notice)]
    assert told == [(officer, "job_done", "重新判定"), (boss, "job_done", "备份"), (other, "job_done", "备份")]
    with pytest.raises(jobs.Refused), jobs.running(engine(app), "purge", quiet=True):
        raise jobs.Refused("没有做完")
    assert [one.account_id for one in all_of(app, Notice) if one.kind == "job_failed"] == [boss, other]


def test_a_notice_of_a_job_reads_plainly(app: Flask, admin: Visitor) -> None:
    with jobs.running(engine(app), "backup") as run:
        run.message = "已备份"
    admin.get("/notices")
    assert "任务“备份”已完成。已备份" in admin.page


def test_rescore_leaves_a_job_with_its_total(app: Flask) -> None:
    open_file(app).submitted()
    arguments = ["rescore", "--scheme", "digital-portrait", "--edition", "2025", "--as-of", "2030-01-01"]
    assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
    (job,) = all_of(app, Job)
    assert (job.kind, job.state, job.done, job.total) == ("rescore", "done", 1, 1)
    assert "重新判定 1 家" in job.message


def test_the_rulers_are_listed_with_the_verdicts_that_stand_on_them(app: Flask, admin: Visitor) -> None:
    open_file(app).submitted()
    admin.get("/admin/schemes")
    rules = app.extensions["diagnose"].catalog.rulesets["digital-portrait/2025"]
    assert rules.sha256 in admin.page and "1 个" in admin.page and "依据其他文件的结论" not in admin.page
    with writing(engine(app)) as session:
        session.execute(update(Diagnosis).values(ruleset_sha256="f" * 64))
    admin.get("/admin/schemes")
    assert "依据其他文件的结论" in admin.page and "f" * 64 in admin.page


def test_the_backup_page_lists_and_warns_and_downloads_nothing(app: Flask, admin: Visitor, tmp_path: Path) -> None:
    admin.get("/admin/backup")
    assert "还没有备份过" in admin.page and "最近 7 天没有成功的备份" in admin.page
    (tmp_path / "secret_key").write_text("k" * 64)
    assert app.test_cli_runner().invoke(args=["backup", str(tmp_path / "out")]).exit_code == 0
    admin.get("/admin/backup")
    assert "已备份到 zhizhen-" in admin.page and "最近 7 天没有" not in admin.page
    assert "download" not in admin.page and str(tmp_path) not in admin.page


def test_the_first_page_says_how_the_last_runs_went(app: Flask, admin: Visitor) -> None:
    admin.get("/admin/")
    assert "从未" in admin.page
    app.test_cli_runner().invoke(args=["audit", "verify"])
    admin.get("/admin/")
    assert "操作记录完整" in admin.page
