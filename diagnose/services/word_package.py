"""What an uploaded Word template is made of: a plain .docx without programs, links or bombs. Nothing of it is run."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from diagnose.texts import say
from questionnaires.strict import load_yaml

SETTINGS: dict[str, Any] = load_yaml(Path(__file__).parent.parent / "data" / "word-templates.yaml")
LIMITS: dict[str, int] = SETTINGS["limits"]
PROGRAMS: list[str] = SETTINGS["programs"]
RELATIONS: list[str] = SETTINGS["relations"]
FIELDS = re.compile(rf"(?<![A-Z])({'|'.join(SETTINGS['fields'])})(?![A-Z])")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHOWN = 60  # characters of a name or address in a message
BIG = 1 << 20


class Refused(ValueError):
    """The template is not taken; ``message`` says why, for people."""

    def __init__(self, reason: str, what: str = "") -> None:
        self.reason, self.what = reason, what
        super().__init__(self.message)

    @property
    def message(self) -> str:
        return say(f"template_refused_{self.reason}", what=self.what, **LIMITS)


def inspect(data: bytes) -> None:
    """Raises Refused for anything but a harmless .docx."""
    if not data:
        raise Refused("empty")
    if len(data) > LIMITS["file_mb"] << 20:
        raise Refused("large")
    if data.startswith(OLE):
        raise Refused("old")
    if not data.startswith(ZIP):
        raise Refused("type")
    parts = _unpacked(data)
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            _check_xml(name, content)
    _check_types(parts)
    for name, content in parts.items():
        if name.endswith(".rels"):
            _check_links(content)
        elif name.startswith("word/") and name.endswith(".xml"):
            _check_fields(content)


def _unpacked(data: bytes) -> dict[str, bytes]:
    """All parts by their name in small letters; what the directory promises is looked at before any is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            entries = packed.infolist()
            _check_entries(entries)
            return {one.filename.lower(): packed.read(one) for one in entries}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error):
        raise Refused("broken") from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if any(one.flag_bits & 1 for one in entries):
        raise Refused("old")
    ratio = max((one.file_size / max(one.compress_size, 1) for one in entries if one.file_size > BIG), default=0)
    unpacked = sum(one.file_size for one in entries)
    if unpacked > LIMITS["unpacked_mb"] << 20 or len(entries) > LIMITS["entries"] or ratio > LIMITS["ratio"]:
        raise Refused("bomb")
    names = [one.filename.lower() for one in entries]
    if len(set(names)) < len(names) or any(re.search(r"(^/|\\|(^|/)\.\.(/|$)|:)", name) for name in names):
        raise Refused("broken")


def _check_xml(name: str, content: bytes) -> None:
    """UTF-8 and without definitions of its own (DTD), which could unfold without end or fetch files."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("broken") from None
    if "\0" in text or re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise Refused("dtd", name[:SHOWN])
    declared = re.match(r"\s*<\?xml[^>]*encoding=[\"']([^\"']+)", text)
    if declared and declared[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Refused("broken")
    _parsed(content)


def _parsed(content: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError:
        raise Refused("broken") from None


def _check_types(parts: dict[str, bytes]) -> None:
    """The main part is a document, and no part runs or carries a program."""
    if "[content_types].xml" not in parts:
        raise Refused("type")
    types = [(one.get("PartName", ""), one.get("ContentType", "")) for one in _parsed(parts["[content_types].xml"])]
    for place in [*parts, *(text.lower() for pair in types for text in pair)]:
        if any(word in place for word in PROGRAMS):
            raise Refused("program", place.rpartition("/")[2][:SHOWN])
    if DOCUMENT not in (kind for _, kind in types):
        raise Refused("type")


def _check_links(content: bytes) -> None:
    """Only links that somebody clicks may lead outside; nothing is fetched when the document is opened."""
    for one in _parsed(content):
        kind, target = one.get("Type", ""), one.get("Target", "")
        if kind.rpartition("/")[2].lower() in RELATIONS:
            raise Refused("program", kind.rpartition("/")[2][:SHOWN])
        clicked = kind.endswith("/hyperlink") and target.lower().startswith(("http://", "https://", "mailto:"))
        if one.get("TargetMode", "").lower() == "external" and not clicked:
            raise Refused("outside", target[:SHOWN])


def _check_fields(content: bytes) -> None:
    for code in _field_codes(_parsed(content)):
        found = FIELDS.search(code.upper())
        if found:
            raise Refused("field", found[1])


def _field_codes(root: ElementTree.Element) -> Iterator[str]:
    """What fields say: those in one piece, and all runs of the others together, as Word may have cut them anywhere."""
    yield from (one.get(f"{WORD}instr", "") for one in root.iter(f"{WORD}fldSimple"))
    yield "".join(
        " " if one.tag == f"{WORD}fldChar" else one.text or ""
        for one in root.iter()
        if one.tag in (f"{WORD}fldChar", f"{WORD}instrText")
    )
