"""分解: a target over the districts below and over the years. A proposal only fills in the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnose import access, wording
from diagnose.models import Division, Target
from diagnose.services import localities, target_progress, target_split
from diagnose.services.target_split import BASES, WHOLE
from diagnose.services.target_words import decimals
from diagnose.texts import say
from diagnose.web import here, login
from diagnose.web.target_forms import number
from diagnose.web.target_rights import Place, target_or_404

RATE_PLACES = 4
Figures = dict[tuple[int, int], str]


class Sum(NamedTuple):
    """What a column adds up to, in words; ``even``: nothing to be said against it."""

    words: str
    even: bool


@dataclass(frozen=True)
class Sheet:
    """All that the page shows. ``goals``: column → what the children are to add up to (a year may have none)."""

    target: Target
    place: Place
    children: Sequence[Division]
    columns: Sequence[int]
    goals: Mapping[int, str]

    @property
    def places(self) -> int:
        """With how many decimals a figure may be written."""
        return RATE_PLACES if self.target.kind == "rate" else decimals(self.goals[WHOLE])

    def title(self, column: int) -> str:
        if column == WHOLE:
            return say("split_column_each" if self.target.kind == "yearly" else "split_column_0")
        return say("split_column", year=column)


def split(target_id: int) -> ResponseReturnValue:
    """The form; ``step``: propose (fill in), check (add up) or save."""
    who = login.person("officer")
    with here.reading() as db:
        sheet = _sheet(db, *target_or_404(db, who, target_id))
        if sheet is None or not access.oversees(who, sheet.place.division.path):
            return _nothing(db, *target_or_404(db, who, target_id))
        if request.method == "GET":
            return _page(sheet, target_split.stored(db, sheet.target, sheet.children))
        step = request.form.get("step", "check")
        figures, wrong = _typed(sheet)
        if step == "propose":
            return _proposed(db, sheet, figures)
    if step != "save" or wrong:
        return _page(sheet, figures, wrong)
    if not _even(sheet, figures) and request.form.get("uneven") != "yes":
        return _page(sheet, figures, {}, say("split_uneven"))
    with here.writing() as db:
        target, place = target_or_404(db, who, target_id)
        if target_split.save(db, target, sheet.children, figures):
            here.record(db, "target_split", target=target_id, division=place.division.id)
    return redirect(url_for("targets.target", target_id=target_id, division=place.division.id, done="split"))


def _sheet(db: Session, target: Target, place: Place) -> Sheet | None:
    """None where there is nothing to split, or nobody to split it over."""
    shares = target_progress.shares_of(db, place.plan)
    goal = target_progress.goal_of(place.plan, target, place.division.id, WHOLE, shares)
    children = [one for one in localities.children(db, place.division.id) if not one.closed_on]
    if goal is None or not children:
        return None
    years = {year: shares.get((target.id, place.division.id, year)) for year in target_split.years(place.plan)}
    goals = {WHOLE: goal} | {year: value for year, value in years.items() if value}
    if target.kind == "stock":
        goals[place.plan.deadline.year] = goal
    return Sheet(target, place, children, target_split.columns(place.plan, target), goals)


def _nothing(db: Session, target: Target, place: Place) -> ResponseReturnValue:
    if request.method == "POST":
        abort(404)
    below = bool(localities.children(db, place.division.id))
    return render_template("targets/split_none.html", target=target, place=place, below=below)


def _typed(sheet: Sheet) -> tuple[Figures, dict[tuple[int, int], str]]:
    """The figures as typed (normal where they are right), and what is wrong, by (division, column)."""
    figures: Figures = {}
    wrong = {}
    for child in sheet.children:
        for column in sheet.columns:
            typed = request.form.get(f"s-{child.id}-{column}", "").strip()
            value = number(typed) if typed else ""
            fits = value is not None and not value.startswith("-") and (not value or decimals(value) <= sheet.places)
            figures[child.id, column] = value if fits and value is not None else typed[:30]
            if not fits:
                wrong[child.id, column] = _complaint(sheet, child, column, typed)
    return figures, wrong


def _complaint(sheet: Sheet, child: Division, column: int, typed: str) -> str:
    whole = say("split_whole_0") if sheet.places == 0 else say("split_whole", places=sheet.places)
    return say("split_wrong", place=child.name, column=sheet.title(column), typed=typed[:30], whole=whole)


def _proposed(db: Session, sheet: Sheet, figures: Figures) -> ResponseReturnValue:
    basis = request.form.get("basis", BASES[0])
    if basis not in BASES:
        abort(404)
    place, target = sheet.place, sheet.target
    by = target_split.weights(db, target, place.division, sheet.children, basis, wording.today())
    try:
        rows = target_split.proposal(place.plan, target, sheet.goals[WHOLE], by)
    except ValueError:
        return _page(sheet, figures, problem=say("split_zero"))
    filled = {
        (child.id, column): row.get(column, "")
        for child, row in zip(sheet.children, rows, strict=True)
        for column in sheet.columns
    }
    exact = target_split.exact(target, sheet.goals[WHOLE], by)
    return _page(sheet, filled, exact=dict(zip([one.id for one in sheet.children], exact, strict=True)))


def _even(sheet: Sheet, figures: Figures) -> bool:
    return all(one.even for one in _sums(sheet, figures).values()) and not _uneven_rows(sheet, figures)


def _sums(sheet: Sheet, figures: Figures) -> dict[int, Sum]:
    """Under each column: the total, and what is missing or too much; a rate is not added up."""
    if sheet.target.kind == "rate":
        return {}
    return {column: _sum(sheet, figures, column) for column in sheet.columns}


def _sum(sheet: Sheet, figures: Figures, column: int) -> Sum:
    given = [figures.get((child.id, column), "") for child in sheet.children]
    numbers = [value for value in given if number(value) is not None]
    check = target_split.check(numbers, sheet.goals.get(column, "0"))
    total = wording.thousands(check.total)
    if column not in sheet.goals or not (numbers or column == WHOLE):
        return Sum(total if numbers else "", True)
    key = "split_gap" if check.gap > 0 else "split_over" if check.gap < 0 else "split_even"
    return Sum(say(key, total=total, gap=wording.thousands(abs(check.gap))), check.gap == 0)


def _uneven_rows(sheet: Sheet, figures: Figures) -> dict[int, str]:
    """Districts whose years do not add up to (a stock: do not end with) their whole, with the difference in words."""
    found = {}
    for child in sheet.children:
        years = [figures.get((child.id, column), "") for column in sheet.columns if column != WHOLE]
        whole = figures.get((child.id, WHOLE), "")
        if number(whole) is None or not years or any(number(one) is None for one in years):
            continue  # years are optional
        check = target_split.check(years[-1:] if sheet.target.kind == "stock" else years, whole)
        if check.gap:
            key = "split_gap" if check.gap > 0 else "split_over"
            found[child.id] = say(key, total=wording.thousands(check.total), gap=wording.thousands(abs(check.gap)))
    return found


def _page(
    sheet: Sheet,
    figures: Figures,
    wrong: Mapping[tuple[int, int], str] | None = None,
    problem: str = "",
    exact: Mapping[int, Decimal] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "targets/split.html",
        sheet=sheet,
        figures=figures,
        wrong=wrong or {},
        problem=problem,
        exact=exact or {},
        sums=_sums(sheet, figures),
        rows=_uneven_rows(sheet, figures),
        bases=BASES,
        basis=request.form.get("basis", BASES[0]),
        uneven=not _even(sheet, figures),
        saving=request.form.get("step") == "save",
    )
    return page, 422 if wrong or problem else 200
