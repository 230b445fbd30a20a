"""The real server, started the way script/server starts it, in its own process group."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from diagnose.config import PROJECT, Settings, secret_key

PATIENCE = 30


class Server:
    """Gunicorn on a free port of this machine, with its own data folder. It must be ended with `stop` or `kill`."""

    def __init__(self, var: Path, database_url: str = "", workers: int = 2) -> None:
        self.var = var
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = var / "log"
        var.mkdir(parents=True, exist_ok=True)
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in ("HOST", "PROXIES")},
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "WORKERS": str(workers),
            "DATABASE_URL": database_url,
            "MPLCONFIGDIR": str(var / "matplotlib"),
        }

    @property
    def settings(self) -> Settings:
        """What an app in the test's own process needs to share database and sessions with the server."""
        url = self._environment["DATABASE_URL"] or f"sqlite:///{self.var / 'diagnose.sqlite3'}"
        return Settings(self.var, url, secret_key(self.var))

    def start(self) -> None:
        """Returns when the server answers; raises RuntimeError with its log when it does not."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn"],
                cwd=PROJECT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(self.log.read_text())
            time.sleep(0.02)

    def stop(self) -> None:
        """As a person stops it; what does not end by itself is killed."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL for the master and every worker at once: nobody can finish anything."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5):
                return True
        except OSError:
            return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
