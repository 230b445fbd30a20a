"""Who may see and do what, decided here and applied in the query. Deny by default: no right, no row, 404.

So far there is one right: whoever holds the link (继续填写码) of a file may do everything with that file.
"""

import hashlib
import hmac
import re
import secrets

from sqlalchemy import bindparam

from diagnose.models import Enterprise

# Digits and letters that nobody confuses when a code is read out; 26 of 32 are 130 random bits.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
_LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})


def new_code() -> str:
    """A fresh 继续填写码. Only its SHA-256 is stored."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def code_for(secret: str, nonce: str) -> str:
    """The code that a page with this nonce starts a file with: sent twice, it is the same; nobody else can make it."""
    number = int.from_bytes(hmac.digest(secret.encode(), f"start {nonce}".encode(), "sha256"))
    return "".join(ALPHABET[(number >> 5 * place) % 32] for place in range(LENGTH))


def new_public_id() -> str:
    """The name of a file in addresses; it opens nothing."""
    return secrets.token_hex(8)


def normal_code(text: str) -> str | None:
    """A code as pasted or read out (a whole link, dashes, capitals) in its normal form, or None."""
    plain = re.sub(r"[\s\-]", "", text.rpartition("#")[2]).lower().translate(_LOOKALIKES)
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else None


def grouped(code: str) -> str:
    """The code as shown to people: five groups and a last letter are easier to copy than 26 letters."""
    return "-".join(code[start : start + 5] for start in range(0, LENGTH, 5))


def digest(code: str) -> str:
    """What is stored of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


# The where clauses that find a file for the holder of its link, and nothing for anyone else; `holder` fills them in.
HELD = (Enterprise.public_id == bindparam("held_id"), Enterprise.link_sha256 == bindparam("held_link"))


def holder(public_id: str, code: str | None) -> dict[str, str]:
    """The parameters of HELD for whoever asks for this file with this code, if any."""
    return {"held_id": public_id, "held_link": digest(code or "")}
