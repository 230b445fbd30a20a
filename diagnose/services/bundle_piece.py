"""The documents of one firm in a bundle: files in the bundle's folder, whole or not there, and a note that they are.

Nothing of them is in the database yet: rows and audit entries come with the finished ZIP (bundle_make), so that a
bundle that is cancelled has never been.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from diagnose.catalog import Catalog
from diagnose.config import Settings, private_folder
from diagnose.db import reading
from diagnose.models import Document, Enterprise
from diagnose.services import issuing, seal
from diagnose.services.document import Kind
from diagnose.services.issuing import Ready
from diagnose.services.seal import Sealed
from diagnose.services.seal_file import open_seal
from diagnose.store import Store
from questionnaires.strict import load_yaml

RULES: dict[str, int] = load_yaml(Path(__file__).parent.parent / "data" / "bundles.yaml")
FOLDER = "bundles"
NOTE = ".note"


@dataclass(frozen=True)
class Place:
    """What a bundle is made with besides the database, and its folder on disk."""

    engine: Engine
    catalog: Catalog
    store: Store
    settings: Settings

    @property
    def folder(self) -> Path:
        return private_folder(self.settings.var_dir / FOLDER)

    def of(self, bundle_id: int) -> Path:
        """The folder of one."""
        return self.folder / str(bundle_id)

    def archive(self, bundle_id: int) -> Path:
        """The finished ZIP."""
        return self.of(bundle_id) / "bundle.zip"


@dataclass(frozen=True)
class Order:
    """What to make of every firm, and where."""

    bundle_id: int
    kind: Kind
    formats: tuple[str, ...]
    root: str


@dataclass(frozen=True)
class Piece:
    """One document that is ready: its row as plain values, its file, and the firm's name as it was."""

    firm: str
    file: str
    row: Mapping[str, Any]

    def document(self) -> Document:
        """The row, to be inserted."""
        claim = self.row["claim"]
        same = {name: claim[name] for name in ("number", "kind", "format", "edition", "sha256", "size")}
        return Document(**same, key_id=claim["key"], issued_at=datetime.fromisoformat(claim["issued_at"]), **self.row)


def make(where: Place, order: Order, firm_id: int) -> str:
    """All documents of one firm; returns made, none (there is no verdict to make them of) or gone (erased)."""
    with reading(where.engine) as session:
        firm = session.get(Enterprise, firm_id)
        parts = (session, where.catalog, where.store)
        found = issuing.ready(*parts, firm, order.kind, quick=True) if firm else None
    pieces = _documents(where, order, found) if found else []
    outcome = "made" if found else "none" if firm else "gone"
    note = {"outcome": outcome, "pieces": [asdict(piece) for piece in pieces]}
    write(where.of(order.bundle_id) / f"{firm_id}{NOTE}", json.dumps(note, ensure_ascii=False).encode())
    return outcome


def _documents(where: Place, order: Order, found: Ready) -> list[Piece]:
    signer = seal.signer_of(where.engine, where.settings)
    pieces = []
    for format in order.formats:
        made = found.sealed(signer, format, order.root)
        file = f"{found.about.of[0]}.{format}"
        write(where.of(order.bundle_id) / file, made.data)
        pieces.append(Piece(found.about.firm["name"], file, _plain(made)))
    return pieces


def _plain(made: Sealed) -> dict[str, Any]:
    row = made.row
    of = {"enterprise_id": row.enterprise_id, "diagnosis_id": row.diagnosis_id}
    return {**of, "claim": row.claim, "signature": row.signature}


def write(path: Path, data: bytes) -> None:
    """For the owner alone, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    os.replace(draft, path)


def ready(folder: Path, firm_id: int) -> tuple[str, list[Piece]] | None:
    """What was made of one firm, as `make` returned it, and its pieces; None when it has to be made (again)."""
    try:
        note = json.loads((folder / f"{firm_id}{NOTE}").read_bytes())
        pieces = [Piece(**one) for one in note["pieces"]]
        whole = all(_whole(folder / one.file, one.row["claim"]) for one in pieces)
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return (note["outcome"], pieces) if whole else None


def size(folder: Path, firm_id: int, formats: Sequence[str]) -> int:
    """The bytes of what is ready of one firm."""
    files = [folder / f"{firm_id}.{format}" for format in formats]
    return sum(path.stat().st_size for path in files if path.exists())


def _whole(path: Path, claim: Mapping[str, Any]) -> bool:
    """A power cut may leave a file without all that was written to it."""
    content, found = open_seal(path.read_bytes())
    return bool(found["claim"] == claim and sha256(content).hexdigest() == claim["sha256"])
