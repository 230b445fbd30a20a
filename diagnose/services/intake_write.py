"""The writing of an import: all of it in one transaction of a few seconds, which also says that it is done."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Account, Enterprise, Intake
from diagnose.models.intake import DONE, REFUSED
from diagnose.services import audit, intake_answers, intake_check, intake_firms, jobs, sheets, spans
from diagnose.services.intake_check import Plan, Prepared
from diagnose.services.intake_files import Place, write_outcome
from diagnose.services.intake_rows import no_search_for_cycles
from diagnose.texts import say

AUDIT_CHUNK = 5000


@no_search_for_cycles()
def carry_out(where: Place, intake: Intake, who: Account, job: jobs.Run) -> None:
    """Check every row, then write what is good, or nothing; raises jobs.Cancelled when somebody wants it to stop."""
    try:
        table = sheets.load(where.table(intake.id))
    except FileNotFoundError:
        raise jobs.Refused(say("intake_gone")) from None
    with reading(where.engine) as session:
        ready = intake_check.prepare(where, session, intake, table, job)
    job.tell(say("intake_writing"))
    with writing(where.engine) as session:
        made = intake_check.plan(where, session, ready, lock=True)
        outcome = intake_check.outcome(ready, made)
        refused = bool(outcome.problems) and not intake.partly
        counts = outcome.counts | {"bad": outcome.bad_rows, "rows": outcome.rows}
        if not refused:
            _write(where, session, intake, who, ready, made)
        final = {"state": REFUSED if refused else DONE, "counts": counts}
        session.execute(update(Intake).where(Intake.id == intake.id).values(**final))
        write_outcome(where.report(intake.id), outcome)
        job.stop_if_asked()
    job.message = say(f"intake_told_{'refused' if refused else 'done'}", **{k: f"{v:,}" for k, v in counts.items()})


def _write(
    where: Place,
    session: Session,
    intake: Intake,
    who: Account,
    ready: Prepared,
    made: Plan,
) -> None:
    """All of it, then the statistics once, then the log."""
    now = wording.now()
    if isinstance(made, intake_answers.Plan):
        assert ready.form
        ids = intake_answers.write(session, where.catalog, ready.form, made, now, who.id)
        names = [firm.public_id for _, firm in made.new]
    else:
        ids = intake_firms.write(session, made, wording.today(), now, who.id)
        names = [one.firm.public_id if one.firm else one.values["public_id"] for one in (*made.new, *made.changed)]
    if ids:
        spans.settle(session, ids)
    action = "intake_answers" if ready.form else "intake_firm"
    for start in range(0, len(ids), AUDIT_CHUNK):
        few = zip(ids[start : start + AUDIT_CHUNK], names[start : start + AUDIT_CHUNK], strict=True)
        firms = [Enterprise(id=id_, public_id=name) for id_, name in few]
        audit.record_many(session, where.secret, action, who, [(firm, {"intake": intake.id}) for firm in firms])
    audit.record(session, where.secret, "intake_done", who, None, intake=intake.id, firms=len(ids))
