"""Two files of one firm in the own district become one; the officer sees both and says which stays."""

import re
from collections.abc import Sequence

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.access import Right
from diagnose.models import Enterprise
from diagnose.services import firm_list, joining, register
from diagnose.services.joining import CannotJoin
from diagnose.services.register import Changed
from diagnose.texts import say
from diagnose.web import here, login
from diagnose.web.addresses import PublicId
from diagnose.web.district import WORDS
from diagnose.web.district_firm import changed, seen

blueprint = Blueprint("district_merge", __name__, url_prefix="/district/firm/<file:public_id>")


@blueprint.get("/merge")
def merge(public_id: str) -> ResponseReturnValue:
    """Choose the other file when there are several, then which of the two stays."""
    login.person("officer")
    return _page(public_id, request.args.get("other"))


@blueprint.post("/merge")
def join(public_id: str) -> ResponseReturnValue:
    """Join them. The same page sent twice ends where the first ended."""
    who = login.person("officer")
    other, stays = request.form.get("other", ""), request.form.get("stays", "")
    if other and not re.fullmatch(PublicId.regex, other):
        abort(404)
    if stays not in (public_id, other):
        return _page(public_id, other, say("stays_missing"))
    goes = other if stays == public_id else public_id
    try:
        with here.writing() as db:
            if register.joined_into(db, goes) != stays:
                _join(db, public_id, other, stays, who.id)
            here.enterprise_or_404(db, stays, Right.MANAGE)
    except Changed:
        return changed()
    except CannotJoin as error:
        current_app.logger.warning("refused %s", "join")
        return _page(public_id, other, str(error))
    return redirect(url_for("district_firm.show", public_id=stays, done="merge"))


def _join(db: Session, public_id: str, other: str, stays: str, by: int) -> None:
    files = {one: here.enterprise_or_404(db, one, Right.MANAGE) for one in (public_id, other)}
    goes = files[other if stays == public_id else public_id]
    joining.lock(db, [one.id for one in files.values()])
    if register.joined_into(db, goes.public_id) == stays:
        return
    for one, name in ((public_id, "seen"), (other, "seen_other")):
        register.check_version(db, files[one], seen(name))
    here.record(db, "firm_merge", goes, into=stays)
    here.record(db, "firm_merge", files[stays], joined=goes.public_id)
    joining.join(db, goes, files[stays], by, wording.now(), here.catalog())


def _page(public_id: str, other: str | None, problem: str = "") -> ResponseReturnValue:
    who = login.person("officer")
    catalog = here.catalog()
    rules = catalog.rulesets[catalog.first_form.schemes[0]]
    with here.reading() as db:
        firm = here.enterprise_or_404(db, public_id, Right.MANAGE)
        others = register.duplicates(db, who, firm)
        chosen = _chosen(others, other)
        rows = [firm_list.one(db, each, rules.scheme) for each in (firm, chosen) if each and chosen]
        versions = [register.version(db, each) for each in (firm, chosen) if each and chosen]
    page = render_template(
        "district/merge.html",
        firm=firm,
        others=others,
        rows=rows,
        versions=versions,
        rules=rules,
        words=WORDS,
        problem=problem,
    )
    return page, 422 if problem else 200


def _chosen(others: Sequence[Enterprise], other: str | None) -> Enterprise | None:
    """The other file: the only one, or the one asked for; 404 for one that is none of them."""
    if not other:
        return others[0] if len(others) == 1 else None
    return next((each for each in others if each.public_id == other), None) or abort(404)
