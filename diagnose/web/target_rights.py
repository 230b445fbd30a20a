"""Which plans, targets and divisions of the address exist for an officer: the own line up and down, else 404."""

from dataclasses import dataclass

from flask import abort, request
from sqlalchemy.orm import Session

from diagnose import access
from diagnose.models import Account, Division, Plan, Target
from diagnose.web import here


@dataclass(frozen=True)
class Place:
    """A plan as seen from one division of the officer's subtree; ``may_change``: the plan itself is the officer's."""

    who: Account
    plan: Plan
    division: Division
    owner: Division
    may_change: bool


def own_division(who: Account) -> Division:
    """The officer's; 404 for one without."""
    return who.division or abort(404)


def asked_division(db: Session, who: Account) -> Division | None:
    """The division that the address or the form names: of the own subtree, else 404; None when there is no name."""
    number = request.values.get("division", "")
    if not number:
        return None
    return here.division_or_404(db, who, number)


def plan_or_404(db: Session, who: Account, plan_id: int) -> Place:
    """A plan of a division above, of the own one or of one below, seen from the division asked for."""
    own, plan = own_division(who), db.get(Plan, plan_id) or abort(404)
    owner = db.get_one(Division, plan.division_id)
    within = own.path.startswith(owner.path)
    if not within and not owner.path.startswith(own.path):
        abort(404)
    division = asked_division(db, who) or (own if within else owner)
    if not division.path.startswith(owner.path):
        abort(404)
    return Place(who, plan, division, owner, access.oversees(who, owner.path))


def target_or_404(db: Session, who: Account, target_id: int) -> tuple[Target, Place]:
    """A target of such a plan."""
    target = db.get(Target, target_id) or abort(404)
    return target, plan_or_404(db, who, target.plan_id)
