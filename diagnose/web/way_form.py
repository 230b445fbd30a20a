"""The forms of the way up: one step edited, what is expected, and the plan that is to be made."""

from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from diagnose.services.way_choices import Choices
from diagnose.texts import say
from diagnose.web.addresses import row_number
from diagnose.web.money import BadAmount, amount

MARKS = ("go", "impossible", "fixed")


@dataclass
class StepForm:
    """One step as it was sent: costs as typed (万元), a mark. ``errors`` by field; `check` fills them in."""

    step: str
    low: str
    high: str
    mark: str
    version: int
    errors: dict[str, str] = field(default_factory=dict)
    cost: tuple[int, int] | None = None

    def check(self) -> bool:
        """Whether it can be kept; ``cost`` is then what was typed in 百元, None for both fields blank."""
        low, high = self._read("low"), self._read("high")
        if self.mark not in MARKS:
            self.errors["mark"] = say("way_mark_missing")
        if self.errors:
            return False
        if low is None or high is None:
            one = high if low is None else low  # one figure stands for both
            self.cost = None if one is None else (one, one)
        elif low > high:
            self.errors["high"] = say("way_cost_order")
        else:
            self.cost = low, high
        return not self.errors

    def _read(self, name: str) -> int | None:
        typed = getattr(self, name).strip()
        if not typed:
            return None
        try:
            return amount(typed)
        except BadAmount as error:
            self.errors[name] = str(error)
            return None


def step_form(sent: MultiDict[str, str]) -> StepForm:
    """What one step's form sent."""
    return StepForm(
        sent.get("step", ""), sent.get("low", ""), sent.get("high", ""), sent.get("mark", ""), version_of(sent)
    )


def version_of(sent: MultiDict[str, str]) -> int:
    """The version of the choices that was on the page; -1, which none has, when it is no number."""
    found = row_number(sent.get("version", ""))
    return -1 if found is None else found


def mark_of(choices: Choices, step: str, indicator: str) -> str:
    """How a step is marked now."""
    if indicator in choices.fixed:
        return "fixed"
    return "impossible" if step in choices.impossible else "go"
