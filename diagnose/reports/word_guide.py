"""The fields that a Word template may use, with what they mean, out of the documentation (docs/word-templates.md)."""

import re
from functools import cache

from diagnose.config import PROJECT

GUIDE = PROJECT / "docs" / "word-templates.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]*) \|", re.MULTILINE)


@cache
def field_list() -> tuple[tuple[str, str, str], ...]:
    """(field, kind of value, meaning), in the order of the documentation."""
    return tuple(
        (name, kind.strip(), meaning.strip()) for name, kind, meaning in ROW.findall(GUIDE.read_text(encoding="utf-8"))
    )
