"""A document as JSON: what it says, the facts the verdict read, and its trace for ``python -m scoring verify``.

Names and notes stand as they were typed. Costs in 百元 stand beside those in 万元; pictures are left out.
"""

import json
from typing import Any

from diagnose.reports.document_data import issued, plain
from diagnose.reports.mark import Mark
from diagnose.services.document_values import DocumentContent, Kind

FORMAT = "zhizhen-document/1"


def json_file(kind: Kind, content: DocumentContent, mark: Mark | None) -> bytes:
    """UTF-8; the same content and mark give the same bytes."""
    moment = mark.issued_at if mark else content.decided_at
    about = {"format": FORMAT, **issued(content, mark), "issued_at": moment.isoformat()}
    facts = content.facts_read
    read = {"facts_read": {code: fact["value"] for code, fact in facts.items()}, "reads": content.reads}
    value = {"document": about | said(content), "facts": facts, **read, "trace": content.trace}
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def said(content: DocumentContent) -> dict[str, Any]:
    """The content by field, texts untouched."""
    found: dict[str, Any] = plain(content, lambda text: text)
    return found | {"decided_at": content.decided_at.isoformat()}
