"""一企一档: the page, its charts, 重新自评 and 更正."""

from typing import TypedDict

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from diagnose import wording
from diagnose.access import Right
from diagnose.models import Diagnosis
from diagnose.reports.charts import Axis, TrendPoint, radar_png, radar_svg, trend_svg
from diagnose.services import drafts
from diagnose.services.dossier import dossier
from diagnose.services.peers_shown import Band, peers
from diagnose.services.standing import DimensionLine, dimension_lines
from diagnose.services.trace import traced
from diagnose.services.verdicts import Verdicts
from diagnose.texts import say
from diagnose.web import here
from diagnose.web.way import way_glance

blueprint = Blueprint("dossier", __name__, url_prefix="/file/<file:public_id>")


@blueprint.get("/")
def show(public_id: str) -> ResponseReturnValue:
    """The file with its newest verdict, of the scheme and kind asked for if any; without one, what to do next."""
    scheme, kind = request.args.get("scheme"), request.args.get("kind")
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        found = dossier(db, here.catalog(), enterprise, scheme=scheme, kind=kind)
        return render_template(
            "dossier/show.html" if found else "dossier/empty.html",
            dossier=found,
            enterprise=enterprise,
            drafts=drafts.open_drafts(db, enterprise.id),
            form=here.catalog().first_form,
            forms=here.catalog().forms,
            way=way_glance(db, here.catalog(), enterprise, found.diagnosis) if found else None,
        )


@blueprint.get("/verdict/<row:diagnosis_id>")
def earlier(public_id: str, diagnosis_id: int) -> ResponseReturnValue:
    """The file as an earlier verdict saw it."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        found = dossier(db, here.catalog(), enterprise, diagnosis_id) or abort(404)
        way = way_glance(db, here.catalog(), enterprise, found.diagnosis)
    return render_template(
        "dossier/show.html", dossier=found, enterprise=enterprise, drafts=(), forms=here.catalog().forms, way=way
    )


@blueprint.get("/verdict/<row:diagnosis_id>/trace")
def trace(public_id: str, diagnosis_id: int) -> ResponseReturnValue:
    """How one verdict came about, clause by clause."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        found = traced(db, here.catalog(), enterprise, diagnosis_id) or abort(404)
    return render_template("dossier/trace.html", traced=found, enterprise=enterprise)


@blueprint.get("/verdict/<row:diagnosis_id>/trace.json")
def trace_json(public_id: str, diagnosis_id: int) -> ResponseReturnValue:
    """The same as JSON, which ``python -m scoring verify`` checks."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        found = traced(db, here.catalog(), enterprise, diagnosis_id) or abort(404)
    response = jsonify(found.trace)
    response.headers["Content-Disposition"] = f'attachment; filename="trace-{diagnosis_id}.json"'
    return response


@blueprint.get("/verdict/<row:diagnosis_id>/radar.svg")
def radar(public_id: str, diagnosis_id: int) -> Response:
    """The radar of one verdict."""
    _, axes, names = _axes(public_id, diagnosis_id)
    svg = radar_svg(axes, title=say("radar_title"), not_applicable=say("chart_not_applicable"), **names)
    return Response(svg, mimetype="image/svg+xml")


@blueprint.get("/verdict/<row:diagnosis_id>/radar.png")
def radar_picture(public_id: str, diagnosis_id: int) -> Response:
    """The same radar as PNG, to download."""
    shown, axes, names = _axes(public_id, diagnosis_id)
    picture = radar_png(axes, not_applicable=say("chart_not_applicable"), **names)
    response = Response(picture, mimetype="image/png")
    response.headers["Content-Disposition"] = f'attachment; filename="radar-{shown.as_of:%Y%m%d}.png"'
    return response


@blueprint.get("/verdict/<row:diagnosis_id>/trend.svg")
def trend(public_id: str, diagnosis_id: int) -> Response:
    """The scores over time, of the scheme of one verdict; the two kinds apart."""
    record, shown = _verdict_or_404(public_id, diagnosis_id)
    rules, form = here.catalog().rulesets[shown.ruleset], record.form_name(shown)
    floors = [(level.min_score / 10**rules.decimals, level.title) for level in rules.levels]
    top = len(rules.levels) if rules.family == "ratings" else 100
    points = [_point(one) for one in record.every if record.form_name(one) == form]
    return Response(trend_svg(points, floors, title=say("trend_title"), top=top), mimetype="image/svg+xml")


@blueprint.post("/start/<form>/<edition>")
def start(public_id: str, form: str, edition: str) -> ResponseReturnValue:
    """Open a form the firm has not filled in yet; facts known from before are not asked again."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.FILL)
    offered = {one.name: one for one in here.catalog().forms_for(enterprise.process_type)}
    chosen = offered.get(f"{form}/{edition}") or abort(404)
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.FILL)
        purpose = drafts.purpose_of_start(db, enterprise.id, chosen)
        assessment = drafts.open_draft(db, enterprise, chosen, purpose, wording.today(), wording.now())
    return redirect(url_for("survey.start", public_id=public_id, assessment_id=assessment.id))


