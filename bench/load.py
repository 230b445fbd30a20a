"""The load generator: keep-alive connections in one process of its own, one thread, nothing but sockets.

``python -m bench.load`` reads one Load as JSON from standard input and writes one Outcome as JSON.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
END = b"\r\n\r\n"
RAMP_ANSWERS = 8  # before the next connection is opened


class WrongAnswer(RuntimeError):
    """An answer that does not count: not 200, or without what it must contain."""


@dataclass(frozen=True)
class Load:
    """What to send for how long. Each connection goes round ``requests``, each starting at another one.

    Every answer must be 200 and contain all ``needles``.
    """

    port: int
    connections: int
    seconds: float
    requests: list[str]
    needles: list[str]


@dataclass(frozen=True)
class Outcome:
    """Answers that counted, the seconds they took, and how busy the generator itself was (1 = one processor)."""

    answers: int
    seconds: float
    busy: float

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def measure(load: Load) -> Outcome:
    """Run the load in a process of its own; RuntimeError with its complaint when an answer was wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(asdict(load)), capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Outcome(**json.loads(done.stdout))


class Connection:
    """One connection with at most one request under way."""

    def __init__(self, port: int, requests: Iterator[bytes], needles: list[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = requests
        self._needles = needles
        self._answer = b""

    def send(self) -> None:
        """Send the next request; it is far smaller than a socket's buffer."""
        self._answer = b""
        self.socket.sendall(next(self._requests))

    def receive(self) -> bool:
        """Take what has come; True when the answer is complete and right, WrongAnswer when it is wrong."""
        part = self.socket.recv(1 << 18)
        self._answer += part
        head, found, body = self._answer.partition(END)
        length = LENGTH.search(head + END) if found else None
        if part and (not length or len(body) < int(length[1])):
            return False
        if not head.startswith(b"HTTP/1.1 200 ") or not all(needle in body for needle in self._needles):
            raise WrongAnswer(self._answer[:4000].decode(errors="replace"))
        return True


def run(load: Load) -> Outcome:
    """Open the connections one after another under load, then count the answers that come within the time.

    Connections opened all at once would often end at one worker, while the other has nothing to do.
    """
    with selectors.DefaultSelector() as selector:
        for number in range(load.connections):
            one = _connection(load, number)
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.send()
            _serve(selector, RAMP_ANSWERS)
        start, busy = time.perf_counter(), time.process_time()
        answers = sum(_serve(selector, 1) for _ in _until(start + load.seconds))
        seconds = time.perf_counter() - start
        outcome = Outcome(answers, seconds, (time.process_time() - busy) / seconds)
        _finish(selector, load.connections)
    return outcome


def _connection(load: Load, number: int) -> Connection:
    requests = cycle([text.encode() for text in load.requests])
    needles = [text.encode() for text in load.needles]
    return Connection(load.port, islice(requests, number, None), needles)


def _serve(selector: selectors.BaseSelector, least: int) -> int:
    """Keep all connections busy until at least so many answers have come; how many it were."""
    answers = 0
    while answers < least:
        for key, _ in selector.select():
            if key.data.receive():
                answers += 1
                key.data.send()
    return answers


def _until(deadline: float) -> Iterator[None]:
    while time.perf_counter() < deadline:
        yield


def _finish(selector: selectors.BaseSelector, waiting: int) -> None:
    """Wait for the answers under way, so that they do not burden the next run."""
    while waiting:
        for key, _ in selector.select():
            if key.data.receive():
                waiting -= 1
                selector.unregister(key.data.socket)
                key.data.socket.close()


if __name__ == "__main__":
    print(json.dumps(asdict(run(Load(**json.load(sys.stdin))))))
