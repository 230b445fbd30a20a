"""What a document says (文件内容), gathered from the 一企一档 and everything around it. The formats only draw it."""

from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Enterprise
from diagnose.services.document_values import DocumentContent, Kind
from diagnose.services.way_up import WayUp
from diagnose.store import Store

__all__ = ["DocumentContent", "Kind", "gather"]


def gather(
    session: Session,
    catalog: Catalog,
    store: Store,
    enterprise: Enterprise,
    diagnosis_id: int | None = None,
    kind: Kind = "dossier",
    *,
    way: WayUp | None = None,
) -> DocumentContent | None:
    """The content of one document; None when the file has no verdict to make it of.

    kind ``dossier`` is the 一企一档 around the verdict asked for, or the newest; ``onsite`` the 诊断报告 of an onsite
    verdict, with the thumbnails of its photos: None for a verdict of the firm's own. The open roadmap of the verdict's
    scheme is found here, ``way`` is given by the caller, who knows what the firm has chosen. Reads only; a photo that
    the store does not give is listed without its picture.
    """
    raise NotImplementedError
