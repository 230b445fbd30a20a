"""axe finds nothing serious on any page. This table and that of people_pages.py have every page; one without fails."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser import people_pages
from tests.browser.conftest import WIDTHS, Opener
from tests.browser.eyes import Eyes
from tests.conftest import Visitor
from tests.diagnose.cast import open_file
from tests.diagnose.official import GBT, MIIT, REST, opened, ratings
from tests.firms import DISCRETE, NO_DESIGN

# Pages that only a form leads to.
AFTER_A_FORM = {
    "errors",
    "files.new_step",
    "district_codes.activation",
    "district_codes.invite",
    "district_people.reset",
    "verify.upload",
}
# GET rules whose answer is no page.
NO_PAGE = {
    "verify.keys",
    "publish.sheet",
    "cockpit.excel",
    "targets.word",
    "targets.excel",
    "intake.firms_template",
    "intake.answers_template",
    "intake.questionnaire_excel",
    "intake.questionnaire_pdf",
    "intake.report_excel",
    "intake.report_csv",
    "static",
    "bootstrap.static",
    "public.healthz",
    "files.data",
    "files.places",
    "fonts.css",
    "fonts.font_slice",
    "dossier.radar",
    "dossier.radar_picture",
    "dossier.trend",
    "compare.radar",
    "admin_templates.packaged_file",
    "admin_templates.current_file",
    "admin_templates.uploaded_file",
    "admin_templates.trial",
    "dossier.trace_json",
    "evidence.original",
    "evidence.thumb",
    "offline.worker",
    "offline.manifest",
    "offline.session",
    "survey.start",  # leads on to the first open section or the review
}


@dataclass
class Cast:
    """Addresses of one firm: ``file`` and its open ``draft``.

    ``judged``, another file with verdicts; ``official``, one with verdicts of three rulers and drafts of two.
    """

    file: str
    draft: str
    judged: str
    official: str
    visitor: Visitor


Way = Callable[[Eyes, Cast], None]


def at(address: str, eyes: Eyes, cast: Cast) -> None:
    """Go straight there."""
    eyes.page.goto(address.format(file=cast.file, draft=cast.draft, judged=cast.judged, official=cast.official))


def wrong_credit_code(eyes: Eyes, cast: Cast) -> None:
    eyes.page.goto("/new")
    eyes.page.get_by_label("统一社会信用代码").fill("91110000600037341A")
    eyes.page.get_by_role("button", name="下一步").click()
    expect(eyes.page.locator(".zz-errsum")).to_be_visible()


def firm_step(eyes: Eyes, cast: Cast) -> None:
    eyes.page.goto("/new")
    eyes.page.get_by_label("统一社会信用代码").fill("91110000600037341L")
    eyes.page.get_by_role("button", name="下一步").click()


def empty_firm(eyes: Eyes, cast: Cast) -> None:
    firm_step(eyes, cast)
    eyes.page.get_by_role("button", name="建立档案，开始填写").click()
    expect(eyes.page.locator(".zz-errsum")).to_be_visible()


def unknown_code(eyes: Eyes, cast: Cast) -> None:
    eyes.page.goto("/continue")
    eyes.page.get_by_label("继续填写码或链接").fill("没有这个码")
    eyes.page.get_by_role("button", name="打开档案").click()
    expect(eyes.page.locator("#code-error")).to_be_visible()


def erase_without_tick(eyes: Eyes, cast: Cast) -> None:
    at("{file}/erase", eyes, cast)
    eyes.page.get_by_role("button", name="删除").click()
    expect(eyes.page.locator("#sure-error")).to_be_visible()


def section_with_errors(eyes: Eyes, cast: Cast) -> None:
    at("{draft}/page/production", eyes, cast)
    eyes.page.locator("#key_processes_cnc").fill("41")
    eyes.page.locator("#key_processes_total").fill("40")
    eyes.page.locator("#equipment_total").fill("许多")
    eyes.page.get_by_role("button", name="保存并继续").click()
    expect(eyes.page.locator(".zz-errsum li")).to_have_count(3)


def review_without_pledge(eyes: Eyes, cast: Cast) -> None:
    at("{draft}/review", eyes, cast)
    eyes.page.get_by_role("button", name="提交，查看结果").click()
    expect(eyes.page.locator("#es")).to_be_visible()


def earlier_verdict(eyes: Eyes, cast: Cast) -> None:
    at("{judged}/", eyes, cast)
    eyes.page.locator("#trend tbody th a").first.click()
    expect(eyes.page.get_by_role("link", name="看最新的企业自评")).to_be_visible()


def trace_of(scheme: str, eyes: Eyes, cast: Cast) -> None:
    """逐条依据 of one ruler, all of it unfolded."""
    at(f"{{official}}/?scheme={scheme}", eyes, cast)
    eyes.page.get_by_role("link", name="逐条看依据").click()
    eyes.page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")


def draft_of(scheme: str, path: str, eyes: Eyes, cast: Cast) -> None:
    """A page of the open draft of one ruler."""
    column = {"digital-portrait": 0, "gbt-39116": 1, "miit-sme": 2}[scheme]
    at("{official}/", eyes, cast)
    eyes.page.locator(".zz-verd > div").nth(column).get_by_role("link", name="接着填写").click()
    eyes.page.goto(f"{eyes.page.url.partition('/page/')[0].removesuffix('/review')}/{path}")


def figures_against_the_answer(eyes: Eyes, cast: Cast) -> None:
    draft_of("miit-sme", "page/outcome?edit=quality_change", eyes, cast)
    block = eyes.page.locator("#q-quality_change")
    block.locator("summary", has_text="有两年的数据").click()
    for field in ("pass_rate_before", "pass_rate_after"):
        eyes.page.locator(f"#{field}").fill("97.50")
    eyes.page.locator("#t-quality_change").click()
    expect(block.locator(".zz-err")).to_be_visible()


def stale_form(eyes: Eyes, cast: Cast) -> None:
    """Another tab submitted meanwhile."""
    at("{draft}/page/outcome", eyes, cast)
    cast.visitor.fill(cast.draft, DISCRETE)
    cast.visitor.submit(cast.draft)
    eyes.page.get_by_role("button", name="保存并继续").click()
    expect(eyes.page.get_by_role("heading", level=1)).to_have_text("这次填报已经提交")


def cookies_gone(eyes: Eyes, cast: Cast) -> None:
    firm_step(eyes, cast)
    eyes.page.get_by_label("企业名称").fill("甲精密部件有限公司")
    eyes.context.clear_cookies(name="visitor")
    eyes.page.get_by_role("button", name="建立档案，开始填写").click()
    expect(eyes.page.get_by_role("heading", level=1)).to_contain_text("页面已过期")


def far_too_much(eyes: Eyes, cast: Cast) -> None:
    at("{file}/firm", eyes, cast)
    eyes.page.get_by_label("企业名称").evaluate("(one, text) => { one.value = text; }", "甲" * 200_000)
    eyes.page.get_by_role("button", name="保存").click()
    expect(eyes.page.get_by_role("heading", level=1)).to_have_text("发来的内容太大")


# Endpoint → the pages it can show, by name.
PAGES: dict[str, dict[str, Way]] = {
    "public.home": {"home": partial(at, "/")},
    "public.methods": {"methods": partial(at, "/methods")},
    "public.ruler": {
        "ruler": partial(at, "/methods/digital-portrait/2025"),
        "ruler-miit": partial(at, "/methods/miit-sme/2024"),
        "ruler-gbt": partial(at, "/methods/gbt-39116/2020-discrete"),
        "ruler-gbt-process": partial(at, "/methods/gbt-39116/2020-process"),
    },
    "files.new": {"code": partial(at, "/new"), "wrong-code": wrong_credit_code},
    "files.new_step": {"firm": firm_step, "empty-firm": empty_firm},
    "files.resume": {"continue": partial(at, "/continue"), "unknown-code": unknown_code},
    "files.link": {"link": partial(at, "{file}/link"), "new-link": partial(at, "{file}/link?first=1")},
    "files.firm": {"change-firm": partial(at, "{file}/firm")},
    "files.erase": {"erase": partial(at, "{file}/erase"), "erase-without-tick": erase_without_tick},
    "files.erased": {"erased": partial(at, "/erased")},
    "dossier.show": {
        "dossier-empty": partial(at, "{file}/"),
        "dossier": partial(at, "{judged}/"),
        "dossier-beside-others": partial(at, "{official}/"),
        "dossier-miit": partial(at, "{official}/?scheme=miit-sme"),
        "dossier-gbt": partial(at, "{official}/?scheme=gbt-39116"),
    },
    "dossier.trace": {
        "trace": partial(trace_of, "digital-portrait"),
        "trace-miit": partial(trace_of, "miit-sme"),
        "trace-gbt": partial(trace_of, "gbt-39116"),
    },
    "dossier.earlier": {"dossier-earlier": earlier_verdict},
    "compare.show": {"compare": partial(at, "{judged}/compare"), "compare-empty": partial(at, "{file}/compare")},
    "survey.section": {
        "section-errors": section_with_errors,
        "section-miit-known": partial(draft_of, "miit-sme", "page/foundation?edit=network_security"),
        "section-miit-scenes": partial(draft_of, "miit-sme", "page/execution"),
        "section-miit-figures": figures_against_the_answer,
        "section-gbt-ratings": partial(draft_of, "gbt-39116", "page/market"),
        **{
            f"section-{code}": partial(at, f"{{draft}}/page/{code}")
            for code in ("design", "production", "operation", "cloud", "foundation", "outcome", "needs")
        },
    },
    "survey.check": {
        "review": partial(at, "{draft}/review"),
        "review-without-pledge": review_without_pledge,
        "review-miit": partial(draft_of, "miit-sme", "review"),
        "review-gbt": partial(draft_of, "gbt-39116", "review"),
    },
    # Answers that no address of their own shows.
    "errors": {
        "error-404": partial(at, "/no-such-page"),
        "error-405": partial(at, "/file/0/leave"),
        "error-409": stale_form,
        "error-413": far_too_much,
        "error-expired": cookies_gone,
    },
}
CASES = {name: way for pages in PAGES.values() for name, way in pages.items()}


def test_every_page_of_the_url_map_has_a_case(web_app: Flask) -> None:
    pages = {rule.endpoint for rule in web_app.url_map.iter_rules() if "GET" in (rule.methods or ())} - NO_PAGE
    cases = PAGES.keys() | people_pages.PAGES.keys()
    assert pages - cases == set()
    assert cases - pages - AFTER_A_FORM == set()


@pytest.fixture(scope="module")
def owner(web_app: Flask) -> Visitor:
    """甲企, for all cases of this table."""
    return Visitor(web_app)


@pytest.fixture(scope="module")
def judged(owner: Visitor) -> str:
    """A file with three verdicts and a fourth draft under way."""
    file = owner.start(name="乙零部件有限公司")
    for facts, after in ((NO_DESIGN, "again"), (DISCRETE, "correct"), (NO_DESIGN, "again")):
        draft = owner.draft(file)
        owner.fill(draft, facts)
        owner.submit(draft)
        owner.get(file + "/")
        owner.post(f"{file}/{after}")
    return file


@pytest.fixture(scope="module")
def official(web_app: Flask, owner: Visitor) -> str:
    """A file with verdicts of three rulers, and the next draft of each under way: some of it open, all of gbt 裁剪."""
    file = open_file(web_app, owner, name="丙机械有限公司").submitted(NO_DESIGN)
    marks = ratings(web_app)
    cut = dict.fromkeys(marks, "NA")
    for form, facts, then in ((MIIT, REST, {"network_security": []}), (GBT, marks, cut)):
        opened(file, form).submitted(facts)
        file.post("again", {"form": form})
        opened(file, form).answered(then)
    return file.address


@pytest.mark.parametrize("name", CASES)
def test_axe_finds_nothing_serious(look: Opener, owner: Visitor, judged: str, official: str, name: str) -> None:
    file = owner.start()
    cast = Cast(file, owner.draft(file), judged, official, owner)
    eyes = look(max(WIDTHS))
    eyes.take_over(owner)
    CASES[name](eyes, cast)
    # The wide page unfolds its help; narrowed it stays unfolded, so that axe sees all of it.
    for width in sorted(WIDTHS, reverse=True):
        eyes.resize(width)
        eyes.check(f"page-{name}")
        assert eyes.barriers() == []
    eyes.forgive("404:", "405:", "409:", "413:", "422:", "400:", "status of 4")
