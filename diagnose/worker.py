"""The process that does long work: ``python -m diagnose.worker``. The server starts it and ends it (gunicorn.conf.py).

The first process loads the application and does nothing but watch a second one, a fork of it, which works; when that
dies, it starts another. Both end when their parent does, however it ended. A job that is cut off leaves nothing: its
one transaction is rolled back, and its page says that it was interrupted.
"""

import logging
import os
import signal
import sys
import time
from types import FrameType

from flask import Flask

from diagnose import create_app
from diagnose.jobs import queue

LOOK = 0.2  # seconds between two looks at the parent
AGAIN = 1.0  # seconds before a worker that died is started again
HEALTH = 10.0


def main() -> int:
    """Watch the worker until the parent ends or says so."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the server tells us
    app = create_app()
    child = 0

    def stop(_signum: int, _frame: FrameType | None) -> None:
        if child:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    while os.getppid() == parent:
        child = os.fork()
        if not child:
            work(app, os.getppid())
        watch(child, parent)
        time.sleep(AGAIN)
    return 0


def watch(child: int, parent: int) -> None:
    """Until the worker dies; when the parent ends first, the worker goes too."""
    while True:
        ended, _ = os.waitpid(child, os.WNOHANG)
        if ended:
            return
        if os.getppid() != parent:
            os.kill(child, signal.SIGKILL)
            os._exit(0)
        time.sleep(LOOK)


def work(app: Flask, parent: int) -> None:
    """Do jobs until the parent ends; never returns."""
    logging.getLogger("huey").setLevel(logging.WARNING)
    waiting = queue(app)
    consumer = waiting.huey.create_consumer(workers=1, periodic=False, max_delay=1.0)
    consumer.start()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    waiting.send_again()
    looked = time.monotonic()
    while os.getppid() == parent:
        time.sleep(LOOK)
        if time.monotonic() - looked > HEALTH:
            consumer.check_worker_health()
            looked = time.monotonic()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
