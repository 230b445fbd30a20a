"""What the page of a way up shows besides the answer: each step's form, what is expected, the curve's bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diagnose import wording
from diagnose.services.way_choices import Choices
from diagnose.services.way_find import Search
from diagnose.services.way_moves import Offer, no_steps
from diagnose.services.way_up import CurvePoint, Way, WayUp
from diagnose.services.way_words import answer_words, expected_options
from diagnose.texts import say
from diagnose.web.way_form import StepForm, mark_of
from questionnaires.schema import Indicator

WAY_NAMES = ("best", "other1", "other2", "fewest", "fastest")


@dataclass(frozen=True)
class StepView:
    """The form of one step: what is typed or kept, what the library says, what is wrong."""

    id: str
    name: str
    question: Indicator
    library: str
    basis: str
    low: str
    high: str
    mark: str
    errors: Mapping[str, str]


@dataclass(frozen=True)
class ExpectedView:
    """One indicator that is no step: the answer now, and what may be expected."""

    code: str
    question: Indicator
    now: str
    options: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Compared:
    """One way beside the best: how much more it costs (half 百元), which steps it leaves out and takes instead."""

    code: str
    title: str
    way: Way
    more: int
    without: Sequence[str]
    instead: Sequence[str]


@dataclass(frozen=True)
class CurveBar:
    """One level of the curve with its bar in percent of the dearest."""

    point: CurvePoint
    left: str
    width: str


def step_view(asked: Search, offer: Offer, sent: StepForm | None = None) -> StepView:
    """The form of one step, with what was sent and refused if it is this one's."""
    action, key = offer.action, offer.move.id
    question = asked.catalog.dictionary.question(asked.rules.scheme, action.indicator)
    low, high = (wording.wan(one) for one in (offer.move.cost_low, offer.move.cost_high)) if offer.edited else ("", "")
    mark, errors = mark_of(asked.choices, key, action.indicator), {}
    if sent and sent.step == key:
        low, high, mark, errors = sent.low, sent.high, sent.mark, sent.errors
    name, library = action.name or question.short, wording.wan_range(action.cost_low, action.cost_high)
    return StepView(key, name, question, library, action.basis, low, high, mark, errors)


def step_views(asked: Search, sent: StepForm | None) -> dict[str, StepView]:
    """The forms of all steps by id."""
    return {key: step_view(asked, offer, sent) for key, offer in asked.offered.items()}


def set_aside(asked: Search, found: WayUp, sent: StepForm | None) -> list[str]:
    """The ids of steps that the firm said something about and the best way does not show; of what stays one each."""
    shown = {step.id for step in found.best.steps} if found.best else set()
    said = [*asked.choices.costs, *asked.choices.impossible, *([sent.step] if sent else [])]
    listed = [key for key in asked.offered if key in said and key not in shown]
    known = {asked.offered[key].action.indicator for key in listed}
    for key, offer in asked.offered.items():
        if offer.action.indicator in asked.choices.fixed - known:
            listed.append(key)
            known.add(offer.action.indicator)
    return listed


def expected_views(asked: Search) -> list[ExpectedView]:
    """What the firm may say it expects, in the order of the data."""
    found = []
    for code in no_steps(asked.rules.scheme):
        answer = asked.judged.answers.get(code)
        if answer in (None, "NA"):
            continue
        question = asked.catalog.dictionary.question(asked.rules.scheme, code)
        options = expected_options(asked.rules, question, code)
        chosen = asked.choices.expected.get(code, "")
        found.append(ExpectedView(code, question, answer_words(question, answer), options, chosen))
    return found


def ways_of(found: WayUp) -> dict[str, Way]:
    """All ways of an answer by the code that stands for them."""
    ways = [found.best, *(*found.alternatives, None, None)[:2], found.fewest, found.fastest]
    return {code: way for code, way in zip(WAY_NAMES, ways, strict=True) if way is not None}


def compared(found: WayUp) -> list[Compared]:
    """The ways side by side; those that are the best way again are named there and not repeated."""
    ways = ways_of(found)
    if "best" not in ways:
        return []
    best = ways["best"]
    names = {step.id: step.name for way in ways.values() for step in way.steps}
    own = [step.id for step in best.steps]
    lines = []
    for code, way in ways.items():
        ids = [step.id for step in way.steps]
        without = [names[key] for key in own if key not in ids]
        instead = [names[key] for key in ids if key not in own]
        lines.append(Compared(code, say(f"way_is_{code}"), way, way.cost_middle - best.cost_middle, without, instead))
    return lines


def curve_bars(found: WayUp) -> list[CurveBar]:
    """The cost of every level as bars from the low to the high end."""
    most = max((point.way.cost_high for point in found.curve if point.way), default=0)
    return [_bar(point, most) for point in found.curve]


def _bar(point: CurvePoint, most: int) -> CurveBar:
    if point.way is None or most == 0:
        return CurveBar(point, "0", "0")
    low, high = point.way.cost_low, point.way.cost_high
    return CurveBar(point, f"{100 * low / most:.2f}", f"{max(100 * (high - low) / most, 0.6):.2f}")


def kept_expected(choices: Choices, sent: Mapping[str, str], asked: Search) -> dict[str, str]:
    """What is expected after the form was sent; an option nobody offered counts as none."""
    found = {}
    for view in expected_views(asked):
        key = sent.get(f"expect-{view.code}", choices.expected.get(view.code, ""))
        if key in dict(view.options):
            found[view.code] = key
    return found
