"""Start a file, open it by its link, change, hand over, take along, erase."""

from typing import Any

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from diagnose import access, wording
from diagnose.access import Right
from diagnose.models import Division, Enterprise
from diagnose.services import attempts, claims, divisions, drafts, export, files, register
from diagnose.services.dossier import place_name
from diagnose.services.files import Firm
from diagnose.texts import say
from diagnose.web import errors, here, tries
from diagnose.web.firm_form import CodeForm, FirmForm, firm_form, size_profile

blueprint = Blueprint("files", __name__)

COOKIE_SECONDS = 30 * 24 * 3600
TRIES = 20


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """First step: the credit code."""
    session.permanent = True
    return render_template("files/code.html", form=CodeForm())


@blueprint.post("/new")
def new_step() -> ResponseReturnValue:
    """Check the code, then ask for the firm, then start the file; nothing is stored before the last step."""
    step = request.form.get("step")
    if step == "code":
        return _check_code()
    form = firm_form(here.catalog(), request.form)
    if step == "province":
        return render_template("files/firm.html", form=form, quiet=True, enterprise=None, start=_nonce())
    if not form.validate():
        return render_template("files/firm.html", form=form, enterprise=None, start=_nonce()), 422
    return _start(form)


def _nonce() -> str:
    """What makes two sendings of one page the same start; a new one for every new page."""
    return request.form.get("start") or access.new_code()


def _check_code() -> ResponseReturnValue:
    form = CodeForm(request.form)
    if not form.validate():
        return render_template("files/code.html", form=form), 422
    registered = divisions.from_credit_code(form.credit_code.data or "") or ""
    known = firm_form(
        here.catalog(),
        credit_code=form.credit_code.data,
        province=registered[:2].ljust(6, "0") if registered else "",
        division=registered,
        as_of=wording.today(),
    )
    return render_template("files/firm.html", form=known, quiet=True, enterprise=None, start=_nonce())


def _start(form: FirmForm) -> Response:
    """Open the file and its first draft. The page's nonce fixes the link's code, so a double click opens one file."""
    secret = current_app.config["SECRET_KEY"]
    code = access.code_for(secret, request.form["start"]) if request.form.get("start") else access.new_code()
    now = wording.now()
    questionnaire = here.catalog().first_form
    with here.writing() as db:
        firm = _firm(form, _division(db, form))
        enterprise = files.start(db, firm, code, wording.today(), now)
        if enterprise is None:
            code = access.new_code()
            enterprise = files.start(db, firm, code, wording.today(), now) or abort(409)
        drafts.open_draft(db, enterprise, questionnaire, "first", form.as_of.data or wording.today(), now)
        public_id = enterprise.public_id
    return _hold(redirect(url_for("files.link", public_id=public_id, first=1)), public_id, code)


def _division(db: Session, form: FirmForm) -> Division:
    return db.scalars(select(Division).where(Division.code == form.division.data)).one()


def _firm(form: FirmForm, division: Division) -> Firm:
    return Firm(
        form.credit_code.data or "",
        form.name.data or "",
        division,
        form.industry.data or "",
        form.process_type.data or "",
        size_profile(form),
    )


@blueprint.get("/continue")
def resume() -> ResponseReturnValue:
    """继续填写: a link ends here; its code stands behind ``#`` and is never part of a request address."""
    return render_template("files/continue.html", error=None)


@blueprint.post("/continue")
def open_by_code() -> ResponseReturnValue:
    """Exchange the code for a cookie; wrong tries are counted by address."""
    now = wording.now()
    key = attempts.mark(current_app.config["SECRET_KEY"], "continue", request.remote_addr or "")
    with here.reading() as db:
        if attempts.tries(db, key, now) >= TRIES:
            return errors.page("429", 429)
        code = access.normal_code(request.form.get("code", ""))
        found = db.scalar(select(Enterprise.public_id).where(Enterprise.link_sha256 == access.digest(code or "")))
    if found and code:
        return _hold(redirect(url_for("dossier.show", public_id=found)), found, code)
    with here.writing() as db:
        attempts.count_try(db, key, now)
    return render_template("files/continue.html", error=say("link_unknown")), 422


@blueprint.get("/file/<file:public_id>/link")
def link(public_id: str) -> ResponseReturnValue:
    """Show the holder the link, from the holder's own cookie; of a claimed file, which has none, its members."""
    told = request.args.get("told", "")
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN)
        claimed = enterprise.link_sha256 is None
        first = request.args.get("first") and not claimed
        draft = next(iter(drafts.open_drafts(db, enterprise.id)), None) if first else None
        colleagues = claims.colleagues(db, enterprise.id) if claimed else []
    return render_template(
        "files/link.html",
        enterprise=enterprise,
        draft=draft,
        colleagues=colleagues,
        told=say(told) if told in ("claimed", "colleague_gone") else "",
        **_link_of(public_id),
    )


