"""Verdicts on n synthetic firms: judged at once by the scorer, written as the rows `services.diagnose` writes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from diagnose.services.population_answers import Ints, Values, applies, encoded
from questionnaires.schema import Dictionary
from scoring.coverage import FIGURES
from scoring.encode import Columns
from scoring.maturity import PointVerdicts, judge
from scoring.ruleset import Ruleset
from scoring.verdict import finals

UNKNOWN = -1
ALL_FIVE = 0b11111  # 采购、销售、财务、人力资源、协同办公: the first five ticks of management_links


@dataclass(frozen=True)
class Judged:
    """What goes into the columns of Diagnosis (n)."""

    score: Ints
    level: Ints
    results: list[str]
    figures: list[str]


def judged(rules: Ruleset, dictionary: Dictionary, values: Values) -> Judged:
    """The verdicts of one ruler of the points family on complete answers."""
    columns = encoded(rules, dictionary, values)
    found = judge(rules, columns)
    assert isinstance(found, PointVerdicts)
    n = len(columns)
    places = {each.code: row for row, each in enumerate(rules.indicators)}
    cut = _not_applicable(rules, dictionary, values)
    points = [
        ["null"] * n if each.kind == "scene" else _with_nulls(found.points[places[each.code]], cut, each.code)
        for each in rules.indicators
    ]
    dimensions = zip(found.dimension_points, found.dimension_max, strict=True)
    pairs = [row.tolist() for pair in dimensions for row in pair]
    none = [json.dumps([code for code, row in cut.items() if row[place]]) for place in range(n)] if cut else ["[]"] * n
    template = _template(rules)
    results = [template % row for row in zip(*points, *pairs, none, _unmet(rules, columns, found), strict=True)]
    figures = _figures(found.dimension_points.astype(np.int64), found.dimension_max.astype(np.int64), values)
    return Judged(found.score.astype(np.int64), found.level.astype(np.int64), results, figures)


def _unmet(rules: Ruleset, columns: Columns, found: PointVerdicts) -> list[str]:
    """What keeps each from the next level, as the scorer says of one firm of each kind: there are few kinds."""
    tests = len(found.met)
    key = (1 << np.arange(tests, dtype=np.int64)) @ found.met.astype(np.int64) + (found.level.astype(np.int64) << tests)
    _, first, kind = np.unique(key, return_index=True, return_inverse=True)
    chosen = np.zeros(len(key), dtype=np.bool_)
    chosen[first] = True
    said = finals(rules, judge(rules, columns.part(chosen)), [{}] * len(first))
    texts = np.empty(len(first), dtype=object)
    texts[np.argsort(first)] = [json.dumps([each.condition for each in final.unmet]) for final in said]
    found_texts: list[str] = texts[kind].tolist()
    return found_texts


def _figures(points: Ints, most: Ints, values: Values) -> list[str]:
    """`services.diagnose.figures` of each firm; what its statements do not say is -1."""
    n = points.shape[1]
    columns = {name: np.full(n, UNKNOWN) for name in FIGURES}
    for name, got, full in zip(columns, points, most, strict=False):
        columns[name] = np.where(full > 0, (2000 * got + full) // np.maximum(2 * full, 1), UNKNOWN)
    if "key_processes_total" in values:
        columns["cnc_num"], columns["cnc_den"] = values["key_processes_cnc"], values["key_processes_total"]
    if "management_links" in values:
        columns["management"] = (values["management_links"] & ALL_FIVE) // ALL_FIVE
    if "own_design" in values:
        columns["no_design"] = 1 - values["own_design"]
        columns["tools"] = ((values["designers_with_tools"] > 0) & (values["own_design"] > 0)).astype(np.int64)
    return [str(list(row)) for row in zip(*(column.tolist() for column in columns.values()), strict=True)]


def _not_applicable(rules: Ruleset, dictionary: Dictionary, values: Values) -> Mapping[str, list[bool]]:
    """Of the indicators that may be 不适用: for which firms they are."""
    return {
        each.code: (~applies(rules, dictionary, each.code, values)).tolist()
        for each in rules.indicators
        if rules.may_not_apply(each.code)
    }


def _with_nulls(points: Ints, cut: Mapping[str, list[bool]], code: str) -> list[object]:
    if code not in cut:
        return list(points.tolist())
    return ["null" if none else value for value, none in zip(points.tolist(), cut[code], strict=True)]


def _template(rules: Ruleset) -> str:
    """The JSON of `services.diagnose` with holes for points, dimensions, what was 不适用 and what is unmet."""
    points = ", ".join(f'"{each.code}": %s' for each in rules.indicators)
    dimensions = ", ".join(f'"{each.code}": [%s, %s]' for each in rules.dimensions)
    return (
        f'{{"points": {{{points}}}, "dimensions": {{{dimensions}}}, "level_scores": null, '
        '"not_applicable": %s, "unmet": %s, "adopted": []}'
    )
