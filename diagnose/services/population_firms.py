"""Who the synthetic firms are: figures, names, credit codes, days. n firms at a time, as columns (n,)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.services.classify import SizeClass, SizeRules
from diagnose.services.population_answers import Floats, Ints, Values

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100, without I, O, S, V, Z


@dataclass(frozen=True)
class Firms:
    """``number``: 0, 1, … over the whole population; ``industry`` its place in population.yaml; days are ordinals.

    ``latent`` is standard normal: what the maturity is made of. ``revenue`` in hundredths of 万元. ``second`` and
    ``visited`` are the days of the second form and the visit, 0 for none; ``closed`` the day of closing, 0 for none.
    """

    number: Ints
    latent: Floats
    staff: Ints
    revenue: Ints
    totals: Values
    industry: Ints
    district: Ints
    registered: Ints
    assessed: Ints
    second: Ints
    visited: Ints
    closed: Ints


def make(random: np.random.Generator, number: Ints, model: Mapping[str, Any], districts: Floats, last: date) -> Firms:
    """Firms of these numbers; ``districts`` (d,) are their shares, ``last`` is the last day anything happened."""
    n = len(number)
    size, other = random.standard_normal(n), random.standard_normal(n)
    tie = model["size_and_maturity"]
    staff = np.maximum(_figure(model["staff"], size).astype(np.int64), model["staff"]["least"])
    of_a_head = _figure(model["revenue_of_a_head"], random.standard_normal(n))
    revenue = (staff * of_a_head * 100).astype(np.int64)
    weights = np.array([row[2] for row in model["industries"]], dtype=np.float64)
    return Firms(
        number=number,
        latent=tie * size + np.sqrt(1 - tie**2) * other,
        staff=staff,
        revenue=revenue,
        totals=_totals(random, model, staff, revenue),
        industry=random.choice(len(weights), n, p=weights / weights.sum()),
        district=random.choice(len(districts), n, p=districts),
        **_days(random, n, model, last),
    )


def _figure(spec: Mapping[str, float], normal: Floats) -> Floats:
    figure: Floats = np.exp(spec["mean"] + spec["spread"] * normal)
    return figure


def _totals(random: np.random.Generator, model: Mapping[str, Any], staff: Ints, revenue: Ints) -> Values:
    n = len(staff)
    totals = {
        code: 1 + (staff * spec["each"] * np.exp(spec["spread"] * random.standard_normal(n))).astype(np.int64)
        for code, spec in model["totals"].items()
    }
    totals["own_design"] = (random.random(n) < model["own_design"]).astype(np.int64)
    totals["revenue_3y"] = revenue * model["years"]
    return totals


def _days(random: np.random.Generator, n: int, model: Mapping[str, Any], last: date) -> dict[str, Ints]:
    """Registered in the first three quarters of the time, assessed at any time from then on, visited after that."""
    end = last.toordinal()
    start = end - model["months"] * 365 // 12
    registered = start + (random.random(n) * (end - start) * 0.75).astype(np.int64)
    assessed = registered + (random.random(n) * (end + 1 - registered)).astype(np.int64)
    later = [np.minimum(assessed + random.integers(0, 200, n), end) for _ in range(2)]
    second = np.where(random.random(n) < model["second_share"], later[0], 0)
    visited = np.where(random.random(n) < model["onsite_share"], later[1], 0)
    done = np.maximum(assessed, np.maximum(second, visited))
    closes = (random.random(n) < model["closed_share"]) & (done < end)
    return {
        "registered": registered,
        "assessed": assessed,
        "second": second,
        "visited": visited,
        "closed": np.where(closes, np.maximum(done + 1, end - 60), 0),
    }


def credit_codes(region: str, number: Ints) -> list[str]:
    """Well-formed codes of a region that does not exist, each number below 10**7 with its right check character."""
    head = f"91{region}MA"
    fixed = sum(CREDIT_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(head))
    places = np.array([pow(3, len(head) + place, 31) for place in range(7)])
    digits = number[:, None] // 10 ** np.arange(6, -1, -1) % 10
    check = (-(fixed + digits @ places)) % 31
    pairs = zip(number.tolist(), check.tolist(), strict=True)
    return [f"{head}{each:07d}{CREDIT_ALPHABET[last]}" for each, last in pairs]


def names(random: np.random.Generator, firms: Firms, model: Mapping[str, Any]) -> list[str]:
    """示例宏达机械有限公司（合成0000123）: plainly fictional, each of its own."""
    first, second = model["first_words"], model["second_words"]
    goods = [row[3] for row in model["industries"]]
    words = random.integers(0, len(first) * len(second), len(firms.number)).tolist()
    said = [one + other for one in first for other in second]
    both = zip(words, firms.industry.tolist(), firms.number.tolist(), strict=True)
    return [f"示例{said[word]}{goods[industry]}有限公司（合成{number:07d}）" for word, industry, number in both]


def size_places(rules: SizeRules, industries: Sequence[str], firms: Firms) -> Ints:
    """The size class (n,) as its place in `SizeClass`; all industries must read staff and revenue only."""
    place = np.full(len(firms.number), list(SizeClass).index(SizeClass.MICRO))
    for code in {*industries}:
        row = rules.row_of[code]
        assert row is not None and all(floors.keys() <= {"staff", "revenue"} for _, floors in row.floors)
        here = np.array([each == code for each in industries])[firms.industry]
        for size, floors in reversed(row.floors):
            reached = here & _reaches(floors, firms)
            place[reached] = list(SizeClass).index(size)
    return place


def _reaches(floors: Mapping[str, int], firms: Firms) -> NDArray[np.bool_]:
    figures = {"staff": firms.staff, "revenue": firms.revenue // 100}  # a whole floor is reached by the whole part
    reached: NDArray[np.bool_] = np.logical_and.reduce([figures[name] >= floor for name, floor in floors.items()])
    return reached
