"""The QR code on the cover, read as a phone reads it: from the picture of the page."""

from io import BytesIO

import docx
import pypdfium2
import zxingcpp
from PIL import Image

from diagnose.reports.pdf import pdf
from diagnose.reports.word import word
from tests.diagnose.document_stage import Documents
from tests.diagnose.test_document_pdf import MARK

SCALE = 150 / 72  # a page as a cheap printer prints it


def read(picture: Image.Image) -> list[str]:
    """The texts of all codes in a picture."""
    return [one.text for one in zxingcpp.read_barcodes(picture)]


def test_code_on_the_cover_leads_to_the_check(documents: Documents) -> None:
    with pypdfium2.PdfDocument(pdf("dossier", documents["whole"], MARK)) as document:
        cover = document[0].render(scale=SCALE).to_pil()
    assert read(cover) == [MARK.address]


def test_code_in_word_leads_there_too(documents: Documents) -> None:
    parts = docx.Document(BytesIO(word("dossier", documents["whole"], MARK))).part.package.parts
    pictures = [Image.open(BytesIO(part.blob)) for part in parts if part.partname.endswith(".png")]
    assert [text for picture in pictures for text in read(picture.convert("RGB"))] == [MARK.address]


def test_draft_has_no_code(documents: Documents) -> None:
    with pypdfium2.PdfDocument(pdf("dossier", documents["whole"], None)) as document:
        assert read(document[0].render(scale=SCALE).to_pil()) == []
