"""发布: prepare what a division may make public, prove it, let it go out, take it down.

Preparing is slow (seconds) and holds no lock; letting go out is quick: it locks the top of the tree, sees whether
anything related was published meanwhile, and inserts. So two officers can never publish two pages that are safe each
and unsafe together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Division, Publication
from diagnose.services import publish_content, publish_means
from diagnose.services.publish_content import Content
from diagnose.services.publish_gather import Gathered, gather
from diagnose.services.publish_means import ToldMeans
from diagnose.services.publish_names import about
from diagnose.services.publish_rules import RULES, Rules
from diagnose.services.publish_truth import Cell, Truth, from_json, padded, rests, table
from scoring import disclosure
from scoring.disclosure import NotSafe, Table
from scoring.ruleset import Ruleset

Names = Callable[[Truth], Mapping[str, Any]]
KEPT = 0.2  # what was withheld last time is withheld again rather than something else


class Refused(ValueError):
    """It cannot be published; ``key`` names the text that says why, ``cell`` the count that cannot be protected."""

    def __init__(self, key: str, cell: Cell | None = None) -> None:
        super().__init__(key)
        self.key, self.cell = key, cell


class Changed(ValueError):
    """Something related was published after the proof was made."""


@dataclass(frozen=True)
class Prepared:
    """A publication that is proven and has not gone out. ``seen``: the newest related one that the proof knows."""

    truth: Truth
    content: Content
    proof: dict[str, Any]
    sha256: str
    seen: int
    reasons: Mapping[Cell, str]
    means: Mapping[str, str | None]


def prepare(
    session: Session,
    catalog: Catalog,
    division: Division,
    as_of: date,
    ruler: Ruleset,
    basis: int,
    rules: Rules = RULES,
) -> Prepared:
    """What may go out of this division at a month's end, with the proof. Raises Refused."""
    gathered = gather(session, division, as_of, ruler, basis)
    if min(gathered.truth.whole.scope, gathered.truth.whole.n) < rules.minimum:
        raise Refused("publish_few")
    names = partial(about, session, catalog, division, ruler)
    return prove(gathered, related(session, division), names, rules)


def prove(gathered: Gathered, before: Sequence[Publication], names: Names, rules: Rules) -> Prepared:
    """Withhold what must be, put the content together, and check that very content once more."""
    earlier = [_Earlier(one, rules.minimum) for one in _linked(before, gathered.truth, rules.linked_days)]
    truth = padded(gathered.truth, [one.truth for one in earlier])
    truth = truth.apart(_told_of_other_months(truth, earlier), rules.minimum)
    gathered = replace(gathered, truth=truth)
    known = [one.table for one in earlier] + rests([one.truth for one in earlier] + [truth], rules.minimum)
    offered = _favouring(table(truth, rules.minimum), earlier)
    means = publish_means.withheld(gathered, [one.means for one in earlier], rules)
    try:
        found = disclosure.protect([offered], known, rules.minimum, rules.apart)
        shown = publish_content.content(gathered, found.told, means, rules, names(truth))
        going_out = table(truth, rules.minimum, publish_content.told(shown, truth))
        proof = disclosure.check([going_out], known, rules.minimum, rules.apart, found.moves)
    except NotSafe as refused:
        raise Refused("publish_not_safe", refused.cell) from refused
    reasons = dict.fromkeys(found.few, "few") | dict.fromkeys(found.complement, "complement")
    withheld = [[*cell, *proof[cell], reasons.get(cell, "rest")] for cell in sorted(going_out.secret)]
    return Prepared(
        truth=truth,
        content=shown,
        proof={"truth": truth.to_json(), "withheld": withheld, "checked": len(proof), "earlier": len(earlier)},
        sha256=publish_content.sha256(shown),
        seen=max((one.id for one in before), default=0),
        reasons=reasons,
        means=means,
    )


def _linked(before: Sequence[Publication], truth: Truth, days: int) -> list[Publication]:
    """Those whose counts may be the same unknowns: all of that day, the division's own of about a year, and of each
    division related to it the newest. Of the others every count is an unknown of its own: they can tell nothing.
    """
    near = [one for one in before if abs((one.as_of - truth.as_of).days) <= days]
    order = sorted(near, key=lambda one: (one.as_of, one.id))
    newest = {(one.division_id, one.ruler, one.basis): one.id for one in order}.values()
    return [one for one in near if one.as_of == truth.as_of or one.division_id == truth.division or one.id in newest]


def _told_of_other_months(truth: Truth, earlier: Sequence["_Earlier"]) -> frozenset[Cell]:
    return frozenset().union(*(one.table.told for one in earlier if one.truth.as_of != truth.as_of))


class _Earlier:
    """A publication as the checker sees it; a withdrawn one is known all the same."""

    def __init__(self, row: Publication, minimum: int) -> None:
        self.truth = from_json(row.proof["truth"])
        self.table: Table = table(self.truth, minimum, publish_content.told(row.content, self.truth))
        self.means = ToldMeans(self.truth, publish_content.told_means(row.content))


def _favouring(offered: Table, earlier: Sequence[_Earlier]) -> Table:
    """Counts that were withheld before cost less, so that from month to month the same ones stay withheld.

    Otherwise a count that is shown this month would tell about what the one withheld last month was.
    """
    before = {cell[:-1] for one in earlier for cell in one.table.secret}
    kept = {cell: cost * KEPT for cell, cost in offered.cost.items() if cell[:-1] in before}
    return replace(offered, cost={**offered.cost, **kept})


def _top(session: Session, division: Division) -> str:
    """The path of the highest division above this one, or itself, that ever published anything."""
    above = [int(part) for part in division.path.strip("/").split("/")]
    published = select(Publication.division_id).distinct()
    query = select(func.min(Division.path)).where(Division.id.in_(above), Division.id.in_(published))
    return session.scalar(query) or division.path


def related(session: Session, division: Division) -> Sequence[Publication]:
    """All publications ever that speak of firms of the same divisions, oldest first."""
    below = Division.path.startswith(_top(session, division))
    query = select(Publication).join(Division, Division.id == Publication.division_id).where(below)
    return session.scalars(query.order_by(Publication.id)).all()


def publish(session: Session, division: Division, prepared: Prepared, by: int, now: datetime) -> Publication:
    """Let it go out, in the caller's transaction; raises Changed, or Refused when the same stands there already."""
    root = int(division.path.strip("/").split("/")[0])
    session.get_one(Division, root, with_for_update={"key_share": True}, populate_existing=True)
    newest = related(session, division)
    if max((one.id for one in newest), default=0) != prepared.seen:
        raise Changed
    if any(one.sha256 == prepared.sha256 and one.withdrawn_at is None for one in newest):
        raise Refused("publish_same")
    made = Publication(
        division_id=division.id,
        as_of=prepared.truth.as_of,
        ruler=prepared.truth.ruler,
        basis=prepared.truth.basis,
        content=prepared.content,
        proof=prepared.proof,
        sha256=prepared.sha256,
        published_at=now,
        by_id=by,
    )
    session.add(made)
    session.flush()
    return made


def withdraw(row: Publication, by: int, reason: str, now: datetime) -> bool:
    """Show it no more; what it told stays known to every later check. False when it was withdrawn before."""
    if row.withdrawn_at is not None:
        return False
    row.withdrawn_at, row.withdrawn_by_id = now, by
    row.proof = {**row.proof, "withdrawn_because": reason}
    return True
