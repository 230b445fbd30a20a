"""miit-sme/2024 in openfisca-core, run by `bench.openfisca` in an environment of its own, never imported by ours.

``openfisca_peer.py RULES ANSWERS FOLDER``: after each name of a variant on standard input it works out all levels anew
and prints the seconds; the first time it also saves FOLDER/<variant>.npy, scores × 1000 above levels. Each question is
a variable; points, bands and floors are parameters read from the ruleset's YAML. Answers are set beforehand, untimed.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import yaml
from openfisca_core.entities import Entity  # type: ignore[import-not-found]
from openfisca_core.indexed_enums import Enum  # type: ignore[import-not-found]
from openfisca_core.parameters import ParameterNode  # type: ignore[import-not-found]
from openfisca_core.periods import DateUnit  # type: ignore[import-not-found]
from openfisca_core.simulations import SimulationBuilder  # type: ignore[import-not-found]
from openfisca_core.taxbenefitsystems import TaxBenefitSystem  # type: ignore[import-not-found]
from openfisca_core.variables import Variable  # type: ignore[import-not-found]

PERIOD, START = "2024", "2024-01-01"
MILLI = 1000
FIRM = Entity("firm", "firms", "企业", "")
Raw = dict[str, Any]
Formula = Callable[[Any, Any, Any], Any]


def _value(number: float) -> Raw:
    return {"values": {START: number}}


def _variable(name: str, kind: Any, formula: Formula | None = None) -> Any:
    """A yearly variable of a firm; without a formula it is an input. An Enum has its members' names as answers."""
    body: Raw = {"value_type": kind, "entity": FIRM, "definition_period": DateUnit.YEAR, "label": name}
    if issubclass(kind, Enum):
        body |= {"value_type": Enum, "possible_values": kind, "default_value": next(iter(kind))}
    return type(name, (Variable,), body | ({"formula": formula} if formula else {}))


def _parameters(rules: Raw, unit: int) -> Any:
    """Points × unit of every option, brackets of every banded ratio, and what each level asks for."""
    points: Raw = {}
    for question in _questions(rules):
        if "options" in question:
            points[question["code"]] = {key: _value(worth * unit) for key, worth in question["options"].items()}
        elif "bands" in question:
            brackets = [_bracket(band, unit) for band in question["bands"]]
            points[question["code"]] = {"brackets": brackets, "metadata": {"type": "single_amount"}}
    levels = {
        f"level_{level['level']}": {"score": _value(level["min_score"] * unit)}
        | {gate["count"]: _value(gate["at_least"]) for gate in level["gates"]}
        for level in rules["levels"]
    }
    return ParameterNode("", data={"points": points, "levels": levels})


def _bracket(band: Raw, unit: int) -> Raw:
    """Bands of this scheme are open where they begin, as `calc(…, right=True)` of a scale has it."""
    return {"threshold": _value(float(band["range"][1:].split(",")[0])), "amount": _value(band["points"] * unit)}


def _questions(rules: Raw) -> Iterator[Raw]:
    return (question for dimension in rules["dimensions"] for question in dimension["indicators"])


def _ticks(question: Raw) -> list[str]:
    return [key for key in question["options"] if key != question["none"]]


def by_parameters(question: Raw, code: str) -> Formula:
    """As openfisca's documentation writes it: fancy indexing, a sum over booleans, a scale. float32."""

    def single(firm: Any, period: Any, parameters: Any) -> Any:
        return parameters(period).points[code][firm(code, period)]

    def multi(firm: Any, period: Any, parameters: Any) -> Any:
        worth = parameters(period).points[code]
        return sum(firm(f"{code}_{key}", period) * worth[key] for key in _ticks(question))

    def ratio(firm: Any, period: Any, parameters: Any) -> Any:
        share = firm(f"{code}_num", period) / firm(f"{code}_den", period)
        return parameters(period).points[code].calc(share, right=True)

    return {"single": single, "multi": multi, "ratio_banded": ratio}[question["kind"]]


def by_select(question: Raw, code: str) -> Formula:
    """The same with select over the options instead of fancy indexing, which looks up row by row. float32."""
    if question["kind"] != "single":
        return by_parameters(question, code)

    def single(firm: Any, period: Any, parameters: Any) -> Any:
        answer, worth = firm(code, period).view(np.ndarray), parameters(period).points[code]
        keys = list(question["options"])
        return np.select([answer == place for place in range(len(keys))], [np.float32(worth[key]) for key in keys])

    return single


def by_integers(question: Raw, code: str) -> Formula:
    """As fast as we could write it: milli-points, small types, tables and comparisons instead of select and scales."""

    def single(firm: Any, period: Any, parameters: Any) -> Any:
        worth = parameters(period).points[code]
        table = np.array([worth[key] for key in question["options"]], dtype=np.int32)
        return table.take(firm(code, period).view(np.ndarray))

    def multi(firm: Any, period: Any, parameters: Any) -> Any:
        worth = parameters(period).points[code]
        points = np.zeros(firm.count, dtype=np.int32)
        for key in _ticks(question):
            points += firm(f"{code}_{key}", period) * np.int32(worth[key])
        return points

    def ratio(firm: Any, period: Any, parameters: Any) -> Any:
        scale = parameters(period).points[code]
        share = firm(f"{code}_num", period) / firm(f"{code}_den", period)
        band = np.zeros(firm.count, dtype=np.uint8)
        for start in scale.thresholds[1:]:
            band += share > start
        return np.array(scale.amounts, dtype=np.int32).take(band)

    return {"single": single, "multi": multi, "ratio_banded": ratio}[question["kind"]]


