"""A synthetic population (合成数据) of any size: drawn, judged by the scorer and written in chunks; the same seed and
last day give the same firms. How its levels are spread follows published figures (data/population.yaml says which).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.db import reading, writing
from diagnose.models import Division, Enterprise
from diagnose.services import demo, peers, recount
from diagnose.services.population_answers import Floats, Ints, Values, draw, encoded
from diagnose.services.population_firms import Firms, make
from diagnose.services.population_rows import MORNING, Chunk, Said, write_firms, write_said
from diagnose.services.population_write import Calendar, Writer
from diagnose.texts import say
from questionnaires.schema import Form
from questionnaires.strict import load_yaml
from scoring.maturity import judge
from scoring.ruleset import Ruleset

DATA = Path(__file__).parent.parent / "data" / "population.yaml"
MOST = 10**7  # numbers in a credit code
ROUNDS = 12
CACHE = "PRAGMA cache_size=-262144"  # 256 MB: the indexes grow in many places


class BadCount(ValueError):
    """So many firms cannot be made."""


@dataclass
class Seen:
    """What the printout says of the population, gathered chunk by chunk."""

    scores: list[Ints] = field(default_factory=list)
    levels: list[Ints] = field(default_factory=list)
    staff: list[Ints] = field(default_factory=list)
    networked: int = 0


@dataclass(frozen=True)
class Recipe:
    """Everything that is fixed before the first firm: ``knots`` as found by `calibrated`."""

    catalog: Catalog
    model: Mapping[str, Any]
    rules: Ruleset
    forms: tuple[Form, Form]
    districts: Floats
    last: date
    knots: Floats


def fill(engine: Engine, catalog: Catalog, count: int, last: date) -> Iterator[str]:
    """Make ``count`` firms up to the day ``last``; yields what a person wants to read.

    Raises demo.NotEmpty before anything is written when there are files already, BadCount for a count that credit
    codes have no room for. Interrupted it leaves the chunks already written: start again with an empty database.
    """
    if not 0 < count <= MOST:
        raise BadCount(say("population_count", most=wording.thousands(MOST)))
    with reading(engine) as session:
        if session.scalar(select(func.count()).select_from(Enterprise)):
            raise demo.NotEmpty(say("demo_not_empty"))
    recipe = prepared(catalog, last)
    with writing(engine) as session:
        province, districts = _places(session, recipe.model)
        invited = list(demo.invited(session, province))
    seen = Seen()
    for start in range(0, count, recipe.model["chunk"]):
        numbers = np.arange(start, min(start + recipe.model["chunk"], count))
        with writing(engine) as session:
            _write(session, recipe, numbers, districts, seen)
        yield say("population_part", done=wording.thousands(int(numbers[-1]) + 1), count=wording.thousands(count))
    recount.rebuild(engine)
    peers.refresh(engine, wording.today())
    yield say("population_done", count=wording.thousands(count), last=wording.day(last))
    yield from told(recipe, seen)
    yield from invited


def prepared(catalog: Catalog, last: date) -> Recipe:
    """The recipe, with the maturity fitted to the published shares on a pilot sample."""
    model = load_yaml(DATA)
    form, second = (catalog.form_of(catalog.rulesets[name]) for name in (model["ruler"], model["second_form"]))
    weights = np.array([model["thinning"] ** place for place in range(len(model["districts"]))] * len(model["cities"]))
    districts = weights / weights.sum()
    recipe = Recipe(catalog, model, catalog.rulesets[model["ruler"]], (form, second), districts, last, np.empty(0))
    return Recipe(**{**vars(recipe), "knots": calibrated(recipe)})


def quantiles(model: Mapping[str, Any]) -> Floats:
    """Where on the standard normal the published shares divide the firms, with an end on both sides."""
    shares = list(accumulate(model["shares"]))
    return np.array([-3.5, *(NormalDist().inv_cdf(share / shares[-1]) for share in shares[:-1]), 3.5])


def calibrated(recipe: Recipe) -> Floats:
    """The maturity at each of `quantiles` with which a pilot sample has the published shares; linear between.

    Each round moves an inner knot by the firms that are missing at its level, in the slope of the curve there.
    """
    model, at = recipe.model, quantiles(recipe.model)
    knots = np.linspace(0, 1, len(at))
    wanted = 1 - np.cumsum(model["shares"][:-1]) / np.sum(model["shares"])
    numbers = np.arange(model["pilot"])
    for _ in range(ROUNDS):
        random = np.random.default_rng([model["seed"], 0])
        firms = make(random, numbers, model, recipe.districts, recipe.last)
        values = draw(random, recipe.forms, np.interp(firms.latent, at, knots), firms.totals, model)
        level = judge(recipe.rules, encoded(recipe.rules, recipe.catalog.dictionary, values)).level
        got = np.array([(level >= each).mean() for each in range(1, len(wanted) + 1)])
        slope = (knots[2:] - knots[:-2]) / (at[2:] - at[:-2])
        density = np.exp(-(at[1:-1] ** 2) / 2) / np.sqrt(2 * np.pi)
        knots[1:-1] = np.maximum.accumulate(knots[1:-1] + slope * (wanted - got) / density)
        knots[-1] = max(1.05, knots[-2] + 0.1)
        knots[0] = min(0.0, knots[1] - 0.1)
    return knots


def _places(session: Session, model: Mapping[str, Any]) -> tuple[Division, dict[int, str]]:
    """The province, and its districts: id → city and district by name."""
    province = demo.placed(session, None, kind="province", name=model["province"])
    cities = [demo.placed(session, province, kind="city", name=name) for name in model["cities"]]
    return province, {
        demo.placed(session, city, kind="district", name=name).id: f"{city.name}{name}"
        for city in cities
        for name in model["districts"]
    }


def _write(session: Session, recipe: Recipe, numbers: Ints, districts: Mapping[int, str], seen: Seen) -> None:
    model, connection = recipe.model, session.connection()
    if connection.dialect.name == "sqlite":
        connection.execute(text(CACHE))
    random = np.random.default_rng([model["seed"], 1 + int(numbers[0])])
    firms = make(random, numbers, model, recipe.districts, recipe.last)
    writer = Writer.on(connection)
    first = recipe.last.toordinal() - model["months"] * 31
    calendar = Calendar(first, recipe.last.toordinal(), "" if connection.dialect.name == "sqlite" else "+00")
    ids = np.array(writer.ids(Enterprise, len(numbers)))
    chunk = Chunk(writer, recipe.catalog, model, calendar, random, firms, ids)
    write_firms(chunk, np.array([*districts]), [*districts.values()])
    _write_said(chunk, recipe, seen)
    writer.done()


def _write_said(chunk: Chunk, recipe: Recipe, seen: Seen) -> None:
    firms, model, random = chunk.firms, recipe.model, chunk.random
    maturity = np.interp(firms.latent, quantiles(model), recipe.knots)
    values = draw(random, recipe.forms, maturity, firms.totals, model)
    form, second = recipe.forms
    everyone = np.arange(len(firms.number))
    ids, scores, levels = write_said(chunk, Said(form, "self", "first", MORNING, everyone, firms.assessed, values))
    more = np.flatnonzero(firms.second)
    own = some(values, more)
    write_said(chunk, Said(second, "self", "other", "02:00", more, firms.second[more], own, ids[more]))
    visited = np.flatnonzero(firms.visited)
    found = draw(random, (form,), maturity[visited] + model["onsite_shift"], some(firms.totals, visited), model)
    write_said(chunk, Said(form, "onsite", "visit", "06:00", visited, firms.visited[visited], found))
    _see(seen, firms, values, scores, levels)


def some(values: Values, rows: Ints) -> Values:
    """The answers of some of the firms."""
    return {code: column[rows] for code, column in values.items()}


def _see(seen: Seen, firms: Firms, values: Values, scores: Ints, levels: Ints) -> None:
    seen.scores.append(scores.astype(np.int32))
    seen.levels.append(levels.astype(np.int8))
    seen.staff.append(firms.staff.astype(np.int32))
    seen.networked += int((values["equipment_networked"] <= values["equipment_digital"]).sum())


def told(recipe: Recipe, seen: Seen) -> Iterator[str]:
    """The claims about the population, as measured on what was written."""
    levels, published = np.concatenate(seen.levels), recipe.model["shares"]
    n = len(levels)
    yield say("population_levels", ruler=recipe.rules.title, source=recipe.model["shares_source"])
    for level, share in enumerate(published):
        title = wording.level_name(level, recipe.rules.level_title(level))
        count = int((levels == level).sum())
        yield say("population_level", title=title, got=f"{100 * count / n:.1f}", count=count, wanted=share)
    tie = spearman(np.concatenate(seen.scores), np.concatenate(seen.staff))
    yield say("population_tie", tie=f"{tie:.3f}")
    yield say("population_networked", share=f"{100 * seen.networked / n:.1f}", count=seen.networked, all=n)


def spearman(one: NDArray[Any], other: NDArray[Any]) -> float:
    """The rank correlation of two columns (n,); equal values share their mean rank."""
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: NDArray[Any]) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks
