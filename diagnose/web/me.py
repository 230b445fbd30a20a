"""我的账号: name, e-mail, password, one-time numbers, all devices; and the notices."""

import pyotp
import segno
from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from diagnose import wording
from diagnose.models import Account
from diagnose.models.people import ADMIN, ENTERPRISE, OFFICER
from diagnose.services import accounts, claims, notices
from diagnose.texts import say
from diagnose.web import here, login, tries
from diagnose.web.person_form import ChangeForm, ProfileForm, change_form
from diagnose.web.visits import remind

blueprint = Blueprint("me", __name__)
ROLES = tuple(login.HOMES)
WITH_TOTP = (OFFICER, ADMIN)
NEW_SECRET = "totp_secret"  # shown, not yet confirmed; only in this person's own session
TOLD = ("profile_saved", "password_saved", "totp_is_on", "totp_is_off")


@blueprint.app_context_processor
def _unread() -> dict[str, int]:
    """``unread``: how many notices wait; one query a request, none for who is not logged in."""
    who = here.account()
    if who is None:
        return {"unread": 0}
    if "unread" not in g:
        with here.reading() as db:
            g.unread = notices.unread(db, who.id)
    return {"unread": g.unread}


@blueprint.get("/me")
def show() -> ResponseReturnValue:
    """Everything about the own account."""
    return _page(login.person(*ROLES))


def _page(
    who: Account, profile: ProfileForm | None = None, change: ChangeForm | None = None, totp_error: str = ""
) -> str:
    told = request.args.get("told", "")
    with here.reading() as db:
        firms = claims.firms(db, who.id) if who.role == ENTERPRISE else []
    return render_template(
        "account/me.html",
        profile=profile or ProfileForm(person=who.name, email=who.email or ""),
        change=change or ChangeForm(),
        firms=firms,
        with_totp=who.role in WITH_TOTP,
        totp_error=totp_error,
        told=say(told) if told in TOLD else "",
    )


@blueprint.post("/me")
def save() -> ResponseReturnValue:
    """Change name and e-mail."""
    who, form = login.person(*ROLES), ProfileForm(request.form)
    if not form.validate():
        return _page(who, profile=form), 422
    with here.writing() as db:
        account = accounts.locked(db, who.id)
        account.name, account.email = form.person.data or "", form.email.data or None
        here.record(db, "profile_changed")
    return redirect(url_for(".show", told="profile_saved"))


@blueprint.post("/me/password")
def password() -> ResponseReturnValue:
    """A new password; every other browser is out, this one stays."""
    who = login.person(*ROLES)
    form = change_form(who.login, request.form)
    if not form.validate():
        return _page(who, change=form), 422
    if not tries.proved(who, form.old.data or ""):
        form.old.errors = [say("password_wrong")]
        return _page(who, change=form), 422
    with here.writing() as db:
        account = accounts.locked(db, who.id)
        accounts.set_password(account, form.password.data or "")
        here.record(db, "password_changed")
    login.sign_in(account)
    return redirect(url_for(".show", told="password_saved"))


@blueprint.post("/me/everywhere")
def everywhere() -> ResponseReturnValue:
    """退出所有设备: all sessions end, this one too."""
    who = login.person(*ROLES)
    with here.writing() as db:
        accounts.locked(db, who.id).epoch += 1
        here.record(db, "logout_everywhere")
    login.sign_out()
    return redirect(url_for("account.login"))


@blueprint.get("/me/totp")
def totp() -> ResponseReturnValue:
    """Show a new key for an authenticator app, as a QR code and as text."""
    who = login.person(*WITH_TOTP)
    if who.totp_secret:
        return redirect(url_for(".show"))
    session.setdefault(NEW_SECRET, pyotp.random_base32())
    return _key_page(who, "")


def _key_page(who: Account, error: str) -> str:
    secret = session[NEW_SECRET]
    address = pyotp.TOTP(secret).provisioning_uri(name=who.login, issuer_name=say("product"))
    picture = segno.make(address, micro=False).svg_data_uri(scale=5, border=4)
    return render_template("account/totp.html", secret=secret, picture=picture, error=error)


@blueprint.post("/me/totp")
def totp_on() -> ResponseReturnValue:
    """Switch it on once the app shows the right number; that number cannot be used to log in any more."""
    who, secret = login.person(*WITH_TOTP), session.get(NEW_SECRET)
    if who.totp_secret or not secret:
        return redirect(url_for(".show"))
    step = accounts.totp_step(secret, request.form.get("totp", ""), wording.now())
    if step is None:
        return _key_page(who, say("totp_wrong")), 422
    with here.writing() as db:
        account = accounts.locked(db, who.id)
        account.totp_secret, account.totp_step = secret, step
        here.record(db, "totp_on")
    session.pop(NEW_SECRET)
    return redirect(url_for(".show", told="totp_is_on"))


@blueprint.post("/me/totp/off")
def totp_off() -> ResponseReturnValue:
    """Switch it off, with the password as proof."""
    who = login.person(*WITH_TOTP)
    if not tries.proved(who, request.form.get("old", "")):
        return _page(who, totp_error=say("password_wrong")), 422
    with here.writing() as db:
        accounts.locked(db, who.id).totp_secret = None
        here.record(db, "totp_off")
    return redirect(url_for(".show", told="totp_is_off"))


@blueprint.get("/notices")
def inbox() -> ResponseReturnValue:
    """The newest notices, each a link to what it is about."""
    who = login.person(*ROLES)
    remind(who)
    with here.reading() as db:
        rows = notices.inbox(db, who.id)
    texts = [(one, say(f"notice_{one.kind}", **one.params)) for one in rows]
    return render_template("account/notices.html", rows=texts)


@blueprint.post("/notices")
def read_all() -> ResponseReturnValue:
    """Mark everything as read."""
    who = login.person(*ROLES)
    with here.writing() as db:
        notices.read_all(db, who.id, wording.now())
    return redirect(url_for(".inbox"))