VARIANTS: dict[str, tuple[Callable[[Raw, str], Formula], type, int]] = {
    "documented": (by_parameters, float, 1),
    "select": (by_select, float, 1),
    "integers": (by_integers, int, MILLI),
}


def _system(rules: Raw, variant: str) -> Any:
    write, kind, unit = VARIANTS[variant]
    system = TaxBenefitSystem([FIRM])
    system.parameters = _parameters(rules, unit)
    scenes: dict[str, bool] = {}
    summed: dict[str, list[str]] = {}
    for dimension in rules["dimensions"]:
        for question in dimension["indicators"]:
            code = question["code"]
            system.add_variables(*_inputs(question))
            if question["kind"] == "scene":
                scenes[code] = question["binding"]
            else:
                system.add_variable(_variable(f"points_{code}", kind, write(question, code)))
                summed.setdefault(dimension["code"], []).append(f"points_{code}")
    system.add_variables(*(_variable(f"in_{code}", kind, _total(parts)) for code, parts in summed.items()))
    digits = rules["decimals"] if kind is float else None
    system.add_variable(_variable("score", kind, _total([f"in_{code}" for code in summed], digits)))
    system.add_variable(_variable("level", int, _level(rules, scenes)))
    return system


def _inputs(question: Raw) -> list[Any]:
    code = question["code"]
    if question["kind"] == "multi":
        return [_variable(f"{code}_{key}", bool) for key in _ticks(question)]
    if question["kind"] == "ratio_banded":
        return [_variable(f"{code}_num", int), _variable(f"{code}_den", int)]
    keys = question["options"] if "options" in question else [f"G{grade}" for grade in range(question["grades"] + 1)]
    return [_variable(code, Enum(code, list(keys)))]


def _total(parts: list[str], digits: int | None = None) -> Formula:
    """The sum of other variables; floats to the decimals that are shown, for that is the number compared."""

    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        total = firm(parts[0], period)
        for part in parts[1:]:
            total = total + firm(part, period)
        return total if digits is None else np.round(total, digits)

    return formula


def _level(rules: Raw, scenes: dict[str, bool]) -> Formula:
    """A level is reached with its score, its scenes and its binding scenes, and the level below."""

    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        score, level, reached = firm("score", period), np.zeros(firm.count, dtype=np.int32), True
        for each in rules["levels"]:
            asked = parameters(period).levels[f"level_{each['level']}"]
            graded = each["gates"][0]["graded"]
            counts = {count: np.zeros(firm.count, dtype=np.uint8) for count in ("scenes", "binding_scenes")}
            for code, binding in scenes.items():
                enough = firm(code, period).view(np.ndarray) >= graded
                counts["scenes"] += enough
                if binding:
                    counts["binding_scenes"] += enough
            reached = reached & (score >= asked.score)
            for count, found in counts.items():
                reached = reached & (found >= asked[count])
            level += reached
        return level

    return formula


class Run:
    """All firms in one variant, their answers set."""

    def __init__(self, rules: Raw, answers: Raw, variant: str) -> None:
        self.unit = VARIANTS[variant][2]
        system = _system(rules, variant)
        count = len(next(iter(answers.values())))
        self.simulation = SimulationBuilder().build_default_simulation(system, count=count)
        for name, values in answers.items():
            self.simulation.set_input(name, PERIOD, values)
        self.worked_out = [name for name in system.variables if name not in answers]

    def seconds(self) -> float:
        """Of one calculation of all scores and levels; what the last one left is forgotten first."""
        for name in self.worked_out:
            self.simulation.delete_arrays(name)
        start = perf_counter()
        self.simulation.calculate("level", PERIOD)
        return perf_counter() - start

    def result(self) -> Any:
        """(2, n): scores × 1000, levels."""
        score = np.rint(self.simulation.calculate("score", PERIOD) * np.float64(MILLI / self.unit))
        return np.stack([score.astype(np.int32), self.simulation.calculate("level", PERIOD)])


def main(rules_file: str, answers_file: str, folder: str) -> None:
    """Answer each variant named on standard input with its seconds."""
    rules = yaml.safe_load(Path(rules_file).read_text("utf-8"))
    answers = dict(np.load(answers_file))
    runs: dict[str, Run] = {}
    for line in sys.stdin:
        variant = line.strip()
        first = variant not in runs
        if first:
            runs[variant] = Run(rules, answers, variant)
        taken = runs[variant].seconds()
        if first:
            np.save(Path(folder) / f"{variant}.npy", runs[variant].result())
        print(taken, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
