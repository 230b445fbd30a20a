"""Claim a file that was started without an account; from then on its members open it, not its link."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from diagnose import wording
from diagnose.access import Right, digest
from diagnose.models import Account, Enterprise
from diagnose.models.people import ENTERPRISE
from diagnose.services import claims, tickets
from diagnose.services.accounts import Taken
from diagnose.texts import say
from diagnose.web import errors, here, login
from diagnose.web.join import new_account
from diagnose.web.person_form import AccountForm

blueprint = Blueprint("claim", __name__, url_prefix="/file/<file:public_id>")


@blueprint.get("/claim")
def ask(public_id: str) -> ResponseReturnValue:
    """What claiming means; with the form for an account, unless one is logged in."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN)
    if not _by_link(enterprise):
        return redirect(url_for("files.link", public_id=public_id))
    return _page(enterprise, AccountForm(), quiet=True)


def _by_link(enterprise: Enterprise) -> bool:
    """Whether this browser holds the file's link."""
    return enterprise.link_sha256 is not None and enterprise.link_sha256 == digest(
        here.code_held(enterprise.public_id) or ""
    )


def _page(enterprise: Enterprise, form: AccountForm, quiet: bool = False) -> str:
    return render_template("account/claim.html", enterprise=enterprise, form=form, quiet=quiet)


@blueprint.post("/claim")
def claim(public_id: str) -> ResponseReturnValue:
    """The file becomes that of the account logged in, or of a new one; sent again it is claimed already."""
    with here.reading() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN)
    if not _by_link(enterprise):
        return redirect(url_for("files.link", public_id=public_id))
    who, form = here.account(), AccountForm(request.form)
    if (who and who.role != ENTERPRISE) or (not who and not form.validate()):
        return _page(enterprise, form), 422
    try:
        account, left = _claim(enterprise, who, form)
    except Taken:
        form.login.errors = [say("login_taken")]
        return _page(enterprise, form), 422
    if not who:
        login.sign_in(account)
    response = redirect(url_for("files.link", public_id=left, told="claimed"))
    response.delete_cookie(here.cookie_name(public_id), secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def _claim(enterprise: Enterprise, who: Account | None, form: AccountForm) -> tuple[Account, str]:
    """The account, and the public id of the file it now has; aborts when somebody else claimed it at the same time."""
    now = wording.now()
    with here.writing() as db:
        claims.lock(db, who.id if who else None, enterprise)
        found = db.get(Enterprise, enterprise.id)
        if found is None or found.link_sha256 != enterprise.link_sha256:
            abort(_too_late())
        account = who or new_account(db, form, ENTERPRISE)
        claims.add(db, account, found, now)
        login.note(db, account, "claimed", found)
        left = claims.fold(db, account.id, found, now, here.catalog())
        return account, left.public_id


def _too_late() -> Response:
    current_app.logger.warning("refused %s", "claim of a file that was just claimed")
    return errors.page("claimed", 409)


@blueprint.post("/colleagues")
def invite(public_id: str) -> ResponseReturnValue:
    """A one-time link for a colleague, shown once."""
    now = wording.now()
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN)
        who = _member(enterprise)
        code = tickets.make(db, tickets.INVITE, who, role=ENTERPRISE, enterprise_id=enterprise.id, now=now)
        here.record(db, "invited", enterprise, role=ENTERPRISE)
    return render_template("account/invited.html", enterprise=enterprise, code=code)


@blueprint.post("/colleagues/remove")
def remove(public_id: str) -> ResponseReturnValue:
    """Take a colleague, or oneself, out of the firm; the last one stays."""
    given = request.form.get("account", "")
    with here.writing() as db:
        enterprise = here.enterprise_or_404(db, public_id, Right.OWN, lock=True)
        who = _member(enterprise)
        members = {str(one.id): one for one in claims.colleagues(db, enterprise.id)}
        if str(who.id) not in members:
            abort(404)  # taken out by somebody else a moment ago
        gone = members.get(given)
        if gone is not None:
            if not claims.remove(db, enterprise, gone.id, wording.now()):
                abort(errors.page("last_member", 409))
            here.record(db, "colleague_removed", enterprise, account=gone.id)
    if given == str(who.id):
        return redirect(login.HOMES[ENTERPRISE])
    return redirect(url_for("files.link", public_id=public_id, told="colleague_gone"))


def _member(enterprise: Enterprise) -> Account:
    """Whoever acts here is a member: a file that still has a link has none, and is claimed first."""
    who = here.account()
    if who is None or enterprise.link_sha256 is not None:
        abort(404)
    return who
