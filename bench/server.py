"""A gunicorn with the settings of gunicorn.conf.py on a free loopback port, for as long as a block lasts."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parent.parent
WORKERS = 2
START_SECONDS = 60


@contextmanager
def serving(application: str, var: Path) -> Iterator[int]:
    """The port of a server of ``application`` (module:name) with its data in ``var``; RuntimeError if none comes up."""
    port = _free_port()
    strange = {"HOST", "DATABASE_URL", "PROXIES", "GUNICORN_CMD_ARGS", "WEB_CONCURRENCY"}
    environment = {name: value for name, value in os.environ.items() if name not in strange}
    environment |= {"VAR_DIR": str(var), "MPLCONFIGDIR": str(var), "PORT": str(port), "WORKERS": str(WORKERS)}
    command = [sys.executable, "-m", "gunicorn", application]
    server = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
    try:
        if not _answers(server, port):
            raise RuntimeError(f"the server of {application} did not start")
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Waits until the port takes connections; False when the server ended or the time is over."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        except ConnectionRefusedError:
            time.sleep(0.05)
    return False
