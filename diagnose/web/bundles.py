"""打包下载: the documents of the firms of a list as one ZIP: asked for, made by the worker, fetched."""

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.jobs import queue
from diagnose.models import Account, Bundle, Job
from diagnose.models.job import DONE, RUNNING
from diagnose.services import bundles, firm_list, issuing
from diagnose.services.bundle_piece import RULES
from diagnose.services.bundles import QUEUED
from diagnose.services.firm_find import Search, Total
from diagnose.texts import say
from diagnose.web import firm_filters, here, login
from diagnose.web.district_forms import tree
from diagnose.web.documents import root

blueprint = Blueprint("bundles", __name__, url_prefix="/district/bundles")
REFRESH = "2"  # seconds


def _officer() -> Account:
    who = login.person("officer")
    return who if who.division_id else abort(404)


@blueprint.get("/")
def every() -> ResponseReturnValue:
    """What to pack of the firms of the filters in the address, and what was packed before."""
    return _every_page(_officer())


def _every_page(who: Account, problem: str = "") -> ResponseReturnValue:
    asked, where, now = firm_filters.asked_filters(), queue().bundle_place, wording.now()
    with here.reading() as db:
        found = [(one, bundles.state(where, one, job, now), job) for one, job in bundles.of_officer(db, who)]
        total = _total(db, who)
        places = tree(firm_list.divisions_below(db, who.division.path if who.division else ""))
        chips = firm_filters.chips(asked, places, firm_filters.offered(db))
    page = render_template(
        "bundles/every.html",
        asked=asked,
        chips=chips,
        total=total,
        found=found,
        kinds=issuing.KINDS,
        formats=issuing.FORMATS,
        limits=RULES,
        problem=problem,
        chosen=request.form if problem else None,
    )
    return page, 422 if problem else 200


def _search(db: Session, who: Account) -> Search:
    rules = here.catalog().rulesets[firm_filters.ruler_shown()]
    return Search(db, who, rules.scheme, firm_filters.filters_of_address(db, who))


def _total(db: Session, who: Account) -> Total:
    return _search(db, who).total(seconds=1)


@blueprint.post("/")
def ask() -> ResponseReturnValue:
    """Put it in the queue: the firms are those of the filters now."""
    who, kind = _officer(), request.form.get("kind", "")
    formats = [one for one in issuing.FORMATS if one in request.form.getlist("format")]
    if kind not in issuing.KINDS or not formats:
        return _every_page(who, say("bundle_choose"))
    with here.reading() as db:
        firms = _firms(_search(db, who))
    if not firms or len(firms) > RULES["most_firms"]:
        return _every_page(who, say("bundle_many" if firms else "bundle_none", most=RULES["most_firms"]))
    with here.writing() as db:
        made = bundles.ask(db, who, kind, formats, firms, root(), wording.now())
        here.record(db, "bundle_ask", None, bundle=made.id, kind=kind, formats=formats, firms=len(firms))
    queue().start_bundle(made.id)
    return redirect(url_for(".show", bundle_id=made.id), 303)


def _firms(search: Search) -> list[int]:
    """One more than there may be, at most."""
    found: list[int] = []
    for batch in search.every(500):
        found += batch
        if len(found) > RULES["most_firms"]:
            break
    return found[: RULES["most_firms"] + 1]


def _found(db: Session, who: Account, bundle_id: int, lock: bool = False) -> tuple[Bundle, Job | None]:
    return bundles.find(db, who, bundle_id, lock) or abort(404)


@blueprint.get("/<row:bundle_id>")
def show(bundle_id: int) -> ResponseReturnValue:
    """How far it is, or what came of it."""
    who = _officer()
    with here.reading() as db:
        bundle, job = _found(db, who, bundle_id)
        by = db.get_one(Account, bundle.by_id)
    state = bundles.state(queue().bundle_place, bundle, job, wording.now())
    kept = bundles.DAY * RULES["kept_days"]
    page = render_template("bundles/show.html", bundle=bundle, job=job, state=state, by=by, kept=kept)
    answer = Response(page)
    if state in (QUEUED, RUNNING):
        answer.headers["Refresh"] = REFRESH
    return answer


@blueprint.post("/<row:bundle_id>/go-on")
def go_on(bundle_id: int) -> ResponseReturnValue:
    """Go on with what was cut off."""
    who = _officer()
    with here.writing() as db:
        bundle, job = _found(db, who, bundle_id, lock=True)
        queued = bundles.go_on(queue().bundle_place, bundle, job, wording.now())
        if queued:
            here.record(db, "bundle_go_on", None, bundle=bundle_id)
    if queued:
        queue().start_bundle(bundle_id)
    return redirect(url_for(".show", bundle_id=bundle_id), 303)


@blueprint.post("/<row:bundle_id>/cancel")
def cancel(bundle_id: int) -> ResponseReturnValue:
    """Stop it and forget what is ready; what is finished stays."""
    who = _officer()
    with here.writing() as db:
        bundle, job = _found(db, who, bundle_id, lock=True)
        bundles.cancel(db, queue().bundle_place, bundle, job, wording.now())
        here.record(db, "bundle_cancel", None, bundle=bundle_id)
    return redirect(url_for(".show", bundle_id=bundle_id), 303)


@blueprint.post("/<row:bundle_id>/download")
def download(bundle_id: int) -> ResponseReturnValue:
    """The ZIP, streamed. Each time is noted: it leaves the building."""
    who, where = _officer(), queue().bundle_place
    with here.writing() as db:
        bundle, job = _found(db, who, bundle_id)
        if bundles.state(where, bundle, job, wording.now()) != DONE:
            abort(404)
        here.record(db, "bundle_download", None, bundle=bundle_id)
    name = say("bundle_name", kind=say(f"seal_kind_{bundle.kind}"), day=f"{wording.today():%Y%m%d}", id=bundle.id)
    return send_file(where.archive(bundle_id), "application/zip", as_attachment=True, download_name=name)
