"""A document as Word: a template (.docx) filled in by docxtpl in a sandbox that knows the documented fields only.

The packaged templates are templates/dossier.docx and onsite.docx; an admin may put others in their place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from functools import cache, lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage  # type: ignore[import-untyped]
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import LxmlError  # type: ignore[import-untyped]

from diagnose.reports import word_charts, word_fields
from diagnose.reports.document_data import axes, issued, legend, plain, qr_png, written_out
from diagnose.reports.mark import Mark
from diagnose.reports.package import repacked
from diagnose.reports.radar_layers import layered_png
from diagnose.reports.word_fields import TemplateRefused
from diagnose.services.document_parts import Scheme
from diagnose.services.document_values import DocumentContent, Kind
from diagnose.texts import say

TEMPLATES = Path(__file__).parent / "templates"
KEPT = 32  # parts of templates, as docxtpl makes them ready and as jinja compiles them
WIDTHS = {"qr": 28, "radar": 88, "side": 64, "course": 165, "gantt": 165, "photo": 75}  # mm


def word(kind: Kind, content: DocumentContent, mark: Mark | None, template: bytes | None = None) -> bytes:
    """The .docx; the same content, mark and template give the same bytes. Raises TemplateRefused."""
    made = _opened(template or packaged(kind))
    _fill(made, _context(made, content, mark))
    moment = (mark.issued_at if mark else content.decided_at).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about = made.docx.core_properties  # get_docx would open the template again
    about.title, about.author, about.revision = content.title, say("product"), 1
    about.created = about.modified = moment
    about.last_modified_by = about.comments = ""
    raw = BytesIO()
    made.save(raw)
    return repacked(raw)


@cache
def packaged(kind: Kind) -> bytes:
    """The template that comes with the app; an admin may start from it."""
    return (TEMPLATES / f"{kind}.docx").read_bytes()


class _Environment(ImmutableSandboxedEnvironment):
    """Knows nothing but what it is given, and refuses any template that asks for more before a line of it runs."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in word_fields.FILTERS}
        self.tests.clear()

    def from_string(self, source: Any, *_: Any, **__: Any) -> Template:
        return _compiled(source)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Fields only: a dict's own methods are none."""
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


@cache
def _environment() -> _Environment:
    return _Environment()


@lru_cache(KEPT)
def _compiled(source: str) -> Template:
    environment = _environment()
    word_fields.check(environment.parse(source))
    return ImmutableSandboxedEnvironment.from_string(environment, source)


class _Docx(DocxTemplate):  # type: ignore[misc]  # docxtpl has no types
    """docxtpl with what it works out of a template kept for the next document."""

    def patch_xml(self, src_xml: str) -> str:
        return _patched(src_xml)

    def resolve_listing(self, xml: str) -> str:
        """Line ends in values become breaks; where there is none, nothing has to be looked for."""
        return super().resolve_listing(xml) if any(sign in xml for sign in "\n\t\a\f") else xml


@lru_cache(KEPT)
def _patched(source: str) -> str:
    patched: str = DocxTemplate.patch_xml(DocxTemplate(None), source)
    return patched


def _opened(template: bytes) -> _Docx:
    made = _Docx(BytesIO(template))
    try:
        made.init_docx()
    except (BadZipFile, KeyError, ValueError, LxmlError, OSError) as error:
        raise TemplateRefused(say("doc_template_file")) from error
    return made


def _fill(made: _Docx, context: dict[str, Any]) -> None:
    try:
        made.render(context, _environment())
    except TemplateError as error:
        raise TemplateRefused(say("doc_template_syntax", reason=error.message or type(error).__name__)) from error
    except LxmlError as error:
        raise TemplateRefused(say("doc_template_syntax", reason=type(error).__name__)) from error


@dataclass(frozen=True)
class _Picture:
    """A picture that is drawn when the template comes to it."""

    made: _Docx
    draw: Callable[[], bytes]
    width: int

    def __html__(self) -> str:
        image: str = InlineImage(self.made, BytesIO(self.draw()), width=Mm(self.width)).__html__()
        return image

    __str__ = __html__


def _context(made: _Docx, content: DocumentContent, mark: Mark | None) -> dict[str, Any]:
    found: dict[str, Any] = plain(content, written_out)

    def picture(name: str, draw: Callable[[], bytes]) -> _Picture:
        return _Picture(made, draw, WIDTHS[name])

    drawn = [cache(partial(_radar, scheme)) for scheme in content.schemes]
    for scheme, radar in zip(found["schemes"], drawn, strict=True):
        scheme["radar"] = picture("side", radar)
    for shown, one in zip(found["evidence"], content.evidence, strict=True):
        shown["picture"] = picture("photo", partial(_given, one.picture)) if one.picture else None
    found["verdict"]["scheme"]["radar"] = found["radar"] = picture("radar", drawn[0])
    found["course"] = picture("course", partial(word_charts.course, content.history))
    found["gantt"] = picture("gantt", partial(word_charts.gantt, content.roadmap)) if content.roadmap else None
    found["qr"] = picture("qr", partial(qr_png, mark.address)) if mark else None
    return found | {"mark": issued(content, mark)}


def _radar(scheme: Scheme) -> bytes:
    return layered_png(axes(scheme), not_applicable=say("chart_not_applicable"), **legend(scheme))


def _given(picture: bytes | None) -> bytes:
    return picture or b""


def check_template(template: bytes, kind: Kind) -> None:
    """Raises TemplateRefused when a .docx cannot stand in the place of the packaged template of this kind.

    It is opened, held against the fields that are offered, and filled in once with examples. Whether it is harmless
    otherwise (size, macros, links) is for `word_package.inspect`.
    """
    made = _opened(template)
    _fill(made, word_fields.example(kind) | dict.fromkeys(word_fields.PICTURES, ""))
