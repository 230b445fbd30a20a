"""What left the building: issued documents and the keys they were signed with; Word templates; bundles of files."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime


class SealKey(Base):
    """The public half of an Ed25519 key; ``id`` is the beginning of its SHA-256, ``public`` its 32 bytes in base64.

    The private half lies in the data folder. A key signs from ``valid_from`` until ``valid_to`` (None: still).
    """

    __tablename__ = "seal_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public: Mapped[str] = mapped_column(String(44))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Document(Base):
    """One issued document (签发的文件), inserted once. ``number`` cannot be guessed and is all that /verify needs.

    ``kind``: dossier or onsite; ``format``: pdf, word, excel, json; ``edition``: the ruler, scheme/edition. ``sha256``
    is of the content, without the seal; ``claim`` is what was signed, word for word. The bytes are not kept.
    """

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    format: Mapped[str] = mapped_column(String(10))
    edition: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    claim: Mapped[dict[str, Any]] = mapped_column(JSON)
    key_id: Mapped[str] = mapped_column(ForeignKey("seal_key.id"))
    signature: Mapped[str] = mapped_column(String(88))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class WordTemplate(Base):
    """A Word template (.docx) that an admin put in the place of the packaged one; the newest active one counts."""

    __tablename__ = "word_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(default=True)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class Bundle(Base):
    """The files of many firms as one ZIP, made by a background job; ``firms`` are the ids, fixed when it was asked for.

    What is ready lies in the data folder under its ``id``; a job that was interrupted goes on from there.
    """

    __tablename__ = "bundle"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"))
    kind: Mapped[str] = mapped_column(String(10))
    formats: Mapped[list[str]] = mapped_column(JSON)
    firms: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    size: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
