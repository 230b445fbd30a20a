"""One firm in plain Python and many by arrays: of the same truth the same spans, and of these the same counters."""

from collections.abc import Sequence
from datetime import date
from random import Random

import numpy as np

from diagnose.models.span import FOREVER
from diagnose.services.count_few import count_few
from diagnose.services.count_make import counted
from diagnose.services.int_columns import Columns
from diagnose.services.span_few import Fact, Firm, Place, Verdict, few_spans
from diagnose.services.span_make import Spans, spans
from diagnose.services.span_truth import BITS, Truth
from diagnose.services.span_write import tuples
from scoring.coverage import FIGURES

TODAY = date(2026, 3, 15)
ABOVE = {4: [1, 2, 4], 5: [1, 3, 5]}
LAST = TODAY.toordinal() + 40


def day(random: Random) -> int:
    """Seldom far apart, so that days often meet."""
    return LAST - random.choice((1, 1, 5)) * random.randrange(60)


def end(random: Random, start: int) -> int:
    return random.choice((FOREVER, start + random.randrange(50)))


def firm(random: Random) -> tuple[Firm, list[Place], list[Fact], list[Verdict]]:
    places = [Place(7, random.choice((4, 5)), day(random), id_) for id_ in range(random.randrange(4))]
    whats = [random.choice((0, 1, 9, BITS, BITS + 1)) for _ in range(random.randrange(6))]
    facts = [
        Fact(7, what, random.randrange(1, 4) if what >= BITS else 0, start := day(random), end(random, start), id_)
        for id_, what in enumerate(whats)
    ]
    return (
        Firm(7, end(random, LAST - 60), 33, 2),
        places,
        facts,
        [verdict(random, id_) for id_ in range(random.randrange(7))],
    )


def verdict(random: Random, id_: int) -> Verdict:
    figures = [random.randint(-1, 1000) for _ in range(6)] + [random.randint(0, 3), random.randint(-1, 4), 1, 0, -1]
    known = random.randrange(3)
    ruler, kind = random.choice((1, 1, 2)), random.choice((1, 1, 2))
    return Verdict(7, ruler, kind, day(random), known, id_, random.randrange(6), 50, ",".join(map(str, figures)))


def columns(kind: type[Firm | Place | Fact | Verdict], rows: Sequence[Firm | Place | Fact | Verdict]) -> Columns:
    names = [name for name in kind._fields if name != "figures"]
    return {name: np.array([row[place] for row in rows], np.int64) for place, name in enumerate(names)}


def truth(one: Firm, places: list[Place], facts: list[Fact], verdicts: list[Verdict]) -> Truth:
    firms = columns(Firm, [one])
    figures = [[int(number) for number in said.figures.split(",")] for said in verdicts]
    return Truth(
        {**firms, "firm": firms.pop("id")},
        columns(Place, places),
        columns(Fact, facts),
        columns(Verdict, verdicts),
        np.array(figures, np.int64).reshape(-1, len(FIGURES)),
    )


def joined(old: Spans, new: Spans) -> tuple[Spans, Spans]:
    """Spans that go and come, and their signs."""
    pairs = ((old.firm, new.firm), (old.verdict, new.verdict))
    signs = (np.repeat([-1, 1], [one.shape[1], other.shape[1]]) for one, other in pairs)
    return Spans(*(np.concatenate(pair, axis=1) for pair in pairs)), Spans(*signs)


def test_few_spans_and_what_they_count_are_those_of_the_arrays() -> None:
    random, before, rows = Random(5), Spans(np.zeros((9, 0), np.int64), np.zeros((25, 0), np.int64)), 0
    for _ in range(120):
        said = firm(random)
        made = spans(truth(*said))
        assert few_spans(*said) == (tuples(made.firm), tuples(made.verdict))
        moved, signs = joined(before, made)
        few = count_few(
            list(zip(tuples(moved.firm), signs.firm.tolist(), strict=True)),
            list(zip(tuples(moved.verdict), signs.verdict.tolist(), strict=True)),
            ABOVE,
            TODAY,
        )
        assert few == tuple(tuples(sums.rows) for sums in counted(moved, signs, ABOVE, TODAY))
        before, rows = made, rows + made.verdict.shape[1]
    assert rows > 300
