"""200 photos of 8 MB uploaded one after another to one worker, whose memory must stay small."""

import http.client
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.draft import Holder, half_filled
from bench.goals import Figures, at_most
from bench.server import serving
from diagnose.catalog import load_catalog
from diagnose.services.pictures import LIMITS
from tests.diagnose.photos import large_photo

NAME = "evidence"
PHOTOS = 200
GOALS = {"worker_mb_most": at_most(400)}
BOUNDARY = "photo-boundary"


def run(photos: int = PHOTOS) -> Figures:
    """Peak memory of the worker that takes all the photos, over one connection, and the seconds each takes."""
    photo = large_photo()
    with tempfile.TemporaryDirectory() as folder, serving("wsgi:app", Path(folder)) as port:
        holder = half_filled(Path(folder), port)
        before = most_memory()
        start = time.perf_counter()
        upload(port, holder, photo, photos)
        taken = time.perf_counter() - start
        return {
            "photos": photos,
            "photo_mb": round(len(photo) / 1024 / 1024, 1),
            "seconds_each": round(taken / photos, 2),
            "worker_mb_before": before,
            "worker_mb_most": most_memory(),
        }


def upload(port: int, holder: Holder, photo: bytes, times: int) -> None:
    """Send the photo so often, each time as another upload, spread over the questions; RuntimeError if refused."""
    questions = [one.code for one in next(iter(load_catalog().forms.values())).questions]
    # One connection stays with one worker.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {
        "Cookie": holder.cookies,
        "X-CSRFToken": holder.token,
        "Accept": "application/json",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    base = holder.page.partition("/page/")[0].replace("/fill/", "/evidence/")
    for number in range(times):
        question = questions[number // LIMITS["per_question"]]
        connection.request("POST", f"{base}/{question}", body(photo, number), headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"photo {number}: {answer.status} {said.decode()}")
    connection.close()


def body(photo: bytes, number: int) -> bytes:
    """The form as a browser sends it."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="'
    fields = {"effective_on": "2026-01-15", "change": f"{number:032x}"}
    texts = "".join(f'{head}{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    file = f'{head}file"; filename="{number}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return (texts + file).encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


def most_memory() -> int:
    """The largest peak (resident, in MB) of the server's processes below this one; Linux."""
    return max(_peak(pid) for pid in _below(os.getpid()))


def _below(pid: int) -> Iterator[int]:
    """Children of a process, and theirs."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            yield child
            yield from _below(child)


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024
