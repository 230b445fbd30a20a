"""flask verify-seal and python -m scoring verify: a plain answer and an exit code for everything that can be wrong."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, update

from diagnose.db import reading, writing
from diagnose.models import Document, SealKey
from diagnose.services import seal_check, seal_file, seal_keys
from diagnose.services.seal_keys import second
from scoring.__main__ import main
from tests.diagnose.cast import File, engine
from tests.diagnose.official import GBT, opened, ratings
from tests.diagnose.sealing import FORMATS, content, issued


def said(app: Flask, tmp_path: Path, data: bytes, keys: bool = False) -> Result:
    """What the command says of a file; with ``keys`` offline."""
    path, listed = tmp_path / "文件", tmp_path / "keys.json"
    path.write_bytes(data)
    with reading(engine(app)) as session:
        listed.write_text(json.dumps(seal_keys.offered(seal_keys.public_keys(session))))
    more = ["--keys", str(listed)] if keys else []
    return app.test_cli_runner().invoke(args=["verify-seal", str(path), *more])


def signed(app: Flask, claim: dict[str, Any], inside: bytes) -> bytes:
    """A JSON with any claim, signed with the installation's own key."""
    parts = app.extensions["diagnose"]
    signature = seal_keys.signer(parts.engine, parts.settings.var_dir).sign(seal_file.canonical(claim))
    return seal_file.put_seal("json", inside, {"claim": claim, "signature": signature})


def test_a_genuine_document_is_said_to_be_so_online_and_offline(file: File, tmp_path: Path) -> None:
    file.submitted()
    for format in FORMATS:
        made = issued(file.app, file, format)
        here, offline = (said(file.app, tmp_path, made.data, keys) for keys in (False, True))
        assert (here.exit_code, offline.exit_code) == (0, 0), here.output
        for word in ("可信", "甲精密部件有限公司", made.row.number, made.row.sha256):
            assert word in here.output
        assert "没有查询编号" in offline.output and "没有查询编号" not in here.output


def test_offline_needs_no_database(small_file: File, tmp_path: Path) -> None:
    made = issued(small_file.app, small_file.submitted())
    assert said(small_file.app, tmp_path, made.data).exit_code == 0
    with writing(engine(small_file.app)) as session:
        session.execute(delete(Document))
        session.execute(delete(SealKey))
    arguments = ["verify-seal", str(tmp_path / "文件"), "--keys", str(tmp_path / "keys.json")]
    assert small_file.app.test_cli_runner().invoke(args=arguments).exit_code == 0


def test_a_number_that_was_never_issued_and_one_that_was_revoked(file: File, tmp_path: Path) -> None:
    made = issued(file.app, file.submitted())
    with writing(engine(file.app)) as session:
        session.execute(update(Document).values(revoked_at=second()))
    answer = said(file.app, tmp_path, made.data)
    assert answer.exit_code == 6 and "已作废" in answer.output
    with writing(engine(file.app)) as session:
        session.execute(delete(Document))
    answer = said(file.app, tmp_path, made.data)
    assert answer.exit_code == 5 and "没有签发过这个编号" in answer.output
    assert said(file.app, tmp_path, made.data, keys=True).exit_code == 0


def test_a_key_that_had_ended_and_one_that_nobody_knows(small_file: File, tmp_path: Path) -> None:
    made = issued(small_file.app, small_file.submitted())
    hour = timedelta(hours=1)
    with writing(engine(small_file.app)) as session:
        session.execute(update(SealKey).values(valid_from=second() - 2 * hour, valid_to=second() - hour))
    answer = said(small_file.app, tmp_path, made.data, keys=True)
    assert answer.exit_code == 4 and "有效期" in answer.output
    (tmp_path / "keys.json").write_text('{"keys": []}')
    arguments = ["verify-seal", str(tmp_path / "文件"), "--keys", str(tmp_path / "keys.json")]
    answer = small_file.app.test_cli_runner().invoke(args=arguments)
    assert answer.exit_code == 3 and "不在公钥名单里" in answer.output


def test_a_document_from_before_a_new_key_stays_good(file: File, tmp_path: Path) -> None:
    made = issued(file.app, file.submitted())
    turned = file.app.test_cli_runner().invoke(args=["rotate-seal-key"])
    assert turned.exit_code == 0 and made.row.key_id in turned.output
    later = issued(file.app, file)
    assert later.row.key_id != made.row.key_id
    assert [said(file.app, tmp_path, one.data, keys).exit_code for one in (made, later) for keys in (False, True)] == [
        0,
        0,
        0,
        0,
    ]


