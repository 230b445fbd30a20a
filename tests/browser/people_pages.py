"""The pages of people with accounts, for test_axe_people.py: who looks, and how one gets there."""

from collections.abc import Callable
from functools import partial

from playwright.sync_api import FilePayload, expect

from diagnose.services import checkup
from tests.browser.eyes import Eyes
from tests.browser.scene import Scene
from tests.browser.way_pages import PAGES as WAY_PAGES
from tests.diagnose.codes import PHRASE, ticket
from tests.diagnose.photos import HTML
from tests.people import PASSWORD

Way = Callable[[Eyes, Scene], None]
NOBODY = "nobody"


def at(address: str, eyes: Eyes, scene: Scene) -> None:
    """Go straight there."""
    eyes.page.goto(address.format(**scene.known))


def sent(address: str, fields: dict[str, str], button: str, eyes: Eyes, scene: Scene) -> None:
    """Open a form, type into the fields (by selector), and press its button."""
    at(address, eyes, scene)
    for selector, text in fields.items():
        eyes.page.locator(selector).fill(text)
    with eyes.page.expect_navigation():
        eyes.page.locator("main").get_by_role("button", name=button).first.click()


def unfolded(address: str, eyes: Eyes, scene: Scene) -> None:
    """With everything open that can be opened."""
    at(address, eyes, scene)
    eyes.page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")


def code(purpose: str, role: str | None, eyes: Eyes, scene: Scene) -> None:
    """Open the one-time link of a fresh code."""
    about = {"account_id": scene.town.story.member} if purpose == "reset" else {}
    if role == "enterprise" or purpose == "activate":
        about = {"enterprise_id": scene.town.story.file.enterprise().id}
    eyes.page.goto(f"/join#{ticket(scene.app, purpose, role=role, **about)}")
    expect(eyes.page.get_by_label("一次性链接或代码")).to_have_count(0)


def code_with_errors(eyes: Eyes, scene: Scene) -> None:
    code("invite", "advisor", eyes, scene)
    eyes.page.get_by_role("button", name="建立账号并登录").click()
    expect(eyes.page.locator(".zz-errsum")).to_be_visible()


def password_right(eyes: Eyes, scene: Scene) -> None:
    """The password of somebody who also needs a number."""
    sent("/login", {"#login": "谨慎的负责人", "#password": PASSWORD}, "登录", eyes, scene)
    expect(eyes.page.get_by_role("heading", level=1)).to_have_text("输入动态验证码")


def wrong_number(eyes: Eyes, scene: Scene) -> None:
    password_right(eyes, scene)
    eyes.page.get_by_label("动态验证码").fill("12")
    eyes.page.get_by_role("button", name="登录").click()
    expect(eyes.page.locator("#error")).to_be_visible()


def pressed(address: str, button: str, eyes: Eyes, scene: Scene) -> None:
    sent(address, {}, button, eyes, scene)


def unticked(address: str, button: str, eyes: Eyes, scene: Scene) -> None:
    """A form sent with no box ticked."""
    at(address, eyes, scene)
    for box in eyes.page.locator("main input[type=checkbox]").all():
        box.uncheck()
    with eyes.page.expect_navigation():
        eyes.page.locator("main").get_by_role("button", name=button).click()


