"""路线图: the plan, its items, and answering again just what is done."""

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.access import Right
from diagnose.models import Account, Enterprise, Roadmap, RoadmapItem, RoadmapNote
from diagnose.reports.gantt import gantt
from diagnose.services import drafts, plan_reached, roadmap
from diagnose.services.roadmap import Plan
from diagnose.texts import say
from diagnose.web import here
from diagnose.web.roadmap_form import ItemForm, item_form

blueprint = Blueprint("roadmap", __name__, url_prefix="/file/<file:public_id>/roadmap")
CHANGERS = frozenset({Right.FILL, Right.VISIT})


def changeable(db: Session, public_id: str, lock: bool = False) -> Enterprise:
    """The file, for whoever may make and change plans: the firm itself and the advisor at work there; else 404."""
    enterprise = here.enterprise_or_404(db, public_id, lock=lock)
    return enterprise if g.rights & CHANGERS else abort(404)


@blueprint.get("/")
def show(public_id: str) -> ResponseReturnValue:
    """The open plan made last; without one the last that ended, or what to do to get one."""
    return _plan_page(public_id, None)


@blueprint.get("/<row:roadmap_id>")
def one(public_id: str, roadmap_id: int) -> ResponseReturnValue:
    """Any plan of the file, also one that has ended."""
    return _plan_page(public_id, roadmap_id)


def _plan_page(public_id: str, roadmap_id: int | None) -> ResponseReturnValue:
    today, catalog = wording.today(), here.catalog()
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        plans = roadmap.plans(db, enterprise.id, today)
        shown = next((one for one in plans if roadmap_id in (None, one.row.id)), None)
        if shown is None:
            return render_template("roadmap/none.html", enterprise=enterprise) if roadmap_id is None else abort(404)
        standing = plan_reached.standing(db, catalog, shown)
    return render_template(
        "roadmap/show.html",
        enterprise=enterprise,
        plan=shown,
        rules=catalog.rulesets[shown.row.ruler],
        others=[one for one in plans if one is not shown],
        rulesets=catalog.rulesets,
        gantt=gantt(shown, today) if shown.lines else None,
        standing=standing,
        questions=catalog.dictionary.indicators,
        may_change=bool(g.rights & CHANGERS),
    )


@blueprint.get("/item/<row:item_id>")
def item(public_id: str, item_id: int) -> ResponseReturnValue:
    """One item: what to do, what has changed of it, and the form to change it."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        plan, row = _item_or_404(db, enterprise, item_id)
        return _item_page(db, enterprise, plan, row, item_form(row))


@blueprint.post("/item/<row:item_id>")
def change(public_id: str, item_id: int) -> ResponseReturnValue:
    """Change an item; sent twice it is done once."""
    with here.writing() as db:
        enterprise = changeable(db, public_id, lock=True)
        plan, row = _item_or_404(db, enterprise, item_id, lock=True)
        form = item_form(row, request.form)
        if not form.validate():
            return _item_page(db, enterprise, plan, row, form), 422
        try:
            seen = form.version.data or 0
            if roadmap.change(db, row, seen, form.change(), here.account_id(), wording.now()):
                here.record(db, "plan_item", enterprise, plan=plan.id, item=row.id, status=row.status)
        except (roadmap.Stale, roadmap.Ended) as error:
            key = "plan_item_stale" if isinstance(error, roadmap.Stale) else "plan_ended"
            current_app.logger.warning("refused %s", key)
            form.version.data = row.version
            return _item_page(db, enterprise, plan, row, form, say(key)), 409
    return redirect(url_for(".one", public_id=public_id, roadmap_id=plan.id, _anchor=f"item-{item_id}"))


def _item_or_404(db: Session, enterprise: Enterprise, item_id: int, lock: bool = False) -> tuple[Roadmap, RoadmapItem]:
    query = (
        select(Roadmap, RoadmapItem)
        .join(RoadmapItem, RoadmapItem.roadmap_id == Roadmap.id)
        .where(RoadmapItem.id == item_id, Roadmap.enterprise_id == enterprise.id)
    )
    query = query.with_for_update(of=RoadmapItem) if lock else query
    row = db.execute(query).one_or_none() or abort(404)
    return row[0], row[1]


def _item_page(
    db: Session, enterprise: Enterprise, plan: Roadmap, row: RoadmapItem, form: ItemForm, problem: str = ""
) -> str:
    notes = (
        select(RoadmapNote, Account.name)
        .outerjoin(Account, Account.id == RoadmapNote.by_id)
        .where(RoadmapNote.item_id == row.id)
        .order_by(RoadmapNote.id.desc())
    )
    return render_template(
        "roadmap/item.html",
        enterprise=enterprise,
        plan=plan,
        item=row,
        form=form,
        problem=problem,
        question=here.catalog().dictionary.indicators[row.indicator],
        statuses=roadmap.STATUSES,
        notes=db.execute(notes).all(),
        may_change=plan.ended_at is None and bool(g.rights & CHANGERS),
    )


@blueprint.post("/<row:roadmap_id>/again")
def again(public_id: str, roadmap_id: int) -> ResponseReturnValue:
    """Open a draft (重新自评) to answer again what is done; leads to the list of those questions."""
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.FILL)
        shown = _plan_or_404(db, enterprise, roadmap_id)
        form = here.catalog().form_of(here.catalog().rulesets[shown.row.ruler])
        drafts.last_statement(db, enterprise.id, form) or abort(404)
        draft = drafts.open_draft(db, enterprise, form, "again", wording.today(), wording.now())
        if draft.purpose != "again":
            return redirect(url_for("survey.check", public_id=public_id, assessment_id=draft.id, other="again"))
    return redirect(url_for(".asked", public_id=public_id, roadmap_id=roadmap_id, assessment_id=draft.id))


@blueprint.get("/<row:roadmap_id>/again/<row:assessment_id>")
def asked(public_id: str, roadmap_id: int, assessment_id: int) -> ResponseReturnValue:
    """The questions that the done items are about, each a link to where it is asked in the draft."""
    with here.reading() as db:
        enterprise, assessment = here.assessment_or_404(db, public_id, assessment_id)
        shown = _plan_or_404(db, enterprise, roadmap_id)
        if assessment.status != "draft":
            return redirect(url_for(".one", public_id=public_id, roadmap_id=roadmap_id))
        due = plan_reached.standing(db, here.catalog(), shown).again
        form = here.catalog().forms[assessment.form_name]
        reading = drafts.understand(form, drafts.whole(db, assessment))
    codes = [line.code for line in due]
    return render_template(
        "roadmap/again.html",
        enterprise=enterprise,
        assessment=assessment,
        plan=shown,
        asked=plan_reached.questions_again(form, codes),
        wanted={code: [line for line in due if line.code == code] for code in codes},
        answers=plan_reached.answers_now(form, reading.values, codes),
        form=form,
    )


def _plan_or_404(db: Session, enterprise: Enterprise, roadmap_id: int) -> Plan:
    found = roadmap.plans(db, enterprise.id, wording.today())
    return next((one for one in found if one.row.id == roadmap_id), None) or abort(404)
