"""Firms far from their peers: the median and the median deviation (MAD) of each industry × size, in whole numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import VerdictSpan
from diagnose.models.span import SELF
from diagnose.services import spans, terms
from diagnose.services.checkup_rules import RULES, Doubt, Rule
from diagnose.services.classify import SizeClass

IntArray = NDArray[np.int64]
SIZES = len(SizeClass)
NO_SIZE = list(SizeClass).index(SizeClass.PENDING)
PERMILLE = 1000


def far(session: Session, catalog: Catalog) -> dict[int, list[Doubt]]:
    """The doubts of all rules of the kind far, by firm. One scan a ruler, whatever the number of firms."""
    found: dict[int, list[Doubt]] = {}
    rules = [rule for rule in RULES.values() if rule.kind == "far"]
    for name in catalog.rulesets:
        columns = _columns(session, name)
        for rule in rules if len(columns["enterprise_id"]) else ():
            if rule.asks["measure"] == "score" or name == catalog.first_form.schemes[0]:
                for firm, doubt in _far(catalog, name, rule, columns):
                    found.setdefault(firm, []).append(doubt)
    return found


def _columns(session: Session, ruler: str) -> dict[str, IntArray]:
    """The own verdicts that hold today, of firms whose size is known."""
    row, today = VerdictSpan, wording.today().toordinal()
    query: Any = select(row.enterprise_id, row.industry, row.size, row.score, row.cnc_num, row.cnc_den)
    held = (row.kind == SELF, row.from_day <= today, row.to_day > today, row.size != NO_SIZE)
    return spans.columns(session, query.where(row.ruler_id == terms.ruler_id(session, ruler), *held))


def _far(catalog: Catalog, ruler: str, rule: Rule, columns: dict[str, IntArray]) -> list[tuple[int, Doubt]]:
    keep = columns["cnc_den"] > 0 if rule.asks["measure"] == "cnc" else columns["enterprise_id"] > 0
    part = {name: values[keep] for name, values in columns.items()}
    values = part["score"]
    if rule.asks["measure"] == "cnc":
        values = (2 * PERMILLE * part["cnc_num"] + part["cnc_den"]) // (2 * part["cnc_den"])
    median2, mad4, count = spread(part["industry"] * SIZES + part["size"], values)
    away = 2 * np.abs(2 * values - median2) > rule.asks["deviations"] * mad4
    picked = np.nonzero(away & (mad4 > 0) & (count >= rule.asks["peers"]))[0]
    decimals = 1 if rule.asks["measure"] == "cnc" else catalog.rulesets[ruler].decimals
    found = []
    for at in picked.tolist():
        own, middle, n = int(values[at]), int(median2[at]), int(count[at])
        detail = {
            "ruler": catalog.rulesets[ruler].title,
            "own": _text(own * 2, decimals, rule),
            "median": _text(middle, decimals, rule),
            "count": wording.thousands(n),
            "deviations": str(rule.asks["deviations"]),
        }
        found.append((int(part["enterprise_id"][at]), Doubt(rule.code, detail, (ruler, own))))
    return found


def _text(doubled: int, decimals: int, rule: Rule) -> str:
    """Twice a figure as text; half a unit is rounded up."""
    text = wording.number((doubled + 1) // 2, decimals)
    return f"{text}%" if rule.asks["measure"] == "cnc" else text


def spread(keys: IntArray, values: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """For each element of its group: twice the median, four times the median deviation from it, and how many there are.

    Doubled because the median of an even number lies between two; so everything stays a whole number.
    """
    order, starts, counts, group = _groups(keys, values)
    median2 = _middle(values[order], starts, counts)[group]
    away = np.abs(2 * values - median2)
    order, starts, counts, group = _groups(keys, away)
    return median2, _middle(away[order], starts, counts)[group], counts[group]


def _groups(keys: IntArray, values: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """The order by key, then value; where each group begins in it and how long it is; each element's group."""
    order = np.lexsort((values, keys))
    _, starts, counts = np.unique(keys[order], return_index=True, return_counts=True)
    group = np.empty(len(keys), np.int64)
    group[order] = np.repeat(np.arange(len(starts)), counts)
    return order, starts, counts, group


def _middle(ordered: IntArray, starts: IntArray, counts: IntArray) -> IntArray:
    """Twice the median of each group."""
    middle: IntArray = ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]
    return middle
