"""核验: whether a file is what it says, from the file and public keys alone; and whether a number was issued here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Document, Enterprise
from diagnose.services import seal_facts, seal_keys
from diagnose.services.seal_file import Damaged, NoSeal, canonical, open_seal
from diagnose.services.seal_keys import PublicKey
from diagnose.texts import say
from questionnaires.strict import load_yaml

RULES: dict[str, Any] = load_yaml(Path(__file__).parent.parent / "data" / "seal.yaml")
EXIT: dict[str, int] = RULES["outcomes"]
UPLOAD_BYTES, FILE_BYTES = (RULES[name] << 20 for name in ("upload_mb", "file_mb"))
TEXTS = ("number", "kind", "format", "edition", "ruleset_sha256", "issued_at", "sha256", "key")
PAIRS = {"firm": ("name", "credit_code"), "verdict": ("score", "level", "level_title", "as_of", "kind")}


@dataclass(frozen=True)
class Checked:
    """The answer: ``outcome`` as in data/seal.yaml, the claim where its signature is good, what else there is to say.

    ``found``: of JSON what does not fit; ``online``: whether the number was looked up here.
    """

    outcome: str
    claim: Mapping[str, Any] | None = None
    found: tuple[str, ...] = ()
    online: bool = False

    @property
    def good(self) -> bool:
        return self.outcome == "good"

    @property
    def sentence(self) -> str:
        """What that means, for people."""
        return say(f"seal_{self.outcome}", upload_mb=RULES["upload_mb"], file_mb=RULES["file_mb"])

    @property
    def exit_code(self) -> int:
        return EXIT[self.outcome]


def check(data: bytes, keys: Mapping[str, PublicKey], catalog: Catalog) -> Checked:
    """Without any database: seal there, key known, signature good, content unchanged, key valid at issue, and of JSON
    whether the verdict follows from the facts."""
    try:
        content, seal = open_seal(data)
    except NoSeal as error:
        return Checked("none" if error.known else "type")
    except Damaged:
        return Checked("damaged")
    claim = seal["claim"]
    outcome = _of_signature(claim, seal["signature"], keys) or _of_content(content, claim, keys)
    if outcome:
        return Checked(outcome, None if outcome in ("unknown_key", "forged", "damaged") else claim)
    found = tuple(seal_facts.problems(catalog, content, claim)) if claim["format"] == "json" else ()
    return Checked("verdict" if found else "good", claim, found)


def _of_signature(claim: Mapping[str, Any], signature: Any, keys: Mapping[str, PublicKey]) -> str:
    key = keys.get(claim["key"]) if isinstance(claim.get("key"), str) else None
    if key is None:
        return "unknown_key"
    if not isinstance(signature, str) or not key.signed(canonical(claim), signature):
        return "forged"
    return "" if shaped(claim) else "damaged"


def _of_content(content: bytes, claim: Mapping[str, Any], keys: Mapping[str, PublicKey]) -> str:
    if len(content) != claim["size"] or sha256(content).hexdigest() != claim["sha256"]:
        return "changed"
    return "" if keys[claim["key"]].valid_at(issued_at(claim)) else "expired_key"


def shaped(claim: Mapping[str, Any]) -> bool:
    """Whether a claim has what a claim has; one that we signed always does."""
    try:
        issued_at(claim)
        texts = [claim[name] for name in TEXTS]
        parts = [claim[part][name] for part, names in PAIRS.items() for name in names]
    except (LookupError, TypeError, ValueError):
        return False
    return all(isinstance(text, str) for text in texts) and all(isinstance(part, str | int) for part in parts)


def issued_at(claim: Mapping[str, Any]) -> datetime:
    """The moment in a claim."""
    return datetime.fromisoformat(claim["issued_at"])


def check_here(session: Session, data: bytes, catalog: Catalog) -> Checked:
    """With this installation's keys and list of issued documents."""
    found = check(data, seal_keys.public_keys(session), catalog)
    if not found.good or found.claim is None:
        return found
    row = session.scalar(select(Document).where(Document.number == found.claim["number"]))
    if row is None:
        return replace(found, outcome="unknown_number", online=True)
    if row.sha256 != found.claim["sha256"]:
        return replace(found, outcome="other", online=True)
    return replace(found, outcome="revoked" if row.revoked_at else "good", online=True)


# ---------- by number ----------


@dataclass(frozen=True)
class Shown:
    """What whoever holds the paper may see of a document. ``state``: good, revoked, forged, unknown_key, expired_key.

    ``newer``: whether the firm has a later verdict of the same ruler and kind.
    """

    row: Document
    claim: Mapping[str, Any]
    state: str
    newer: bool
    synthetic: bool

    @property
    def believed(self) -> bool:
        """Whether the claim is what was signed; nothing of another one is shown."""
        return self.state in ("good", "revoked", "expired_key")

    @property
    def issued_at(self) -> datetime:
        return issued_at(self.claim)

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.claim["verdict"]["as_of"])


def by_number(session: Session, number: str | None) -> Shown | None:
    """The document of a number, its signature checked again; None when there is none."""
    row = session.scalar(select(Document).where(Document.number == number)) if number else None
    if row is None:
        return None
    keys = seal_keys.public_keys(session)
    state = _of_signature(row.claim, row.signature, keys)
    if not state and row.claim["number"] != row.number:
        state = "forged"  # signed, but for another document
    if not state and not keys[row.key_id].valid_at(row.issued_at):
        state = "expired_key"
    firm = session.get_one(Enterprise, row.enterprise_id)
    state = state or ("revoked" if row.revoked_at else "good")
    return Shown(row, row.claim, state, _newer(session, row), firm.synthetic)


def _newer(session: Session, row: Document) -> bool:
    shown = session.get_one(Diagnosis, row.diagnosis_id)
    later = (Diagnosis.as_of > shown.as_of) | ((Diagnosis.as_of == shown.as_of) & (Diagnosis.known_at > shown.known_at))
    same = (Diagnosis.enterprise_id == shown.enterprise_id, Diagnosis.kind == shown.kind)
    query = select(Diagnosis.id).where(*same, Diagnosis.scheme == shown.scheme, later).limit(1)
    return session.scalar(query) is not None


def lines(claim: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a claim says, in words; nothing of an empty one."""
    if not claim:
        return []
    verdict = claim["verdict"]
    return [
        (say("seal_line_number"), claim["number"]),
        (say("seal_line_firm"), f"{claim['firm']['name']}　{claim['firm']['credit_code']}"),
        (say("seal_line_kind"), f"{say('seal_kind_' + claim['kind'])}　{say('seal_format_' + claim['format'])}"),
        (say("seal_line_verdict"), say("seal_verdict_line", level=verdict["level_title"], **_words(verdict))),
        (say("seal_line_edition"), claim["edition"]),
        (say("seal_line_issued"), wording.moment(issued_at(claim))),
        (say("seal_line_sha256"), claim["sha256"]),
        (say("seal_line_key"), claim["key"]),
    ]


def _words(verdict: Mapping[str, Any]) -> dict[str, str]:
    kind = wording.VERDICTS.get(verdict["kind"], "")
    return {"score": str(verdict["score"]), "as_of": str(verdict["as_of"]), "kind": kind}
