"""A half-filled draft in the database of a running server, and what its holder's browser would send."""

import re
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from diagnose import wording
from diagnose.access import new_code
from diagnose.catalog import load_catalog
from diagnose.config import database_url
from diagnose.db import make_engine, writing
from diagnose.models import Division
from diagnose.services import drafts, files
from diagnose.web.here import cookie_name
from questionnaires.parse import typed_again
from tests.firms import CREDIT_CODE, DISCRETE, FIRM

SECTION = "production"
QUESTION = "cnc_rate"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Holder:
    """The browser of whoever holds the file: its cookies and the token of its page."""

    page: str
    answer: str
    cookies: str
    token: str

    def get(self) -> str:
        """The request for the form page."""
        return f"GET {self.page} HTTP/1.1\r\n{self._head()}\r\n"

    def post(self, cnc: int, total: int) -> str:
        """The request of the page's script that saves one answer."""
        body = urlencode({"key_processes_cnc": cnc, "key_processes_total": total})
        head = self._head() + f"Accept: application/json\r\nX-CSRFToken: {self.token}\r\n"
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        return f"POST {self.answer} HTTP/1.1\r\n{head}{kind}\r\n{body}"

    def _head(self) -> str:
        return f"Host: 127.0.0.1\r\nCookie: {self.cookies}\r\n"


def half_filled(var: Path, port: int) -> Holder:
    """Make the draft in the database of ``var``, open its page once on ``port``, and keep the cookie and token."""
    public_id, assessment, code = _store(var)
    base = f"/file/{public_id}/fill/{assessment}"
    held = f"{cookie_name(public_id)}={code}"
    request = urllib.request.Request(f"http://127.0.0.1:{port}{base}/page/{SECTION}", headers={"Cookie": held})
    with urllib.request.urlopen(request) as answer:
        token = TOKEN.search(answer.read().decode())
        session = answer.headers["Set-Cookie"].partition(";")[0]
    assert token
    return Holder(f"{base}/page/{SECTION}", f"{base}/answer/{QUESTION}", f"{held}; {session}", token[1])


def _store(var: Path) -> tuple[str, int, str]:
    """Public id of a new file, id of its draft with the first half of the answers, and the code of its link."""
    engine, form = make_engine(database_url(var)), next(iter(load_catalog().forms.values()))
    code, now, today = new_code(), wording.now(), wording.today()
    asked = [fact.code for question in form.questions for fact in question.facts]
    half = {name: DISCRETE[name] for name in asked[: len(asked) // 2]}
    with writing(engine) as session:
        division = session.scalars(select(Division).where(Division.code == FIRM["division"])).one()
        profile = {"staff": int(FIRM["staff"]), "revenue": FIRM["revenue"]}
        firm = files.Firm(CREDIT_CODE, FIRM["name"], division, FIRM["industry"], FIRM["process_type"], profile)
        enterprise = files.start(session, firm, code, today, now)
        assert enterprise is not None  # the code is new
        draft = drafts.open_draft(session, enterprise, form, "first", today - timedelta(days=1), now)
        drafts.save(session, draft.id, typed_again(half), now)
    engine.dispose()
    return enterprise.public_id, draft.id, code
