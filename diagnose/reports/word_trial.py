"""An uploaded Word template is tried before it counts: filled in with a synthetic firm, in a process of its own.

``python -m diagnose.reports.word_trial KIND``: the template on the standard input, the filled document on the standard
output. Exit status 3 with a sentence for people instead. The process sees no address of a database and no key.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Lock
from typing import cast

from diagnose.config import PROJECT
from diagnose.services.word_package import LIMITS, SHOWN, Refused, inspect

REFUSED = 3
# One at a time: what a trial needs is then bounded.
_turn = Lock()


def tried(data: bytes, kind: str) -> bytes:
    """The template filled in with a synthetic firm; raises Refused."""
    inspect(data)
    with tempfile.TemporaryDirectory() as folder, _turn:
        # -P: nothing is imported from where it happens to run. HOME for caches, of matplotlib among others.
        seen = {"HOME": folder, "VAR_DIR": folder, "LANG": "C.UTF-8", "PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-m", __name__, kind]
        seconds = LIMITS["trial_seconds"]
        try:
            done = subprocess.run(
                command, input=data, capture_output=True, env=seen, cwd=folder, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise Refused("slow") from None
    if done.returncode == REFUSED:
        raise Refused("trial", done.stdout.decode())
    if done.returncode < 0 or b"MemoryError" in done.stderr:  # ended by a limit
        raise Refused("slow")
    if done.returncode:
        raise Refused("failed", done.stderr.decode(errors="replace").rpartition("\n")[0].rpartition("\n")[2][:SHOWN])
    return done.stdout


def _limited() -> None:
    """What trying a template may use."""
    memory = LIMITS["trial_memory_mb"] << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMITS["trial_seconds"], LIMITS["trial_seconds"]))


def main(kind: str, data: bytes) -> int:
    """Try it; returns the exit status."""
    # Slow to load, and only this process needs them.
    from diagnose.reports.word import check_template, word
    from diagnose.reports.word_fields import TemplateRefused
    from diagnose.services.document_values import Kind
    from diagnose.services.example_firm import example

    wanted = cast(Kind, kind)
    try:
        check_template(data, wanted)
        filled = word(wanted, example(wanted, Path(os.environ["VAR_DIR"])), None, data)
    except TemplateRefused as refused:
        sys.stdout.write(str(refused))
        return REFUSED
    sys.stdout.buffer.write(filled)
    return 0


if __name__ == "__main__":
    _limited()
    sys.exit(main(sys.argv[1], sys.stdin.buffer.read()))
