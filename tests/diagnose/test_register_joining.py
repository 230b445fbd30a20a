"""Two files of one firm become one: nothing is lost, and the newest verdict reads all that was stated."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import writing
from diagnose.models import (
    Assessment,
    Assignment,
    Diagnosis,
    DraftAnswer,
    Enterprise,
    EnterpriseChange,
    Membership,
    Notice,
    Statement,
    Visit,
    VisitStep,
)
from diagnose.services import drafts, notices, submit
from diagnose.services.joining import CannotJoin, join
from questionnaires.parse import typed_again
from tests.diagnose.cast import File, all_of, catalog, counts, engine, open_file, portrait, status
from tests.diagnose.register_desk import OTHER_CODE, at_once
from tests.firms import DISCRETE, PROCESS
from tests.people import account, assign, verified_firm
from tests.people import join as make_member


def joined(app: Flask, source: int, target: int) -> None:
    with writing(engine(app)) as session:
        files = [session.get_one(Enterprise, id_) for id_ in (source, target)]
        join(session, files[0], files[1], None, wording.now(), catalog(app))


def ids(first: File, second: File) -> tuple[int, int]:
    return first.enterprise().id, second.enterprise().id


def test_all_statements_and_verdicts_move_and_keep_their_ids(app: Flask) -> None:
    first, second = open_file(app).submitted(), open_file(app, as_of="2026-02-01").submitted(PROCESS)
    before = {one.id: (one.answers, one.as_of) for one in all_of(app, Statement)}
    source, target = ids(first, second)
    joined(app, source, target)
    assert {one.id: (one.answers, one.as_of) for one in all_of(app, Statement)} == before
    assert {one.enterprise_id for one in all_of(app, Statement)} == {target}
    assert {one.enterprise_id for one in all_of(app, Diagnosis)} == {target}
    assert {one.enterprise_id for one in all_of(app, Assessment)} == {target}
    page = second.holder.get(second.address + "/").get_data(as_text=True)
    assert "2026年3月1日" in page and "2026年2月1日" in page


def test_newest_verdict_reads_the_statements_of_both(app: Flask) -> None:
    first, second = open_file(app).submitted(), open_file(app, as_of="2026-02-01").submitted(PROCESS)
    joined(app, *ids(first, second))
    newest = max(all_of(app, Diagnosis), key=lambda one: (one.as_of, one.known_at))
    assert newest.as_of == date(2026, 3, 1)
    assert sorted(newest.statements) == sorted(one.id for one in all_of(app, Statement))
    assert len(all_of(app, Diagnosis)) == 3


def test_verdict_that_reads_everything_already_is_not_made_again(app: Flask) -> None:
    first, second = open_file(app).submitted(), open_file(app)
    joined(app, *ids(first, second))
    assert len(all_of(app, Diagnosis)) == 1


def test_source_is_closed_to_everyone_and_its_link_is_void(app: Flask) -> None:
    first, second = open_file(app).submitted(), open_file(app)
    source, target = ids(first, second)
    joined(app, source, target)
    row = next(one for one in all_of(app, Enterprise) if one.id == source)
    assert (row.status, row.merged_into_id, row.link_sha256) == ("merged", target, None)
    assert first.holder.get(first.address + "/").status_code == 404
    assert second.holder.get(second.address + "/").status_code == 200


def test_colliding_draft_is_set_aside_with_what_was_typed(app: Flask) -> None:
    first, second = open_file(app).answered(), open_file(app)
    typed = len(all_of(app, DraftAnswer))
    joined(app, *ids(first, second))
    assert status(app, first.draft_id) == "set_aside"
    assert status(app, second.draft_id) == "draft"
    assert len(all_of(app, DraftAnswer)) == typed > 0


def test_draft_without_a_rival_goes_on_in_the_target(app: Flask) -> None:
    first, second = open_file(app), open_file(app).submitted()
    joined(app, *ids(first, second))
    draft = first.draft.replace(first.address, second.address)
    assert second.holder.get(draft + "/review").status_code == 200
    assert status(app, first.draft_id) == "draft"


def test_people_and_assignments_are_joined_without_duplicates(app: Flask) -> None:
    first, second = open_file(app), open_file(app)
    source, target = ids(first, second)
    anna, ben = account(app, "enterprise", "anna"), account(app, "enterprise", "ben")
    visitor = account(app, "advisor", "visitor")
    for one in (anna, ben):
        make_member(app, one, source)
    make_member(app, ben, target)
    assign(app, visitor, source)
    assign(app, visitor, target)
    assign(app, visitor, source, "specialist")
    joined(app, source, target)
    assert {(one.account_id, one.enterprise_id) for one in all_of(app, Membership)} == {(anna, target), (ben, target)}
    live = [(one.role, one.enterprise_id) for one in all_of(app, Assignment) if one.ended_at is None]
    assert sorted(live) == [("advisor", target), ("specialist", target)]
    assert len(all_of(app, Assignment)) == 3


def visit(app: Flask, file: File, advisor: int) -> int:
    """An onsite draft and its visit."""
    now, form = wording.now(), portrait(app)
    with writing(engine(app)) as session:
        enterprise = session.scalars(select(Enterprise).where(Enterprise.public_id == file.public_id)).one()
        onsite = Assessment(
            enterprise_id=enterprise.id,
            kind="onsite",
            form=form.form,
            edition=form.edition,
            purpose="visit",
            as_of=date(2026, 4, 1),
            started_at=now,
        )
        session.add(onsite)
        session.flush()
        row = Visit(
            enterprise_id=enterprise.id,
            base_id=file.draft_id,
            assessment_id=onsite.id,
            advisor_id=advisor,
            visit_on=date(2026, 4, 1),
            created_at=now,
        )
        session.add(row)
        session.flush()
        return row.id


def test_of_two_open_visits_of_one_form_the_source_one_is_cancelled(app: Flask) -> None:
    first, second = open_file(app).submitted(), open_file(app).submitted()
    advisor = account(app, "advisor", "a")
    source, target = ids(first, second)
    gone, stays = visit(app, first, advisor), visit(app, second, advisor)
    joined(app, source, target)
    rows = {one.id: one for one in all_of(app, Visit)}
    assert (rows[gone].state, rows[gone].version, rows[gone].enterprise_id) == ("cancelled", 2, target)
    assert (rows[stays].state, rows[stays].version) == ("appointed", 1)
    assert [(one.visit_id, one.state) for one in all_of(app, VisitStep)] == [(gone, "cancelled")]


def test_notices_lead_to_the_target(app: Flask) -> None:
    first, second = open_file(app), open_file(app)
    source, target = ids(first, second)
    someone = account(app, "advisor", "a")
    with writing(engine(app)) as session:
        notices.tell(session, [someone], "returned", f"{first.address}/fill/1/", wording.now(), source)
    joined(app, source, target)
    assert [(one.address, one.enterprise_id) for one in all_of(app, Notice)] == [(f"{second.address}/fill/1/", target)]


def test_both_files_tell_of_the_join(app: Flask) -> None:
    first, second = open_file(app), open_file(app)
    source, target = ids(first, second)
    joined(app, source, target)
    told = {one.enterprise_id: one for one in all_of(app, EnterpriseChange)}
    assert told[source].after == second.public_id
    assert told[target].before == first.public_id
    assert {one.what for one in told.values()} == {"merge"}


def test_target_takes_over_being_verified(app: Flask) -> None:
    file, verified = open_file(app), verified_firm(app)
    joined(app, verified, file.enterprise().id)
    assert file.enterprise().verified


def test_file_joined_into_a_joined_one_points_to_the_last(app: Flask) -> None:
    first, second, third = open_file(app), open_file(app), open_file(app)
    joined(app, *ids(first, second))
    joined(app, *ids(second, third))
    assert {one.merged_into_id for one in all_of(app, Enterprise)} == {third.enterprise().id, None}


def refused(app: Flask, source: int, target: int, text: str) -> None:
    before = counts(app)
    with pytest.raises(CannotJoin, match=text):
        joined(app, source, target)
    assert counts(app) == before


def test_other_code_the_same_file_and_merged_ones_are_refused(app: Flask) -> None:
    first, second, other = open_file(app), open_file(app), open_file(app, credit_code=OTHER_CODE)
    source, target = ids(first, second)
    refused(app, source, other.enterprise().id, "代码不同")
    refused(app, source, source, "同一份")
    joined(app, source, target)
    refused(app, source, target, "已经合并")
    refused(app, target, source, "已经合并")


def attempt(app: Flask, source: int, target: int) -> str:
    """Join, or the reason why not."""
    try:
        joined(app, source, target)
    except CannotJoin as refusal:
        return str(refusal)
    return ""


def test_two_joins_in_opposite_directions_end_in_one_file(app: Flask) -> None:
    first, second = open_file(app).submitted(), open_file(app).submitted()
    source, target = ids(first, second)
    first_try, second_try = at_once(lambda: attempt(app, source, target), lambda: attempt(app, target, source))
    assert sorted((bool(first_try), bool(second_try))) == [False, True]
    stays = next(one.id for one in all_of(app, Enterprise) if one.status == "open")
    assert {one.enterprise_id for one in all_of(app, Statement)} == {stays}


def test_submission_during_a_join_is_lost_to_nobody(app: Flask) -> None:
    first, second = open_file(app).answered(DISCRETE), open_file(app).submitted()
    source, target = ids(first, second)
    with writing(engine(app)) as session:  # an assessment with the answers, so that both ways end the same
        drafts.save(session, first.draft_id, typed_again(DISCRETE), wording.now())

    def submitting() -> int:
        with writing(engine(app)) as session:
            enterprise = session.get_one(Enterprise, source)
            assessment = session.get_one(Assessment, first.draft_id)
            return len(submit.submit(session, catalog(app), enterprise, assessment))

    made, _ = at_once(submitting, lambda: joined(app, source, target))
    assert {one.enterprise_id for one in all_of(app, Statement)} == {target}
    assert {one.enterprise_id for one in all_of(app, Diagnosis)} == {target}
    assert status(app, first.draft_id) == ("submitted" if made else "draft")
