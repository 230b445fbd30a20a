"""提升路径: what is missing, the cheapest way, what the firm says about it, and making it a plan."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.access import Right
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Enterprise, Roadmap
from diagnose.services import roadmap, way_both, way_choices, way_find
from diagnose.services.way_both import Both
from diagnose.services.way_choices import Choices, Stale
from diagnose.services.way_find import Search
from diagnose.services.way_up import WayUp
from diagnose.texts import say
from diagnose.web import here, way_view
from diagnose.web.addresses import row_number
from diagnose.web.roadmap import CHANGERS, changeable
from diagnose.web.roadmap_form import StartForm
from diagnose.web.way_form import StepForm, step_form, version_of
from scoring.path import NotProven


@dataclass(frozen=True)
class Glance:
    """The way up at a glance; ``found`` None where none is offered or none was proven."""

    found: WayUp | None
    plan: Roadmap | None


blueprint = Blueprint("way", __name__, url_prefix="/file/<file:public_id>/verdict/<row:diagnosis_id>/way")


@blueprint.get("")
def show(public_id: str, diagnosis_id: int) -> ResponseReturnValue:
    """The cheapest way to a level, why nothing is cheaper, and what else there is."""
    with here.reading() as db:
        enterprise, asked = _asked_or_404(db, public_id, diagnosis_id)
        return _page(db, enterprise, asked)


@blueprint.post("/step")
def edit_step(public_id: str, diagnosis_id: int) -> ResponseReturnValue:
    """Keep what the firm says about one step: own cost, 做不了, 不动."""
    form = step_form(request.form)
    if not form.check():
        return _unchanged(public_id, diagnosis_id, sent=form), 422
    try:
        with here.writing() as db:
            enterprise, asked = _asked_or_404(db, public_id, diagnosis_id, Right.FILL, lock=True)
            offer = asked.offered.get(form.step) or abort(404)
            wanted = way_choices.with_step(asked.choices, form.step, offer.action.indicator, form.cost, form.mark)
            _keep(db, enterprise, asked, wanted, form.version, step=form.step, mark=form.mark, cost=form.cost)
    except Stale:
        return _stale(public_id, diagnosis_id, form)
    return _back(public_id, diagnosis_id, f"step-{form.step}")


@blueprint.post("/expect")
def expect(public_id: str, diagnosis_id: int) -> ResponseReturnValue:
    """Keep what the firm expects of the indicators that are no steps."""
    try:
        with here.writing() as db:
            enterprise, asked = _asked_or_404(db, public_id, diagnosis_id, Right.FILL, lock=True)
            expected = way_view.kept_expected(asked.choices, request.form, asked)
            wanted = replace(asked.choices, expected=expected)
            _keep(db, enterprise, asked, wanted, version_of(request.form), expected=expected)
    except Stale:
        return _stale(public_id, diagnosis_id, None)
    return _back(public_id, diagnosis_id, "expect")


@blueprint.post("/plan")
def plan(public_id: str, diagnosis_id: int) -> ResponseReturnValue:
    """做成计划: make the way shown a roadmap; an open one is ended only after a word about it."""
    start = StartForm(request.form)
    with here.reading() as db:  # solved here nobody waits for it, and the answer is remembered
        changeable(db, public_id)
        enterprise, asked = _asked_or_404(db, public_id, diagnosis_id)
        level = _level_or_404(asked)
        try:
            way_find.everything(asked, level)
        except NotProven:
            return _unproven(enterprise, asked, level), 503
        if version_of(request.form) != asked.choices.version:
            return _stale(public_id, diagnosis_id, None, Right.READ)
        if not start.validate():
            return _page(db, enterprise, asked, start=start), 422
    return _planned(public_id, diagnosis_id, start)


def _planned(public_id: str, diagnosis_id: int, start: StartForm) -> ResponseReturnValue:
    with here.writing() as db:
        changeable(db, public_id, lock=True)
        enterprise, asked = _asked_or_404(db, public_id, diagnosis_id)
        if version_of(request.form) == asked.choices.version:
            return _made(db, enterprise, asked, start)
    return _stale(public_id, diagnosis_id, None, Right.READ)


def _made(db: Session, enterprise: Enterprise, asked: Search, start: StartForm) -> ResponseReturnValue:
    verdict = asked.judged.diagnosis
    found = way_find.everything(asked, _level_or_404(asked))
    chosen = way_view.ways_of(found).get(request.form.get("way", "best")) or abort(404)
    try:
        made = roadmap.make(
            db,
            enterprise,
            verdict,
            found.target.level,
            chosen,
            start.starts_on.data,  # type: ignore[arg-type]
            row_number(request.form.get("seen", "")),
            here.account_id(),
            wording.now(),
        )
    except roadmap.OpenPlan as error:
        return _confirm(enterprise, asked, found, start, roadmap.plan_of(error.plan, wording.today())), 409
    here.record(db, "plan_make", enterprise, plan=made.id, verdict=verdict.id, level=found.target.level)
    return redirect(url_for("roadmap.one", public_id=enterprise.public_id, roadmap_id=made.id))


def way_glance(db: Session, catalog: Catalog, enterprise: Enterprise, verdict: Diagnosis) -> Glance:
    """What other pages show of the way: the best one to the next level, if any, and whether there is a plan."""
    plan = roadmap.open_row(db, enterprise.id, verdict.scheme)
    try:
        return Glance(way_find.glance(db, catalog, enterprise, verdict), plan)
    except NotProven:
        current_app.logger.exception("no certificate for verdict %s", verdict.id)
        return Glance(None, plan)


def _asked_or_404(
    db: Session, public_id: str, diagnosis_id: int, right: Right = Right.READ, lock: bool = False
) -> tuple[Enterprise, Search]:
    """The file, and what a way is looked for in: a verdict of its own, with what the firm has chosen."""
    enterprise = here.enterprise_or_404(db, public_id, right, lock)
    found = db.get(Diagnosis, diagnosis_id)
    if found is None or found.enterprise_id != enterprise.id:
        abort(404)
    choices = way_choices.load(db, enterprise.id, found.scheme)
    judged = way_find.judged_of(db, here.catalog(), found)
    return enterprise, way_find.search(here.catalog(), enterprise, judged, choices)


def _level_or_404(asked: Search) -> int:
    """The level asked for; the next one when none is. 404 where no way is offered."""
    above = way_find.levels_above(asked.judged)
    typed = request.values.get("level", "")
    if not above:
        abort(404)
    if not typed:
        return above[0]
    return next((level for level in above if str(level) == typed), None) or abort(404)


def _keep(db: Session, enterprise: Enterprise, asked: Search, wanted: Choices, seen: int, **detail: Any) -> None:
    scheme = asked.rules.scheme
    if way_choices.save(db, enterprise.id, scheme, wanted, seen, here.account_id(), wording.now()):
        here.record(db, "way_choice", enterprise, scheme=scheme, **detail)


def _together(db: Session, enterprise: Enterprise, asked: Search, level: int) -> tuple[str, Both | None] | None:
    """Another ruler that the firm may go up at the same time, and the way for both when it was asked for."""
    second = way_both.other(db, enterprise, asked)
    if second is None:
        return None
    wanted = request.args.get("both") == "yes"
    return second.rules.title, way_both.both(asked, level, second) if wanted else None


def _back(public_id: str, diagnosis_id: int, anchor: str) -> ResponseReturnValue:
    level = request.form.get("level") or None
    return redirect(url_for(".show", public_id=public_id, diagnosis_id=diagnosis_id, level=level, _anchor=anchor))


def _stale(public_id: str, diagnosis_id: int, sent: StepForm | None, right: Right = Right.FILL) -> ResponseReturnValue:
    current_app.logger.warning("refused %s", "way_stale")
    return _unchanged(public_id, diagnosis_id, sent, say("way_stale"), right), 409


def _unchanged(
    public_id: str, diagnosis_id: int, sent: StepForm | None, problem: str = "", right: Right = Right.FILL
) -> str:
    """The page as it stands, with what was sent: read anew, for who waits to write should not wait for the solver."""
    with here.reading() as db:
        enterprise, asked = _asked_or_404(db, public_id, diagnosis_id, right)
        if sent and sent.step not in asked.offered:
            abort(404)
        return _page(db, enterprise, asked, sent=sent, problem=problem)


def _confirm(enterprise: Enterprise, asked: Search, found: WayUp, start: StartForm, before: roadmap.Plan) -> str:
    return render_template(
        "way/confirm.html",
        enterprise=enterprise,
        verdict=asked.judged.diagnosis,
        rules=asked.rules,
        found=found,
        before=before,
        starts_on=start.starts_on.data,
        chosen=request.form.get("way", "best"),
        version=asked.choices.version,
    )


def _unproven(enterprise: Enterprise, asked: Search, level: int) -> str:
    """While NotProven is handled: there is no answer, and the log says why."""
    verdict = asked.judged.diagnosis
    current_app.logger.exception("no certificate for verdict %s", verdict.id)
    return render_template("way/unproven.html", enterprise=enterprise, verdict=verdict, rules=asked.rules, level=level)


def _page(
    db: Session,
    enterprise: Enterprise,
    asked: Search,
    sent: StepForm | None = None,
    start: StartForm | None = None,
    problem: str = "",
) -> str:
    above = way_find.levels_above(asked.judged)
    shown = {"enterprise": enterprise, "verdict": asked.judged.diagnosis, "rules": asked.rules, "levels": above}
    if not above:
        return render_template("way/top.html", **shown)
    level = _level_or_404(asked)
    try:
        found, together = way_find.everything(asked, level), _together(db, enterprise, asked, level)
    except NotProven:
        return _unproven(enterprise, asked, level)
    open_plan = roadmap.open_row(db, enterprise.id, asked.rules.scheme)
    return render_template(
        "way/show.html",
        **shown,
        level=level,
        found=found,
        choices=asked.choices,
        steps=way_view.step_views(asked, sent),
        set_aside=way_view.set_aside(asked, found, sent),
        sent=sent,
        expected=way_view.expected_views(asked),
        compared=way_view.compared(found),
        bars=way_view.curve_bars(found),
        start=start or StartForm(starts_on=roadmap.next_monday(wording.today())),
        open_plan=open_plan,
        problem=problem,
        together=together,
        may_edit=Right.FILL in g.rights,
        may_plan=bool(g.rights & CHANGERS),
    )
