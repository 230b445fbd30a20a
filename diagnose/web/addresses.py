"""What may stand in an address where it names a file or a row; with anything else there is no such page."""

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

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
