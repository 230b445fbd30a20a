"""What a document shows of its seal."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Mark:
    """The number of an issued document, the address (URL) where anybody can check it, and when it was issued."""

    number: str
    address: str
    issued_at: datetime
