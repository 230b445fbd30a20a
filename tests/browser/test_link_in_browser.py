"""A link opens its file, and its code stays nowhere a neighbour could read it."""

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.conftest import Visitor


def link_of(cast: Visitor) -> tuple[str, str]:
    """A new file's address and its 继续填写码."""
    file = cast.start()
    cookie = cast.client.get_cookie(f"file_{file.removeprefix('/file/')}")
    assert cookie
    return file, cookie.value


def test_link_opens_the_file_and_leaves_no_code_behind(look: Opener, cast: Visitor) -> None:
    file, code = link_of(cast)
    eyes = look(360)
    requested: list[str] = []
    eyes.page.on("request", lambda one: requested.append(f"{one.url} {one.headers.get('referer', '')}"))
    eyes.page.goto("/")
    eyes.page.goto(f"/continue#{code}")
    eyes.page.wait_for_url(f"**{file}/")
    expect(eyes.page.get_by_role("heading", level=1)).to_have_text("甲精密部件有限公司")
    assert code not in " ".join([eyes.page.url, eyes.page.title(), eyes.page.content(), *requested])
    history = eyes.context.new_cdp_session(eyes.page).send("Page.getNavigationHistory")
    assert [entry["url"] for entry in history["entries"] if code in str(entry)] == []
    held = [one for one in eyes.context.cookies() if one["value"] == code]
    assert [(one["httpOnly"], one["sameSite"]) for one in held] == [(True, "Lax")]


def test_link_pasted_into_the_field_opens_the_file_without_scripts(look: Opener, cast: Visitor) -> None:
    file, code = link_of(cast)
    eyes = look(360, scripts=False)
    eyes.page.goto("/continue")
    eyes.page.get_by_label("继续填写码或链接").fill(f"http://example.org/continue#{code}")
    eyes.page.get_by_role("button", name="打开档案").click()
    eyes.page.wait_for_url(f"**{file}/")
    assert code not in eyes.page.url


def test_two_people_with_one_link_see_the_same_file_and_leaving_closes_it_for_one(look: Opener, cast: Visitor) -> None:
    file, code = link_of(cast)
    one, other = look(), look()
    for eyes in (one, other):
        eyes.page.goto(f"/continue#{code}")
        eyes.page.wait_for_url(f"**{file}/")
    one.page.get_by_role("button", name="退出").click()
    expect(one.page.get_by_text("这台设备打开过的档案")).to_have_count(0)
    other.page.reload()
    expect(other.page.get_by_role("heading", level=1)).to_have_text("甲精密部件有限公司")
