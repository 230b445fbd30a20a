"""Where the bytes of evidence lie: a folder of the installation, or an S3-compatible store.

Both keep a value whole or not at all. Keys are random, never from a name somebody typed.
"""

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from diagnose.config import Settings, private_folder

CHUNK = 64 * 1024
UNFINISHED = ".new-"
# A store that does not answer must not hold a request for minutes.
S3_CLIENT = {"connect_timeout": "5s", "timeout": "30s"}
S3_RETRIES = 2


class Missing(LookupError):
    """There is nothing under this key."""


class Unavailable(OSError):
    """The store did not do what it was asked to: full, gone, or not reachable."""


class Store(Protocol):
    """What the application asks of a store. Every call raises Unavailable when it cannot be done."""

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data`` under a key, whole or not at all."""

    def get(self, key: str) -> Iterable[bytes]:
        """The value in chunks; raises Missing at once when there is none."""

    def delete(self, key: str) -> None:
        """Remove the value; nothing happens when there is none."""

    def exists(self, key: str) -> bool:
        """Whether there is a value."""

    def keys(self) -> Iterator[str]:
        """All keys in no order, for backups and checks."""


def open_store(settings: Settings) -> Store:
    """The store of this installation; ValueError for an EVIDENCE_URL that names none."""
    if not settings.evidence_url:
        return Folder(settings.var_dir / "evidence")
    url = urlsplit(settings.evidence_url)
    if url.scheme != "s3" or not url.netloc or url.query or url.fragment:
        raise ValueError("EVIDENCE_URL 应写成 s3://存储桶/前缀，访问密钥、区域和端点用 AWS_* 环境变量设置。")
    return Bucket(url.netloc, url.path.strip("/"))


def new_key() -> str:
    """A fresh key: 160 random bits."""
    return secrets.token_hex(20)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Of all the errors of file systems and networks, the two that make a difference."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing from error
    except (OSError, BaseError) as error:
        raise Unavailable(type(error).__name__) from error


def _chunks(path: Path) -> Iterator[bytes]:
    """First nothing, so that a missing file shows at once; the file is closed at the end, or when the iterator is."""
    with path.open("rb") as file:
        yield b""
        while chunk := file.read(CHUNK):
            yield chunk


class Folder:
    """A folder for its owner alone (0700), files 0600. Not obstore's: that leaves the rights to the umask and does not
    sync, and a photo shown as saved has to survive a power cut."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, key: str, data: bytes) -> None:
        with _plain_errors():
            private_folder(self._path)
            handle, draft = tempfile.mkstemp(prefix=UNFINISHED, dir=self._path)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(draft, self._path / key)
            except BaseException:
                os.unlink(draft)
                raise
            self._sync()

    def _sync(self) -> None:
        """Write the folder's own entries to the disk."""
        handle = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def get(self, key: str) -> Iterable[bytes]:
        with _plain_errors():
            chunks = _chunks(self._path / key)
            next(chunks)
            return chunks

    def delete(self, key: str) -> None:
        with _plain_errors():
            (self._path / key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        return (self._path / key).is_file()

    def keys(self) -> Iterator[str]:
        with _plain_errors():
            found = list(self._path.iterdir()) if self._path.is_dir() else []
        return (path.name for path in found if not path.name.startswith(UNFINISHED))


class Bucket:
    """A prefix in an S3 bucket; endpoint, region and keys from the usual AWS_* variables."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket, self._prefix = bucket, prefix

    @cached_property
    def _store(self) -> S3Store:
        """Made at the first use, after the server has forked: its threads would not survive that."""
        # An endpoint that somebody set as http:// is meant so: a store in the same machine room.
        plain = any(value.startswith("http://") for name, value in os.environ.items() if "ENDPOINT" in name)
        options = {**S3_CLIENT, "allow_http": plain}
        return S3Store(
            self._bucket,
            prefix=self._prefix or None,
            client_options=options,  # type: ignore[arg-type]
            retry_config={"max_retries": S3_RETRIES},
        )

    def put(self, key: str, data: bytes) -> None:
        with _plain_errors():
            obstore.put(self._store, key, data, use_multipart=False)

    def get(self, key: str) -> Iterable[bytes]:
        with _plain_errors():
            return obstore.get(self._store, key).stream(min_chunk_size=CHUNK)

    def delete(self, key: str) -> None:
        with _plain_errors():
            obstore.delete(self._store, key)

    def exists(self, key: str) -> bool:
        try:
            with _plain_errors():
                obstore.head(self._store, key)
        except Missing:
            return False
        return True

    def keys(self) -> Iterator[str]:
        with _plain_errors():
            for batch in obstore.list(self._store):
                yield from (one["path"] for one in batch)
