"""Plans, targets, their split and progress, and the yearly report: the pages of an officer."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.models import Account, Division
from diagnose.services import localities, measure_behind, target_deeds, target_progress, target_ranks, targets
from diagnose.services.measure_kinds import MEASURES
from diagnose.services.plans_built_in import proposed
from diagnose.texts import say
from diagnose.web import here, login, target_edit, target_report, target_split
from diagnose.web.addresses import row_number
from diagnose.web.target_rights import asked_division, own_division, plan_or_404, target_or_404

blueprint = Blueprint("targets", __name__, url_prefix="/targets")
DONE = ("add", "edit", "measure", "actual", "split")


def told() -> str:
    """What was just done, in words."""
    done = request.args.get("done", "")
    return say(f"targets_done_{done}") if done in DONE else ""


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """The plans of a division of the own subtree, with their progress; those below it as links."""
    who = login.person("officer")
    with here.reading() as db:
        division = asked_division(db, who) or own_division(who)
        new = targets.missing(db, division)
    if new:
        with here.writing() as db:
            targets.make_missing(db, division, wording.now())
    with here.reading() as db:
        plans = targets.plans(db, division)
        page = render_template(
            "targets/list.html",
            division=division,
            plans=[targets.plan_progress(db, plan, division, wording.today()) for plan in plans],
            owners={plan.id: db.get_one(Division, plan.division_id) for plan in plans},
            below=_below(db, division),
            year=wording.today().year,
            told=told(),
        )
    return page


def _below(db: Session, division: Division) -> list[tuple[int, str, str]]:
    """(id, title, whose) of the plans of the divisions below."""
    plans = targets.plans(db, division, below=True)
    return [(plan.id, plan.title, db.get_one(Division, plan.division_id).name) for plan in plans]


@blueprint.get("/plan/<row:plan_id>/")
def plan(plan_id: int) -> ResponseReturnValue:
    """One plan with the 口径 of every target."""
    who = login.person("officer")
    with here.reading() as db:
        place = plan_or_404(db, who, plan_id)
        progress = targets.plan_progress(db, place.plan, place.division, wording.today())
        return render_template("targets/plan.html", place=place, plan=progress, told=told())


@blueprint.get("/target/<row:target_id>/")
def target(target_id: int) -> ResponseReturnValue:
    """One target: where it stands, how it is computed, the districts ranked, the figures by hand."""
    who = login.person("officer")
    return target_page(who, target_id)


def target_page(who: Account, target_id: int, problem: str = "") -> ResponseReturnValue:
    """The page of a target; ``problem``: what was wrong with a choice."""
    with here.reading() as db:
        target, place = target_or_404(db, who, target_id)
        children = localities.children(db, place.division.id)
        ranked = target_ranks.ranked(db, place.plan, target, place.division, children, wording.today())
        measure = MEASURES.get(target.measure)
        page = render_template(
            "targets/target.html",
            place=place,
            target=target,
            plan=targets.plan_progress(db, place.plan, place.division, wording.today()),
            one=ranked.own,
            ranked=ranked.lines,
            has_children=bool(children),
            measure=measure,
            parts=measure_behind.parts(measure) if measure else (),
            choices=target_deeds.choices(target),
            proposed=MEASURES.get(proposed(place.plan.code, target.title)),
            history=target_deeds.history(db, target, place.division),
            problem=problem,
            told=told(),
        )
    return page, 422 if problem else 200


@blueprint.post("/target/<row:target_id>/measure")
def take_over(target_id: int) -> ResponseReturnValue:
    """采用这个口径: only for whoever the plan belongs to."""
    who = login.person("officer")
    code = request.form.get("measure", "")
    with here.writing() as db:
        found, place = target_or_404(db, who, target_id)
        if not place.may_change:
            abort(404)
        before = found.measure
        try:
            changed = target_deeds.take_over(found, code)
        except KeyError:
            db.rollback()
            changed = None
        if changed:
            here.record(db, "target_measure", target=target_id, before=before, after=code)
    if changed is None:
        return target_page(who, target_id, say("measure_wrong"))
    return redirect(url_for(".target", target_id=target_id, division=place.division.id, done="measure"))


@blueprint.get("/target/<row:target_id>/firms")
def firms(target_id: int) -> ResponseReturnValue:
    """The list behind a figure: what is counted (num), of how many (den), what is missing (rest)."""
    who = login.person("officer")
    with here.reading() as db:
        found, place = target_or_404(db, who, target_id)
        measure = MEASURES.get(found.measure) or abort(404)
        part = request.args.get("part", measure_behind.parts(measure)[0])
        if part not in measure_behind.parts(measure) or not access.oversees(who, place.division.path):
            abort(404)
        period = target_progress.period_of(place.plan, found, wording.today())
        number = _page_number()
        behind = measure_behind.page(db, measure, place.division, period, part, number)
        return render_template(
            "targets/firms.html",
            place=place,
            target=found,
            measure=measure,
            part=part,
            parts=measure_behind.parts(measure),
            behind=behind,
            number=number,
            last=max(1, -(-behind.count // measure_behind.PAGE)),
            period=period,
        )


def _page_number() -> int:
    number = row_number(request.args.get("page", "1"))
    return number if number and number <= 1_000_000 else 1


for _rule, _view, _methods in (
    ("/add", target_edit.add, ("GET", "POST")),
    ("/plan/<row:plan_id>/edit", target_edit.edit, ("GET", "POST")),
    ("/target/<row:target_id>/actual", target_edit.actual, ("GET", "POST")),
    ("/target/<row:target_id>/split", target_split.split, ("GET", "POST")),
    ("/report/word", target_report.word, ("POST",)),
    ("/report/excel", target_report.excel, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
