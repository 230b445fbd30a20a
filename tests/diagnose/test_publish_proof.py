"""What goes out of a made city and its districts: small counts, months, the city less its districts, means."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from diagnose.models import Publication
from diagnose.services import publish_content, publish_truth
from diagnose.services.publish import Prepared
from diagnose.services.publish_content import Mismatch
from diagnose.services.publish_gather import Gathered
from diagnose.services.publish_means import changed
from diagnose.services.publish_rules import RULES
from diagnose.services.publish_truth import rests, table
from diagnose.services.weighting import Stratum
from scoring.disclosure import NotSafe, check
from tests.diagnose.published import APRIL, CITY, FIRST, MARCH, district, firms, gathered, prepared, published

FIRMS = firms(3, 1200, districts=6, industries=12)


def counts(content: dict[str, Any]) -> Iterator[int | None]:
    for row in content["rows"]:
        yield from (row["scope"], row["n"], *row["levels"])


def withheld(one: Prepared) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Each withheld count with its two possible values."""
    return {tuple(line[:6]): (line[6], line[7]) for line in one.proof["withheld"]}


def test_no_count_under_ten_goes_out() -> None:
    told = [count for count in counts(prepared(gathered(FIRMS)).content) if count is not None]
    assert len(told) > 50
    assert not [count for count in told if 0 < count < RULES.minimum]


def test_no_row_goes_out_whose_firms_share_a_level() -> None:
    content = prepared(gathered(firms(9, 300, districts=4, industries=8, coverage=0.3))).content
    for row in content["rows"]:
        known = [count for count in row["levels"] if count]
        assert not (row["n"] and known and max(known) == row["n"])


def test_every_withheld_count_has_two_possible_values_five_apart() -> None:
    one = prepared(gathered(FIRMS))
    assert len(withheld(one)) == sum(count is None for count in counts(one.content))
    assert all(high - low >= RULES.apart for low, high in withheld(one).values())


def test_the_truth_is_not_part_of_what_goes_out() -> None:
    one = prepared(gathered(FIRMS))
    assert "truth" in one.proof
    assert "truth" not in one.content
    assert one.sha256 == publish_content.sha256(one.content)


def test_a_content_that_was_changed_after_counting_does_not_pass() -> None:
    one = prepared(gathered(FIRMS))
    one.content["rows"][0]["n"] += 1
    with pytest.raises(Mismatch):
        publish_content.told(one.content, one.truth)


def test_the_checker_refuses_a_page_on_which_a_withheld_count_was_filled_in() -> None:
    one = prepared(gathered(FIRMS))
    place, level = next(
        (place, row["levels"].index(None))
        for place, row in enumerate(one.content["rows"])
        if None in row["levels"] and 0 < one.truth.rows[place].levels[row["levels"].index(None)] < RULES.minimum
    )
    one.content["rows"][place]["levels"][level] = one.truth.rows[place].levels[level]
    told = publish_content.told(one.content, one.truth)
    with pytest.raises(NotSafe):
        check([table(one.truth, RULES.minimum, told)], [], RULES.minimum, RULES.apart)


def test_the_truth_is_read_back_from_the_proof_as_it_was() -> None:
    one = prepared(gathered(FIRMS))
    assert publish_truth.from_json(one.proof["truth"]) == one.truth


def test_what_has_not_changed_since_last_month_is_withheld_again() -> None:
    march = prepared(gathered(FIRMS))
    april = prepared(gathered(FIRMS, as_of=APRIL), [published(march)])
    assert _placeless(april) >= _placeless(march)


def _placeless(one: Prepared) -> set[tuple[Any, ...]]:
    """Which counts are withheld, whatever the month."""
    return {(*cell[:3], *cell[4:]) for cell in withheld(one)}


def test_a_month_with_many_changes_is_proven_together_with_the_one_before() -> None:
    march = prepared(gathered(FIRMS))
    april = prepared(gathered(FIRMS.moved(1, 60), as_of=APRIL), [published(march)])
    assert april.proof["earlier"] == 1
    assert april.proof["checked"] > len(withheld(april))
    assert all(high - low >= RULES.apart for low, high in withheld(april).values())


