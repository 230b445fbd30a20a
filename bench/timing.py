"""Times of functions of one process, taken in turns so that all meet the same machine."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter


def medians(jobs: Mapping[str, Callable[[], object]], rounds: int, calls: int = 1) -> dict[str, float]:
    """Seconds a call, by name: the median of the rounds after a first, each of ``calls`` calls."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds + 1):
        for name, job in jobs.items():
            start = perf_counter()
            for _ in range(calls):
                job()
            taken[name].append((perf_counter() - start) / calls)
    return {name: median(times[1:]) for name, times in taken.items()}
