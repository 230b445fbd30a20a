"""What the pages of people with accounts show: a town with firms in every state of a visit."""

from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import update

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Enterprise, Notice
from diagnose.services import drafts, jobs
from questionnaires.parse import typed_again
from tests.conftest import Visitor
from tests.diagnose.cast import File, engine, open_file
from tests.diagnose.photos import PDF, jpeg
from tests.diagnose.proof import upload
from tests.diagnose.town import Town, town
from tests.diagnose.visit_cast import Story
from tests.firms import DISCRETE
from tests.people import HERE, account, assign, join, logged_in, verified_firm

LONG_NAME = "扬州市邗江区文汇街道第三工业园精密零部件联合制造股份有限公司"
# What the advisor of the finished visit found instead of what the firm had said.
FOUND = {**DISCRETE, "key_processes_cnc": 4, "equipment_networked": 10, "smart_factory": "A", "quality_change": "A"}
STATES = ("appointed", "written", "confirmed", "final", "cancelled")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass
class Scene:
    """A town, further people, and ``known``: addresses and numbers by the name that a table of pages uses."""

    town: Town
    known: dict[str, object] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    @property
    def app(self) -> Flask:
        return self.town.app

    def browser(self, who: str) -> Visitor:
        """A fresh browser of one of the town's people or of one of the further ones."""
        return logged_in(self.app, self.people[who]) if who in self.people else self.town.browser(who)


def scene(app: Flask) -> Scene:
    """The town, a firm for each state of a visit, a firm that was closed, notices, jobs and people without anything."""
    made = Scene(town(app))
    told = made.town.story
    with_colleagues(made)
    stories = {state: visited(told, state) for state in STATES}
    ready = another(told, "待约现场诊断有限公司")
    made.known |= {f"visit_{state}": one.visit for state, one in stories.items()} | {"visit_visiting": told.visit}
    made.known |= {f"file_{state}": one.file.public_id for state, one in stories.items()}
    made.known |= {"public_id": told.file.public_id, "own": made.town.own.public_id, "ready": ready.file.public_id}
    made.known |= {"ready_base": ready.base, "base": told.base, "officer": told.officer, "advisor": told.advisor}
    made.known |= {name: made.town.known[name] for name in ("plan_id", "target_id", "by_hand", "publication_id")}
    made.known |= {name: made.town.known[name] for name in ("diagnosis_id", "roadmap_id", "item_id", "number")}
    made.known |= {"draft": made.town.file.draft_id, "street": made.town.known["division_id"]}
    made.known |= {"onsite": told.row().assessment_id, "closed": closed(app)}
    for name, role, division in (
        ("本区顾问", "advisor", HERE),
        ("本区专员", "advisor", HERE),
        ("新企业", "enterprise", None),
    ):
        made.people[name] = account(app, role, name, division)
    made.people["careful"] = account(app, "officer", "谨慎的负责人", HERE, totp_secret=SECRET)
    assign(app, made.people["本区专员"], told.file.enterprise().id, "specialist")
    evidence_of(told)
    busy(app, told)
    with writing(engine(app)) as session:
        session.execute(
            update(Enterprise)
            .where(Enterprise.public_id == told.file.public_id)
            .values(contact_name="李经理", contact_phone="0514-8000 0000")
        )
    return made


def another(told: Story, name: str) -> Story:
    """One more firm of the same people, with a submitted self-assessment."""
    file = open_file(told.app, name=name).submitted()
    firm = file.enterprise().id
    join(told.app, told.member, firm)
    assign(told.app, told.advisor, firm)
    return Story(told.app, file, told.member, told.advisor, told.officer, file.draft_id)


def visited(told: Story, state: str) -> Story:
    """A firm whose visit has come to this state."""
    one = another(told, f"{state}{LONG_NAME}").appointed()
    if state == "cancelled":
        return one.done("advisor", "cancelled", "企业停产检修，改期再约。")
    if state == "appointed":
        return one
    one.done("advisor", "visiting").answered()
    with writing(engine(told.app)) as session:
        drafts.save(session, one.row().assessment_id, typed_again(FOUND), wording.now(), told.advisor)
    one.done("advisor", "written")
    if state in ("confirmed", "final"):
        one.done("member", "confirmed")
    return one.done("advisor", "final") if state == "final" else one


def with_colleagues(made: Scene) -> None:
    for name in ("王工", "一个名字特别特别特别长的同事兼质量管理部部长助理"):
        join(made.app, account(made.app, "enterprise", name), made.town.story.file.enterprise().id)


def closed(app: Flask) -> str:
    """A closed firm of the district."""
    firm = verified_firm(app, HERE, name=LONG_NAME, credit_code="91321003MA1WXAAAXX", status="closed")
    with writing(engine(app)) as session:
        return session.get_one(Enterprise, firm).public_id


def evidence_of(told: Story) -> None:
    """Pictures and a PDF beside one answer of the firm's draft and of the visit."""
    onsite = File(
        told.app, told.browser("advisor"), told.file.address, f"{told.file.address}/fill/{told.row().assessment_id}"
    )
    upload(onsite, (jpeg((800, 600)), f"{LONG_NAME}车间.jpg"), (PDF, "采购合同.pdf"))


def busy(app: Flask, told: Story) -> None:
    """Jobs of every end, and notices that nobody has read."""
    with jobs.running(engine(app), "backup") as run:
        run.message = "diagnose-20260301-0200.tar.gz，123.4 MB"
    with jobs.running(engine(app), "rescore", total=1200) as run:
        run.advance(300)
    with writing(engine(app)) as session:
        for who in (told.advisor, told.member):
            note = {"kind": "assigned", "params": {}, "address": "/visits/", "created_at": wording.now()}
            session.add(Notice(account_id=who, **note))