@blueprint.post("/again")
def again(public_id: str) -> ResponseReturnValue:
    """重新自评: a new draft as of today, filled from the last statement."""
    return _draft(public_id, "again")


@blueprint.post("/correct")
def correct(public_id: str) -> ResponseReturnValue:
    """更正: the last statement re-opened, same as-of date."""
    return _draft(public_id, "correction")


def _draft(public_id: str, purpose: str) -> ResponseReturnValue:
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.FILL)
        offered = {one.name: one for one in here.catalog().forms_for(enterprise.process_type)}
        form = offered.get(request.form.get("form", here.catalog().first_form.name)) or abort(404)
        last = drafts.last_statement(db, enterprise.id, form) or abort(404)
        as_of = last.as_of if purpose == "correction" else wording.today()
        assessment = drafts.open_draft(db, enterprise, form, purpose, as_of, wording.now())
    place = {"public_id": public_id, "assessment_id": assessment.id}
    if assessment.purpose != purpose:
        return redirect(url_for("survey.check", **place, other=purpose))  # type: ignore[arg-type]
    if purpose == "correction":
        return redirect(url_for("survey.check", **place))  # type: ignore[arg-type]
    return redirect(url_for("survey.section", **place, code=form.pages[0].code))  # type: ignore[arg-type]


def _verdict_or_404(public_id: str, diagnosis_id: int) -> tuple[Verdicts, Diagnosis]:
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        record = Verdicts(db, here.catalog(), enterprise.id)
    return record, next((one for one in record.every if one.id == diagnosis_id), None) or abort(404)


class _Legend(TypedDict, total=False):
    own: str
    compare: str
    band: str


def _axes(public_id: str, diagnosis_id: int) -> tuple[Diagnosis, list[Axis], _Legend]:
    """The verdict, its axes with the bands of the firm's peers where it has any, and the names in the legend."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        record = Verdicts(db, here.catalog(), enterprise.id)
        shown = next((one for one in record.every if one.id == diagnosis_id), None) or abort(404)
        among = peers(db, record, enterprise, shown)
    judged = record.judged(shown)
    lines = dimension_lines(judged.rules, judged.verdict, judged.answers)
    if among is None or not among.bands:
        return shown, [Axis(line.title, line.share) for line in lines], _Legend()
    names = _Legend(own=say("radar_own"), compare=say("radar_compare"), band=say("radar_band"))
    return shown, [_beside(line, among.bands.get(line.title)) for line in lines], names


def _beside(line: DimensionLine, band: Band | None) -> Axis:
    low, median, high = band or (None, None, None)
    return Axis(line.title, line.share, median, low, high)


def _point(one: Diagnosis) -> TrendPoint:
    decimals = here.catalog().rulesets[one.ruleset].decimals
    return TrendPoint(one.as_of, wording.number(one.score, decimals), one.score / 10**decimals, one.kind)
