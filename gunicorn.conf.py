"""How the server runs. Gunicorn reads this file by itself; script/server starts it."""

import contextlib
import errno
import os
import socket
import subprocess
import sys

from gunicorn.arbiter import Arbiter

from diagnose import wording
from diagnose.config import settings
from diagnose.db import make_engine
from diagnose.migrate import upgrade
from diagnose.services import peers, recount
from diagnose.services.first import first_admin
from diagnose.services.purge import purge_daily
from diagnose.store import open_store
from diagnose.texts import say

host = os.environ.get("HOST") or "127.0.0.1"
port = os.environ.get("PORT") or "8000"
if not port.isdigit():
    sys.exit(f"PORT 应是一个数字，现在是「{port}」。")

wsgi_app = "wsgi:app"
bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
workers = int(os.environ.get("WORKERS") or 2)
# Loaded once, then forked: half the start-up work and shared memory. create_app must therefore not use the database;
# connections that exist at a fork are dropped by diagnose/db.py all the same.
preload_app = True
# Without a proxy in front nobody's word is taken for where a request came from, not even that of this machine.
if int(os.environ.get("PROXIES") or 0) == 0:
    forwarded_allow_ips = ""
# Threads, because a browser keeps its connection open, and a slow one must not hold up a whole worker.
worker_class = "gthread"
threads = 4
keepalive = 5
# No access log: who looked at which file is nobody's business. The code of a link is in no address anyway.
accesslog = None
loglevel = "warning"
# The control socket would be one more door, in the home folder of a service that may have none.
control_socket_disable = True
worker: subprocess.Popen[bytes] | None = None


def on_starting(server: Arbiter) -> None:
    """Before the port opens: gunicorn itself would retry a busy port for five seconds, in English."""
    refuse_busy_port()
    upgrade(settings().database_url)
    count()
    print_first_link(settings().public_url or f"http://{bind}")
    purge()


def when_ready(server: Arbiter) -> None:
    """Background jobs are done by a process of their own, which also ends by itself when this one is killed."""
    global worker
    worker = subprocess.Popen([sys.executable, "-m", "diagnose.worker"])
    print(f"智诊已启动：http://{bind} （按 Ctrl+C 停止）", flush=True)


def on_exit(server: Arbiter) -> None:
    if worker:
        worker.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(timeout=5)


def count() -> None:
    """A database from before the district's statistics is counted once."""
    engine = make_engine(settings().database_url)
    if recount.needed(engine):
        print(say("recount_first"), flush=True)
        recount.first(engine)
    engine.dispose()


def print_first_link(address: str) -> None:
    """As long as there is no account: the one-time link that makes the first admin's."""
    engine = make_engine(settings().database_url)
    told = first_admin(engine, address)
    engine.dispose()
    if told:
        print(told, flush=True)


def purge() -> None:
    """Delete what is kept no longer, at most once a day; compare firms anew once a month. The service starts also when
    that fails: the job says why."""
    configured = settings()
    engine = make_engine(configured.database_url)
    try:
        purge_daily(engine, open_store(configured), configured.secret_key, wording.now(), configured.var_dir)
        peers.refresh_monthly(engine, wording.today())
    except Exception as error:
        print(say("purge_failed", kind=type(error).__name__), file=sys.stderr, flush=True)
    finally:
        engine.dispose()


def refuse_busy_port() -> None:
    """Exits with a sentence that says what to do when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, int(port)), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(
                f"端口 {port} 已被占用，可能智诊已在运行。请停止占用它的程序，或换一个端口：PORT=8001 script/server"
            )
        sys.exit(f"无法监听 {bind}：{os.strerror(error.errno or 0)}。请检查 HOST 与 PORT。")
