"""签发 as a whole: the content gathered, drawn with its number, sealed, and noted with the deed."""

import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Account, Diagnosis, Document, Enterprise
from diagnose.reports import documents
from diagnose.reports.mark import Mark
from diagnose.services import seal, word_templates
from diagnose.services.document import DocumentContent, Kind, gather
from diagnose.services.dossier import in_front
from diagnose.services.seal import Sealed, Subject
from diagnose.services.seal_keys import Signer, second
from diagnose.services.way_find import glance, way_up
from diagnose.services.way_up import WayUp
from diagnose.store import Store
from diagnose.texts import say
from scoring.path import NotProven

KINDS: tuple[Kind, ...] = ("dossier", "onsite")
FORMATS = documents.FORMATS
SHOWN = 200
NAME_MOST = 60


def kind_of(name: str) -> Kind:
    """The kind of this name; ValueError for any other."""
    return KINDS[[str(kind) for kind in KINDS].index(name)]


@dataclass(frozen=True)
class Ready:
    """What one or more documents are made of: all that is read from the database."""

    about: Subject
    content: DocumentContent
    template: bytes | None

    def sealed(self, signer: Signer, format: str, public_url: str) -> Sealed:
        """One document. Raises what `documents.render` raises."""
        template = self.template if format == "word" else None

        def render(mark: Mark) -> bytes:
            return documents.render(self.content.kind, format, self.content, mark, template)

        return seal.seal(signer, self.about, format, public_url, render)


def ready(
    session: Session,
    catalog: Catalog,
    store: Store,
    enterprise: Enterprise,
    kind: Kind,
    diagnosis_id: int | None = None,
    quick: bool = False,
) -> Ready | None:
    """The content around a verdict, or the newest; None when the firm has none, or none of this kind.

    ``quick``: of the way up the cheapest alone, without other ways and the cost of other levels.
    """
    shown = in_front(session, catalog, enterprise.id, diagnosis_id, "onsite" if kind == "onsite" else None)
    if shown is None:
        return None
    way = _way(session, catalog, enterprise, shown, quick)
    content = gather(session, catalog, store, enterprise, shown.id, kind, way=way)
    if content is None:
        return None
    about = seal.subject(kind, enterprise, shown, catalog.rulesets[shown.ruleset])
    return Ready(about, content, word_templates.current(session, kind))


def _way(session: Session, catalog: Catalog, enterprise: Enterprise, shown: Diagnosis, quick: bool) -> WayUp | None:
    """The way up with what the firm has chosen; a document does without one that could not be proven."""
    try:
        return (glance if quick else way_up)(session, catalog, enterprise, shown)
    except NotProven:
        return None


def of_firm(session: Session, enterprise: Enterprise, diagnosis_id: int) -> bool:
    """Whether that verdict is one of this firm."""
    found = session.get(Diagnosis, diagnosis_id)
    return found is not None and found.enterprise_id == enterprise.id


def file_name(firm: str, kind: str, format: str, tail: str) -> str:
    """What the file is called when it is saved: 甲公司-一企一档-20261129.pdf. Plain letters and digits only."""
    plain = "".join(one for one in unicodedata.normalize("NFC", firm) if one.isalnum() or one in "（）()")[:NAME_MOST]
    return f"{plain or say('seal_line_firm')}-{say('seal_kind_' + kind)}-{tail}{documents.ENDINGS[format]}"


@dataclass(frozen=True)
class Line:
    """One issued document in a list, with who asked for it: "" for whoever holds the file's link."""

    row: Document
    by: str


def of_file(session: Session, enterprise: Enterprise) -> list[Line]:
    """The documents of a file, newest first."""
    query = select(Document, Account.name).outerjoin(Account, Account.id == Document.issued_by_id)
    query = query.where(Document.enterprise_id == enterprise.id).order_by(Document.id.desc()).limit(SHOWN)
    return [Line(row, name or "") for row, name in session.execute(query)]


def find(session: Session, enterprise: Enterprise, document_id: int) -> Document | None:
    """One document of a file, held until the transaction ends."""
    query = select(Document).where(Document.id == document_id, Document.enterprise_id == enterprise.id)
    return session.scalar(query.with_for_update())


def revoke(row: Document, by: int | None) -> bool:
    """From now on it counts no more; False when it did not before."""
    if row.revoked_at is not None:
        return False
    row.revoked_at, row.revoked_by_id = second(), by
    return True
