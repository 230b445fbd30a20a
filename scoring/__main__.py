"""The command line: `python -m scoring score SCHEME/EDITION [INPUT] [-o OUTPUT] [--keep-going]`, `… rulesets` and
`… verify FILE`.

Exit status of score: 0 all scored, 1 bad lines were passed over (--keep-going), 2 stopped at a bad line or nothing to
work with. Of verify: 0 the trace is right, 1 it is not, 2 it cannot be told.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from scoring import verify
from scoring.batch import BadLine, score, written_whole
from scoring.ruleset import RulesetError, find, load, shipped


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns the exit status; what goes wrong is one line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except BrokenPipeError:
        # The reader of standard output has gone; without this Python would complain again when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _report("standard output was closed")
    except OSError as error:
        _report(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except (RulesetError, BadLine) as error:
        _report(str(error))
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scoring", description="Score answers by a ruleset.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("rulesets", help="list what can be scored: name, title, sha256")
    command = commands.add_parser("verify", help="work a verdict out again from its trace, without the scorer")
    command.add_argument("file", metavar="FILE", type=Path, help="the trace, or an issued document, as JSON")
    command = commands.add_parser("score", help="score JSON Lines")
    command.add_argument("ruleset", metavar="SCHEME/EDITION")
    command.add_argument(
        "input", metavar="INPUT", nargs="?", type=Path, help="JSON Lines; standard input when not given"
    )
    command.add_argument("-o", "--output", metavar="OUTPUT", type=Path, help="standard output when not given")
    command.add_argument(
        "--keep-going", action="store_true", help="pass over bad lines instead of stopping at the first"
    )
    return parser


def _list_rulesets(options: argparse.Namespace) -> int:
    for name, path in shipped().items():
        ruleset = load(path)
        print(name, ruleset.title, ruleset.sha256, sep="\t")
    return 0


def _score(options: argparse.Namespace) -> int:
    ruleset = find(options.ruleset)
    with _source(options.input) as source, _sink(options.output) as sink:
        bad = score(ruleset, source, sink, _report if options.keep_going else None)
        sink.flush()
    return 1 if bad else 0


def _verify(options: argparse.Namespace) -> int:
    return verify.main(options.file)


_COMMANDS = {"score": _score, "rulesets": _list_rulesets, "verify": _verify}


def _source(path: Path | None) -> AbstractContextManager[BinaryIO]:
    return path.open("rb") if path else nullcontext(sys.stdin.buffer)


def _sink(path: Path | None) -> AbstractContextManager[BinaryIO]:
    return written_whole(path) if path else nullcontext(sys.stdout.buffer)


def _report(message: str) -> None:
    print(message, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
