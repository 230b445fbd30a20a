"""When moves run: steps of a ladder one after the other, others side by side, each as soon as it can."""

from collections.abc import Mapping, Sequence

from scoring.ladders import Edge, Ladders
from scoring.marks import Key, Mark

Times = Mapping[Key, Sequence[int | None]]


class Circle(ValueError):
    """Moves that all wait for each other: ``edges`` cannot be made together."""

    def __init__(self, edges: Sequence[Edge]) -> None:
        super().__init__(", ".join(edge.move.id for edge in edges))
        self.edges = tuple(edges)


def earliest(ladders: Ladders) -> Times:
    """The month in which each place can be reached at the earliest, by whatever moves; None where no moves lead."""
    times: dict[Key, list[int | None]] = {key: [0, *[None] * (len(each) - 1)] for key, each in ladders.places.items()}
    changed = True
    while changed:
        changed = False
        for edge in ladders.edges:
            found, before = edge_end(ladders, times, edge), times[edge.key][edge.end]
            if found is not None and (before is None or found < before):
                times[edge.key][edge.end] = found
                changed = True
    return times


def edge_end(ladders: Ladders, times: Times, edge: Edge) -> int | None:
    """When a move can be done at the earliest; None when it never can."""
    begins = [times[edge.key][edge.start], *(_held(ladders, times, mark) for mark in edge.after)]
    known = [each for each in begins if each is not None]
    return max(known) + edge.move.months if len(known) == len(begins) else None


def _held(ladders: Ladders, times: Times, mark: Mark) -> int | None:
    both = zip(ladders.places[mark.key], times[mark.key], strict=True)
    return min((time for place, time in both if time is not None and mark.holds(place.value)), default=None)


def before(ladders: Ladders, taken: Sequence[Edge]) -> dict[Edge, list[Edge]]:
    """What each of the edges waits for directly: the one that ends where it starts, and those that bring what it needs.

    No two of the edges have a stretch of a ladder in common.
    """
    return {
        edge: [
            other
            for other in taken
            if (other.key == edge.key and other.end == edge.start)
            or any(ladders.crosses(other, mark) for mark in edge.after)
        ]
        for edge in taken
    }


def timetable(ladders: Ladders, taken: Sequence[Edge]) -> dict[Edge, tuple[int, int]]:
    """First and last month of each edge, in the order they begin; Circle when some wait for each other."""
    waits, spans = before(ladders, taken), dict[Edge, tuple[int, int]]()

    def run(edge: Edge, waiting: tuple[Edge, ...]) -> int:
        if edge in waiting:
            raise Circle(waiting[waiting.index(edge) :])
        if edge not in spans:
            begins = max((run(other, (*waiting, edge)) for other in waits[edge]), default=0)
            spans[edge] = (begins, begins + edge.move.months)
        return spans[edge][1]

    for edge in taken:
        run(edge, ())
    return dict(sorted(spans.items(), key=lambda item: item[1][0]))


def longest(ladders: Ladders, taken: Sequence[Edge]) -> list[Edge]:
    """A chain of edges, each waiting for the next, that lasts as long as the whole."""
    waits, spans = before(ladders, taken), timetable(ladders, taken)
    chain = sorted(taken, key=lambda edge: -spans[edge][1])[:1]
    while chain and spans[chain[-1]][0] > 0:
        chain.append(next(other for other in waits[chain[-1]] if spans[other][1] == spans[chain[-1]][0]))
    return chain
