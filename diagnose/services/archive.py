"""A backup's file: one .tar.gz with a manifest at its end; written whole or not at all, believed only when it checks.

Members are unpacked by hand, never with ``extractall``: only plain files, under names we make ourselves, are written,
so an archive with links, devices, absolute names or ``..`` cannot put anything anywhere else.
"""

import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from diagnose.services.jobs import Refused
from diagnose.texts import say

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
KEY = "secret_key"
EVIDENCE = "evidence/"
SEAL = "seal/"
PLAIN = "[0-9A-Za-z_-][0-9A-Za-z._-]*"
NAME = re.compile(rf"({DATABASE}|{KEY}|{SEAL}[0-9a-f]{{16}}\.key|{EVIDENCE}{PLAIN}(/{PLAIN})*)")
CHUNK = 1 << 20
FASTEST = 1  # most of a backup is photos, which do not get any smaller


@dataclass
class Manifest:
    """What a backup holds: ``files`` name → (size in bytes, SHA-256); ``audit`` is the log's end, NUMBER:HASH."""

    made_at: str
    database: str
    revision: str
    evidence: str
    audit: str
    format: int = FORMAT
    files: dict[str, tuple[int, str]] = field(default_factory=dict)


class Writer:
    """Adds files to an archive and notes what it added."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar, self.manifest = tar, manifest

    def add(self, path: Path, name: str) -> None:
        """Add one file; one that is gone by now is left out. Raises ValueError for a name `unpack` would refuse."""
        if not NAME.fullmatch(name):
            raise ValueError(f"not a name for a backup: {name!r}")
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return
        with source:
            info = _member(name, os.fstat(source.fileno()).st_size)
            hashed = _Hashed(source)
            self._tar.addfile(info, hashed)
        self.manifest.files[name] = (info.size, hashed.digest())

    def close(self) -> None:
        """The manifest, last, because only now all hashes are known."""
        content = json.dumps(asdict(self.manifest), ensure_ascii=False, indent=1).encode()
        self._tar.addfile(_member(MANIFEST, len(content)), io.BytesIO(content))


class _Hashed(io.RawIOBase):
    """Reads through and hashes on the way, so that what is hashed is what was written."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._hash = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size)
        self._hash.update(chunk)
        return chunk

    def digest(self) -> str:
        return self._hash.hexdigest()


def _member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """An archive at ``path`` (0600), there only once it is complete and on the disk."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=FASTEST) as tar:
                writer = Writer(tar, manifest)
                yield writer
                writer.close()
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack into an empty folder and check every size and hash. Raises Refused when anything is wrong."""
    try:
        with tarfile.open(path, "r:gz") as tar:
            found = {member.name: _unpacked(tar, member, folder) for member in tar}
        return _believed(found, folder)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise Refused(say("restore_unreadable", file=path.name, reason=type(error).__name__)) from None


def _unpacked(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> tuple[int, str]:
    if not member.isreg() or not (member.name == MANIFEST or NAME.fullmatch(member.name)):
        raise Refused(say("restore_strange", name=repr(member.name)))
    target = folder / member.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = tar.extractfile(member)
    assert source is not None
    hashed = hashlib.sha256()
    # O_EXCL: a name that comes twice is refused.
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := source.read(CHUNK):
            hashed.update(chunk)
            file.write(chunk)
    return member.size, hashed.hexdigest()


def _believed(found: dict[str, tuple[int, str]], folder: Path) -> Manifest:
    if found.pop(MANIFEST, None) is None:
        raise Refused(say("restore_no_manifest"))
    manifest = _manifest((folder / MANIFEST).read_bytes())
    wrong = sorted(name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name))
    if wrong or DATABASE not in found or KEY not in found:
        raise Refused(say("restore_differs", names="、".join(wrong[:5]) or f"{DATABASE}、{KEY}"))
    return manifest


def _manifest(content: bytes) -> Manifest:
    try:
        values: dict[str, Any] = json.loads(content)
        files = {name: (int(size), str(mark)) for name, (size, mark) in values.pop("files").items()}
        manifest = Manifest(**values, files=files)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused(say("restore_no_manifest")) from None
    if manifest.format != FORMAT:
        raise Refused(say("restore_newer"))
    return manifest
