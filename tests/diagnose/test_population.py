"""`script/demo --enterprises N`: what it prints is so, and every verdict in it is the scorer's own."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from math import sqrt
from random import Random

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from stdnum.cn import uscc

from diagnose import wording
from diagnose.catalog import Catalog, load_catalog
from diagnose.db import make_engine, reading
from diagnose.models import Assessment, Diagnosis, Division, Enterprise, EnterpriseDivision, FirmFact, Statement
from diagnose.services import population
from diagnose.services.answers import batch_answers
from diagnose.services.classify import SizeClass
from diagnose.services.demo import NotEmpty
from diagnose.services.diagnose import columns
from diagnose.services.facts import merge, plain, statements_at
from diagnose.services.population_answers import Floats
from diagnose.services.sizes import size_of
from questionnaires.parse import parse, read, typed_again
from scoring.verdict import verdict
from tests.diagnose.cast import counts, open_file
from tests.diagnose.cast import engine as engine_of

FIRMS = 2000
LAST = date(2026, 3, 31)


@pytest.fixture(scope="module", autouse=True)
def fitted_once() -> Iterator[None]:
    """Fitting to the published shares takes longer than writing so few firms."""
    fit, found = population.calibrated, list[Floats]()

    def once(recipe: population.Recipe) -> Floats:
        if not found:
            found.append(fit(recipe))
        return found[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "calibrated", once)
        yield


@cache
def _catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def catalog() -> Catalog:
    return _catalog()


def test_population_is_as_printed_and_labelled(engine: Engine, catalog: Catalog) -> None:
    lines = list(population.fill(engine, catalog, FIRMS, LAST))
    with reading(engine) as session:
        firms = list(session.scalars(select(Enterprise)))
        first = list(session.scalars(select(Diagnosis).where(Diagnosis.kind == "self", Diagnosis.edition == "2024")))
        kinds = Counter((row.kind, row.scheme) for row in session.execute(select(Diagnosis.kind, Diagnosis.scheme)))
        facts = list(session.scalars(select(FirmFact)))
        places = list(session.scalars(select(EnterpriseDivision)))
        fictional = {place.id for place in session.scalars(select(Division).where(Division.code.is_(None)))}
    assert len(firms) == len(first) == FIRMS
    assert all(firm.synthetic and firm.verified and firm.name.startswith("示例") for firm in firms)
    assert len({firm.name for firm in firms}) == len({firm.public_id for firm in firms}) == FIRMS
    assert all(uscc.is_valid(firm.credit_code) for firm in firms)
    assert {firm.credit_code[2:8] for firm in firms} == {"999999"}
    sizes = list(SizeClass)
    assert all(sizes[firm.size] is size_of(catalog, firm.industry, firm.profile)[0] for firm in firms)
    assert {firm.size for firm in firms} == {0, 1, 2, 3}
    assert 0.2 * FIRMS < kinds["self", "digital-portrait"] < 0.4 * FIRMS
    assert 0.05 * FIRMS < kinds["onsite", "miit-sme"] < 0.12 * FIRMS
    assert {place.division_id for place in places} <= fictional
    assert all(fact.source == "合成数据" for fact in facts) and {"chain", "locality", "star"} <= {f.code for f in facts}
    assert_as_printed(lines, first, firms)


def assert_as_printed(lines: list[str], first: list[Diagnosis], firms: list[Enterprise]) -> None:
    levels = Counter(one.level for one in first)
    model = population.prepared(_catalog(), LAST).model
    for level, share in enumerate(model["shares"]):
        assert abs(100 * levels[level] / FIRMS - share) < 4
        assert any(f"（{levels[level]:,} 家），公布 {share}%" in line for line in lines)
    assert any("（GB/T 39116）" in line and "不是本套评测的公布数" in line for line in lines)
    staff = {firm.id: firm.profile["staff"] for firm in firms}
    tie = _rank_correlation([one.score for one in first], [staff[one.enterprise_id] for one in first])
    assert tie > 0.2 and any(f"（Spearman）{tie:.3f}" in line for line in lines)
    months = {(one.as_of.year, one.as_of.month) for one in first}
    assert len(months) >= 36 and max(one.as_of for one in first) <= LAST
    assert sum("/join" in line for line in lines) == 2


def _rank_correlation(one: list[int], other: list[int]) -> float:
    a, b = _ranks(one), _ranks(other)
    mean = (len(one) + 1) / 2
    covariance = sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True))
    return covariance / sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))


def _ranks(values: list[int]) -> list[float]:
    """Equal values share their mean rank."""
    ranks, below = {}, 0
    for value, group in groupby(sorted(values)):
        count = len(list(group))
        ranks[value] = below + (count + 1) / 2
        below += count
    return [ranks[value] for value in values]


def test_every_verdict_is_what_the_services_say_of_the_stored_answers(engine: Engine, catalog: Catalog) -> None:
    list(population.fill(engine, catalog, 400, LAST))
    with reading(engine) as session:
        rows = list(session.scalars(select(Diagnosis)))
        assert {(row.kind, row.scheme) for row in rows} == {
            ("self", "miit-sme"),
            ("self", "digital-portrait"),
            ("onsite", "miit-sme"),
        }
        for row in Random(1).sample(rows, 150):
            rules = catalog.rulesets[row.ruleset]
            statements = statements_at(session, row.enterprise_id, row.kind, row.as_of, row.known_at)
            answers = batch_answers(rules, catalog.dictionary, plain(merge(statements)))
            expected = columns(rules, catalog.dictionary, verdict(rules, answers), answers, statements)
            assert {name: getattr(row, name) for name in expected} == expected


def test_stored_answers_are_what_a_person_could_have_typed(engine: Engine, catalog: Catalog) -> None:
    list(population.fill(engine, catalog, 200, LAST))
    with reading(engine) as session:
        rows = list(session.scalars(select(Statement)))
        submitted = session.scalar(select(func.count()).where(Assessment.status == "submitted"))
    networked = 0
    for row in rows:
        form = catalog.forms[f"{row.form}/{row.edition}"]
        reading_ = read(form.questions, typed_again(row.answers))
        assert not reading_.errors and all(reading_.answered(question) for question in form.questions)
        for code in ("staff", "revenue"):
            fact = catalog.dictionary.facts[code]
            assert parse(fact, [str(row.answers[code])]) == row.answers[code]
        assert {code: row.answers[code] for code in reading_.values} == reading_.values
        networked += row.answers["equipment_networked"] <= row.answers["equipment_digital"]
    assert submitted == len(rows)
    assert networked >= 0.95 * len(rows)


def test_the_same_seed_makes_the_same_firms_on_both_databases(
    sqlite_url: str, postgres_url: str, catalog: Catalog
) -> None:
    found = []
    for engine in (make_engine(sqlite_url), make_engine(postgres_url)):
        list(population.fill(engine, catalog, 60, LAST))
        with reading(engine) as session:
            firms = session.scalars(select(Enterprise).order_by(Enterprise.id))
            said = session.scalars(select(Statement).order_by(Statement.id))
            found.append(([(one.public_id, one.name, one.credit_code) for one in firms], [one.answers for one in said]))
        engine.dispose()
    assert found[0] == found[1]


def test_population_never_mixes_with_real_files(app: Flask, catalog: Catalog) -> None:
    open_file(app)
    before = counts(app)
    with pytest.raises(NotEmpty, match="没有写入任何合成数据"):
        list(population.fill(engine_of(app), catalog, 100, LAST))
    assert counts(app) == before


def test_new_rows_follow_the_synthetic_ones(app: Flask, catalog: Catalog) -> None:
    list(population.fill(engine_of(app), catalog, 50, LAST))
    file = open_file(app).submitted()
    assert file.enterprise().id > 50


def test_command_makes_as_many_firms_as_asked_and_refuses_in_words(small_app: Flask) -> None:
    with small_app.app_context():
        command = small_app.test_cli_runner()
        none, some, again = (command.invoke(args=["demo", "--enterprises", count]) for count in ("0", "30", "30"))
    assert none.exit_code != 0 and "企业数要从 1 到" in none.output
    assert some.exit_code == 0 and "30 家合成企业（合成数据，不是真实企业）" in some.output
    assert wording.day(wording.today() - timedelta(days=1)) in some.output
    assert again.exit_code != 0 and "请用一个空的数据库" in again.output
