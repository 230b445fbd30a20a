"""The worker, once as the real process: it does what waits, is started again when it dies, ends with its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from diagnose import create_app
from diagnose.config import PROJECT, Settings, secret_key
from diagnose.models import Enterprise, Job
from tests.diagnose.cast import all_of
from tests.diagnose.intake_desk import Desk, firm, workbook

PATIENCE = 30
# A parent that starts the worker, tells its number, and waits to be killed.
PARENT = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-m', 'diagnose.worker']); " \
    "print(p.pid, flush=True); time.sleep(600)"  # fmt: skip


def until(true: Callable[[], object]) -> None:
    """Wait until it is so; AssertionError when it does not become so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def alive(pid: int) -> bool:
    """Whether a process still runs; one that nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_worker_imports_survives_its_own_death_and_ends_with_its_parent(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path, sqlite_url, secret_key(tmp_path)))
    desk = Desk(app)
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": sqlite_url}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    watcher = int(parent.stdout.readline())
    try:
        start(desk, 1)
        until(lambda: [job.state for job in all_of(app, Job)] == ["done"])  # its last deed, after the import itself
        first = children(watcher)[0]
        os.kill(first, signal.SIGKILL)
        until(lambda: not alive(first) and children(watcher))
        start(desk, 2)
        until(lambda: [job.state for job in all_of(app, Job)] == ["done", "done"])
        assert len(all_of(app, Enterprise)) == 2
        second = children(watcher)[0]
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    until(lambda: not alive(watcher) and not alive(second))
    app.extensions["diagnose"].engine.dispose()


def start(desk: Desk, number: int) -> None:
    """An import into the queue."""
    address = desk.uploaded(workbook([firm(number)]))
    desk.browser.post(f"{address}/start", {"partly": "no"})
