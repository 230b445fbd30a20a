"""The admin's page of Word templates: checked, tried, in force, and back; only for admins, and in the log."""

import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from flask import Flask

from diagnose.db import reading
from diagnose.models import AuditEntry, WordTemplate
from diagnose.reports import word_trial
from diagnose.reports.word import packaged
from diagnose.reports.word_guide import field_list
from diagnose.reports.word_trial import main, tried
from diagnose.services import word_templates
from diagnose.services.word_package import LIMITS, Refused
from diagnose.web import admin_templates
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.diagnose.proof import let_go
from tests.people import account, logged_in

PAGE = "/admin/templates"


def template_of(*lines: str) -> bytes:
    document, out = docx.Document(), BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


@pytest.fixture
def admin(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A logged-in admin; templates pass their trial, which has a test of its own."""
    monkeypatch.setattr(admin_templates, "tried", lambda data, kind: data)
    return logged_in(app, account(app, "admin", "管理甲"))


def upload(admin: Visitor, kind: str, data: bytes, name: str = "新版.docx") -> Any:
    admin.get(PAGE)
    return admin.post(f"{PAGE}/{kind}", {"file": (BytesIO(data), name)}, content_type="multipart/form-data")


def in_force(app: Flask, kind: str) -> bytes | None:
    with reading(engine(app)) as session:
        return word_templates.current(session, kind)


def test_accepted_template_is_in_force_until_the_packaged_one_is_wanted_again(app: Flask, admin: Visitor) -> None:
    assert in_force(app, "dossier") is None
    first, second = template_of("{{ firm.name }}"), template_of("{{ title }}")
    assert upload(admin, "dossier", first).location.endswith("?done=accepted")
    assert upload(admin, "dossier", second, "..\\C:\\模板\x07二.docx").status_code == 303
    assert (in_force(app, "dossier"), in_force(app, "onsite")) == (second, None)
    admin.get(f"{PAGE}?done=accepted")
    assert "新模板已启用" in admin.page and "模板二.docx" in admin.page and admin.page.count("已换下") == 1
    assert admin.get(f"{PAGE}/dossier/current").data == second
    assert admin.get(f"{PAGE}/uploaded/{all_of(app, WordTemplate)[0].id}").data == first
    assert admin.get(f"{PAGE}/dossier/packaged").data == packaged("dossier")
    admin.get(PAGE)
    assert admin.post(f"{PAGE}/dossier/packaged").status_code == 303
    assert in_force(app, "dossier") is None and admin.get(f"{PAGE}/dossier/current").data == packaged("dossier")
    assert [row.active for row in all_of(app, WordTemplate)] == [False, False]
    deeds = [(one.action, one.detail.get("kind")) for one in all_of(app, AuditEntry) if "template" in one.action]
    assert deeds == [("template_accepted", "dossier")] * 2 + [("template_packaged", "dossier")]
    admin.post(f"{PAGE}/dossier/packaged")
    assert sum("template" in one.action for one in all_of(app, AuditEntry)) == 3  # nothing was done a second time


def test_refused_template_changes_nothing_and_says_why(
    app: Flask, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(admin, "onsite", template_of("{{ title }}"))
    before = in_force(app, "onsite")
    monkeypatch.setattr(admin_templates, "tried", tried)
    answer = upload(admin, "onsite", b"%PDF-1.7")
    assert answer.status_code == 422 and "这个模板没有采用" in admin.page and "现用的模板没有变" in admin.page
    assert "这不是 Word 文档" in admin.page and 'id="error-onsite"' in admin.page
    admin.get(PAGE)
    assert admin.post(f"{PAGE}/onsite").status_code == 422 and "还没有选择文件" in admin.page
    assert in_force(app, "onsite") == before
    refused = [one.detail for one in all_of(app, AuditEntry) if one.action == "template_refused"]
    assert [one["reason"] for one in refused] == ["type", "none"]


def test_file_larger_than_a_request_may_be_is_refused_on_the_page(app: Flask, admin: Visitor) -> None:
    answer = let_go(upload(admin, "dossier", b"x" * ((LIMITS["request_mb"] << 20) + 1)))
    assert answer.status_code == 413 and "文件超过 5 MB" in admin.page and in_force(app, "dossier") is None


def test_kinds_that_do_not_exist_are_not_found(small_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_templates, "tried", lambda data, kind: pytest.fail("tried"))
    boss = logged_in(small_app, account(small_app, "admin", "管理甲"))
    for path in ("annual/current", "annual/packaged", "annual/trial", "uploaded/7"):
        assert boss.get(f"{PAGE}/{path}").status_code == 404
    assert upload(boss, "annual", template_of("x")).status_code == 404
    assert boss.post(f"{PAGE}/annual/packaged").status_code == 404


def test_page_lists_the_fields_with_their_meaning(small_app: Flask) -> None:
    boss = logged_in(small_app, account(small_app, "admin", "管理甲"))
    boss.get(PAGE)
    assert len(field_list()) > 100 and f"全部 {len(field_list())} 个字段" in boss.page
    assert all(f">{name}</code>" in boss.page for name, _, _ in field_list())
    assert "企业名称" in boss.page and "还没有上传过" in boss.page


def test_template_is_filled_in_with_a_synthetic_firm_in_a_process_of_its_own() -> None:
    own = template_of(
        "{{ firm.name }}", "{{ visit.advisor }}", "{%p for one in bottlenecks %}", "{{ one.title }}", "{%p endfor %}"
    )
    document = docx.Document(BytesIO(tried(own, "onsite")))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[0] == "示例甲精密部件有限公司" and lines[1] == "示例顾问" and len(lines) > 3


def test_template_that_reaches_further_is_refused_with_the_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("dossier", template_of("{{ firm.__class__ }}")) == word_trial.REFUSED
    assert "firm.__class__" in capsys.readouterr().out


def test_trial_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "trial_seconds", 0)
    with pytest.raises(Refused, match="示例企业试填超过"):
        tried(template_of("{{ firm.name }}"), "dossier")


def test_trial_sees_no_secret_of_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    seen: dict[str, Any] = {}

    class Done:
        returncode, stdout, stderr = 0, b"docx", b""

    monkeypatch.setattr(subprocess, "run", lambda *_, **given: seen.update(given) or Done())
    assert tried(template_of("{{ firm.name }}"), "dossier") == b"docx"
    assert "DATABASE_URL" not in seen["env"] and seen["env"]["VAR_DIR"] == seen["cwd"]
