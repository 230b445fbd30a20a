"""签发: a document gets its number, is rendered with it, sealed, and noted.

The claim is what is signed: canonical JSON of what the paper says of itself. The private key signs nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.access import new_code, normal_code
from diagnose.config import Settings
from diagnose.models import Diagnosis, Document, Enterprise, SealKey
from diagnose.reports.mark import Mark
from diagnose.services import seal_file, seal_keys
from diagnose.services.seal_file import canonical
from diagnose.services.seal_keys import PublicKey, Signer, second
from diagnose.wording import SHANGHAI
from scoring.ruleset import Ruleset

PREFIX = "ZZ"
RANDOM = 10  # letters of five bits each
DAY = 8
VERSION = 1
NAME_MOST = 50  # characters
LONGEST = 300  # characters of an address that holds a number

Render = Callable[[Mark], bytes]


@dataclass(frozen=True)
class Subject:
    """What a document is about, as it stands when it is issued; ``of`` are the ids of firm and verdict."""

    of: tuple[int, int]
    kind: str
    firm: dict[str, str]
    verdict: dict[str, Any]
    edition: str
    ruleset_sha256: str


@dataclass(frozen=True)
class Sealed:
    """A document ready to be noted and handed over."""

    row: Document
    data: bytes


class Outdated(RuntimeError):
    """The key was changed between sealing and noting."""


def subject(kind: str, enterprise: Enterprise, shown: Diagnosis, rules: Ruleset) -> Subject:
    """The part of the claim that comes from firm and verdict."""
    return Subject(
        (enterprise.id, shown.id),
        kind,
        {"name": _short(enterprise.name), "credit_code": enterprise.credit_code},
        {
            "score": wording.number(shown.score, rules.decimals),
            "level": shown.level,
            "level_title": rules.level_title(shown.level),
            "as_of": shown.as_of.isoformat(),
            "kind": shown.kind,
        },
        rules.name,
        shown.ruleset_sha256,
    )


def _short(name: str) -> str:
    """A name as the seal states it: as long as a name of a firm is; the whole one stands in the document."""
    return name if len(name) <= NAME_MOST else f"{name[:NAME_MOST]}…"


def new_number(moment: datetime) -> str:
    """ZZ-20261129-7KQ2M4XV9A: a day to find it by, 50 random bits so that nobody finds it otherwise."""
    return f"{PREFIX}-{moment.astimezone(SHANGHAI):%Y%m%d}-{new_code(RANDOM).upper()}"


def normal_number(text: str) -> str | None:
    """A number as typed, read out or scanned (a whole address) in the form it is stored in; None when it is none."""
    plain = "".join(text[:LONGEST].rpartition("/")[2].split()).replace("-", "").lower()
    day, code = plain[len(PREFIX) : -RANDOM], normal_code(plain[-RANDOM:], RANDOM)
    if not plain.startswith(PREFIX.lower()) or len(day) != DAY or not (day.isascii() and day.isdigit()) or not code:
        return None
    return f"{PREFIX}-{day}-{code.upper()}"


def address(public_url: str, number: str) -> str:
    """Where anybody can check the document of this number."""
    return f"{public_url}/verify/{number}"


def seal(signer: Signer, about: Subject, format: str, public_url: str, render: Render) -> Sealed:
    """Render and sign one document; nothing is noted yet (`note`)."""
    moment = second()
    mark = Mark(number := new_number(moment), address(public_url, number), moment)
    content = seal_file.plain(format, render(mark))
    claim = _claim(signer, about, format, mark, content)
    signature = signer.sign(canonical(claim))
    enterprise_id, diagnosis_id = about.of
    row = Document(
        number=number,
        enterprise_id=enterprise_id,
        diagnosis_id=diagnosis_id,
        kind=about.kind,
        format=format,
        edition=about.edition,
        sha256=claim["sha256"],
        size=claim["size"],
        claim=claim,
        key_id=signer.id,
        signature=signature,
        issued_at=moment,
    )
    return Sealed(row, seal_file.put_seal(format, content, {"claim": claim, "signature": signature}))


def _claim(signer: Signer, about: Subject, format: str, mark: Mark, content: bytes) -> dict[str, Any]:
    """What is signed. Numbers are integers or exact decimals as text."""
    return {
        "seal": VERSION,
        "number": mark.number,
        "kind": about.kind,
        "format": format,
        "edition": about.edition,
        "ruleset_sha256": about.ruleset_sha256,
        "firm": about.firm,
        "verdict": about.verdict,
        "issued_at": mark.issued_at.isoformat(),
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "key": signer.id,
    }


def note(session: Session, row: Document, by: int | None) -> None:
    """Insert the row, in the transaction of the deed. Raises Outdated when its key had ended by then.

    On PostgreSQL the key's row is held: it cannot end between this look and the commit.
    """
    key = session.scalar(select(SealKey).where(SealKey.id == row.key_id).with_for_update(read=True))
    if key is None or not PublicKey(key.id, b"", key.valid_from, key.valid_to).valid_at(row.issued_at):
        raise Outdated(row.number)
    row.issued_by_id = by
    session.add(row)
    session.flush()


def signer_of(engine: Engine, settings: Settings) -> Signer:
    """The key of this installation that signs now. Raises seal_keys.KeyLost."""
    return seal_keys.signer(engine, settings.var_dir)


def facts(row: Document) -> dict[str, Any]:
    """What the log keeps of a document."""
    return {"number": row.number, "kind": row.kind, "format": row.format, "sha256": row.sha256}
