"""One-time links and activation codes: a new account, a new password, or a firm to act for."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Account, Enterprise, Ticket
from diagnose.models.people import ENTERPRISE
from diagnose.services import accounts, claims, joining, tickets
from diagnose.services.accounts import Taken
from diagnose.services.tickets import Unusable
from diagnose.texts import say
from diagnose.web import account as accounts_web
from diagnose.web import here, login, tries
from diagnose.web.person_form import AccountForm, PasswordForm

blueprint = Blueprint("join", __name__)


@blueprint.get("/join")
def join() -> ResponseReturnValue:
    """A one-time link ends here; its code stands behind ``#`` and is never part of a request address."""
    return render_template("account/join.html", error="", by_hand=False)


@blueprint.get("/activate")
def activate() -> ResponseReturnValue:
    """An activation code, as an officer handed it out, is typed in here."""
    return render_template("account/join.html", error="", by_hand=True)


@blueprint.post("/join")
def open_code() -> ResponseReturnValue:
    """Whatever the code is for: first show what it does, then (``step`` save or join) do it."""
    code, now = tickets.read_code(request.form.get("ticket", "")), wording.now()
    attempt = tries.begin()
    try:
        with here.reading() as db:
            ticket = tickets.look(db, code, now)
            owner, firm = db.get(Account, ticket.account_id or 0), tickets.enterprise(db, ticket)
    except Unusable as refused:
        return _refused(refused)
    with here.writing() as db:
        attempt.was_right(db)
    try:
        if ticket.purpose == tickets.RESET:
            return _reset(code, owner)
        return _invited(code, ticket, firm)
    except Unusable as refused:
        return _refused(refused)


def _refused(refused: Unusable) -> ResponseReturnValue:
    current_app.logger.warning("refused %s", "one-time code")
    by_hand = request.form.get("by_hand") == "yes"
    return render_template("account/join.html", error=str(refused), by_hand=by_hand), 422


def _reset(code: str, owner: Account | None) -> ResponseReturnValue:
    """A new password for the account the link was made for; all its sessions end."""
    if owner is None or not owner.active:
        raise Unusable(say("ticket_gone"))
    form = PasswordForm(request.form)
    form.owner = owner.login
    if request.form.get("step") != "save":
        return render_template("account/reset.html", form=PasswordForm(), quiet=True, code=code, owner=owner)
    if not form.validate():
        return render_template("account/reset.html", form=form, code=code, owner=owner), 422
    with here.writing() as db:
        now = wording.now()
        account = accounts.locked(db, owner.id)
        tickets.use(db, code, now)
        accounts.set_password(account, form.password.data or "")
        tickets.void_resets(db, account.id, now)
        login.note(db, account, "password_reset")
    login.sign_out()
    return redirect(url_for("account.login", told="reset_done"))


def _invited(code: str, ticket: Ticket, firm: Enterprise | None) -> ResponseReturnValue:
    """A new account, or, for who has one and is logged in, the firm."""
    if ticket.enterprise_id and firm is None:
        raise Unusable(say("ticket_gone"))
    who, role = here.account(), ticket.role or ENTERPRISE
    if who:
        return _with_account(code, who, firm, role)
    page = {"code": code, "role": role, "firm": firm}
    form = AccountForm(request.form)
    if request.form.get("step") != "save":
        return render_template("account/new.html", form=AccountForm(), quiet=True, **page)
    if not form.validate():
        return render_template("account/new.html", form=form, **page), 422
    try:
        account = _make(code, form, role, firm)
    except Taken:
        form.login.errors = [say("login_taken")]
        return render_template("account/new.html", form=form, **page), 422
    login.sign_in(account)
    return redirect(accounts_web.home(account))


def _make(code: str, form: AccountForm, role: str, firm: Enterprise | None) -> Account:
    """Use the ticket and make the account, both or neither; the firm's row before the ticket's and the log's."""
    now = wording.now()
    with here.writing() as db:
        if firm:
            joining.lock(db, [firm.id])
        ticket = tickets.use(db, code, now)
        found = tickets.enterprise(db, ticket, lock=True)
        account = new_account(db, form, role, ticket.division_id)
        if found:
            claims.add(db, account, found, now)
            login.note(db, account, "joined", found, purpose=ticket.purpose)
    return account


def new_account(db: Session, form: AccountForm, role: str, division_id: int | None = None) -> Account:
    """Make an account of what somebody filled in; raises Taken."""
    account = accounts.create(
        db, form.login.data or "", form.person.data or "", form.password.data or "", role, wording.now(), division_id
    )
    login.note(db, account, "account_made", account=account.id)
    return account


def _with_account(code: str, who: Account, firm: Enterprise | None, role: str) -> ResponseReturnValue:
    """Who is logged in for firms joins this one; others are told to log out first."""
    if firm is None or not who.role == role == ENTERPRISE:
        return render_template("account/other.html", role=role)
    if request.form.get("step") != "join":
        with here.reading() as db:
            shared = claims.shared(db, who.id, firm)
        return render_template("account/add.html", shared=shared, code=code, firm=firm)
    return _join(code, who, firm)


def _join(code: str, who: Account, firm: Enterprise) -> ResponseReturnValue:
    now = wording.now()
    with here.writing() as db:
        claims.lock(db, who.id, firm)
        ticket = tickets.use(db, code, now)
        found = tickets.enterprise(db, ticket, lock=True)
        if found is None:
            raise Unusable(say("ticket_gone"))
        if claims.add(db, who, found, now):
            here.record(db, "joined", found, purpose=ticket.purpose)
        if ticket.purpose == tickets.ACTIVATE:
            also = request.form.get("also") == "yes"
            found = claims.fold(db, who.id, found, now, here.catalog(), also)
        public_id = found.public_id
    return redirect(url_for("dossier.show", public_id=public_id))
