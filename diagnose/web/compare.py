"""比较: two verdicts of a file side by side, chosen from all it has."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose.models import Enterprise
from diagnose.reports.charts import Axis, radar_svg
from diagnose.services.compare_choice import choices, first_and_last
from diagnose.services.comparison import Comparison, End, NotComparable, compare
from diagnose.services.verdicts import Verdicts
from diagnose.texts import say
from diagnose.web import here
from diagnose.web.addresses import row_number

blueprint = Blueprint("compare", __name__, url_prefix="/file/<file:public_id>/compare")


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    """Two verdicts, those asked for or the first and the newest; what cannot be compared is said, and asked again."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        record = Verdicts(db, here.catalog(), enterprise.id)
        chosen = _asked() or first_and_last(record, request.args.get("scheme", ""), request.args.get("kind", ""))
        found, refused = _compared(db, record, chosen)
        page = render_template(
            "compare/show.html",
            enterprise=enterprise,
            choices=choices(db, record),
            chosen=chosen or (0, 0),
            found=found,
            refused=refused,
        )
    return page, 422 if refused else 200


@blueprint.get("/radar.svg")
def radar(public_id: str) -> Response:
    """Both verdicts in one radar."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id)
        found = _radar_of(db, enterprise)
    return Response(found, mimetype="image/svg+xml")


def _radar_of(db: Session, enterprise: Enterprise) -> bytes:
    record = Verdicts(db, here.catalog(), enterprise.id)
    found, _ = _compared(db, record, _asked())
    if found is None:
        abort(404)
    (line, dashed), axes = overlaid(found)
    names = {"own": _legend(line), "compare": _legend(dashed)}
    return radar_svg(axes, title=say("compare_radar_title"), not_applicable=say("compare_not_applicable"), **names)


def overlaid(found: Comparison) -> tuple[tuple[End, End], list[Axis]]:
    """Whose line is solid and whose dashed, with the axes: the newer one solid; of two kinds the firm's own."""
    swapped = not found.one_kind and found.before.diagnosis.kind == "self"
    ends = (found.before, found.after) if swapped else (found.after, found.before)
    axes = [Axis(each.title, *(each.shares if swapped else each.shares[::-1])) for each in found.dimensions]
    return ends, axes


def _legend(end: End) -> str:
    return say("compare_legend", name=end.name, edition=end.rules.edition)


def _asked() -> tuple[int, int] | None:
    """The numbers in the address; 404 for what cannot be one, None when none is given."""
    texts = [request.args.get(name) for name in ("a", "b")]
    if texts == [None, None]:
        return None
    first, second = (row_number(text or "") for text in texts)
    return (first, second) if first is not None and second is not None else abort(404)


def _compared(db: Session, record: Verdicts, chosen: tuple[int, int] | None) -> tuple[Comparison | None, str]:
    """The comparison, or why there is none; 404 for verdicts of another file."""
    if chosen is None:
        return None, ""
    try:
        return compare(db, record, *chosen), ""
    except NotComparable as refused:
        return None, str(refused)
    except LookupError:
        abort(404)