def uploaded(eyes: Eyes, scene: Scene) -> None:
    """A short list with a good row and a bad one, seen before it goes in."""
    at("/district/import/", eyes, scene)
    rows = "企业名称,统一社会信用代码,行业,生产类型\n丙机械有限公司,91321003MA1WX9TL3C,34,离散\n丁,123,34,离散\n"
    eyes.page.locator("#file").set_input_files({"name": "名单.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    with eyes.page.expect_navigation():
        eyes.page.get_by_role("button", name="上传并预览").click()
    expect(eyes.page.get_by_role("button", name="按这样对应，重新预览")).to_be_visible()


def shared_out(eyes: Eyes, scene: Scene) -> None:
    """The check before firms are given to two people."""
    at("/district/assign?text=现场诊断", eyes, scene)
    eyes.page.get_by_role("radio", name="服务专员").check()
    for name in ("本区顾问", "本区专员"):
        eyes.page.get_by_role("checkbox", name=name).check()
    eyes.page.get_by_role("button", name="先看怎么分").click()
    expect(eyes.page.get_by_role("heading", level=1)).to_have_text("核对指派")


def natively(question: str, change: str, eyes: Eyes, scene: Scene) -> None:
    """Send one answer of the onsite form as a browser without scripts does, after a script has set its fields."""
    at("/visits/{visit_visiting}/form", eyes, scene)
    with eyes.page.expect_navigation():
        eyes.page.locator(f"#q-{question} form[data-answer]").evaluate(f"(form) => {{ {change}; form.submit(); }}")


def wrong_answer(eyes: Eyes, scene: Scene) -> None:
    change = (
        'form.key_processes_cnc.value = "41"; form.key_processes_total.value = "40"; form.choice.value = "verified"'
    )
    natively("cnc_rate", change, eyes, scene)
    expect(eyes.page.locator("#q-cnc_rate .zz-err")).to_be_visible()


def conflict(eyes: Eyes, scene: Scene) -> None:
    """The answer is one to a version that is long over."""
    natively("talent", 'form.note.value = "看了花名册"', eyes, scene)
    natively("talent", 'form.version.value = "0"; form.note.value = "问了人事"', eyes, scene)
    expect(eyes.page.get_by_role("heading", level=1)).to_contain_text("您的还没有保存")


def refused_files(eyes: Eyes, scene: Scene) -> None:
    page: FilePayload = {"name": "网页.jpg", "mimeType": "image/jpeg", "buffer": HTML}
    at("/file/{public_id}/evidence/{onsite}/five_g", eyes, scene)
    eyes.page.get_by_label("选择照片或 PDF").set_input_files([page])
    eyes.page.get_by_role("button", name="上传").click()
    expect(eyes.page.locator(".zz-errsum")).to_be_visible()


def refused_template(eyes: Eyes, scene: Scene) -> None:
    at("/admin/templates", eyes, scene)
    eyes.page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    eyes.page.get_by_role("button", name="检查并启用").first.click()
    expect(eyes.page.locator(".zz-errsum")).to_be_visible()


def incomplete(eyes: Eyes, scene: Scene) -> None:
    """Written up too early."""
    pressed("/visits/{visit_visiting}/", "写好了，请企业确认", eyes, scene)
    expect(eyes.page.locator(".zz-errsum li").first).to_be_visible()


def without_reason(eyes: Eyes, scene: Scene) -> None:
    unfolded("/visits/{visit_written}/", eyes, scene)
    eyes.page.locator("details").get_by_role("button", name="退回").click()
    expect(eyes.page.locator(".zz-errsum")).to_be_visible()


def known(deed: str, eyes: Eyes, scene: Scene) -> None:
    """The page of a deed with a fact of the firm, which is stated first."""
    fields = {"#valid_from": "2025-03-01", "#source": "苏工信〔2025〕1号"}
    sent(FIRM + "facts/add?code=high_tech", fields, "保存", eyes, scene)
    eyes.page.locator("main").get_by_role("link", name=deed).first.click()


def much_known(eyes: Eyes, scene: Scene) -> None:
    """A firm with facts of each group, one of them withdrawn."""
    for code, value in (
        ("chain", "汽车及零部件（含新能源汽车）产业链"),
        ("smart_workshop", "总装车间（省级）"),
        ("patents_valid", "1200"),
    ):
        fields = {"#value": value, "#valid_from": "2024-01-01", "#source": "扬工信〔2024〕15号附件2第37项"}
        sent(FIRM + f"facts/add?code={code}", fields, "保存", eyes, scene)
    known("撤回", eyes, scene)
    eyes.page.locator("#reason").fill("把别家企业的证书填到了这里")
    with eyes.page.expect_navigation():
        eyes.page.locator("main").get_by_role("button", name="撤回").click()
    unfolded(FIRM, eyes, scene)


def flagged(address: str, link: str, eyes: Eyes, scene: Scene) -> None:
    """A page of 数据体检 after all firms of the district were looked at, and on by a link."""
    parts = scene.app.extensions["diagnose"]
    checkup.run_for(parts.engine, parts.catalog, scene.town.story.officer)
    at(address, eyes, scene)
    if link:
        eyes.page.locator("main").get_by_role("link", name=link).first.click()


FIRM = "/district/firm/{public_id}/"
BAD_CHANGE = {"#password": "短", "#again": "不一样"}

# Endpoint → the pages it can show, by name: who looks, and how they get there.
PAGES: dict[str, dict[str, tuple[str, Way]]] = WAY_PAGES | {
    "account.login": {
        "login": (NOBODY, partial(at, "/login?next=/visits/")),
        "login-wrong": (NOBODY, partial(sent, "/login", {"#login": "没有这个人", "#password": PHRASE}, "登录")),
    },
    "account.number": {"number": (NOBODY, password_right), "number-wrong": (NOBODY, wrong_number)},
    "account.forgotten": {
        "forgot": (NOBODY, partial(at, "/forgot")),
        "forgot-sent": (NOBODY, partial(sent, "/forgot", {"#login": "没有这个人"}, "发送链接")),
    },
    "join.join": {
        "join": (NOBODY, partial(at, "/join")),
        "join-unknown": (NOBODY, partial(sent, "/join", {"#code": "没有这个码"}, "下一步")),
        "join-advisor": (NOBODY, partial(code, "invite", "advisor")),
        "join-errors": (NOBODY, code_with_errors),
        "join-firm": (NOBODY, partial(code, "invite", "enterprise")),
        "join-with-account": ("新企业", partial(code, "invite", "enterprise")),
        "join-other-role": ("officer", partial(code, "invite", "admin")),
        "join-reset": (NOBODY, partial(code, "reset", None)),
        "join-activation": (NOBODY, partial(code, "activate", None)),
    },
    "join.activate": {
        "activate": (NOBODY, partial(at, "/activate")),
        "activate-unknown": (NOBODY, partial(sent, "/activate", {"#code": "0000-0000-0000"}, "下一步")),
    },
    "me.show": {
        "me-member": ("member", partial(at, "/me")),
        "me-careful": ("careful", partial(at, "/me?told=profile_saved")),
        "me-password-errors": ("advisor", partial(sent, "/me", BAD_CHANGE, "修改密码")),
    },
    "me.totp": {"totp": ("officer", partial(at, "/me/totp"))},
    "me.inbox": {
        "notices": ("advisor", partial(at, "/notices")),
        "notices-none": ("admin", partial(at, "/notices")),
    },
    "claim.ask": {
        "claim": ("holder", partial(at, "/file/{own}/claim")),
        "claim-errors": ("holder", partial(pressed, "/file/{own}/claim", "建立账号并认领")),
    },
    "files.link": {
        "colleagues": ("member", partial(unfolded, "/file/{public_id}/link")),
        "colleague-invited": ("member", partial(pressed, "/file/{public_id}/link", "邀请同事")),
    },
    "verify.ask": {
        "verify": (NOBODY, partial(at, "/verify")),
        "verify-no-number": (NOBODY, partial(at, "/verify?number=ZZ-1")),
    },
    "verify.show": {
        "verified": (NOBODY, partial(at, "/verify/{number}")),
        "verified-none": (NOBODY, partial(at, "/verify/ZZ-20260101-0000000000")),
    },
    "verify.upload": {"verify-no-file": (NOBODY, partial(pressed, "/verify", "核验这份文件"))},
    "documents.every": {
        "documents": ("member", partial(unfolded, "/file/{public_id}/documents")),
        "documents-none": ("officer", partial(at, "/file/{file_final}/documents")),
    },
    "privacy.show": {"privacy": (NOBODY, partial(at, "/privacy"))},
    "public.home": {"home-member": ("member", partial(at, "/"))},
    "publish.show": {
        "publish": ("officer", partial(at, "/district/publish")),
        "publish-few": ("officer", partial(sent, "/district/publish", {}, "验算并预览")),
    },
    "publish.ask_withdraw": {
        "publish-withdraw": ("officer", partial(at, "/district/publish/{publication_id}/withdraw"))
    },
    "publish.newest": {"public-newest": (NOBODY, partial(at, "/public/{street}"))},
    "publish.earlier": {"public-earlier": (NOBODY, partial(at, "/public/{street}/{publication_id}"))},
    "publish.divisions": {"public-divisions": (NOBODY, partial(at, "/public/"))},
    "district.firms": {
        "district": ("officer", partial(at, "/district/")),
        "district-filtered": ("city", partial(at, "/district/?text=扬州&onsite=done&verified=no")),
        "district-none": ("officer", partial(at, "/district/?text=没有这家")),
        "district-empty": ("other_officer", partial(at, "/district/?verified=no")),
        "district-more": ("officer", partial(unfolded, "/district/?text=甲&mark=4&basis=best&level=any")),
    },
    "exports.choose": {
        "export": ("officer", partial(at, "/district/export/?status=open")),
        "export-none": ("officer", partial(at, "/district/export/?text=没有这家")),
    },
    "cockpit.show": {
        "cockpit": ("city", partial(unfolded, "/cockpit/?basis=best")),
        "cockpit-by-firm": ("officer", partial(unfolded, "/cockpit/?by=industry&how=firms&on=2999-01-01")),
        "cockpit-empty": ("other_officer", partial(at, "/cockpit/")),
    },
    "district.add": {
        "district-add": ("officer", partial(at, "/district/add")),
        "district-add-errors": ("officer", partial(pressed, "/district/add", "添加")),
    },
    "district_firm.show": {
        "firm-page": ("officer", partial(at, FIRM + "?done=contact")),
        "firm-page-facts": ("officer", much_known),
        "firm-page-unverified": ("officer", partial(at, "/district/firm/{file_final}/")),
        "firm-page-closed": ("officer", partial(at, "/district/firm/{closed}/")),
    },
    "district_firm.contact": {"firm-contact": ("officer", partial(at, FIRM + "contact"))},
    "district_firm.rename": {"firm-rename": ("officer", partial(sent, FIRM + "rename", {"#name": ""}, "保存"))},
    "district_firm.move": {"firm-move": ("officer", partial(at, FIRM + "move"))},
    "district_firm.handover": {
        "firm-handover": ("officer", partial(at, FIRM + "handover")),
        "firm-handover-errors": ("officer", partial(pressed, FIRM + "handover", "移交")),
    },
    "district_firm.close": {
        "firm-close": ("officer", partial(at, FIRM + "close")),
        "firm-close-errors": ("officer", partial(pressed, FIRM + "close", "关闭企业")),
    },
    "district_firm.reopen": {"firm-reopen": ("officer", partial(at, "/district/firm/{closed}/reopen"))},
    "district_firm.verify": {"firm-verify": ("officer", partial(at, "/district/firm/{own}/verify"))},
    "firm_facts.add": {
        "fact-choose": ("officer", partial(at, FIRM + "facts/add")),
        "fact-star": ("officer", partial(at, FIRM + "facts/add?code=star")),
        "fact-chain-errors": ("officer", partial(sent, FIRM + "facts/add?code=chain", {}, "保存")),
    },
    "firm_facts.end": {"fact-end": ("officer", partial(known, "结束"))},
    "firm_facts.withdraw": {"fact-withdraw": ("officer", partial(known, "撤回"))},
    "checkup.show": {
        "checkup": ("officer", partial(flagged, "/district/checkup/", "")),
        "checkup-rule": ("officer", partial(flagged, "/district/checkup/", "条待处理")),
        "checkup-firm": ("officer", partial(flagged, "/district/checkup/?firm={public_id}", "")),
        "checkup-none": ("other_officer", partial(at, "/district/checkup/?rule=far_score")),
    },
    "checkup.settle": {"checkup-settle": ("officer", partial(flagged, "/district/checkup/?firm={public_id}", "处理"))},
    "district_merge.merge": {
        "merge-choose": ("officer", partial(at, FIRM + "merge")),
        "merge": ("officer", partial(at, FIRM + "merge?other={own}")),
        "merge-none": ("officer", partial(at, "/district/firm/{closed}/merge")),
    },
    "district_people.show": {
        "people": ("officer", partial(at, "/district/people/")),
        "people-none": ("other_officer", partial(at, "/district/people/?text=没有这个人")),
    },
    "district_codes.activation": {"activation-slip": ("officer", partial(pressed, FIRM, "发激活码"))},
    "district_codes.invite": {"firm-invited": ("officer", partial(pressed, FIRM, "发邀请链接"))},
    "district_people.reset": {
        "person-reset": ("officer", partial(pressed, "/district/people/?text=本区顾问", "重设密码"))
    },
    "assign.many": {
        "assign": ("officer", partial(at, "/district/assign")),
        "assign-errors": ("officer", partial(pressed, "/district/assign", "先看怎么分")),
        "assign-check": ("officer", shared_out),
    },
    "assign.one": {"assign-one": ("officer", partial(at, FIRM + "assign"))},
    "log.of_district": {"log-district": ("officer", partial(at, "/district/log"))},
    "log.of_file": {
        "log-file": ("member", partial(at, "/file/{public_id}/log")),
        "log-file-officer": ("officer", partial(at, "/file/{file_final}/log")),
    },
    "visits.mine": {
        "visits": ("advisor", partial(at, "/visits/")),
        "visits-none": ("本区顾问", partial(at, "/visits/")),
    },
    "visits.choose": {
        "appoint": ("advisor", partial(at, "/visits/appoint/{ready}")),
        "appoint-errors": (
            "advisor",
            partial(sent, "/visits/appoint/{ready}", {"[name=visit_on]": ""}, "约定"),
        ),
    },
    "visits.show": {
        "visit-appointed": ("advisor", partial(unfolded, "/visits/{visit_appointed}/")),
        "visit-visiting": ("advisor", partial(unfolded, "/visits/{visit_visiting}/")),
        "visit-incomplete": ("advisor", incomplete),
        "visit-written": ("member", partial(unfolded, "/visits/{visit_written}/")),
        "visit-no-reason": ("member", without_reason),
        "visit-written-officer": ("officer", partial(unfolded, "/visits/{visit_written}/")),
        "visit-confirmed": ("advisor", partial(unfolded, "/visits/{visit_confirmed}/")),
        "visit-final": ("officer", partial(at, "/visits/{visit_final}/")),
        "visit-cancelled": ("advisor", partial(at, "/visits/{visit_cancelled}/")),
    },
    "visits.ask_return": {
        "return": ("advisor", partial(at, "/file/{ready}/return/{ready_base}")),
        "return-errors": ("officer", partial(pressed, "/file/{ready}/return/{ready_base}", "退回")),
    },
    "onsite.form": {
        "onsite": ("advisor", partial(unfolded, "/visits/{visit_visiting}/form")),
        "onsite-read": ("member", partial(at, "/visits/{visit_final}/form")),
        "onsite-error": ("advisor", wrong_answer),
        "onsite-conflict": ("advisor", conflict),
    },
    "offline.prepare": {
        "offline": ("advisor", partial(at, "/visits/offline")),
        "offline-none": ("本区顾问", partial(at, "/visits/offline")),
    },
    "evidence.page": {
        "evidence-onsite": ("advisor", partial(at, "/file/{public_id}/evidence/{onsite}/five_g")),
        "evidence-read": ("officer", partial(at, "/file/{public_id}/evidence/{onsite}/five_g")),
        "evidence-refused": ("advisor", refused_files),
    },
    "dossier.show": {
        "dossier-onsite": ("member", partial(at, "/file/{file_final}/")),
        "dossier-officer": ("officer", partial(at, "/file/{file_final}/")),
        "dossier-advisor": ("advisor", partial(at, "/file/{public_id}/")),
    },
    "targets.show": {
        "targets": ("officer", partial(at, "/targets/")),
        "targets-city": ("city", partial(at, "/targets/")),
    },
    "targets.plan": {"target-plan": ("officer", partial(at, "/targets/plan/{plan_id}/"))},
    "targets.add": {
        "target-add": ("officer", partial(at, "/targets/add")),
        "target-add-errors": (
            "officer",
            partial(sent, "/targets/add", {"#title": "", "#goal-1-title": "只有名称"}, "保存"),
        ),
    },
    "targets.edit": {"target-edit": ("officer", partial(at, "/targets/plan/{plan_id}/edit"))},
    "targets.target": {
        "target": ("officer", partial(at, "/targets/target/{target_id}/")),
        "target-by-hand": ("officer", partial(at, "/targets/target/{by_hand}/")),
    },
    "targets.firms": {"target-firms": ("officer", partial(at, "/targets/target/{target_id}/firms"))},
    "targets.actual": {
        "target-actual": ("officer", partial(at, "/targets/target/{by_hand}/actual")),
        "target-actual-errors": (
            "officer",
            partial(sent, "/targets/target/{by_hand}/actual", {"#value": "多"}, "录入"),
        ),
    },
    "targets.split": {
        "target-split": ("officer", partial(at, "/targets/target/{target_id}/split")),
        "target-split-proposed": (
            "officer",
            partial(pressed, "/targets/target/{target_id}/split", "填入方案"),
        ),
        "target-split-none": ("officer", partial(at, "/targets/target/{target_id}/split?division={street}")),
    },
    "bundles.every": {
        "bundles": ("officer", partial(at, "/district/bundles/?status=open")),
        "bundles-errors": ("officer", partial(unticked, "/district/bundles/", "开始打包")),
    },
    "bundles.show": {"bundle": ("officer", partial(pressed, "/district/bundles/?text=待约", "开始打包"))},
    "intake.show": {"intake-preview": ("officer", uploaded)},
    "intake.every": {
        "intake": ("officer", partial(at, "/district/import/")),
        "intake-none": ("officer", partial(pressed, "/district/import/", "上传并预览")),
    },
    "admin.home": {"admin": ("admin", partial(at, "/admin/"))},
    "admin.users": {
        "admin-users": ("admin", partial(at, "/admin/users")),
        "admin-once": ("admin", partial(pressed, "/admin/users", "生成管理员邀请链接")),
    },
    "admin.user": {"admin-user": ("admin", partial(at, "/admin/users/{officer}?text=扬州"))},
    "admin_places.roots": {"admin-places": ("admin", partial(at, "/admin/divisions/?text=邗江"))},
    "admin_places.show": {"admin-place": ("admin", partial(at, "/admin/divisions/{street}"))},
    "admin_templates.show": {
        "admin-templates": ("admin", partial(at, "/admin/templates")),
        "admin-templates-refused": ("admin", refused_template),
    },
    "admin_watch.schemes": {"admin-schemes": ("admin", partial(at, "/admin/schemes"))},
    "admin_watch.job_list": {"admin-jobs": ("admin", partial(at, "/admin/jobs"))},
    "admin_watch.audit": {"admin-audit": ("admin", partial(at, "/admin/audit"))},
    "admin_watch.backup": {"admin-backup": ("admin", partial(at, "/admin/backup"))},
}
