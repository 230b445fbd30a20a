"""Files that are broken, huge or meant to harm: a clear sentence, nothing half-written, never a crash."""

import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from flask import Flask

from diagnose.models import Enterprise, Intake
from tests.diagnose.cast import all_of
from tests.diagnose.intake_desk import HEADER, Desk, code, firm, workbook


@pytest.fixture
def desk(small_app: Flask) -> Desk:
    return Desk(small_app)


def rewritten(data: bytes, change: Callable[[bytes], bytes], entry: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if name == entry else part)
    return out.getvalue()


def bomb() -> bytes:
    return rewritten(workbook([firm(1)]), lambda part: part + b" " * (300 << 20))


def bomb_that_lies() -> bytes:
    """Its directory says that it is small."""
    data = bomb()
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        size = packed.getinfo("xl/worksheets/sheet1.xml").file_size
    return data.replace(size.to_bytes(4, "little"), (5000).to_bytes(4, "little"))


def far_cell(reference: str) -> bytes:
    cell = (
        f'<row r="{reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{reference}"><v>1</v></c></row></sheetData>'
    )
    return rewritten(workbook([firm(1)]), lambda part: part.replace(b"</sheetData>", cell.encode()))


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500


HOSTILE = {
    "empty": (b"", "是空的"),
    "blank": (b"\n\n ,\n", "是空的"),
    "header only": (workbook([]), "只有表头"),
    "program": (b"MZ\x90\x00" + bytes(range(256)) * 20, "不是 Excel"),
    "picture": (b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(5000)), "不是 Excel"),
    "other zip": (rewritten(workbook([firm(1)]), bytes)[:40], "损坏"),
    "cut short": (workbook([firm(1)])[:2000], "损坏"),
    "no workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\1" * 600, "损坏"),
    "encrypted": (encrypted(), "打开密码"),
    "bomb": (bomb(), "大得不正常"),
    "lying bomb": (bomb_that_lies(), ""),
    "million columns": (far_cell("BDWGN2"), "列数超过"),
    "ten million rows": (far_cell("A10000000"), "行数超过"),
    "columns of text": (",".join(map(str, range(1000))).encode(), "列数超过"),
    "rows of text": (b"a,b\n" * 200_000, "行数超过"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_sentence_and_leaves_nothing(desk: Desk, name: str) -> None:
    data, told = HOSTILE[name]
    answer = desk.upload(data)
    assert answer.status_code == 422
    assert "这个文件没有收下" in desk.errors() and told in desk.errors()
    assert all_of(desk.app, Intake) == []
    folder = desk.app.extensions["diagnose"].settings.var_dir / "intake"
    assert list(folder.iterdir()) == []


def test_more_than_the_limit_is_said_on_the_page(desk: Desk) -> None:
    answer = desk.upload(b"x" * (32 << 20))
    assert answer.status_code == 413
    assert "文件超过 30 MB" in desk.errors()


def test_a_file_just_over_the_limit_is_refused_while_it_is_copied(desk: Desk) -> None:
    answer = desk.upload(b"x" * (30 * 1024 * 1024 + 1))
    assert answer.status_code == 422
    assert "文件超过 30 MB" in desk.errors()


def test_nobody_else_may_send_a_large_body(small_app: Flask) -> None:
    Desk(small_app)
    client = small_app.test_client()
    answer = client.post("/district/import/", data=b"x" * (1 << 20), content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (400, 413)


def test_without_a_file_or_a_kind_the_page_asks_for_it(desk: Desk) -> None:
    assert desk.upload(b"", name="").status_code == 422
    assert "请选择文件" in desk.errors()
    assert desk.upload(workbook([firm(1)]), kind="other").status_code == 422
    assert "请选择导入的是什么" in desk.errors()


def test_a_code_that_became_a_number_is_named_with_the_way_to_repair_it(desk: Desk) -> None:
    page = desk.imported(workbook([firm(1, code=9.13211e17), firm(2, code="9.13211E+17")]))
    assert page.count("被 Excel 变成数字") == 2
    assert all_of(desk.app, Enterprise) == []


def test_a_formula_without_a_kept_value_is_named_and_one_with_it_is_read(desk: Desk) -> None:
    out = workbook([firm(1), firm(2)])
    bare = rewritten(out, lambda part: part.replace(b"<v>120</v>", b"<f>100+20</f>", 1))
    kept = rewritten(bare, lambda part: part.replace(b"<v>120</v>", b"<f>100+20</f><v>120</v>", 1))
    page = desk.imported(kept)
    assert "没有保存它的结果" in page
    assert [one.profile["staff"] for one in all_of(desk.app, Enterprise)] == [120]


def test_a_command_in_a_cell_stays_a_text(desk: Desk) -> None:
    page = desk.imported(workbook([firm(1, name="=cmd|' /C calc'!A0", industry="=1+1")]))
    assert "=1+1" in page
    report = desk.browser.client.get(f"/district/import/{desk.last.id}/report.csv").get_data(as_text=True)
    assert ",'=1+1," in report


def test_merged_cells_are_told_and_only_the_first_one_counts(desk: Desk) -> None:
    merged = rewritten(
        workbook([firm(1), firm(2, place="")]),
        lambda part: part.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="C2:C3"/></mergeCells>'),
    )
    desk.uploaded(merged)
    assert "有合并单元格：“所属县区”1 处" in desk.browser.page
    page = desk.imported(merged)
    assert "这一格在合并单元格里" in page
    assert [one.name for one in all_of(desk.app, Enterprise)] == ["第1机械有限公司"]


def test_two_header_rows_and_a_title_are_understood(desk: Desk) -> None:
    top = ["", "", "", "", "联系方式", ""]
    below = ["统一社会信用代码", "企业名称", "所属县区", "行业代码", "联系人", "电话"]
    row = [code(1), "甲公司", "邗江区", "C33", "张三", "0514-8000000"]
    desk.imported(workbook([top, below, row], ["企业名录", "", "", "", "", ""]))
    found = all_of(desk.app, Enterprise)[0]
    assert (found.name, found.contact_name, found.contact_phone) == ("甲公司", "张三", "0514-8000000")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separated_text_is_read_whatever_its_encoding(desk: Desk, encoding: str, separator: str) -> None:
    lines = [separator.join(map(str, line)) for line in (HEADER, firm(1), firm(2))]
    desk.imported("\r\n".join(lines).encode(encoding), name="名单.csv")
    assert [one.name for one in all_of(desk.app, Enterprise)] == ["第1机械有限公司", "第2机械有限公司"]
