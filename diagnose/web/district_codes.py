"""What an officer hands out for a firm: an activation code, or a one-time link for a person; each shown once."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.access import Right
from diagnose.models import Account, Enterprise
from diagnose.models.enterprise import OPEN
from diagnose.services import people, tickets
from diagnose.web import here, login

blueprint = Blueprint("district_codes", __name__, url_prefix="/district/firm/<file:public_id>")


@blueprint.post("/code")
def activation(public_id: str) -> ResponseReturnValue:
    """An activation code as a slip to print; the ones before it, if nobody used them, are void."""
    return _hand_out(public_id, tickets.ACTIVATE)


@blueprint.post("/invite")
def invite(public_id: str) -> ResponseReturnValue:
    """A one-time link for a person who will act for the firm."""
    return _hand_out(public_id, tickets.INVITE)


def _hand_out(public_id: str, purpose: str) -> ResponseReturnValue:
    who, now = login.person("officer"), wording.now()
    with here.writing() as db:
        firm = here.enterprise_or_404(db, public_id, Right.MANAGE, lock=True)
        if not firm.verified or firm.status != OPEN:
            abort(404)
        code = _code(db, who, firm, purpose)
        here.record(db, f"firm_{purpose}", firm, code=access.digest(code)[:16])
    back = url_for("district_firm.show", public_id=public_id)
    return once(purpose, code, back, firm=firm, until=tickets.until(purpose, now))


def _code(db: Session, who: Account, firm: Enterprise, purpose: str) -> str:
    now = wording.now()
    people.void_codes(db, firm, purpose, now)
    role = "enterprise" if purpose == tickets.INVITE else None
    return tickets.make(db, purpose, who, role=role, enterprise_id=firm.id, now=now)


def once(purpose: str, code: str, back: str, **more: object) -> str:
    """The page that shows a code, this once: it is stored nowhere."""
    return render_template(
        "district/code.html",
        purpose=purpose,
        code=access.grouped(code),
        door=url_for("join.activate" if purpose == tickets.ACTIVATE else "join.join", _external=True),
        link=url_for("join.join", _external=True, _anchor=code),
        back=back,
        **more,
    )
