"""后台任务: the queue between the pages and the worker. In SQLite beside the data, or in Redis by setting.

A message only says "look at import 12"; whether there is anything to do stands in the database. So a message that comes
twice does nothing, and one that was lost is sent again when the worker starts.
"""

import os
from collections.abc import Callable

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer

from diagnose.config import Settings
from diagnose.services import bundle_piece, bundles, checkup, intake, intake_files

NAME = "diagnose"


class Queue:
    """What an app puts its jobs into; made when first needed, after the server's processes have forked."""

    def __init__(self, app: Flask) -> None:
        parts = app.extensions["diagnose"]
        configured: Settings = parts.settings
        self.place = intake_files.place(parts.engine, parts.catalog, configured.secret_key, configured.var_dir)
        self.bundle_place = bundle_piece.Place(parts.engine, parts.catalog, parts.store, configured)
        self.huey = open_queue(configured)
        self.huey.immediate = app.testing
        self._import: Callable[[int], object] = self.huey.task(name="run_import")(self.run_import)
        self._checkup: Callable[[int], object] = self.huey.task(name="run_checkup")(self.run_checkup)
        self._bundle: Callable[[int], object] = self.huey.task(name="run_bundle")(self.run_bundle)

    def run_import(self, intake_id: int) -> None:
        """The task itself."""
        intake.run(self.place, intake_id, f"/district/import/{intake_id}")

    def start_import(self, intake_id: int) -> None:
        """Let the worker do it; in tests it is done before this returns."""
        self._import(intake_id)

    def run_checkup(self, officer_id: int) -> None:
        """The task of 数据体检; a message that was lost is sent again by whoever asked for it."""
        checkup.run_for(self.place.engine, self.place.catalog, officer_id)

    def start_checkup(self, officer_id: int) -> None:
        """Let the worker look at the firms of an officer."""
        self._checkup(officer_id)

    def run_bundle(self, bundle_id: int) -> None:
        """The task of 打包."""
        bundles.run(self.bundle_place, bundle_id, f"/district/bundles/{bundle_id}")

    def start_bundle(self, bundle_id: int) -> None:
        """Let the worker do it."""
        self._bundle(bundle_id)

    def send_again(self) -> None:
        """Messages for all that waits in the database."""
        for intake_id in intake.waiting(self.place.engine):
            self.start_import(intake_id)
        for bundle_id in bundles.waiting(self.place.engine):
            self.start_bundle(bundle_id)


def open_queue(configured: Settings) -> Huey:
    """Messages are signed with the installation's key: who can write into the queue cannot make the worker run theirs.

    Results are not kept; how a job went stands in its row.
    """
    signed = SignedSerializer(secret=configured.secret_key, salt=NAME)
    if configured.queue_url:
        return RedisHuey(NAME, url=configured.queue_url, serializer=signed, results=False)
    path = configured.var_dir / "queue.sqlite3"
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return SqliteHuey(NAME, filename=str(path), serializer=signed, results=False)


def queue(app: Flask | None = None) -> Queue:
    """The queue of this app."""
    where: Flask = app or current_app._get_current_object()  # type: ignore[attr-defined]
    if "queue" not in where.extensions:
        where.extensions["queue"] = Queue(where)
    found: Queue = where.extensions["queue"]
    return found
