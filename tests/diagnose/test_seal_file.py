"""A seal changes nothing for whoever opens the file, and no byte of the file can be changed unseen."""

import io
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest

from diagnose import create_app
from diagnose.config import Settings
from diagnose.db import reading
from diagnose.services import seal, seal_check, seal_file, seal_keys
from diagnose.services.seal import Sealed
from tests.diagnose.cast import File, catalog, engine, open_file
from tests.diagnose.sealing import FORMATS, content, issued, judged, small

Documents = dict[str, Sealed]


@dataclass
class Office:
    """An installation with one judged firm, its public keys, and a document of each format."""

    file: File
    keys: dict[str, seal_keys.PublicKey]
    made: Documents

    def outcome(self, data: bytes) -> str:
        return seal_check.check(data, self.keys, catalog(self.file.app)).outcome


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """All tests here only read it."""
    folder = tmp_path_factory.mktemp("office")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'test.sqlite3')}"
    app = create_app(Settings(folder, url, "a key for tests, long enough to sign"))
    app.testing = True
    file = open_file(app).submitted()
    made = {format: issued(app, file, format) for format in FORMATS}
    with reading(engine(app)) as session:
        yield Office(file, seal_keys.public_keys(session), made)
    engine(app).dispose()


def flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


@pytest.mark.parametrize("format", FORMATS)
def test_the_sealed_file_is_good_and_opens_to_what_was_sealed(office: Office, format: str) -> None:
    made = office.made[format]
    assert office.outcome(made.data) == "good"
    inside, seal = seal_file.open_seal(made.data)
    assert seal == {"claim": made.row.claim, "signature": made.row.signature}
    assert len(inside) == made.row.size and (format == "json" or inside == small(format))


@pytest.mark.parametrize("format", FORMATS)
def test_one_changed_byte_anywhere_is_found(office: Office, format: str) -> None:
    data, chance = office.made[format].data, random.Random(6)
    # Everywhere in the seal at the end and at the very beginning; in between at many places.
    places = {*range(8), *range(max(0, len(data) - 1500), len(data), 2), len(data) - 1}
    places |= {chance.randrange(len(data)) for _ in range(200)}
    for at in sorted(places):
        found = office.outcome(flipped(data, at, chance.randrange(8)))
        assert found in ("changed", "forged", "damaged", "none", "type", "unknown_key"), (at, found)


@pytest.mark.parametrize("format", FORMATS)
def test_a_byte_more_or_less_is_found(office: Office, format: str) -> None:
    data = office.made[format].data
    for changed in (data + b"\n", data + b"\0", data[:-1], b"\n" + data, data[1:], data + data):
        assert office.outcome(changed) != "good"


def test_content_under_the_seal_of_another_file_is_found(office: Office) -> None:
    for format in ("word", "excel"):
        other = "excel" if format == "word" else "word"
        _, seal = seal_file.open_seal(office.made[other].data)
        assert office.outcome(seal_file.put_seal(format, small(format), seal)) == "changed"


def test_pdf_readers_see_the_same_pages(office: Office) -> None:
    both = [pypdfium2.PdfDocument(data) for data in (office.made["pdf"].data, small("pdf"))]
    pictures = [one[0].render().to_numpy().tobytes() for one in both]
    assert pictures[0] == pictures[1] and "A dossier" in both[0][0].get_textpage().get_text_range()


def test_word_and_excel_readers_open_it(office: Office) -> None:
    assert docx.Document(io.BytesIO(office.made["word"].data)).paragraphs[0].text == "一企一档"
    assert openpyxl.load_workbook(io.BytesIO(office.made["excel"].data)).active["A1"].value == 63.45


def test_an_archive_keeps_its_end_where_libreoffice_looks_for_it(office: Office) -> None:
    """In the last 534 bytes, also with the longest name that a seal states."""
    firm, shown = judged(office.file.app, office.file)
    firm.name = "".join(chr(0x1F300 + 7 * place) for place in range(100))
    said = seal.subject("dossier", firm, shown, catalog(office.file.app).rulesets[shown.ruleset])
    parts = office.file.app.extensions["diagnose"]
    signer = seal.signer_of(parts.engine, parts.settings)
    for format in ("word", "excel"):
        data = seal.seal(signer, said, format, "", partial(lambda kept, _: small(kept), format)).data
        assert office.outcome(data) == "good" and data.rfind(b"PK\x05\x06") >= len(data) - 534
        assert office.outcome(office.made[format].data) == "good"


def test_a_word_file_that_was_saved_again_has_lost_its_seal(office: Office) -> None:
    out = io.BytesIO()
    docx.Document(io.BytesIO(office.made["word"].data)).save(out)
    assert office.outcome(out.getvalue()) == "none"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "type"),
        (b"%PDF-1.7 and nothing else", "none"),
        (b"{}", "none"),
        (b'{"content":{},"seal":{"claim":' + b"[" * 100_000, "damaged"),
        (b'{"content":{},"seal":{"claim":{},"signature":""}}\n', "unknown_key"),
        (b'{"content":{},"seal":{"claim":1,"signature":NaN}}\n', "damaged"),
        (b"\n%ZZ-SEAL-1 \xff\xff", "damaged"),
        (b"\x89PNG\r\n", "type"),
        (b"PK\x03\x04", "none"),
        (b"PK\x03\x04PK\x05\x06" + bytes(18) + b"ZZ-SEAL-1 ", "damaged"),
    ],
)
def test_what_is_no_document_of_ours_gets_a_plain_answer(office: Office, data: bytes, expected: str) -> None:
    assert office.outcome(data) == expected


@pytest.mark.parametrize("format", ["pdf", "json"])
def test_a_seal_longer_than_any_is_not_read(office: Office, format: str) -> None:
    for length, expected in ((1000, "unknown_key"), (seal_file.SEAL_MOST, "damaged")):
        seal = {"claim": {"firm": "x" * length}, "signature": ""}
        content = small(format) if format == "pdf" else b"{}"
        assert office.outcome(seal_file.put_seal(format, content, seal)) == expected


def test_text_that_looks_like_a_seal_does_no_harm(office: Office) -> None:
    def change(said: dict[str, object]) -> None:
        said["title"] = 'a","seal":{"claim":{}}\n%ZZ-SEAL-1 eA==\n\u202e😀'

    made = issued(office.file.app, office.file, "json", change)
    assert office.outcome(made.data) == "good"
    assert content(office.file.app, office.file)["title"] == "一企一档"
