"""The way up and the roadmap, worded for a document. Costs are 百元 in, 万元 out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from diagnose import wording
from diagnose.models import Roadmap as Plan
from diagnose.models import RoadmapItem
from diagnose.services import way_up
from diagnose.services.document_parts import Advice, Bottleneck
from diagnose.services.document_values import CurveLine, RoadItem, Roadmap, Service, Step, Tick, Way
from diagnose.services.roadmap import CANCELLED, DONE
from diagnose.texts import say

WHOLE = 1000  # of a time axis
MOST_TICKS = 8
FIRST = 6  # bottlenecks whose advice names services where there is no way


def way(found: way_up.WayUp | None, services: Mapping[str, str]) -> Way | None:
    """提升路径; ``services``: the categories' titles by code."""
    if found is None:
        return None
    target = wording.level_name(found.target.level, found.target.title)
    best = found.best
    return Way(
        target=target,
        as_of=wording.day(found.as_of),
        sentence=_sentence(best) if best else say("doc_way_none", target=target),
        cost=wording.wan_range(best.cost_low, best.cost_high) if best else "",
        cost_low=best.cost_low if best else 0,
        cost_high=best.cost_high if best else 0,
        months=best.months if best else 0,
        steps=tuple(_step(number, step, services) for number, step in enumerate(best.steps, 1)) if best else (),
        proof=_proof(found.certificate) if found.certificate else "",
        assumptions=tuple(found.assumptions),
        why_not=tuple(found.why_not),
        curve=tuple(_curve(point) for point in found.curve),
    )


def _sentence(best: way_up.Way) -> str:
    said = {"steps": len(best.steps), "cost": wording.wan_range(best.cost_low, best.cost_high), "months": best.months}
    return say("doc_way_sentence", **said, score=best.score, level=best.level)


def _proof(found: way_up.Certificate) -> str:
    judged = {"score": found.judged_score, "level": found.judged_level}
    return say(
        "doc_way_proof",
        status=found.status.replace("optimal", say("doc_optimal")),
        bound=wording.wan_middle(found.bound),
        gap=found.gap,
        **judged,
        offered=found.steps_offered,
    )


def _step(number: int, step: way_up.WayStep, services: Mapping[str, str]) -> Step:
    return Step(
        number=number,
        name=step.name,
        indicator=step.question.short,
        now=step.now,
        then=step.then,
        do=step.do,
        needs=step.needs,
        done=step.done,
        kpi=step.kpi,
        service=services.get(step.service, step.service),
        basis=say("doc_way_own") if step.edited else step.basis,
        cost=wording.wan_range(step.cost_low, step.cost_high),
        cost_low=step.cost_low,
        cost_high=step.cost_high,
        months=step.months,
        starts=step.starts,
        ends=step.ends,
        after=tuple(place + 1 for place in step.after),
    )


def _curve(point: way_up.CurvePoint) -> CurveLine:
    level = wording.level_name(point.level, point.title)
    if point.reached or point.way is None:
        return CurveLine(level, say("doc_curve_here" if point.reached else "doc_curve_never"), "", "")
    best = point.way
    months, steps = say("doc_months", count=best.months), say("doc_curve_steps", count=len(best.steps))
    return CurveLine(level, wording.wan_range(best.cost_low, best.cost_high), months, steps)


def services(found: Way | None, held: Sequence[Bottleneck]) -> tuple[Service, ...]:
    """The categories of services that the steps call for, in their order; without a way, what comes next does."""
    ahead: Sequence[Step | Advice] = found.steps if found else [each for one in held[:FIRST] for each in one.advice]
    steps: dict[str, list[str]] = {}
    for step in ahead:
        if step.service:
            steps.setdefault(step.service, []).append(step.name)
    return tuple(Service(title, "、".join(names)) for title, names in steps.items())


def roadmap(plan: Plan | None, target: str) -> Roadmap | None:
    """路线图 with the place of each item on the time axis; ``target``: the name of the level it leads to."""
    if plan is None or not plan.items:
        return None
    first, last = min(item.starts_on for item in plan.items), max(item.due_on for item in plan.items)
    span = max((last - first).days + 1, 1)
    kept = [item for item in plan.items if item.status != CANCELLED]
    budget = wording.wan(sum(item.budget for item in kept))
    done = sum(item.status == DONE for item in kept)
    return Roadmap(
        target=target,
        made_on=wording.day(plan.made_at.astimezone(wording.SHANGHAI).date()),
        budget=budget,
        done=say("doc_road_done", count=len(kept), done=done, budget=budget),
        items=tuple(_item(number, item, first, span) for number, item in enumerate(plan.items, 1)),
        ticks=tuple(_ticks(first, last, span)),
    )


def _item(number: int, item: RoadmapItem, first: date, span: int) -> RoadItem:
    return RoadItem(
        number=number,
        title=item.title,
        owner=item.owner,
        start=wording.day(item.starts_on),
        due=wording.day(item.due_on),
        budget=wording.wan(item.budget),
        budget_units=item.budget,
        state={DONE: "done", CANCELLED: "off"}.get(item.status, ""),
        status=say(f"plan_{item.status}"),
        low=(item.starts_on - first).days * WHOLE // span,
        high=((item.due_on - first).days + 1) * WHOLE // span,
    )


def _ticks(first: date, last: date, span: int) -> Iterator[Tick]:
    """The beginnings of months, as many as fit."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    every = -(-len(months) // MOST_TICKS)
    for month in months[::every]:
        day = date(month // 12, month % 12 + 1, 1)
        yield Tick(wording.month(day), max((day - first).days * WHOLE // span, 0))
