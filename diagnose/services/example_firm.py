"""A synthetic firm (合成数据) for trying templates: three verdicts and an onsite one, in a database of its own."""

from datetime import datetime, time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog, load_catalog
from diagnose.db import Base, make_engine, writing
from diagnose.models import Account, Assessment, Enterprise, Visit
from diagnose.models.people import ADVISOR
from diagnose.models.visit import ADOPTED, CONFIRMED, FINAL, VISITING
from diagnose.services import demo, onsite, submit, visits
from diagnose.services.document import gather
from diagnose.services.document_values import DocumentContent, Kind
from diagnose.services.onsite_draft import onsite_draft
from diagnose.store import Folder
from diagnose.texts import say


def example(kind: Kind, folder: Path) -> DocumentContent:
    """The content of a document about it; ``folder`` is empty and thrown away afterwards."""
    engine = make_engine(f"sqlite:///{folder / 'example.sqlite3'}")
    Base.metadata.create_all(engine)
    catalog = load_catalog()
    with writing(engine) as session:
        enterprise = demo.example(session, catalog)
        _visited(session, catalog, enterprise)
        found = gather(session, catalog, Folder(folder / "evidence"), enterprise, kind=kind)
    engine.dispose()
    assert found is not None  # it has verdicts of both kinds
    return found


def _visited(session: Session, catalog: Catalog, enterprise: Enterprise) -> None:
    """An advisor adopts all that the firm said."""
    base = session.scalars(select(Assessment).order_by(Assessment.id.desc())).first()
    assert base is not None
    now = datetime.combine(base.as_of, time(12), wording.SHANGHAI)
    advisor = Account(login=ADVISOR, name=say("template_advisor"), role=ADVISOR, password_hash="", created_at=now)
    session.add(advisor)
    session.flush()
    visit = visits.appoint(session, base, advisor, base.as_of, None, advisor, now)
    visit.state = VISITING
    session.flush()
    for question in catalog.forms[base.form_name].questions:
        _adopt(session, catalog, visit, question.code, advisor.id, now)
    visits.add_step(session, visit, "paper", CONFIRMED, advisor, say("template_signed"), now)
    visit.state = FINAL
    adopted = onsite.adopted_codes(session, catalog, visit)
    submit.submit(session, catalog, enterprise, visit.assessment, now, advisor.id, adopted)


def _adopt(session: Session, catalog: Catalog, visit: Visit, code: str, by: int, now: datetime) -> None:
    question, seen = catalog.dictionary.indicators[code], onsite_draft(session, catalog, visit)
    if not seen.done(question):
        choice = ADOPTED if seen.has_own(question) or seen.own_reading.applies(question) else "verified"
        onsite.save(session, catalog, visit, question, {}, choice, "", seen.version(question), "", by, now)
