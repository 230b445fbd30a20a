"""Evidence in a real browser: photos chosen, uploaded, looked at, deleted, with and without scripts, on a phone too."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import WIDTHS, Opener
from tests.browser.eyes import Eyes
from tests.conftest import Visitor
from tests.diagnose.photos import HEIC, HTML, PDF, jpeg


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def looked_at(eyes: Eyes, name: str) -> None:
    """Nothing looks wrong, axe finds nothing serious, and there is a picture of it."""
    eyes.check(name)
    assert eyes.barriers() == []


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_photos_are_added_from_the_question_and_deleted(look: Opener, cast: Visitor, width: int, scripts: bool) -> None:
    draft = cast.draft(cast.start())
    eyes = look(width=width, scripts=scripts)
    eyes.take_over(cast)
    page = eyes.page
    page.goto(f"{draft}/page/production")
    eyes.check("fill-with-evidence")
    page.locator("#q-five_g").get_by_role("link", name="佐证 0 份").click()
    photos = [file("车间 5G.jpg", jpeg((800, 600))), file("IMG_1.HEIC", HEIC), file("合同.pdf", PDF)]
    page.get_by_label("选择照片或 PDF").set_input_files([*photos, file("网页.jpg", HTML)])
    page.get_by_label("生效日期").fill("2026-01-15")
    page.get_by_role("button", name="上传").click()
    expect(page.locator(".zz-errsum")).to_contain_text("其余 3 份已保存")
    eyes.forgive("422")
    expect(page.locator(".zz-pieces tbody tr")).to_have_count(3)
    if scripts:
        looked_at(eyes, "evidence")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="车间 5G").click()
    photo = opened.value
    photo.wait_for_load_state()
    assert re.search(r"/evidence/\d+/original$", photo.url)
    assert photo.evaluate("document.images[0].naturalWidth") == 800
    photo.close()
    page.get_by_role("button", name="删除 IMG_1").click()
    expect(page.locator(".zz-pieces tbody tr")).to_have_count(2)
    page.get_by_role("link", name="回到填报").click()
    page.goto(f"{draft}/review")
    expect(page.get_by_role("link", name=re.compile("2 份.*5G"))).to_be_visible()
    eyes.check("review-with-evidence")


def test_photos_beyond_the_limit_are_told_in_words_by_the_real_server(
    look: Opener, cast: Visitor, tmp_path: Path
) -> None:
    draft = cast.draft(cast.start())
    eyes = look()
    eyes.take_over(cast)
    page = eyes.page
    page.goto(f"{draft.replace('fill', 'evidence')}/five_g")
    large = [tmp_path / f"{number}.pdf" for number in range(5)]
    for path in large:
        path.write_bytes(PDF + bytes(14_000_000))
    page.get_by_label("选择照片或 PDF").set_input_files(large[:3])
    page.get_by_role("button", name="上传").click()
    expect(page.locator(".zz-errsum")).to_contain_text("有 3 个文件没有收下")
    page.get_by_label("选择照片或 PDF").set_input_files(large)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("文件太大，没有收下")
    eyes.forgive("422", "413")
