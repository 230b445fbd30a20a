"""Made populations for the tests of publication: firms as arrays, gathered for a division as the counters would."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.models import Publication
from diagnose.services.publish import Prepared, prove
from diagnose.services.publish_gather import Gathered
from diagnose.services.publish_rules import RULES
from diagnose.services.publish_truth import INDUSTRY, SIZE, WHOLE, Row, Truth
from diagnose.services.weighting import Stratum
from scoring.coverage import LEVELS, PPM

MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)
CITY, FIRST = 1, 10  # the city; its districts are 10, 11, …
SHARES = (0.196, 0.358, 0.239, 0.141, 0.056, 0.01)  # of the levels
ABOUT: dict[str, Any] = {
    "name": "合成市",
    "full_name": "合成省 合成市",
    "ruler_title": "企业数字画像",
    "dimension_titles": ["研发设计"],
}
ABOUT["level_titles"] = [f"{level} 级" for level in range(LEVELS)]


@dataclass
class Firms:
    """One firm a place: its district (a number from 0 on), industry, size, level (-1: none), answers, score."""

    district: NDArray[np.int64]
    industry: NDArray[np.int64]
    size: NDArray[np.int64]
    level: NDArray[np.int64]
    yes: NDArray[np.int64]
    score: NDArray[np.int64]

    def among(self, chosen: NDArray[np.bool_]) -> "Firms":
        """Some of them."""
        return Firms(*(column[chosen] for column in vars(self).values()))

    def moved(self, seed: int, count: int) -> "Firms":
        """The same with ``count`` firms more that have a verdict."""
        rng = np.random.default_rng(seed)
        level = self.level.copy()
        level[rng.choice(np.flatnonzero(level < 0), count, replace=False)] = rng.choice(LEVELS, count, p=SHARES)
        return Firms(self.district, self.industry, self.size, level, self.yes, self.score)


def firms(seed: int, count: int, districts: int = 13, industries: int = 31, coverage: float = 0.6) -> Firms:
    """A city whose districts and industries are of very different size."""
    rng = np.random.default_rng(seed)

    def chosen(many: int) -> NDArray[np.int64]:
        return rng.choice(many, count, p=rng.dirichlet(np.full(many, 0.8)))

    level = np.where(rng.random(count) < coverage, rng.choice(LEVELS, count, p=SHARES), -1)
    return Firms(
        district=chosen(districts),
        industry=chosen(industries) + 13,
        size=rng.choice(4, count, p=(0.02, 0.13, 0.55, 0.3)),
        level=level,
        yes=rng.integers(0, 2, count),
        score=20 * np.maximum(level, 0) + rng.integers(0, 20, count),
    )


def gathered(
    some: Firms,
    division: int = CITY,
    as_of: date = MARCH,
    path: str = "/1/",
    basis: int = 3,
    parts: Sequence[int] = tuple(range(FIRST, FIRST + 20)),
    levels: int = LEVELS,
) -> Gathered:
    """As `publish_gather.gather` would find it; ``parts``: the ids of its districts, none of a district itself."""
    known = some.level >= 0
    some = replace(some, level=np.minimum(some.level, levels - 1))
    rows = [_row(some, division, WHOLE, 0)]
    if parts:
        rows += [_row(some.among(some.district == one), parts[one], WHOLE, 0) for one in np.unique(some.district)]
    rows += [_row(some.among(some.industry == one), division, INDUSTRY, int(one)) for one in np.unique(some.industry)]
    rows += [_row(some.among(some.size == one), division, SIZE, int(one)) for one in np.unique(some.size)]
    total, asked = int(some.score[known].sum()), int(known.sum())
    yes = int(some.yes[known].sum())
    truth = Truth(
        division=division,
        path=path,
        as_of=as_of,
        ruler="digital-portrait/2025",
        basis=basis,
        rows=tuple(replace(row, levels=row.levels[:levels]) for row in rows),
        yes={"management": (yes, asked), "tools": (asked - yes, asked)} if asked else {},
        sums={
            "score": total,
            "d1": total * 10,
            "d1_n": asked,
            "cnc_sum": total * PPM // 100,
            "cnc_n": asked,
            "cnc_num": total,
            "cnc_den": 100 * asked,
        },
        floors=(0, 20, 40, 60, 80, 100)[:levels],
    )
    largest = {"d1": 1000, "cnc_sum": PPM, "cnc_num": 120, "cnc_den": 100}
    strata = [_stratum(some, int(one), int(size)) for one in np.unique(some.industry) for size in np.unique(some.size)]
    return Gathered(truth, largest, dict.fromkeys(("management", "tools", "cnc"), strata), True)


def _row(some: Firms, division: int, slice_: str, value: int) -> Row:
    levels = tuple(int((some.level == level).sum()) for level in range(LEVELS))
    return Row(division, slice_, value, len(some.level), levels)


def _stratum(some: Firms, industry: int, size: int) -> Stratum:
    here = (some.industry == industry) & (some.size == size)
    asked = here & (some.level >= 0)
    yes = Fraction(int(some.yes[asked].sum()))
    return Stratum(industry, size, int(here.sum()), int(asked.sum()), yes, yes)


def district(some: Firms, number: int, as_of: date = MARCH) -> Gathered:
    """One district of the city, by itself."""
    return gathered(some.among(some.district == number), FIRST + number, as_of, f"/1/{FIRST + number}/", parts=())


def prepared(found: Gathered, before: Sequence[Publication] = ()) -> Prepared:
    """Proven against what went out before."""
    return prove(found, before, _names, RULES)


def _names(truth: Truth) -> dict[str, Any]:
    return {**ABOUT, "names": [f"{row.slice} {row.division} {row.value}" for row in truth.rows]}


def published(one: Prepared, number: int = 1) -> Publication:
    """As a row of the database."""
    about: dict[str, Any] = {"division_id": one.truth.division, "as_of": one.truth.as_of, "ruler": one.truth.ruler}
    made = {"content": one.content, "proof": one.proof, "sha256": one.sha256}
    return Publication(id=number, basis=one.truth.basis, published_at=datetime.now(UTC), **about, **made)
