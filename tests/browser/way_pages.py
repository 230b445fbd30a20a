"""The pages of the way up and of the roadmap, for test_axe_people.py: who looks, and how one gets there."""

from collections.abc import Callable
from functools import partial

from playwright.sync_api import expect

from tests.browser.eyes import Eyes
from tests.browser.scene import Scene

Way = Callable[[Eyes, Scene], None]
FILE = "/file/{public_id}/"
WAY = FILE + "verdict/{diagnosis_id}/way"
ITEM = FILE + "roadmap/item/{item_id}"


def at(address: str, eyes: Eyes, scene: Scene) -> None:
    """Go straight there, and open everything that can be opened."""
    eyes.page.goto(address.format(**scene.known))
    eyes.page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")


def wrong_cost(eyes: Eyes, scene: Scene) -> None:
    """The page without its script, which answers the same."""
    at(WAY, eyes, scene)
    form = eyes.page.locator("form[data-way]").first
    form.get_by_label("最高").fill("很贵")
    form.get_by_role("button", name="保存并重算").click()
    expect(eyes.page.locator("#way .zz-err").first).to_be_visible()


def second_plan(eyes: Eyes, scene: Scene) -> None:
    """The firm has a plan already."""
    at(WAY, eyes, scene)
    eyes.page.get_by_role("button", name="做成计划").click()
    expect(eyes.page.get_by_role("button", name="结束旧的，做成新计划")).to_be_visible()


def wrong_item(eyes: Eyes, scene: Scene) -> None:
    at(ITEM, eyes, scene)
    eyes.page.get_by_label("预算（万元）").fill("许多")
    eyes.page.get_by_role("button", name="保存").click()
    expect(eyes.page.locator(".zz-errsum")).to_be_visible()


def changed(status: str, eyes: Eyes, scene: Scene) -> None:
    """An item after somebody has worked on it."""
    at(ITEM, eyes, scene)
    eyes.page.locator("#status label", has_text=status).click()
    eyes.page.get_by_label("负责人").fill("设备部 王工")
    eyes.page.get_by_label("说明").fill("两台数控车床到货\n下周装调")
    eyes.page.get_by_role("button", name="保存").click()
    expect(eyes.page.get_by_role("heading", level=1)).to_contain_text("路线图")


def history(eyes: Eyes, scene: Scene) -> None:
    changed("进行", eyes, scene)
    at(ITEM, eyes, scene)


def again(eyes: Eyes, scene: Scene) -> None:
    """What is done is answered again."""
    changed("完成", eyes, scene)
    eyes.page.get_by_role("button", name="重新自评这几项").click()
    expect(eyes.page.get_by_role("heading", level=1)).to_have_text("重新自评这几项")


PAGES: dict[str, dict[str, tuple[str, Way]]] = {
    "way.show": {
        "way": ("member", partial(at, WAY)),
        "way-wrong-cost": ("member", wrong_cost),
        "way-second-plan": ("advisor", second_plan),
    },
    "roadmap.show": {"roadmap-none": ("member", partial(at, "/file/{ready}/roadmap/"))},
    "roadmap.one": {"roadmap-officer": ("officer", partial(at, FILE + "roadmap/{roadmap_id}"))},
    "roadmap.item": {
        "roadmap-item-wrong": ("advisor", wrong_item),
        "roadmap-item-history": ("advisor", history),
    },
    "roadmap.asked": {"roadmap-again": ("member", again)},
}
