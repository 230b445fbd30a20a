"""The whole cast around two files: 甲企, claimed and visited, and an unclaimed one of whoever holds its link."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Diagnosis, Division, Enterprise, Evidence, FirmFact, Flag, Plan, Target
from diagnose.services.publish import Prepared
from diagnose.web import here
from tests.conftest import Visitor
from tests.diagnose.cast import File, engine, open_file
from tests.diagnose.plan_desk import items, planned
from tests.diagnose.proof import upload
from tests.diagnose.published import firms, gathered, prepared, published
from tests.diagnose.sealing import issued
from tests.diagnose.visit_cast import Story, story
from tests.people import ELSEWHERE, HERE, account, join, logged_in, verified_firm

PEOPLE = (
    "nobody", "holder", "member", "other_member", "advisor", "other_advisor",
    "officer", "city", "other_officer", "admin",
)  # fmt: skip
CITY = "321000"


@dataclass
class Town:
    """Everybody by name, and the numbers that addresses are made of, for 甲企 and for the holder's own file."""

    app: Flask
    story: Story
    file: File
    own: File
    ids: dict[str, int]
    known: dict[str, object]
    known_to_holder: dict[str, object]

    def browser(self, name: str) -> Visitor:
        """A fresh browser of one of PEOPLE."""
        if name in ("nobody", "holder"):
            visitor = Visitor(self.app)
            if name == "holder":
                visitor.client.set_cookie(f"file_{self.own.public_id}", self.own.cookie)
            return visitor
        return logged_in(self.app, self.ids[name])


@contextmanager
def undone() -> Iterator[Session]:
    """In place of here.writing: every request finds the same town."""
    with Session(here.engine(), expire_on_commit=False) as session:
        session.connection()
        yield session
        session.flush()
        session.expunge_all()
        session.rollback()


def town(app: Flask) -> Town:
    """甲企 has submitted, is being visited, and has a piece of evidence and a next draft."""
    told = story(app)
    upload(told.file, visitor=told.file.holder)
    draft = told.file.next_draft("again")
    told.appointed().done("advisor", "visiting")
    with writing(engine(app)) as session:
        firm = session.scalars(select(Enterprise).where(Enterprise.public_id == told.file.public_id)).one()
        firm.link_sha256, firm.verified = None, True
    own = open_file(app, name="乙零部件有限公司").submitted()
    upload(own)
    ids = {"member": told.member, "advisor": told.advisor, "officer": told.officer}
    ids["city"] = account(app, "officer", "市里的", CITY)
    ids["other_officer"] = account(app, "officer", "别处的", ELSEWHERE)
    ids |= {"other_advisor": account(app, "advisor", "别的顾问"), "admin": account(app, "admin", "管理员")}
    ids["other_member"] = account(app, "enterprise", "别家的人")
    join(app, ids["other_member"], verified_firm(app, ELSEWHERE, credit_code="91321003MA1WX9TL3C"))
    place = _street(app)
    general: dict[str, object] = {
        "scheme": "digital-portrait",
        "form": "digital-portrait",
        "edition": "2025",
        "province": "320000",
    }
    general |= {"code": "design", "question": "five_g", "visit_id": told.visit, "account_id": told.officer}
    general |= {"division_id": place, "publication_id": _published(app, place), "intake_id": 1, "bundle_id": 1}
    general |= {"word_kind": "dossier", "template_id": 1}
    general |= _plan(app) | _known(app, told.file.enterprise().id)
    known = general | _numbers(app, draft) | _planned(told.file)
    to_holder = general | _numbers(app, own.next_draft("again")) | _planned(own)
    return Town(app, told, draft, own, ids, known, to_holder)


def _planned(file: File) -> dict[str, object]:
    """A plan of its newest verdict."""
    plan = planned(file)
    return {"roadmap_id": plan, "item_id": items(file, plan)[0]}


def _street(app: Flask) -> int:
    """A street that an admin has added below the district."""
    with writing(engine(app)) as session:
        district = session.scalars(select(Division).where(Division.code == HERE)).one()
        street = Division(parent_id=district.id, name="文汇街道", kind="street", path=f"{district.path}999999/")
        session.add(street)
        session.flush()
        return street.id


def _plan(app: Flask) -> dict[str, object]:
    """A plan of the district: one target that is computed, one by hand."""
    with writing(engine(app)) as session:
        district = session.scalars(select(Division.id).where(Division.code == HERE)).one()
        days = {"starts_on": date(2025, 1, 1), "deadline": date(2027, 12, 31), "made_at": wording.now()}
        what = {"value": "30", "unit": "家", "kind": "stock", "comparator": "ge", "measure": "little_giants"}
        computed = Target(title="国家“小巨人”企业", position=1, note="", **what)
        by_hand = Target(title="新增上市企业", position=2, note="", **(what | {"measure": "", "kind": "flow"}))
        goals = [computed, by_hand]
        plan = Plan(division_id=district, title="区里的计划", source="试验文件 一", targets=goals, **days)
        session.add(plan)
        session.flush()
        return {"plan_id": plan.id, "target_id": computed.id, "by_hand": by_hand.id}


@cache
def _proven() -> Prepared:
    """Numbers of a made-up street, proven fit to publish; its division is filled in later."""
    return prepared(gathered(firms(1, 80, districts=1, industries=2), parts=()))


def _published(app: Flask, division: int) -> int:
    """The street has published them."""
    with writing(engine(app)) as session:
        row = published(_proven())
        row.division_id = division
        session.add(row)
        session.flush()
        return row.id


def _known(app: Flask, firm: int) -> dict[str, object]:
    """A fact about the firm, and a doubt."""
    with writing(engine(app)) as session:
        now, day = wording.now(), date(2025, 1, 1)
        fact = FirmFact(enterprise_id=firm, code="pool", value="", valid_from=day, source="试验名单", recorded_at=now)
        flag = Flag(enterprise_id=firm, code="cloud_over_networked", detail={}, fingerprint="0" * 64, found_at=now)
        session.add_all([fact, flag])
        session.flush()
        return {"fact_id": fact.id, "flag_id": flag.id}


def _numbers(app: Flask, file: File) -> dict[str, object]:
    with reading(engine(app)) as session:
        firm = file.enterprise().id
        verdict = session.scalars(select(Diagnosis.id).where(Diagnosis.enterprise_id == firm)).first()
        piece = session.scalars(select(Evidence.id).where(Evidence.enterprise_id == firm)).first()
    document = issued(app, file).row
    return {
        "document_id": document.id,
        "number": document.number,
        "public_id": file.public_id,
        "assessment_id": file.draft_id,
        "diagnosis_id": verdict,
        "evidence_id": piece,
    }
