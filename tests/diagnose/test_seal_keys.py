"""One key an installation: made once by whoever comes first, private, changed in one step, in the backup."""

import json
import multiprocessing
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from diagnose.db import make_engine, writing
from diagnose.models import AuditEntry, SealKey
from diagnose.services import seal, seal_keys
from diagnose.services.seal_keys import KeyLost
from tests.diagnose.cast import File, all_of, engine
from tests.diagnose.sealing import about, issued


def made_in_a_process(url: str, folder: Path, turn: "multiprocessing.synchronize.Barrier") -> str:
    """The id of the key, in a process of its own."""
    turn.wait(timeout=30)
    own = make_engine(url)
    try:
        return seal_keys.signer(own, folder).id
    finally:
        own.dispose()


def test_processes_that_start_together_get_the_same_key(database_url: str, tmp_path: Path) -> None:
    many = 6
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager, context.Pool(many) as pool:
        turn = manager.Barrier(many)
        found = pool.starmap(made_in_a_process, [(database_url, tmp_path, turn)] * many)
    assert len(set(found)) == 1
    (file,) = seal_keys.files(tmp_path)
    assert file.stem == found[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_new_key_ends_the_old_one_and_deletes_its_private_half(app: Flask, tmp_path: Path) -> None:
    old = seal_keys.signer(engine(app), tmp_path)
    before, made = seal_keys.rotate(engine(app), tmp_path, app.config["SECRET_KEY"])
    assert before == old.id and seal_keys.signer(engine(app), tmp_path).id == made
    assert [one.stem for one in seal_keys.files(tmp_path)] == [made]
    rows = {one.id: one for one in all_of(app, SealKey)}
    assert rows[made].valid_to is None and rows[old.id].valid_to is not None
    (entry,) = [one for one in all_of(app, AuditEntry) if one.action == "seal_rotate"]
    assert entry.detail == {"before": old.id, "key": made}


def test_the_first_key_may_come_from_a_rotation(small_app: Flask, tmp_path: Path) -> None:
    before, made = seal_keys.rotate(engine(small_app), tmp_path, small_app.config["SECRET_KEY"])
    assert before is None and seal_keys.signer(engine(small_app), tmp_path).id == made


def test_rotations_and_signers_at_once_leave_one_key_that_signs(app: Flask, tmp_path: Path) -> None:
    def turn(number: int) -> None:
        if number % 2:
            seal_keys.rotate(engine(app), tmp_path, app.config["SECRET_KEY"])
        else:
            seal_keys.signer(engine(app), tmp_path)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(turn, range(8)))
    (open_,) = [one.id for one in all_of(app, SealKey) if one.valid_to is None]
    assert seal_keys.signer(engine(app), tmp_path).id == open_


def test_a_rotation_leaves_the_key_of_the_next_one_alone(
    small_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, made = small_app, list[str]()

    @contextmanager
    def then_another(which: Engine) -> Iterator[Session]:
        with writing(which) as session:
            yield session
        monkeypatch.setattr(seal_keys, "writing", writing)
        made.append(seal_keys.rotate(which, tmp_path, app.config["SECRET_KEY"])[1])

    monkeypatch.setattr(seal_keys, "writing", then_another)
    seal_keys.rotate(engine(app), tmp_path, app.config["SECRET_KEY"])
    assert [seal_keys.signer(engine(app), tmp_path).id] == made
    assert [one.stem for one in seal_keys.files(tmp_path)] == made


@pytest.mark.parametrize("how", ["gone", "empty", "another"])
def test_a_lost_key_is_said_plainly_and_another_can_be_made(small_app: Flask, tmp_path: Path, how: str) -> None:
    app = small_app
    seal_keys.signer(engine(app), tmp_path)
    (file,) = seal_keys.files(tmp_path)
    if how == "gone":
        file.unlink()
    else:
        file.write_text("" if how == "empty" else "0" * 64)
    with pytest.raises(KeyLost, match="从备份恢复"):
        seal_keys.signer(engine(app), tmp_path)
    _, made = seal_keys.rotate(engine(app), tmp_path, app.config["SECRET_KEY"])
    assert seal_keys.signer(engine(app), tmp_path).id == made


def test_what_a_crash_between_file_and_row_left_is_no_key(app: Flask, tmp_path: Path) -> None:
    seal_keys.signer(engine(app), tmp_path)
    with writing(engine(app)) as session:
        session.execute(delete(SealKey))
    again = seal_keys.signer(engine(app), tmp_path)
    assert [one.id for one in all_of(app, SealKey)] == [again.id]
    seal_keys.rotate(engine(app), tmp_path, app.config["SECRET_KEY"])
    assert len(seal_keys.files(tmp_path)) == 1


def test_a_document_is_not_noted_under_a_key_that_had_ended(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    app, parts = file.app, file.app.extensions["diagnose"]
    made = issued(app, file.submitted())
    signer = seal.signer_of(parts.engine, parts.settings)
    late = seal.seal(signer, about(app, file), "json", "", lambda mark: b"{}")
    hour = made.row.issued_at.replace(year=2000)
    with writing(engine(app)) as session:
        session.get_one(SealKey, signer.id).valid_from = hour
        session.get_one(SealKey, signer.id).valid_to = hour
    with pytest.raises(seal.Outdated), writing(engine(app)) as session:
        seal.note(session, late.row, None)


def test_public_keys_are_read_back_as_they_were_offered(app: Flask, tmp_path: Path) -> None:
    for _ in range(2):
        seal_keys.rotate(engine(app), tmp_path, app.config["SECRET_KEY"])
    with writing(engine(app)) as session:
        keys = seal_keys.public_keys(session)
    assert seal_keys.read(json.loads(json.dumps(seal_keys.offered(keys)))) == keys


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("ZZ-20261129-7KQ2M4XV9A", "ZZ-20261129-7KQ2M4XV9A"),
        (" zz 20261129 7kq2m4xv9a ", "ZZ-20261129-7KQ2M4XV9A"),
        ("https://zhizhen.example.cn/verify/ZZ-20261129-7KQ2M4XV9A", "ZZ-20261129-7KQ2M4XV9A"),
        ("zz-20261129-O1LI0XV9A7", "ZZ-20261129-01110XV9A7"),
        ("", None),
        ("ZZ-20261129-7KQ2M4XV9", None),
        ("ZZ-2026112९-7KQ2M4XV9A", None),
        ("ZZ-20261129-7KQ2M4XV9U", None),
        ("/" * 100_000, None),
        ("\0", None),
    ],
)
def test_numbers_as_people_type_them(typed: str, number: str | None) -> None:
    assert seal.normal_number(typed) == number
