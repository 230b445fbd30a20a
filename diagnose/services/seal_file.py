"""A seal (签章) inside a file, where it changes nothing for whoever opens the file, and out of it again.

PDF: a comment after the end, then the old end repeated, so that readers find their way. Word and Excel: the comment of
the ZIP archive, packed, because LibreOffice looks for the end of an archive in its last 534 bytes only. JSON: beside
the content. No byte can be changed unseen: what is read is put together again and must give the same bytes, and what
is packed carries its own hash, for it could be packed in several ways.
"""

import base64
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

MARK = b"ZZ-SEAL-1 "
PDF_MARK = b"\n%" + MARK
END_OF_ZIP = b"PK\x05\x06"
END_LENGTH = 22
COMMENT_MOST = 512
SEAL_MOST = 1 << 16  # bytes of a seal's text, far more than one has: nothing longer is read as JSON
HASH = 8  # bytes
# What seals have in common; packing them leaves it out. Never changed: older seals could not be unpacked any more.
COMMON = (
    b'{"claim":{"edition":"gbt-39116/2020-discrete","edition":"miit-sme/2024","edition":"digital-portrait/2025",'
    b'"firm":{"credit_code":"91","name":"\xe6\x9c\x89\xe9\x99\x90\xe5\x85\xac\xe5\x8f\xb8"},"format":"word",'
    b'"format":"excel","issued_at":"2026-01-01T00:00:00+00:00","key":"0123456789abcdef","kind":"onsite",'
    b'"kind":"dossier","number":"ZZ-20260101-","ruleset_sha256":"","seal":1,"sha256":"","size":100000,'
    b'"verdict":{"as_of":"2026-01-01","kind":"onsite","kind":"self","level":0,"level_title":"'
    + "未定级起步级规范级集成级协同级一级二级三级四级五级（".encode()
    + b'","score":"0.00"}},"signature":"=="}'
)
JSON_START, JSON_SEAL, JSON_END = b'{"content":', b',"seal":{"claim":', b"}\n"
STARTXREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")

Seal = Mapping[str, Any]


class NoSeal(ValueError):
    """The file carries no seal. ``known``: it is of a kind that we issue."""

    def __init__(self, known: bool) -> None:
        super().__init__("no seal")
        self.known = known


class Damaged(ValueError):
    """The seal, or what holds it, is not as it was made."""


def canonical(value: Any) -> bytes:
    """The one way to write a value as JSON: keys in order, no spaces, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


@dataclass(frozen=True)
class Container:
    """How a seal is put into one kind of file, and found there; ``begins``: how such a file begins.

    ``hashed``: what holds the seal has been checked by its own hash, and is not put together again.
    """

    begins: bytes
    put: Callable[[bytes, Seal], bytes]
    split: Callable[[bytes], tuple[bytes, bytes] | None]
    hashed: bool = False


def plain(format: str, rendered: bytes) -> bytes:
    """The content that is hashed: the file as it was rendered; JSON in its canonical form."""
    return canonical(json.loads(rendered)) if format == "json" else rendered


def put_seal(format: str, content: bytes, seal: Seal) -> bytes:
    """The file with its seal. Raises ValueError for content that cannot hold one."""
    return CONTAINERS[format].put(content, seal)


def open_seal(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """The content and the seal of a sealed file: {"claim": …, "signature": …}. Raises NoSeal, Damaged.

    Nothing is proved by that: see seal_check.
    """
    # What the file begins with decides, but a first byte may be the one that was changed.
    likely = [container for container in CONTAINERS.values() if data.startswith(container.begins)]
    for container in (*likely, *CONTAINERS.values()):
        parts = container.split(data)
        if parts is not None:
            return parts[0], _seal(data, container, *parts)
    raise NoSeal(known=bool(likely))


def _seal(data: bytes, container: Container, content: bytes, packed: bytes) -> dict[str, Any]:
    if len(packed) > SEAL_MOST:
        raise Damaged
    try:
        found: dict[str, Any] = json.loads(packed)
        same = canonical(found) == packed and (container.hashed or container.put(content, found) == data)
    except (ValueError, RecursionError):
        raise Damaged from None
    if not same or not isinstance(found, dict) or not _shaped(found):
        raise Damaged
    return found


def _shaped(seal: dict[str, Any]) -> bool:
    return seal.keys() == {"claim", "signature"} and isinstance(seal["claim"], dict)


def _coded(seal: Seal) -> bytes:
    return base64.b64encode(canonical(seal))


def _decoded(text: bytes) -> bytes:
    """Not what it was, where that is damaged: found out when it is put together again."""
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""


# ---------- PDF ----------


def _into_pdf(content: bytes, seal: Seal) -> bytes:
    end = STARTXREF.search(content[-2048:])
    if end is None:
        raise ValueError("not the end of a PDF")
    return b"".join((content, PDF_MARK, _coded(seal), b"\nstartxref\n", end[1], b"\n%%EOF\n"))


def _out_of_pdf(data: bytes) -> tuple[bytes, bytes] | None:
    at = data.rfind(PDF_MARK)
    if at < 0:
        return None
    return data[:at], _decoded(data[at + len(PDF_MARK) :].partition(b"\n")[0])


# ---------- Word and Excel ----------


def _into_zip(content: bytes, seal: Seal) -> bytes:
    packer = zlib.compressobj(9, zdict=COMMON)
    packed = packer.compress(canonical(seal)) + packer.flush()
    comment = b"".join((MARK, sha256(packed).digest()[:HASH], packed))
    if content[-END_LENGTH:][:4] != END_OF_ZIP or content[-2:] != b"\0\0" or len(comment) > COMMENT_MOST:
        raise ValueError("not the end of an archive without a comment, or too much for one")
    return content[:-2] + len(comment).to_bytes(2, "little") + comment


def _out_of_zip(data: bytes) -> tuple[bytes, bytes] | None:
    at = data.rfind(MARK)
    if at < END_LENGTH or data[at - END_LENGTH :][:4] != END_OF_ZIP:
        return None
    comment, packed = data[at:], data[at + len(MARK) + HASH :]
    hashed = comment[len(MARK) :][:HASH] == sha256(packed).digest()[:HASH]
    if not hashed or int.from_bytes(data[at - 2 : at], "little") != len(comment) or len(comment) > COMMENT_MOST:
        raise Damaged
    return data[: at - 2] + b"\0\0", _unpacked(packed)


def _unpacked(packed: bytes) -> bytes:
    """The seal's text; no more of it than a seal has."""
    try:
        return zlib.decompressobj(zdict=COMMON).decompress(packed, SEAL_MOST)
    except zlib.error:
        raise Damaged from None


# ---------- JSON ----------


def _into_json(content: bytes, seal: Seal) -> bytes:
    return b"".join((JSON_START, content, b',"seal":', canonical(seal), JSON_END))


def _out_of_json(data: bytes) -> tuple[bytes, bytes] | None:
    at = data.rfind(JSON_SEAL)
    if at < 0 or not data.startswith(JSON_START):
        return None
    return data[len(JSON_START) : at], data[at + len(b',"seal":') : -len(JSON_END)]


_ZIP = Container(b"PK\x03\x04", _into_zip, _out_of_zip, hashed=True)
CONTAINERS = {
    "pdf": Container(b"%PDF-", _into_pdf, _out_of_pdf),
    "word": _ZIP,
    "excel": _ZIP,
    "json": Container(b"{", _into_json, _out_of_json),
}
