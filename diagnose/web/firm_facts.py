"""What is known about a firm beside its questionnaires: stated, ended, withdrawn by the officer of its place."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.access import Right
from diagnose.models import Enterprise, EnterpriseChange, FirmFact, Term
from diagnose.services import fact_sheet, firm_facts, spans
from diagnose.services.firm_facts import BadFact, Doubtful, Overlap
from diagnose.services.register import TEXT_LENGTH
from diagnose.web import here, login
from diagnose.web.district_forms import ReasonForm
from diagnose.web.firm_facts_form import EndForm, FactForm, day_after, fact_form

blueprint = Blueprint("firm_facts", __name__, url_prefix="/district/firm/<file:public_id>/facts")


@blueprint.get("/add")
def add(public_id: str) -> ResponseReturnValue:
    """Which kind of fact, and then its form."""
    login.person("officer")
    code = request.args.get("code", "")
    with here.reading() as db:
        firm = here.enterprise_or_404(db, public_id, Right.MANAGE)
    if code not in firm_facts.DICTIONARY:
        return render_template(
            "firm_facts/choose.html", firm=firm, groups=firm_facts.GROUPS, kinds=firm_facts.DICTIONARY
        )
    return _form_page(firm, fact_form(firm_facts.DICTIONARY[code]))


@blueprint.post("/add")
def state(public_id: str) -> ResponseReturnValue:
    """Add a fact; sent twice it is the same one."""
    who = login.person("officer")
    with here.reading() as db:
        firm = here.enterprise_or_404(db, public_id, Right.MANAGE)
    kind = firm_facts.DICTIONARY.get(request.form.get("code", ""))
    if kind is None:
        return redirect(url_for(".add", public_id=public_id))
    form = fact_form(kind, request.form)
    if not form.validate():
        return _form_page(firm, form)
    try:
        with here.writing() as db:
            locked = here.enterprise_or_404(db, public_id, Right.MANAGE, lock=True)
            known = {row.id for row in firm_facts.facts_of(db, locked.id)}
            fact = _state(db, locked, form, who.id)
            if fact.id not in known:
                _settle(db, locked, "fact_state", fact)
    except BadFact as error:
        return _form_page(firm, form, error)
    return _back(public_id, "fact")


def _state(db: Session, firm: Enterprise, form: FactForm, by: int) -> FirmFact:
    first, to = form.days()
    return firm_facts.state(
        db,
        firm,
        form.kind.code,
        (form.value.data or "") if form.value else "",
        first,
        to,
        form.source.data or "",
        by,
        wording.now(),
        sure=bool(form.sure and form.sure.data),
        replace=bool(form.replace and form.replace.data),
    )


def _settle(db: Session, firm: Enterprise, deed: str, fact: FirmFact, **detail: Any) -> None:
    """What counts of the firm, and the log."""
    spans.settle(db, [firm.id])
    here.record(db, deed, firm, fact=fact.id, code=fact.code, **detail)


def _form_page(firm: Enterprise, form: FactForm, refusal: BadFact | None = None) -> ResponseReturnValue:
    """What stands in the way of a fact, in its own place; the tick that takes it all the same only then."""
    chains: list[str] = []
    if form.kind.code == "chain":
        with here.reading() as db:
            chains = list(db.scalars(select(Term.name).where(Term.kind == "chain").order_by(Term.name).limit(500)))
    ticks = [isinstance(refusal, Doubtful) or _ticked(form, "sure"), isinstance(refusal, Overlap)]
    ticks[1] = ticks[1] or _ticked(form, "replace")
    page = render_template(
        "firm_facts/add.html", firm=firm, form=form, kind=form.kind, refusal=refusal, ticks=ticks, chains=chains
    )
    return page, 422 if refusal or form.errors else 200


def _ticked(form: FactForm, name: str) -> bool:
    return bool(getattr(form, name) and form[name].data)


@blueprint.route("/<row:fact_id>/end", methods=["GET", "POST"])
def end(public_id: str, fact_id: int) -> ResponseReturnValue:
    """The last day on which it holds."""
    who = login.person("officer")
    form, refusal = EndForm(request.form or None), None
    if request.method == "POST" and form.validate():
        try:
            with here.writing() as db:
                firm, fact = _fact_or_404(db, public_id, fact_id, lock=True)
                before = fact_sheet.line_of(fact)
                if firm_facts.end(db, fact, day_after(form.last.data), wording.now()):
                    _note(db, firm, "fact_end", f"{before.text}，{before.days}", fact_sheet.days_text(fact), who.id)
                    _settle(db, firm, "fact_end", fact)
            return _back(public_id, "fact_end")
        except BadFact as error:
            refusal = error
    return _deed_page(public_id, fact_id, "end", form, refusal)


@blueprint.route("/<row:fact_id>/withdraw", methods=["GET", "POST"])
def withdraw(public_id: str, fact_id: int) -> ResponseReturnValue:
    """It was entered by mistake."""
    who = login.person("officer")
    form = ReasonForm(request.form or None)
    if request.method == "GET" or not form.validate():
        return _deed_page(public_id, fact_id, "withdraw", form)
    now = wording.now()
    with here.writing() as db:
        firm, fact = _fact_or_404(db, public_id, fact_id, lock=True)
        line = fact_sheet.line_of(fact)
        if firm_facts.withdraw(db, fact, who.id, now):
            _note(db, firm, fact_sheet.WITHDRAWN, f"{line.text}，{line.days}", form.reason.data or "", who.id, now)
            _settle(db, firm, "fact_off", fact)
    return _back(public_id, "fact_off")


def _fact_or_404(db: Session, public_id: str, fact_id: int, lock: bool = False) -> tuple[Enterprise, FirmFact]:
    firm = here.enterprise_or_404(db, public_id, Right.MANAGE, lock=lock)
    fact = db.get(FirmFact, fact_id)
    return (firm, fact) if fact and fact.enterprise_id == firm.id else abort(404)


def _deed_page(
    public_id: str, fact_id: int, name: str, form: Any, refusal: BadFact | None = None
) -> ResponseReturnValue:
    with here.reading() as db:
        firm, fact = _fact_or_404(db, public_id, fact_id)
    line = fact_sheet.line_of(fact)
    page = render_template(f"firm_facts/{name}.html", firm=firm, form=form, line=line, refusal=refusal)
    return page, 422 if refusal or form.errors else 200


def _note(db: Session, firm: Enterprise, what: str, before: str, after: str, by: int, now: Any = None) -> None:
    """A line of the firm's history."""
    texts = {"before": before[:TEXT_LENGTH], "after": after[:TEXT_LENGTH]}
    db.add(EnterpriseChange(enterprise_id=firm.id, what=what, at=now or wording.now(), by_id=by, **texts))
    db.flush()


def _back(public_id: str, done: str) -> ResponseReturnValue:
    return redirect(url_for("district_firm.show", public_id=public_id, done=done, _anchor="known"))