@blueprint.post("/file/<file:public_id>/link")
def replace_link(public_id: str) -> ResponseReturnValue:
    """A new link; the old one, and every browser that used it, is out. A claimed file never gets a link again."""
    code = access.new_code()
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN, lock=True)
        if enterprise.link_sha256 is None:
            abort(404)
        files.replace_link(enterprise, code)
        here.record(db, "link_renewed", enterprise)
    return _hold(redirect(url_for("files.link", public_id=public_id, renewed=1)), public_id, code)


def _link_of(public_id: str) -> dict[str, str]:
    code = here.code_held(public_id) or ""
    return {"code": access.grouped(code), "address": url_for("files.resume", _external=True, _anchor=code)}


@blueprint.route("/file/<file:public_id>/firm", methods=["GET", "POST"])
def firm(public_id: str) -> ResponseReturnValue:
    """Change 企业信息; the credit code stays."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN)
        form = firm_form(here.catalog(), request.form or None, with_as_of=False, **_said(enterprise))
        place = place_name(db, enterprise.places[-1].division)
    if enterprise.verified:  # the register keeps these
        del form.name, form.province, form.division
    form.credit_code.data = enterprise.credit_code
    if request.method == "GET" or request.form.get("step") == "province":
        return render_template("files/firm.html", form=form, quiet=True, enterprise=enterprise, place=place)
    if not form.validate():
        return render_template("files/firm.html", form=form, enterprise=enterprise, place=place), 422
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN, lock=True)
        said = _firm_kept(enterprise, form) if not form.name else _firm(form, _division(db, form))
        register.change(db, enterprise, said, here.account_id(), wording.now())
        here.record(db, "firm_changed", enterprise)
    return redirect(url_for("dossier.show", public_id=public_id))


def _firm_kept(enterprise: Enterprise, form: FirmForm) -> Firm:
    """What a verified firm says: its name and place stay."""
    return Firm(
        enterprise.credit_code,
        enterprise.name,
        enterprise.places[-1].division,
        form.industry.data or "",
        form.process_type.data or "",
        size_profile(form),
    )


def _said(enterprise: Enterprise) -> dict[str, Any]:
    code = enterprise.places[-1].division.code or ""
    return {
        "name": enterprise.name,
        "province": code[:2] + "0000",
        "division": code,
        "industry": enterprise.industry,
        "process_type": enterprise.process_type,
        **enterprise.profile,
    }


@blueprint.get("/file/<file:public_id>/data.json")
def data(public_id: str) -> ResponseReturnValue:
    """Everything the file holds, to take along."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN)
        content = export.export(db, enterprise)
    with here.writing() as db:
        here.record(db, "export", enterprise, sha256=content["sha256"])
    response = jsonify(content)
    response.headers["Content-Disposition"] = f'attachment; filename="{public_id}.json"'
    return response


@blueprint.route("/file/<file:public_id>/erase", methods=["GET", "POST"])
def erase(public_id: str) -> ResponseReturnValue:
    """Delete the file, after a tick and, for who is logged in, the password: a browser left open is not enough."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN)
    if request.method == "GET":
        return render_template("files/erase.html", enterprise=enterprise)
    who, sure = here.account(), request.form.get("sure") == "yes"
    right = who is None or (sure and tries.proved(who, request.form.get("password", "")))
    if not sure or not right:
        return render_template("files/erase.html", enterprise=enterprise, no_tick=not sure, wrong=sure), 422
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN, lock=True)
        proof = export.fingerprint(db, enterprise)
        files.erase_bytes(db, here.store(), enterprise)
        here.record(db, "erase", enterprise, sha256=proof)
        files.erase(db, enterprise)
    return _let_go(redirect(url_for("files.erased")), public_id)


@blueprint.get("/erased")
def erased() -> ResponseReturnValue:
    """The file is gone."""
    return render_template("files/erased.html")


@blueprint.post("/file/<file:public_id>/leave")
def leave(public_id: str) -> ResponseReturnValue:
    """退出: this browser forgets the file; the link still opens it."""
    with here.reading() as db:
        here.enterprise_or_404(db, public_id, Right.OWN)
    return _let_go(redirect(url_for("public.home")), public_id)


@blueprint.get("/divisions/<province>.json")
def places(province: str) -> ResponseReturnValue:
    """The districts of one province, grouped by city, for the page's script."""
    if province not in dict(divisions.provinces()):
        abort(404)
    return jsonify(divisions.choices(province))


def _hold(response: Response, public_id: str, code: str) -> Response:
    response.set_cookie(
        here.cookie_name(public_id),
        code,
        max_age=COOKIE_SECONDS,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _let_go(response: Response, public_id: str) -> Response:
    response.delete_cookie(here.cookie_name(public_id), secure=request.is_secure, httponly=True, samesite="Lax")
    return response
