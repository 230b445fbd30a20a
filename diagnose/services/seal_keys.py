"""签章密钥: the Ed25519 keys of the installation, one at a time. The private half is a file, the public half a row.

The row without an end says which key signs, and the file named after it holds the private half. So one transaction
changes the key, and whatever crash leaves behind is a file that no row speaks of.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.config import private_folder, publish
from diagnose.db import reading, writing
from diagnose.models import SealKey
from diagnose.services import audit
from diagnose.texts import say
from diagnose.upsert import dialect

FOLDER = "seal"
ENDING = ".key"
ID_LENGTH = 16
TURN = 0x5EA1  # the number of the lock in PostgreSQL; on SQLite writers take turns anyway


class KeyLost(RuntimeError):
    """The private half of the key that signs is not in the data folder."""


class NotKeys(ValueError):
    """A list of public keys that is none."""


@dataclass(frozen=True)
class Signer:
    """The key that signs now."""

    id: str
    private: Ed25519PrivateKey

    def sign(self, message: bytes) -> str:
        """The signature, 64 bytes in base64."""
        return base64.b64encode(self.private.sign(message)).decode()


@dataclass(frozen=True)
class PublicKey:
    """What anybody needs to check a signature, and from when until when the key signed (None: it still does)."""

    id: str
    public: bytes
    valid_from: datetime
    valid_to: datetime | None

    def signed(self, message: bytes, signature: str) -> bool:
        """Whether this key made that signature, written as `Signer.sign` writes it."""
        try:
            found = base64.b64decode(signature, validate=True)
            Ed25519PublicKey.from_public_bytes(self.public).verify(found, message)
        except (InvalidSignature, ValueError):
            return False
        return base64.b64encode(found).decode() == signature

    def valid_at(self, moment: datetime) -> bool:
        """Whether it signed at that moment."""
        return self.valid_from <= moment and (self.valid_to is None or moment <= self.valid_to)


def second() -> datetime:
    """This moment, to the second, as seals state it."""
    return wording.now().replace(microsecond=0)


def signer(engine: Engine, var: Path) -> Signer:
    """The key that signs now, made at the very first call: of processes that start together all get the same one.

    Raises KeyLost when its file is gone.
    """
    found = _found_or_made(engine, var)
    try:
        return Signer(found, _private(var, found))
    except KeyLost:
        again = _found_or_made(engine, var)  # the key may have been changed in between
        if again == found:
            raise
        return Signer(again, _private(var, again))


def _found_or_made(engine: Engine, var: Path) -> str:
    with reading(engine) as session:
        found = _current(session)
    if found is None:
        with writing(engine) as session:
            _take_turns(session)
            found = _current(session) or _new(session, var)
    return found.id


def rotate(engine: Engine, var: Path, secret: str) -> tuple[str | None, str]:
    """A new key from now on; returns the old id (None: there was none) and the new one.

    The old private half is deleted, its public half stays with the moment it ended. Works also when it was lost.
    """
    with writing(engine) as session:
        _take_turns(session)
        before, old = _current(session), files(var)
        session.execute(update(SealKey).where(SealKey.valid_to.is_(None)).values(valid_to=second()))
        made = _new(session, var)
        audit.record(session, secret, "seal_rotate", None, before=before.id if before else None, key=made.id)
    for path in old:  # not whatever lies there by now: that may be the key of another rotation
        path.unlink(missing_ok=True)
    return before.id if before else None, made.id


def files(var: Path) -> list[Path]:
    """The files of private halves, for the backup."""
    return sorted((var / FOLDER).glob(f"*{ENDING}"))


def public_keys(session: Session) -> dict[str, PublicKey]:
    """All keys of this installation by id."""
    rows = session.scalars(select(SealKey).order_by(SealKey.valid_from, SealKey.id))
    return {row.id: PublicKey(row.id, base64.b64decode(row.public), row.valid_from, row.valid_to) for row in rows}


def offered(keys: dict[str, PublicKey]) -> dict[str, Any]:
    """The keys as everybody may have them, for `read`."""
    return {
        "keys": [
            {
                "id": key.id,
                "public": base64.b64encode(key.public).decode(),
                "valid_from": key.valid_from.isoformat(),
                "valid_to": key.valid_to.isoformat() if key.valid_to else None,
            }
            for key in keys.values()
        ]
    }


def read(content: Any) -> dict[str, PublicKey]:
    """The keys that `offered` gave away. Raises NotKeys."""
    try:
        return {one["id"]: _read(one) for one in content["keys"]}
    except (LookupError, TypeError, ValueError):
        raise NotKeys(say("seal_not_keys")) from None


def _read(one: Any) -> PublicKey:
    public = base64.b64decode(one["public"], validate=True)
    if one["id"] != key_id(public):
        raise ValueError("the id is not of this key")
    end = one["valid_to"]
    return PublicKey(one["id"], public, _moment(one["valid_from"]), _moment(end) if end is not None else None)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return found


def key_id(public: bytes) -> str:
    """The name of a key: the beginning of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:ID_LENGTH]


def _current(session: Session) -> SealKey | None:
    return session.scalar(select(SealKey).where(SealKey.valid_to.is_(None)))


def _take_turns(session: Session) -> None:
    if dialect(session) == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(TURN)))


def _new(session: Session, var: Path) -> SealKey:
    """A new key: the file first, so that no row is ever without one."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    row = SealKey(id=key_id(public), public=base64.b64encode(public).decode(), valid_from=second())
    publish(private_folder(var / FOLDER) / f"{row.id}{ENDING}", private.private_bytes_raw().hex())
    session.add(row)
    session.flush()
    return row


def _private(var: Path, id_: str) -> Ed25519PrivateKey:
    path = var / FOLDER / f"{id_}{ENDING}"
    try:
        found = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError):
        raise KeyLost(say("seal_key_lost", id=id_)) from None
    if key_id(found.public_key().public_bytes_raw()) != id_:
        raise KeyLost(say("seal_key_lost", id=id_))
    os.chmod(path, 0o600)
    return found
