"""Files that people upload, and some that nobody should."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

# 64 by 48 pixels, red beside blue, turned upright by its header; with a maker and GPS. Made with libheif and x265.
HEIC = (Path(__file__).parent / "photo.heic").read_bytes()
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
HTML = b"<!doctype html><script>alert(1)</script>"
SECRET = b"top-secret-place"
GPS = 0x8825
ORIENTATION = 0x0112


def jpeg(size: tuple[int, int] = (64, 48), colour: tuple[int, int, int] = (200, 30, 30), **options: object) -> bytes:
    """A photo of one colour."""
    return encoded(Image.new("RGB", size, colour), "JPEG", **options)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def from_a_phone() -> bytes:
    """Red beside blue, lying on its side, with all that a phone writes: GPS, maker, comment, XMP, a profile."""
    image = Image.new("RGB", (64, 48), (200, 30, 30))
    image.paste((30, 30, 200), (32, 0, 64, 48))
    exif = Image.Exif()
    exif[ORIENTATION], exif[0x010F] = 6, SECRET.decode()
    exif.get_ifd(GPS).update({1: "N", 2: (32.0, 24.0, 0.0), 3: "E", 4: (119.0, 24.0, 0.0)})
    extra = {"exif": exif, "comment": SECRET, "xmp": b"<x>" + SECRET + b"</x>", "icc_profile": SECRET * 20}
    return encoded(image, "JPEG", quality=95, **extra)


def png_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that promises so many pixels."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(bytes(1000))),
            (b"IEND", b""),
        )
    )


def zip_bomb() -> bytes:
    """A .docx that would be 50 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", bytes(50_000_000))
    return out.getvalue()


def large_photo(seed: int = 1) -> bytes:
    """A photo of 12 megapixels and about 8 MB."""
    noise = np.random.default_rng(seed).integers(0, 256, (1500, 2000, 3), dtype=np.uint8)
    return encoded(Image.fromarray(noise).resize((4000, 3000)), "JPEG", quality=89)