def test_a_forged_signature_and_a_borrowed_one(small_file: File, tmp_path: Path) -> None:
    made = issued(small_file.app, small_file.submitted())
    inside, seal = seal_file.open_seal(made.data)
    better = {**seal["claim"], "verdict": {**seal["claim"]["verdict"], "level": 4}}
    for forged in ({"claim": better, "signature": seal["signature"]}, {**seal, "signature": "A" * 86 + "=="}):
        answer = said(small_file.app, tmp_path, seal_file.put_seal("json", inside, forged), keys=True)
        assert answer.exit_code == 1 and "签名对不上" in answer.output
        assert "甲精密" not in answer.output, "nothing of a forged claim is repeated"


def test_a_changed_content_is_not_the_one_sealed(small_file: File, tmp_path: Path) -> None:
    made = issued(small_file.app, small_file.submitted())
    answer = said(small_file.app, tmp_path, made.data.replace("一企一档".encode(), "一企二档".encode(), 1), keys=True)
    assert answer.exit_code == 1 and "内容在签发以后被改过" in answer.output


@pytest.mark.parametrize("what", ["level", "fact", "no trace", "other ruler"])
def test_a_seal_on_a_verdict_that_does_not_follow_is_found_out(small_file: File, tmp_path: Path, what: str) -> None:
    app, found = small_file.app, content(small_file.app, small_file.submitted())
    claim = dict(issued(app, small_file).row.claim)
    if what == "level":
        claim["verdict"] = claim["verdict"] | {"level": 4}
    elif what == "fact":
        found["facts_read"]["key_processes_cnc"] = 39
    elif what == "no trace":
        del found["trace"]
    else:
        claim["edition"] = "miit-sme/2024"
    inside = seal_file.canonical(found)
    claim |= {"sha256": sha256(inside).hexdigest(), "size": len(inside)}
    answer = said(app, tmp_path, signed(app, claim, inside), keys=True)
    assert answer.exit_code == 1 and "不能由文件里的事实推出" in answer.output
    assert ("cnc_rate" in answer.output) == (what == "fact")


def test_a_claim_of_another_shape_is_no_reason_to_crash(small_file: File, tmp_path: Path) -> None:
    app, claim = small_file.app, dict(issued(small_file.app, small_file.submitted()).row.claim)
    wrong: dict[str, Any]
    for wrong in ({"issued_at": "gestern"}, {"issued_at": 1}, {"verdict": []}, {"firm": None}, {"sha256": 7}):
        answer = said(app, tmp_path, signed(app, claim | wrong, b"{}"), keys=True)
        assert answer.exit_code == 1 and "文件结构" in answer.output, wrong


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [(b"", 2, "文件类型"), (b"GIF89a", 2, "文件类型"), (b"%PDF-1.7 saved again", 2, "另存"), (b"x" * 99, 2, "太大")],
)
def test_what_cannot_be_told(
    small_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, code: int, words: str
) -> None:
    monkeypatch.setattr(seal_check, "FILE_BYTES", 98)
    answer = said(small_app, tmp_path, data)
    assert answer.exit_code == code and words in answer.output


def test_files_that_are_not_there_or_no_list_of_keys(small_app: Flask, tmp_path: Path) -> None:
    run = small_app.test_cli_runner().invoke
    answer = run(args=["verify-seal", str(tmp_path / "missing")])
    assert answer.exit_code == 2 and "读不了文件" in answer.output
    said(small_app, tmp_path, b"x")
    for wrong in ("", "[", "{}", "[1]", '{"keys": [{"id": "x"}]}', '{"keys": [7]}'):
        (tmp_path / "keys.json").write_text(wrong)
        answer = run(args=["verify-seal", str(tmp_path / "文件"), "--keys", str(tmp_path / "keys.json")])
        assert answer.exit_code == 2 and "不是签章公钥文件" in answer.output, wrong


# ---------- without the application ----------


def scored(tmp_path: Path, found: Any, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = tmp_path / "document.json"
    path.write_text(json.dumps({"content": found, "seal": {}}))
    return main(["verify", str(path)]), capsys.readouterr().out


def test_the_scorer_checks_an_issued_document_and_says_what_it_does_not_check(
    small_file: File, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "document.json"
    path.write_bytes(issued(small_file.app, small_file.submitted()).data)
    assert main(["verify", str(path)]) == 0
    out = capsys.readouterr().out
    assert "the answers follow from the facts" in out and "signature is not checked here" in out
    found = content(small_file.app, small_file)
    found["facts_read"]["key_processes_cnc"] = 39
    code, out = scored(tmp_path, found, capsys)
    assert code == 1 and "cnc_rate" in out
    del found["reads"]
    assert scored(tmp_path, found, capsys)[0] == 2


def test_the_scorer_checks_ratings_with_what_was_cut(
    small_file: File, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_file.submitted()
    opened(small_file, GBT).submitted(ratings(small_file.app))
    assert scored(tmp_path, content(small_file.app, small_file), capsys)[0] == 0
    assert said(small_file.app, tmp_path, issued(small_file.app, small_file).data).exit_code == 0
