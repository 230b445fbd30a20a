"""A real nginx with docs/nginx/zhizhen.conf, as an ordinary user on free ports, with a certificate of its own."""

import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from diagnose.config import PROJECT

SITE = PROJECT / "docs" / "nginx" / "zhizhen.conf"
PATIENCE = 15
# What the package's /etc/nginx/nginx.conf brings, and where an ordinary user may write.
MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Nginx:
    """nginx before a server on ``upstream``; ended with `stop`."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.folder, self.http, self.https = folder, free_port(), free_port()
        self.certificate = folder / "certificate.pem"
        make_certificate(folder)
        (folder / "site.conf").write_text(self._site(upstream))
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder))

    def _site(self, upstream: int) -> str:
        """The shipped file with this machine's ports and paths; each must be there to be replaced."""
        text = SITE.read_text(encoding="utf-8")
        for shipped, here in (
            ("    listen [::]:80;\n", ""),
            ("    listen [::]:443 ssl;\n", ""),
            ("listen 80;", f"listen 127.0.0.1:{self.http};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.https} ssl;"),
            ("server_name zhizhen.example.cn;", "server_name localhost;"),
            ("/etc/ssl/zhizhen/fullchain.pem", str(self.certificate)),
            ("/etc/ssl/zhizhen/privkey.pem", str(self.folder / "key.pem")),
            ("http://127.0.0.1:8000;", f"http://127.0.0.1:{upstream};"),
            # Only here: the ports are not the usual ones.
            ("https://$host$request_uri;", f"https://$host:{self.https}$request_uri;"),
            ("Host $host;", f"Host $host:{self.https};"),
        ):
            assert shipped in text, shipped
            text = text.replace(shipped, here)
        return text

    def start(self) -> None:
        """Returns when it answers; raises RuntimeError with its log when it does not."""
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        if not os.path.exists(program):
            pytest.fail("缺少 nginx：请运行 apt-get install nginx（script/test 会自动安装）。", pytrace=False)
        command = [
            *as_somebody(self.folder),
            program,
            "-e",
            f"{self.folder}/error.log",
            "-c",
            f"{self.folder}/nginx.conf",
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not _listens(self.https):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError((self.folder / "error.log").read_text())
            time.sleep(0.02)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)

    def trust(self) -> ssl.SSLContext:
        """A client that accepts this server and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))


def make_certificate(folder: Path) -> None:
    """Self-signed, for localhost."""
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", "-x509", *curve, *subject, *files], check=True, capture_output=True)


def as_somebody(folder: Path) -> list[str]:
    """Command prefix that runs a program as an ordinary user, who owns the folder, and ends it with this process."""
    prefix = ["setpriv", "--pdeathsig", "TERM"]
    if os.getuid() == 0:
        user = pwd.getpwnam("nobody")
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
        prefix += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [*prefix, "--"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
