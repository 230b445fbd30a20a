"""What must never stand in a log: the code of a link opens a file to whoever reads it."""

import logging
import re

# A path segment of 20 or more characters without a dot is the code of a link (128 bits are 22), not the name of a page.
CODE = re.compile(r"(?<=/)[A-Za-z0-9_-]{20,}(?![A-Za-z0-9_.-])")


def hide_links(record: logging.LogRecord) -> bool:
    """Logging filter that blanks the codes of links; keeps every record."""
    record.msg, record.args = CODE.sub("…", record.getMessage()), ()
    return True
