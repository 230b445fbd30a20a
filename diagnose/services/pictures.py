"""What an upload is, by its content and never by its name, and the form in which it is kept."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from diagnose.services import redraw
from diagnose.texts import say
from questionnaires.strict import load_yaml

LIMITS: dict[str, int] = load_yaml(Path(__file__).parent.parent / "data" / "evidence.yaml")
FILE_BYTES = LIMITS["file_mb"] * 1024 * 1024
REQUEST_BYTES = LIMITS["request_mb"] * 1024 * 1024
JPEG, PDF = "image/jpeg", "application/pdf"
EXTENSIONS = {JPEG: ".jpg", PDF: ".pdf"}
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
STARTS = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"%PDF-": "pdf",
    # Told apart only to say what to do instead; never opened.
    b"GIF8": "gif",
    b"PK": "office",
    b"\xd0\xcf\x11\xe0": "office",
    b"Rar!": "office",
    b"7z\xbc\xaf": "office",
}
TRAILER = 2048  # a PDF ends with %%EOF; some programs write a few bytes after it

# One picture at a time in a worker: what decoding needs is then bounded, however many people upload.
_turn = Lock()


class Refused(ValueError):
    """The upload is not taken; ``reason`` is the end of its text's key, ``evidence_…`` in texts.yaml."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def message(self) -> str:
        """What is wrong and what to do."""
        return say(f"evidence_{self.reason}", **LIMITS)


@dataclass(frozen=True)
class Picture:
    """What is kept of an upload: a redrawn picture with its thumbnail, or a PDF as it came, without one."""

    media: str
    data: bytes
    thumb: bytes | None


def accept(data: bytes) -> Picture:
    """An upload in the form in which it is kept; raises Refused. No longer than FILE_BYTES + 1 need be read for it."""
    if not data:
        raise Refused("empty")
    if len(data) > FILE_BYTES:
        raise Refused("large")
    found = kind(data)
    if found == "pdf":
        return _pdf(data)
    if found not in (*redraw.FORMATS, "heic"):
        raise Refused(found)
    return _redrawn(data, found)


def kind(data: bytes) -> str:
    """jpeg, png, webp, heic or pdf, or the reason why it is refused: gif, office, video, type."""
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return "heic" if brand in HEIF_BRANDS else "type" if brand in (b"avif", b"avis") else "video"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((name for start, name in STARTS.items() if data.startswith(start)), "type")


def _pdf(data: bytes) -> Picture:
    """A PDF stays as it is (it is signed, or many pages); browsers only ever get it as a download."""
    if b"%%EOF" not in data[-TRAILER:] or b"startxref" not in data[-TRAILER:]:
        raise Refused("pdf")
    return Picture(PDF, data, None)


def _redrawn(data: bytes, found: str) -> Picture:
    # -I and an empty environment: the process sees no module folder, no database address and no key of ours.
    command = [sys.executable, "-I", redraw.__file__, json.dumps(LIMITS), found]
    try:
        with _turn:
            done = subprocess.run(
                command,
                input=data,
                capture_output=True,
                env={"MALLOC_ARENA_MAX": "2"},
                timeout=LIMITS["decode_seconds"],
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise Refused("broken") from None
    if done.returncode:
        reason = done.stdout.decode() if done.returncode == redraw.REFUSED else "broken"
        raise Refused("heic" if (found, reason) == ("heic", "broken") else reason)
    end = 8 + int.from_bytes(done.stdout[:8])
    return Picture(JPEG, done.stdout[8:end], done.stdout[end:])
