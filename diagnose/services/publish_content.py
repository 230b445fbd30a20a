"""What goes out: the frozen content of a publication, made from what may be told, and read back for the last check."""

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

from diagnose import wording
from diagnose.services.publish_gather import CNC, Gathered
from diagnose.services.publish_means import POOLED
from diagnose.services.publish_rules import Rules
from diagnose.services.publish_truth import DIAGNOSED, SCOPE, Cell, Row, Truth
from diagnose.services.weighting import Estimate, estimate
from scoring.coverage import PPM

Content = dict[str, Any]


class Mismatch(RuntimeError):
    """What stands in a content is not what was counted: it must not go out."""


def content(
    gathered: Gathered, told: frozenset[Cell], means: Mapping[str, str | None], rules: Rules, about: Mapping[str, Any]
) -> Content:
    """The tables of a publication; a count that is not told is None. ``about``: names and titles, as shown."""
    truth = gathered.truth
    return {
        **about,
        "as_of": truth.as_of.isoformat(),
        "ruler": truth.ruler,
        "basis": truth.basis,
        "synthetic": gathered.synthetic,
        "minimum": rules.minimum,
        "apart": rules.apart,
        "weighted_from": rules.weighted_from,
        "rows": [_row(truth, row, told) for row in truth.rows],
        "rates": [_rate(gathered, rate, told, rules) for rate in truth.yes],
        CNC: _cnc(gathered, told, means, rules),
        "dimensions": [
            _dimension(truth, told, name, why, rules) for name, why in means.items() if name not in (CNC, POOLED)
        ],
    }


def _row(truth: Truth, row: Row, told: frozenset[Cell]) -> dict[str, Any]:
    shown = {what: row.counts()[what] if cell in told else None for what, cell in truth.cells(row).items()}
    return {
        "division": row.division,
        "slice": row.slice,
        "value": row.value,
        SCOPE: shown[SCOPE],
        DIAGNOSED: shown[DIAGNOSED],
        "levels": [shown[str(level)] for level in range(len(row.levels))],
    }


def _rate(gathered: Gathered, rate: str, told: frozenset[Cell], rules: Rules) -> dict[str, Any]:
    """A rate of yes and no is told with both counts, or not at all.

    Nor while the number of verdicts is withheld: mostly as many firms are asked.
    """
    truth = gathered.truth
    if not told.issuperset((truth.cell(truth.whole, DIAGNOSED), *truth.answers(rate))):
        return {"code": rate, "yes": None, "asked": None, "weighted": None}
    yes, asked = truth.yes[rate]
    return {"code": rate, "yes": yes, "asked": asked, "weighted": _weighted(gathered, rate, told, rules)}


def _cnc(gathered: Gathered, told: frozenset[Cell], means: Mapping[str, str | None], rules: Rules) -> dict[str, Any]:
    sums, mean, pooled = gathered.truth.sums, None, None
    if means[CNC] is None:
        mean = wording.percent(Fraction(sums["cnc_sum"], sums["cnc_n"] * PPM))
    if means[POOLED] is None:
        pooled = wording.percent(Fraction(sums["cnc_num"], sums["cnc_den"]))
    shown = mean is not None or pooled is not None
    weighted = _weighted(gathered, CNC, told, rules) if mean is not None else None
    firms = _firms(gathered.truth, told, "cnc_n", rules) if shown else None
    return {"mean": mean, "pooled": pooled, "firms": firms, "weighted": weighted}


def _dimension(truth: Truth, told: frozenset[Cell], name: str, why: str | None, rules: Rules) -> dict[str, Any]:
    mean = None if why else wording.percent(Fraction(truth.sums[name], truth.sums[f"{name}_n"] * 1000))
    firms = None if why else _firms(truth, told, f"{name}_n", rules)
    return {"place": int(name[1:]), "mean": mean, "firms": firms}


def _firms(truth: Truth, told: frozenset[Cell], count: str, rules: Rules) -> int | None:
    """How many firms a mean is of: nearly the number of verdicts, so it is told only where that is.

    Nor where it would give away the few firms that have a verdict and are not in the mean.
    """
    without = truth.whole.n - truth.sums[count]
    derivable = truth.cell(truth.whole, DIAGNOSED) in told and (without == 0 or without >= rules.minimum)
    return truth.sums[count] if derivable else None


def _weighted(gathered: Gathered, rate: str, told: frozenset[Cell], rules: Rules) -> dict[str, Any] | None:
    """In whole percent only: beside the exact rate it says nothing new about any count that is withheld.

    None without the division's own two totals: the page must say how many firms it stands for, and of how many.
    """
    truth = gathered.truth
    if not told.issuperset(truth.cell(truth.whole, what) for what in (SCOPE, DIAGNOSED)):
        return None
    found = estimate(gathered.strata[rate], rules.responders, rules.normal)
    return _whole_percent(found) if found and found.asked >= rules.weighted_from else None


def _whole_percent(found: Estimate) -> dict[str, Any]:
    """The share rounded half-up, its interval outwards."""
    return {
        "share": floor(found.share * 100 + Fraction(1, 2)),
        "low": floor(found.low * 100),
        "high": ceil(found.high * 100),
    }


def told(shown: Content, truth: Truth) -> frozenset[Cell]:
    """The counts that a content tells; raises Mismatch where one is not as counted."""
    found: set[Cell] = set()
    rows = {(row.division, row.slice, row.value): row for row in truth.rows}
    for line in shown["rows"]:
        row = rows[line["division"], line["slice"], line["value"]]
        given = {SCOPE: line[SCOPE], DIAGNOSED: line[DIAGNOSED]}
        given |= {str(level): count for level, count in enumerate(line["levels"])}
        counts = row.counts()
        for what, count in given.items():
            if count is not None and count != counts[what]:
                raise Mismatch(f"{row}: {what}")
        found |= {truth.cell(row, what) for what, count in given.items() if count is not None}
    for rate in shown["rates"]:
        if rate["yes"] is not None:
            if (rate["yes"], rate["asked"]) != tuple(truth.yes[rate["code"]]):
                raise Mismatch(rate["code"])
            found |= set(truth.answers(rate["code"]))
    return frozenset(found)


def told_means(shown: Content) -> list[str]:
    """The means that a content tells."""
    found = [f"d{one['place']}" for one in shown["dimensions"] if one["mean"]]
    return found + [name for name, key in ((CNC, "mean"), (POOLED, "pooled")) if shown[CNC][key]]


def sha256(shown: Content) -> str:
    """Of the content in one fixed form."""
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