def test_a_month_more_than_a_year_away_is_another_unknown() -> None:
    march = prepared(gathered(FIRMS))
    assert prepared(gathered(FIRMS, as_of=date(2028, 3, 31)), [published(march)]).proof["earlier"] == 0


def outsider(rows: list[Publication], one: Prepared) -> None:
    """Nobody who has all of these pages knows a withheld count; checked in one go, without what came before whom."""
    truths = [publish_truth.from_json(row.proof["truth"]) for row in rows] + [one.truth]
    contents = [row.content for row in rows] + [one.content]
    tables = [
        table(truth, RULES.minimum, publish_content.told(content, truth))
        for truth, content in zip(truths, contents, strict=True)
    ]
    left = rests(truths, RULES.minimum)
    assert check(tables, left, RULES.minimum, RULES.apart)


FEW = firms(11, 700, districts=3, industries=5, coverage=0.7)


def _publishing() -> list[int]:
    """Districts where enough firms have a verdict."""
    return [one for one in range(3) if ((FEW.district == one) & (FEW.level >= 0)).sum() >= RULES.minimum]


def test_the_city_less_its_districts_gives_nothing_away() -> None:
    rows: list[Publication] = []
    big = _publishing()
    for number in big[1:]:  # all but one
        rows.append(published(prepared(district(FEW, number), rows), number + 1))
    city = prepared(gathered(FEW), rows)
    outsider(rows, city)
    alone = prepared(gathered(FEW))
    assert sum(count is None for count in counts(city.content)) > sum(count is None for count in counts(alone.content))


def test_a_district_that_publishes_after_the_city_and_its_neighbours_gives_nothing_away() -> None:
    rows, big = [published(prepared(gathered(FEW)))], _publishing()
    for number in big:
        one = prepared(district(FEW, number), rows)
        rows.append(published(one, number + 2))
    outsider(rows[:-1], one)


def test_a_withdrawn_page_is_reckoned_with_like_any_other() -> None:
    gone = published(prepared(gathered(FIRMS)))
    gone.withdrawn_at = gone.published_at
    assert prepared(gathered(FIRMS, as_of=APRIL), [gone]).proof["earlier"] == 1


def test_a_mean_with_one_firm_above_half_of_the_sum_is_withheld() -> None:
    found = gathered(FIRMS)
    heavy = replace(found, largest={**found.largest, "cnc_den": found.truth.sums["cnc_den"]})
    one = prepared(heavy)
    assert one.means["pooled"] == "dominance"
    assert one.content["cnc"]["pooled"] is None
    assert one.content["cnc"]["mean"] is not None


def test_a_mean_is_withheld_while_few_firms_make_the_difference_to_one_told_before() -> None:
    march = prepared(gathered(FIRMS))
    assert march.means["d1"] is None
    few = prepared(gathered(FIRMS.moved(1, 3), as_of=APRIL), [published(march)])
    assert few.means["d1"] == "changed"
    assert few.content["dimensions"][0]["mean"] is None
    assert prepared(gathered(FIRMS.moved(1, 40), as_of=APRIL), [published(march)]).means["d1"] is None


def test_the_same_mean_may_be_told_again() -> None:
    march = prepared(gathered(FIRMS))
    assert prepared(gathered(FIRMS, as_of=APRIL), [published(march)]).means["d1"] is None


def test_at_least_so_many_firms_changed_is_never_more_than_did() -> None:
    before = gathered(FIRMS).truth
    for count in (1, 5, 30):
        assert 0 < changed(gathered(FIRMS.moved(count, count), as_of=APRIL).truth, before) <= count


def test_a_mean_is_withheld_where_few_firms_are_left_outside_the_part_that_told_it() -> None:
    """The city is one district and four firms more."""
    some = firms(5, 400, districts=2, industries=6, coverage=1)
    some.district[:] = 0
    some.district[:4] = 1
    rows = [published(prepared(district(some, 0)))]
    one = prepared(gathered(some), rows)
    assert one.means["d1"] == "rest"
    assert one.content["cnc"]["mean"] is None


