"""What may stand in an address where it names a file or a row; with anything else there is no such page."""

from flask import Flask, request
from werkzeug.routing import BaseConverter, IntegerConverter, Map

TEXT_LENGTH = 100
LARGEST_ID = 2**31 - 1  # the integer keys of PostgreSQL


class PublicId(BaseConverter):
    """The public id of a file."""

    regex = "[0-9a-f]{16}"


class RowId(IntegerConverter):
    """A number that a key of the database can be."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def install(app: Flask) -> None:
    """Teach the routes ``<file:…>`` and ``<row:…>``; before any of them is registered."""
    app.url_map.converters.update(file=PublicId, row=RowId)


def row_number(text: str) -> int | None:
    """A number in a query or a form that a key of the database can be; None for anything else, however long."""
    plain = len(text) <= len(str(LARGEST_ID)) and text.isdecimal()
    return int(text) if plain and int(text) <= LARGEST_ID else None


def searched() -> str:
    """The text that a list is searched for, without the one character that PostgreSQL does not take."""
    return request.args.get("text", "").replace("\0", "").strip()[:TEXT_LENGTH]
