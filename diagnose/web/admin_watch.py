"""What runs here and how it goes: schemes, jobs, audit log, backups. Only looked at; all of it is done by commands.

There is no button for a backup, and no download. The file holds every firm's data and the key: where it goes is for
whoever runs the machine to decide, and a stolen admin session must not be enough to carry everything away.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from diagnose import wording
from diagnose.models import Account, Diagnosis, Job
from diagnose.models.job import DONE
from diagnose.models.people import ADMIN
from diagnose.services import audit_check, deeds, jobs
from diagnose.web import here, login
from diagnose.web.log import before
from scoring.model import Ruleset

blueprint = Blueprint("admin_watch", __name__, url_prefix="/admin")

LATE = timedelta(days=7)  # a backup older than this is said to be late


@blueprint.get("/schemes")
def schemes() -> ResponseReturnValue:
    """The rulers that are loaded, what is 待核 in each, and how many verdicts stand on each file."""
    login.person(ADMIN)
    key = (Diagnosis.scheme, Diagnosis.edition, Diagnosis.ruleset_sha256)
    with here.reading() as db:
        rows = db.execute(select(*key, func.count()).group_by(*key).order_by(*key)).all()
    loaded = here.catalog().rulesets.values()
    verdicts = {tuple(row[:3]): row[3] for row in rows}
    known = {(one.scheme, one.edition, one.sha256) for one in loaded}
    return render_template(
        "admin/schemes.html",
        loaded=[(one, _open_points(one), verdicts.get((one.scheme, one.edition, one.sha256), 0)) for one in loaded],
        strange=[row for row in rows if tuple(row[:3]) not in known],
    )


def _open_points(rules: Ruleset) -> int:
    """How many things are still 待核: the whole, dimensions, indicators and levels count one each."""
    parts: list[Any] = [rules, *rules.dimensions, *rules.indicators, *rules.levels]
    return sum(bool(part.check) for part in parts)


@blueprint.get("/jobs")
def job_list() -> ResponseReturnValue:
    """Long work, newest first."""
    login.person(ADMIN)
    with here.reading() as db:
        found = jobs.latest(db)
        ids = {one.started_by_id for one in found if one.started_by_id}
        names = {one.id: one.name for one in db.scalars(select(Account).where(Account.id.in_(ids)))}
    return render_template("admin/jobs.html", jobs=_with_state(found), names=names)


@blueprint.get("/audit")
def audit() -> ResponseReturnValue:
    """Everything that was done, without what is in any file, and how the last check went."""
    login.person(ADMIN)
    with here.reading() as db:
        page = deeds.of_all(db, before())
        end = audit_check.head(db)
        last = _with_state(jobs.latest(db, "verify", 1))
    return render_template("admin/audit.html", page=page, end=end, last=last)


@blueprint.get("/backup")
def backup() -> ResponseReturnValue:
    """The last backups, and how to make one."""
    login.person(ADMIN)
    with here.reading() as db:
        found = jobs.latest(db, "backup", limit=20)
    done = next((one for one in found if one.state == DONE), None)
    late = done is None or done.ended_at is None or wording.now() - done.ended_at > LATE
    return render_template("admin/backup.html", jobs=_with_state(found), late=late)


def _with_state(found: list[Job]) -> list[tuple[Job, str]]:
    return [(one, jobs.state(one, wording.now())) for one in found]
