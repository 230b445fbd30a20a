"""A document's content as plain dicts and lists, and what is drawn of it: for PDF, Word and JSON."""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from fractions import Fraction
from io import BytesIO
from typing import Any, TypedDict
from urllib.parse import urlsplit

import segno

from diagnose import wording
from diagnose.reports.mark import Mark
from diagnose.reports.radar import Axis
from diagnose.services.document_parts import Scheme
from diagnose.services.document_values import DocumentContent
from diagnose.texts import say

QR_MASK = 2  # any mask can be read; trying all eight takes as long as drawing a radar
HIDDEN = ("facts_read", "reads", "trace")  # of DocumentContent: for the JSON alone
# What turns text around or hides in it, and what XML cannot hold: written out, so that it is text.
UNSHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(value: Any, text: Callable[[str], str]) -> Any:
    """Dataclasses as dicts by field, tuples as lists; every text through ``text``. Shares and bytes are left out."""
    if isinstance(value, str):
        return text(value)
    if is_dataclass(value):
        named = ((one.name, getattr(value, one.name)) for one in fields(value) if one.name not in HIDDEN)
        return {name: plain(one, text) for name, one in named if not isinstance(one, Fraction | bytes)}
    if isinstance(value, tuple | list):
        return [plain(one, text) for one in value if not isinstance(one, Fraction)]
    return value if isinstance(value, int) else None


def written_out(text: str) -> str:
    """The text with characters that are invisible or turn it around as 〔U+202E〕; for Word and Excel."""
    return UNSHOWN.sub(lambda found: f"〔U+{ord(found[0]):04X}〕", text)


def axes(scheme: Scheme) -> list[Axis]:
    """The dimensions of one ruler for its radar, with the peers' band where there is one."""
    return [
        Axis(one.title, one.share, *((one.peer[1], one.peer[0], one.peer[2]) if one.peer else ()))
        for one in scheme.dimensions
    ]


class Legend(TypedDict, total=False):
    """The names of a radar's lines."""

    own: str
    compare: str
    band: str


def legend(scheme: Scheme) -> Legend:
    """The names in a radar's legend: none without peers."""
    if not any(one.peer for one in scheme.dimensions):
        return Legend()
    return Legend(own=say("doc_own"), compare=say("doc_compare"), band=say("doc_band"))


def issued(content: DocumentContent, mark: Mark | None) -> dict[str, str]:
    """Number, address and day of a document; a draft has neither number nor address."""
    moment = mark.issued_at if mark else content.decided_at
    day = wording.day(moment.astimezone(wording.SHANGHAI).date())
    if mark is None:
        return {"number": "", "address": "", "host": "", "day": day, "draft": say("doc_draft")}
    host = urlsplit(mark.address).netloc
    return {"number": mark.number, "address": mark.address, "host": host, "day": day, "draft": ""}


def qr_svg(address: str) -> str:
    """The QR code of an address."""
    out = BytesIO()
    segno.make(address, error="m", mask=QR_MASK).save(out, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode()


def qr_png(address: str) -> bytes:
    """The same for Word."""
    out = BytesIO()
    segno.make(address, error="m", mask=QR_MASK).save(out, kind="png", border=0, scale=6)
    return out.getvalue()
