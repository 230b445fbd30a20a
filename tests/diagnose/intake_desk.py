"""An officer at the import pages: makes files, uploads them, and looks at what became of them."""

import io
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from flask import Flask
from stdnum.cn import uscc
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from diagnose.models import Intake
from tests.conftest import Visitor
from tests.diagnose.cast import all_of
from tests.people import HERE, account, logged_in

HEADER = ("统一社会信用代码", "企业名称", "所属县区", "行业代码", "生产类型", "从业人员", "营业收入（万元）")
Rows = Sequence[Sequence[Any]]


def code(number: int, region: str = "321003") -> str:
    """A well-formed credit code."""
    body = f"91{region}MA{number:07d}"
    return body + str(uscc.calc_check_digit(body))


def firm(number: int, **changed: Any) -> list[Any]:
    """A row under HEADER."""
    said: dict[str, Any] = {"code": code(number), "name": f"第{number}机械有限公司", "place": "邗江区"}
    said |= {"industry": "33", "type": "离散", "staff": 120, "revenue": 3000.5} | changed
    return list(said.values())


def workbook(rows: Rows, header: Sequence[str] = HEADER) -> bytes:
    """An .xlsx of these rows under a header."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("名单")
        for number, row in enumerate([header, *rows] if header else rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    return out.getvalue()


class Desk:
    """One officer."""

    def __init__(self, app: Flask, division: str = HERE, login: str = "officer") -> None:
        self.app = app
        self.id = account(app, "officer", login, division)
        self.browser: Visitor = logged_in(app, self.id)

    def upload(self, data: bytes, name: str = "名单.xlsx", kind: str = "firms", form: str = "") -> TestResponse:
        """Send a file from the page."""
        self.browser.get("/district/import/")
        sent = {"csrf_token": self.browser.token(), "kind": kind, "form": form}
        boundary, body = encode_multipart({**sent, "file": FileStorage(io.BytesIO(data), name)})
        media = f"multipart/form-data; boundary={boundary}"
        answer = self.browser.client.post("/district/import/", data=body, content_type=media)
        self.browser.page = answer.get_data(as_text=True)
        return answer

    def uploaded(self, data: bytes, **more: str) -> str:
        """Send a file that is taken; returns the address of its import."""
        answer = self.upload(data, **more)
        assert answer.status_code == 303, self.errors()
        self.browser.get(answer.location)
        return str(answer.location)

    def imported(self, data: bytes, partly: bool = True, **more: str) -> str:
        """Send a file and let it be imported; returns the page with the result."""
        address = self.uploaded(data, **more)
        self.browser.post(f"{address}/start", {"partly": "yes" if partly else "no"})
        self.browser.get(address)
        return self.browser.page

    def errors(self) -> str:
        """What the summary of errors says."""
        found = re.search(r'<div class="zz-errsum".*?</div>', self.browser.page, re.DOTALL)
        return found[0] if found else ""

    @property
    def last(self) -> Intake:
        """The newest import."""
        return all_of(self.app, Intake)[-1]
