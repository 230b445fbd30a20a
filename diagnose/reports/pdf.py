"""A document as PDF, set by typst from `document.typ`. All texts come to it as data (JSON) and are never markup."""

import json
import re
from base64 import b64encode
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from diagnose.reports.document_data import axes, issued, legend, plain, qr_svg
from diagnose.reports.fonts import font_path, visible
from diagnose.reports.mark import Mark
from diagnose.reports.radar_layers import layered_svg
from diagnose.services.document_parts import Evidence
from diagnose.services.document_values import DocumentContent, Kind
from diagnose.texts import say

HERE = Path(__file__).parent / "templates"
PAGE = HERE / "document.typ"
LONG_WORD = re.compile(r"[!-~]{25,}")
PIECE = re.compile(r".{12}(?=.)")
PHOTO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}">'
    '<image width="{0}" height="{1}" href="data:image/jpeg;base64,{2}"/></svg>'
)
TAGS = False  # they would make the file half as big again; the pages of the app are the accessible form
SHORT_NAME, COVER_NAME = 34, 200  # characters of a firm's name in the header and on the cover

# A compiler keeps its fonts and what it has set before; it is not to be used by two at once.
_turn = Lock()


def pdf(kind: Kind, content: DocumentContent, mark: Mark | None) -> bytes:
    """The bytes; the same content and mark give the same ones."""
    data = json.dumps(_data(kind, content, mark), ensure_ascii=False, separators=(",", ":"))
    moment = mark.issued_at if mark else content.decided_at
    with _turn:
        made = _compiler().compile(
            input=PAGE, sys_inputs={"data": data}, timestamp=int(moment.timestamp()), pdf_tags=TAGS
        )
    assert isinstance(made, bytes)
    return made


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_path().parent)])
    return typst.Compiler(root=HERE, font_paths=fonts, ignore_system_fonts=True)


def _data(kind: Kind, content: DocumentContent, mark: Mark | None) -> dict[str, Any]:
    data: dict[str, Any] = plain(content, shown)
    data["mark"] = issued(content, mark)
    data["short_name"] = shortened(visible(content.firm.name), SHORT_NAME)
    data["cover_name"] = shown(content.firm.name[:COVER_NAME] + "…" * (len(content.firm.name) > COVER_NAME))
    data["qr"] = qr_svg(mark.address) if mark else ""
    data["radars"] = [_radar(scheme) for scheme in content.schemes]
    data["photos"] = [_photo(one) for one in content.evidence if one.picture] if kind == "onsite" else []
    return data


def shortened(text: str, most: int) -> str:
    """At most so many characters, with … at the end of a cut one."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _radar(scheme: Any) -> str:
    names = legend(scheme)
    return layered_svg(axes(scheme), not_applicable=say("chart_not_applicable"), **names).decode()


def _photo(one: Evidence) -> dict[str, Any]:
    assert one.picture is not None
    width, height = jpeg_size(one.picture)
    svg = PHOTO.format(width, height, b64encode(one.picture).decode())
    return {"number": one.number, "title": shown(one.title), "question": one.question, "day": one.day, "svg": svg}


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height in the header of a JPEG."""
    place = 2
    while place + 9 < len(data):
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[place + 7 : place + 9]), int.from_bytes(data[place + 5 : place + 7])
        place += 2 + length
    return 4, 3


@lru_cache(8192)
def shown(text: str) -> str:
    """A text as the font can show it, and long words with places to break."""
    return LONG_WORD.sub(lambda word: PIECE.sub("\\g<0>\u200b", word[0]), visible(text))