def test_a_rate_is_withheld_where_few_say_yes() -> None:
    found = gathered(FIRMS)
    asked = found.truth.whole.n
    truth = replace(found.truth, yes={"management": (4, asked), "tools": (asked, asked)})
    rates = prepared(replace(found, truth=truth)).content["rates"]
    assert [rate["yes"] for rate in rates] == [None, None]
    assert [rate["weighted"] for rate in rates] == [None, None]


def test_a_weighted_rate_stands_only_beside_a_rate_and_in_whole_percent() -> None:
    one = prepared(gathered(FIRMS))
    weighted = one.content["rates"][0]["weighted"]
    assert weighted["low"] <= weighted["share"] <= weighted["high"]
    assert all(isinstance(part, int) for part in weighted.values())
    everybody = prepared(gathered(firms(3, 400, districts=3, industries=5, coverage=1)))
    assert everybody.content["rates"][0]["weighted"] is None


def test_a_small_division_goes_out_with_its_total_alone() -> None:
    """Twelve firms: the total, and that none has the highest level."""
    content = prepared(gathered(firms(4, 12, districts=1, industries=3, coverage=1), parts=())).content
    assert content["rows"][0]["n"] == 12
    assert content["rows"][0]["levels"] == [None] * 5 + [0]


def test_no_two_rows_of_a_publication_are_the_same_unknown() -> None:
    truth = gathered(FIRMS).truth
    cells = [truth.cell(row, what) for row in truth.rows for what in row.counts()]
    assert len(set(cells)) == len(cells)
    assert {row.division for row in truth.rows} >= {CITY, FIRST}
    assert truth.as_of == MARCH


def _district_whose_verdicts_the_city_withheld() -> tuple[Gathered, list[Publication]]:
    """Twenty-two firms of district 1 have a verdict; the city withheld that to protect a neighbour's."""
    some = firms(3, 500, districts=4, industries=3, coverage=0.2)
    city = prepared(gathered(some))
    row = next(row for row in city.content["rows"] if row["division"] == FIRST + 1)
    assert row["n"] is None
    return district(some, 1), [published(city)]


def test_no_number_of_firms_stands_for_a_withheld_number_of_verdicts() -> None:
    found, rows = _district_whose_verdicts_the_city_withheld()
    content = prepared(found, rows).content
    assert found.truth.whole.n >= RULES.minimum
    assert content["rows"][0]["n"] is None
    assert content["cnc"]["mean"] and content["dimensions"][0]["mean"]
    assert [content["cnc"]["firms"], content["dimensions"][0]["firms"]] == [None, None]
    assert [rate["asked"] for rate in content["rates"]] == [None, None]
    assert content["cnc"]["weighted"] is None


@pytest.mark.parametrize(("without", "told"), [(0, True), (1, False), (9, False), (10, True)])
def test_the_few_firms_that_are_not_in_a_mean_are_not_given_away(without: int, told: bool) -> None:
    found = gathered(FIRMS)
    behind = found.truth.whole.n - without
    truth = replace(found.truth, sums={**found.truth.sums, "d1_n": behind, "cnc_n": behind})
    content = prepared(replace(found, truth=truth)).content
    assert content["rows"][0]["n"] == found.truth.whole.n
    expected = behind if told else None
    assert [content["cnc"]["firms"], content["dimensions"][0]["firms"]] == [expected, expected]


def test_a_weighted_share_needs_a_hundred_answers() -> None:
    for asked, given in ((RULES.weighted_from - 1, False), (RULES.weighted_from, True)):
        found = gathered(FIRMS)
        one = Stratum(33, 2, 400, asked, Fraction(asked, 2), Fraction(asked, 2))
        content = prepared(replace(found, strata={rate: [one] for rate in found.strata})).content
        shares = [content["cnc"]["weighted"], *(rate["weighted"] for rate in content["rates"])]
        assert [share is not None for share in shares] == [given] * 3
