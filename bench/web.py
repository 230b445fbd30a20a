"""Form page and POST of one answer against a bare Flask hello: same server, same settings, taken in turns."""

import json
import tempfile
from pathlib import Path
from statistics import median

from bench.draft import Holder, half_filled
from bench.goals import Figures, at_least
from bench.load import Load, Outcome, measure
from bench.server import serving

NAME = "web"
GOALS = {"form_to_hello": at_least(0.25), "post_to_hello": at_least(0.06)}
CONNECTIONS = 16
ROUNDS = 7
SECONDS = 2.0
WARM_SECONDS = 1.0
TOTAL = 40  # key processes; their CNC part changes with every post


def run() -> Figures:
    """Requests per second as medians of the rounds, and the medians of each round's ratio to the hello beside it."""
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        with serving("bench.hello:app", var) as peer, serving("wsgi:app", var) as port:
            loads = _loads(peer, port, half_filled(var, port))
            for load in loads.values():
                measure(Load(**{**vars(load), "seconds": WARM_SECONDS}))
            return _figures(_rounds(loads))


def _loads(peer: int, port: int, holder: Holder) -> dict[str, Load]:
    posts = [holder.post(number, TOTAL) for number in range(TOTAL)]
    saved = json.dumps("已保存")[1:-1]  # as JSON writes it
    return {
        "hello": Load(peer, CONNECTIONS, SECONDS, ["GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"], ["hello"]),
        "form": Load(port, CONNECTIONS, SECONDS, [holder.get()], [f'value="{TOTAL}"', 'name="csrf_token" value="']),
        "post": Load(port, CONNECTIONS, SECONDS, posts, [saved, '"answered"']),
    }


def _rounds(loads: dict[str, Load]) -> dict[str, list[Outcome]]:
    """hello, form, post, hello, form, post, …, hello: a hello beside each of the others."""
    outcomes: dict[str, list[Outcome]] = {name: [] for name in loads}
    for _ in range(ROUNDS):
        for name, load in loads.items():
            outcomes[name].append(measure(load))
    outcomes["hello"].append(measure(loads["hello"]))
    return outcomes


def _figures(outcomes: dict[str, list[Outcome]]) -> Figures:
    rates = {name: [one.per_second for one in found] for name, found in outcomes.items()}
    form = [rate / hello for rate, hello in zip(rates["form"], rates["hello"], strict=False)]
    post = [rate / hello for rate, hello in zip(rates["post"], rates["hello"][1:], strict=True)]
    return {
        **{f"{name}_per_s": round(median(found), 1) for name, found in rates.items()},
        **{f"{name}_generator_busy": round(median(one.busy for one in found), 3) for name, found in outcomes.items()},
        "form_to_hello_min": round(min(form), 3),
        "form_to_hello": round(median(form), 3),
        "form_to_hello_max": round(max(form), 3),
        "post_to_hello_min": round(min(post), 4),
        "post_to_hello": round(median(post), 4),
        "post_to_hello_max": round(max(post), 4),
    }
