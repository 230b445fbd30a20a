"""What is taken as evidence is decided by content; of a picture nothing is kept but its pixels."""

import io
import subprocess
from typing import Any

import pytest
from PIL import Image

from diagnose.services import pictures, redraw
from diagnose.services.pictures import FILE_BYTES, LIMITS, Picture, Refused, accept
from tests.diagnose import photos
from tests.diagnose.photos import encoded, jpeg


def shown(picture: Picture) -> Image.Image:
    assert picture.media == "image/jpeg"
    image = Image.open(io.BytesIO(picture.data), formats=["JPEG"])
    image.load()
    return image


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as error:
        accept(data)
    assert error.value.message
    return error.value.reason


def test_photo_is_turned_upright_and_holds_nothing_but_pixels() -> None:
    sent = photos.from_a_phone()
    assert photos.SECRET in sent
    picture = accept(sent)
    image = shown(picture)
    assert image.size == (48, 64)
    left, right = image.getpixel((24, 10)), image.getpixel((24, 54))
    assert left[0] > 150 > left[2] and right[2] > 150 > right[0]  # type: ignore[index]
    assert picture.thumb is not None
    for kept in (picture.data, picture.thumb):
        assert photos.SECRET not in kept and b"Exif" not in kept and b"ICC_PROFILE" not in kept
        assert not Image.open(io.BytesIO(kept)).getexif()


def test_heic_becomes_jpeg_upright_without_its_place() -> None:
    assert b"Phone" in photos.HEIC
    picture = accept(photos.HEIC)
    image = shown(picture)
    assert image.size == (48, 64) and b"Phone" not in picture.data
    assert image.getpixel((10, 10))[0] > 150 and image.getpixel((40, 60))[2] > 150  # type: ignore[index]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGBA", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("1", "PNG"), ("I;16", "PNG"), ("RGBA", "WEBP"), ("CMYK", "JPEG")],
)
def test_every_kind_of_picture_is_taken(mode: str, kind: str) -> None:
    assert shown(accept(encoded(Image.new(mode, (40, 30)), kind))).size == (40, 30)


def test_what_is_transparent_becomes_white() -> None:
    image = shown(accept(encoded(Image.new("RGBA", (40, 30), (0, 0, 0, 0)), "PNG")))
    assert image.getpixel((5, 5)) == (255, 255, 255)


def test_large_photo_is_made_smaller_and_gets_a_thumbnail() -> None:
    picture = accept(jpeg((5000, 2000)))
    assert shown(picture).size == (LIMITS["side"], LIMITS["side"] * 2 // 5)
    assert picture.thumb is not None
    assert Image.open(io.BytesIO(picture.thumb)).size == (LIMITS["thumb_side"], LIMITS["thumb_side"] * 2 // 5)


def test_script_behind_a_photo_is_gone() -> None:
    assert photos.HTML not in accept(jpeg() + photos.HTML).data


def test_pdf_stays_as_it_is() -> None:
    assert accept(photos.PDF) == Picture("application/pdf", photos.PDF, None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (photos.HTML, "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "type"),
        (b"GIF89a" + photos.HTML, "gif"),
        (photos.zip_bomb(), "office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "office"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(600), "video"),
        (b"\x00\x00\x00\x18ftypqt  " + bytes(600), "video"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(600), "type"),
        (b"%PDF-1.4\n" + bytes(9000), "pdf"),
        (photos.HTML + photos.PDF, "type"),
        (jpeg()[:400], "broken"),
        (b"\xff\xd8\xff" + photos.HTML, "broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "broken"),
        (b"RIFF\x00\x00\x00\x00WEBP" + bytes(50), "broken"),
        (photos.HEIC[:300], "heic"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(600), "heic"),
        (photos.png_header(10_000, 10_000), "pixels"),
        (photos.png_header(2_000_000_000, 2), "pixels"),
        (photos.png_header(0, 10), "broken"),
        (jpeg() + bytes(FILE_BYTES), "large"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(data: bytes, reason: str) -> None:
    assert refusal(data) == reason


def test_all_reasons_have_a_sentence_with_the_way_out() -> None:
    for reason in ("empty", "large", "pixels", "broken", "heic", "pdf", "gif", "office", "video", "type", "full"):
        said = Refused(reason).message
        assert "请" in said and "{" not in said


def test_pixels_are_counted_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    with pytest.raises((redraw.TooManyPixels, Image.DecompressionBombWarning, Image.DecompressionBombError)):
        redraw.redraw(photos.png_header(10_000, 10_000), "png", LIMITS)


def test_decoding_has_a_limit_of_memory_and_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    data = jpeg((6000, 6000))
    monkeypatch.setitem(pictures.LIMITS, "decode_memory_mb", 64)
    assert refusal(data) == "broken"
    monkeypatch.setitem(pictures.LIMITS, "decode_memory_mb", 1536)
    monkeypatch.setitem(pictures.LIMITS, "decode_seconds", 0.01)
    assert refusal(data) == "broken"


def test_decoder_sees_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    run = subprocess.run

    def spy(*arguments: Any, **options: Any) -> Any:
        seen.update(options)
        return run(*arguments, **options)

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a key")
    monkeypatch.setattr(subprocess, "run", spy)
    accept(jpeg())
    assert seen["env"] == {"MALLOC_ARENA_MAX": "2"}
