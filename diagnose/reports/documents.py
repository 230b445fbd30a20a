"""A document in one of four formats: content in, bytes out. The same content and mark give the same bytes."""

from diagnose.reports.excel import excel
from diagnose.reports.json_file import json_file
from diagnose.reports.mark import Mark
from diagnose.reports.pdf import pdf
from diagnose.reports.word import word
from diagnose.services.document_values import DocumentContent, Kind

FORMATS = ("pdf", "word", "excel", "json")
ENDINGS = {"pdf": ".pdf", "word": ".docx", "excel": ".xlsx", "json": ".json"}
MEDIA = {
    "pdf": "application/pdf",
    "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def render(
    kind: Kind, format: str, content: DocumentContent, mark: Mark | None = None, template: bytes | None = None
) -> bytes:
    """The bytes of one document. Without ``mark`` it is a draft and says 未签发 on every page.

    ``format`` is one of FORMATS, KeyError for any other. ``template``: the .docx that an admin put in the place of the
    packaged one; only for Word. Raises word.TemplateRefused when it reaches for what is not offered to it.
    """
    if format == "word":
        return word(kind, content, mark, template)
    return {"pdf": pdf, "excel": excel, "json": json_file}[format](kind, content, mark)
