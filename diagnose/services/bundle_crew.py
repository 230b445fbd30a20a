"""The processes that make the pieces of a bundle. Few firms are made in this one, many by several beside it.

They are started anew, not forked: the worker has threads, and what draws the PDF has more. A process gets the numbers
of firms line by line and answers each when it is done; it ends with its input, so it never outlives the worker.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from queue import Empty, SimpleQueue
from threading import Thread

from diagnose.catalog import load_catalog
from diagnose.config import PROJECT, Settings
from diagnose.db import make_engine
from diagnose.services import bundle_piece
from diagnose.services.bundle_piece import RULES, Order, Place
from diagnose.store import open_store

COMMAND = [sys.executable, "-c", f"from {__name__} import main; main()"]


class Ended(RuntimeError):
    """A process of the crew has ended before its work was done."""


def work(where: Place, order: Order, firms: Sequence[int]) -> Iterator[int]:
    """Make the documents of these firms; gives each when it is ready, in any order. Raises Ended."""
    if len(firms) < RULES["together_from"]:
        for firm in firms:
            bundle_piece.make(where, order, firm)
            yield firm
        return
    crew = [_start(where, order) for _ in range(RULES["processes"])]
    try:
        yield from _shared(crew, firms)
    finally:
        for one in crew:
            one.kill()
            one.communicate()


def _start(where: Place, order: Order) -> subprocess.Popen[str]:
    one = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    settings = asdict(where.settings) | {"var_dir": str(where.settings.var_dir)}
    _say(one, json.dumps({"settings": settings, "order": asdict(order)}))
    return one


def _say(one: subprocess.Popen[str], line: str) -> None:
    """Through the pipe, where nobody sees it, as they would see the command line."""
    assert one.stdin
    one.stdin.write(f"{line}\n")
    one.stdin.flush()


def _shared(crew: Sequence[subprocess.Popen[str]], firms: Sequence[int]) -> Iterator[int]:
    """Each process takes the next firm when it is done with one."""
    waiting: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[int | None] = SimpleQueue()
    for firm in firms:
        waiting.put(firm)
    for one in crew:
        Thread(target=_feed, args=(one, waiting, done), daemon=True).start()
    for _ in firms:
        firm_done = done.get()
        if firm_done is None:
            raise Ended
        yield firm_done


def _feed(one: subprocess.Popen[str], waiting: "SimpleQueue[int]", done: "SimpleQueue[int | None]") -> None:
    assert one.stdout
    try:
        while True:
            firm = waiting.get_nowait()
            _say(one, str(firm))
            if one.stdout.readline() != f"{firm}\n":
                break
            done.put(firm)
    except Empty:
        return
    except (OSError, ValueError):
        pass
    done.put(None)


def main() -> None:
    """One process of the crew."""
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no answer
    first = json.loads(sys.stdin.readline())
    settings = Settings(**first["settings"] | {"var_dir": PROJECT / first["settings"]["var_dir"]})
    order = Order(**first["order"] | {"formats": tuple(first["order"]["formats"])})
    where = Place(make_engine(settings.database_url), load_catalog(), open_store(settings), settings)
    for line in sys.stdin:
        bundle_piece.make(where, order, int(line))
        print(int(line), file=answers, flush=True)
