"""Redraw one picture: its pixels, upright, in RGB, and nothing else of the file; a process of its own.

Decoders read what strangers send. Here a bomb meets a limit of memory and time, a crash ends nothing but this process,
and the server's memory does not grow. pictures.py starts this file as a script; it imports nothing of the application.

``redraw.py LIMITS KIND < upload > answer``: LIMITS as in data/evidence.yaml, as JSON; the answer is the length of the
picture in 8 bytes, the picture, the thumbnail. Exit status 3 with a reason (pixels, broken) instead of the answer.
"""

import io
import json
import resource
import sys
import warnings
from collections.abc import Mapping

import pi_heif
from PIL import Image, ImageOps

REFUSED = 3
FORMATS = {"jpeg": ["JPEG"], "png": ["PNG"], "webp": ["WEBP"]}
WHITE = (255, 255, 255)


class TooManyPixels(ValueError):
    """The header promises more pixels than are decoded."""


def redraw(data: bytes, kind: str, limits: Mapping[str, int]) -> tuple[bytes, bytes]:
    """Picture and thumbnail as JPEG; raises TooManyPixels before decoding, or whatever the decoder raises."""
    image = _opened(data, kind, limits["pixels_million"] * 1_000_000)
    if image.mode in ("P", "PA", "1"):  # the palette would be resized as if its numbers were colours
        image = image.convert("RGBA")
    image.thumbnail((limits["side"], limits["side"]))
    picture = _plain(ImageOps.exif_transpose(image))
    thumb = picture.copy()
    thumb.thumbnail((limits["thumb_side"], limits["thumb_side"]))
    return _jpeg(picture, limits["quality"]), _jpeg(thumb, limits["thumb_quality"])


def _opened(data: bytes, kind: str, most: int) -> Image.Image:
    """The picture, its size checked, not decoded yet (HEIC: decoded after the check)."""
    if kind == "heic":
        pi_heif.options.DECODE_THREADS = 1
        found = pi_heif.open_heif(io.BytesIO(data))
        _check(found.size, most)
        return found.to_pillow()  # type: ignore[no-any-return]
    image = Image.open(io.BytesIO(data), formats=FORMATS[kind])
    _check(image.size, most)
    return image


def _check(size: tuple[int, int], most: int) -> None:
    if size[0] * size[1] > most:
        raise TooManyPixels


def _plain(image: Image.Image) -> Image.Image:
    """In RGB on white, without metadata: saving would take over comments and XMP."""
    if image.has_transparency_data:
        drawn = image.convert("RGBA")
        image = Image.new("RGB", drawn.size, WHITE)
        image.paste(drawn, mask=drawn.getchannel("A"))
    image = image.convert("RGB")
    image.info.clear()
    return image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _confine(limits: Mapping[str, int]) -> None:
    """From here on this process gets no more memory and time than the limits say, and leaves no core file."""
    memory, seconds = limits["decode_memory_mb"] * 1024 * 1024, limits["decode_seconds"]
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))
    Image.MAX_IMAGE_PIXELS = limits["pixels_million"] * 1_000_000
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def main(limits: Mapping[str, int], kind: str) -> int:
    """Answer on the standard output; returns the exit status."""
    _confine(limits)
    try:
        picture, thumb = redraw(sys.stdin.buffer.read(), kind, limits)
    except (TooManyPixels, Image.DecompressionBombWarning, Image.DecompressionBombError):
        return _refuse("pixels")
    except Exception:  # a broken file makes decoders raise nearly anything
        return _refuse("broken")
    sys.stdout.buffer.write(len(picture).to_bytes(8) + picture + thumb)
    return 0


def _refuse(reason: str) -> int:
    sys.stdout.write(reason)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), sys.argv[2]))
