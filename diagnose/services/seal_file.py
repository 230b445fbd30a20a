"""A seal (签章) inside a file, where it changes nothing for whoever opens the file, and out of it again.

PDF: a comment after the end, then the old end repeated, so that readers find their way. Word and Excel: the comment of
the ZIP archive. JSON: beside the content. A sealed file has exactly one form: what is read from it, put together again,
must give the same bytes, so no byte can be changed unseen.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MARK = b"ZZ-SEAL-1 "
PDF_MARK = b"\n%" + MARK
END_OF_ZIP = b"PK\x05\x06"
END_LENGTH = 22
COMMENT_MOST = 65_535
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
    """How a seal is put into one kind of file, and found there; ``begins``: how such a file begins."""

    begins: bytes
    put: Callable[[bytes, Seal], bytes]
    split: Callable[[bytes], tuple[bytes, bytes] | None]


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
    try:
        found: dict[str, Any] = json.loads(packed)
        same = container.put(content, found) == data
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
    comment = MARK + _coded(seal)
    if content[-END_LENGTH:][:4] != END_OF_ZIP or len(comment) > COMMENT_MOST:
        raise ValueError("not the end of an archive without a comment")
    return content[:-2] + len(comment).to_bytes(2, "little") + comment


def _out_of_zip(data: bytes) -> tuple[bytes, bytes] | None:
    at = data.rfind(MARK)
    if at < END_LENGTH or data[at - END_LENGTH :][:4] != END_OF_ZIP:
        return None
    return data[: at - 2] + b"\0\0", _decoded(data[at + len(MARK) :])


# ---------- JSON ----------


def _into_json(content: bytes, seal: Seal) -> bytes:
    return b"".join((JSON_START, content, b',"seal":', canonical(seal), JSON_END))


def _out_of_json(data: bytes) -> tuple[bytes, bytes] | None:
    at = data.rfind(JSON_SEAL)
    if at < 0 or not data.startswith(JSON_START):
        return None
    return data[len(JSON_START) : at], data[at + len(b',"seal":') : -len(JSON_END)]


_ZIP = Container(b"PK\x03\x04", _into_zip, _out_of_zip)
CONTAINERS = {
    "pdf": Container(b"%PDF-", _into_pdf, _out_of_pdf),
    "word": _ZIP,
    "excel": _ZIP,
    "json": Container(b"{", _into_json, _out_of_json),
}
