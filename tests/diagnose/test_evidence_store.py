"""The bytes of evidence lie in a private folder or in an S3 store, whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagnose.config import Settings
from diagnose.store import Bucket, Folder, Missing, Store, Unavailable, new_key, open_store
from tests.s3 import s3_server, s3_url

__all__ = ["s3_server", "s3_url"]
DATA = bytes(range(256)) * 2000


def settings(var: Path, url: str = "") -> Settings:
    return Settings(var, "sqlite://", "a key for tests, long enough to sign", evidence_url=url)


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = request.getfixturevalue("s3_url") if request.param == "s3" else ""
    yield open_store(settings(tmp_path, url))


def test_value_comes_back_as_it_was_put(store: Store) -> None:
    key = new_key()
    assert not store.exists(key)
    store.put(key, DATA)
    store.put(f"{key}.thumb", b"small")
    assert store.exists(key)
    assert b"".join(store.get(key)) == DATA
    assert sorted(store.keys()) == [key, f"{key}.thumb"]


def test_deleted_value_is_gone_and_deleting_it_again_is_no_error(store: Store) -> None:
    key = new_key()
    store.put(key, DATA)
    store.delete(key)
    store.delete(key)
    assert not store.exists(key) and list(store.keys()) == []
    with pytest.raises(Missing):
        store.get(key)


def test_large_value_comes_in_chunks(store: Store) -> None:
    key, large = new_key(), os.urandom(9_000_000)
    store.put(key, large)
    chunks = list(store.get(key))
    assert len(chunks) > 5 and b"".join(bytes(one) for one in chunks) == large


def test_empty_folder_has_no_keys(tmp_path: Path) -> None:
    assert list(Folder(tmp_path / "nothing").keys()) == []


def test_folder_and_files_are_for_the_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    store, key = open_store(settings(tmp_path)), new_key()
    before = os.umask(0)
    try:
        store.put(key, DATA)
    finally:
        os.umask(before)
    folder = tmp_path / "evidence"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / key).stat().st_mode) == 0o600


def test_write_that_breaks_off_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, key = Folder(tmp_path), new_key()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(Unavailable):
            store.put(key, DATA)
    assert list(tmp_path.iterdir()) == []


def test_half_written_file_is_no_key(tmp_path: Path) -> None:
    (tmp_path / ".new-abc").write_bytes(b"half")
    assert list(Folder(tmp_path).keys()) == []


def test_store_that_is_not_there_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, s3_url: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    store = Bucket("proof", "evidence")
    for call in (lambda: store.put("a", b"x"), lambda: store.get("a"), lambda: store.exists("a")):
        with pytest.raises(Unavailable):
            call()
    with pytest.raises(Unavailable):
        open_store(settings(tmp_path, s3_url.replace("proof", "another"))).put("a", b"x")


@pytest.mark.parametrize("url", ["s3://", "http://host/bucket", "bucket", "s3://bucket/a?b=c", "file:///tmp"])
def test_setting_that_names_no_store_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="EVIDENCE_URL"):
        open_store(settings(tmp_path, url))


def test_keys_are_random() -> None:
    assert len({new_key() for _ in range(100)}) == 100 and len(new_key()) == 40
