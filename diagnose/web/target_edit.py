"""The pages where an officer makes or changes a plan, and enters a figure by hand."""

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.models import Account, Plan, Target
from diagnose.services import target_deeds
from diagnose.services.plans_built_in import KINDS
from diagnose.services.target_deeds import Goal, InUse
from diagnose.texts import say
from diagnose.web import here, login
from diagnose.web.district import open_places
from diagnose.web.target_forms import (
    ActualForm,
    HeadForm,
    Row,
    check_rows,
    head_form,
    number,
    rows_of_plan,
    rows_typed,
)
from diagnose.web.target_rights import plan_or_404, target_or_404

KIND_TITLES = {kind: say(f"kind_target_{kind}") for kind in KINDS}


def add() -> ResponseReturnValue:
    """A plan of one's own, for a division of the own subtree."""
    who = login.person("officer")
    with here.reading() as db:
        form = head_form(request.form or None, open_places(db, who))
    if request.method == "GET":
        return _plan_page(form, rows_of_plan(None))
    rows, goals = _typed(form, {})
    if not goals:
        return _plan_page(form, rows)
    with here.writing() as db:
        division = here.division_or_404(db, who, form.division.data or "")
        plan = target_deeds.add(db, division, form.head, goals, who.id, wording.now())
        here.record(db, "target_plan_add", plan=plan.id, division=division.id, targets=len(goals))
    return redirect(url_for("targets.plan", plan_id=plan.id, done="add"))


def edit(plan_id: int) -> ResponseReturnValue:
    """Another title, period, value …; a target is removed only while nothing hangs on it."""
    who = login.person("officer")
    with here.reading() as db:
        plan = _mine(db, who, plan_id)
        known = {str(one.id): one for one in plan.targets}
        stored = {name: getattr(plan, name) for name in ("title", "source", "starts_on", "deadline")}
        form, rows = head_form(request.form or None, **stored), rows_of_plan(plan)
    if request.method == "GET":
        return _plan_page(form, rows, plan)
    rows, goals = _typed(form, known)
    if not goals:
        return _plan_page(form, rows, plan)
    try:
        with here.writing() as db:
            target_deeds.change(db, _mine(db, who, plan_id), form.head, goals)
            here.record(db, "target_plan_edit", plan=plan_id, targets=len(goals))
    except InUse as error:
        return _plan_page(form, _refused(rows, error), plan)
    return redirect(url_for("targets.plan", plan_id=plan_id, done="edit"))


def _mine(db: Session, who: Account, plan_id: int) -> Plan:
    place = plan_or_404(db, who, plan_id)
    return place.plan if place.may_change else abort(404)


def _typed(form: HeadForm, known: dict[str, Any]) -> tuple[list[Row], list[Goal]]:
    """The rows as typed, and the goals when all of the form is right (else none)."""
    rows = rows_typed(request.form)
    goals, fine = check_rows(rows, known), form.validate()
    if request.form.get("step") == "more":
        return [*rows, *rows_of_plan(None)], []
    if not [goal for goal in goals if not goal.remove]:
        form.title.errors = (
            [*form.title.errors, say("goal_none")] if not any(row.wrong for row in rows) else form.title.errors
        )
        return rows, []
    return rows, goals if fine and not any(row.wrong for row in rows) else []


def _refused(rows: list[Row], error: InUse) -> list[Row]:
    for row in rows:
        if row.remove and row.title == error.title:
            row.wrong = say("goal_in_use", title=error.title)
    return rows


def _plan_page(form: HeadForm, rows: Sequence[Row], plan: Plan | None = None) -> ResponseReturnValue:
    wrong = [(place, row.wrong) for place, row in enumerate(rows, 1) if row.wrong]
    page = render_template("targets/edit.html", form=form, rows=rows, plan=plan, wrong=wrong, kinds=KIND_TITLES)
    asked_for_more = request.form.get("step") == "more"
    return page, 422 if request.method == "POST" and not asked_for_more else 200


def actual(target_id: int) -> ResponseReturnValue:
    """A figure by hand with its day and source, for a target without a measure."""
    who = login.person("officer")
    form = ActualForm(request.form or None)
    with here.reading() as db:
        target, place = target_or_404(db, who, target_id)
        if target.measure or not access.oversees(who, place.division.path):
            abort(404)
        if not (request.method == "POST" and form.validate() and _after_start(form, target, place.plan)):
            history = target_deeds.history(db, target, place.division)
            page = render_template("targets/actual.html", form=form, place=place, target=target, history=history)
            return page, 422 if request.method == "POST" else 200
    value, note, on = number(form.value.data or "") or "", form.note.data or "", form.on.data or wording.today()
    with here.writing() as db:
        target, place = target_or_404(db, who, target_id)
        if target_deeds.enter(db, target, place.division, on, value, note, who.id, wording.now()):
            here.record(db, "target_actual", target=target_id, division=place.division.id, on=on.isoformat())
    return redirect(url_for("targets.target", target_id=target_id, division=place.division.id, done="actual"))


def _after_start(form: ActualForm, target: Target, plan: Plan) -> bool:
    """What is counted since the start has no figure from before it; of a total that is where the line begins."""
    if target.kind == "stock" or (form.on.data or plan.starts_on) >= plan.starts_on:
        return True
    form.on.errors = [say("actual_before", day=wording.day(plan.starts_on))]
    return False
