"""政策与服务匹配: which policies of data/policies.yaml fit a firm, and which services the steps ahead call for."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from diagnose import wording
from diagnose.services import bottlenecks
from diagnose.services.document_values import Policy
from diagnose.texts import say
from questionnaires.strict import DefinitionError, load_yaml, mapping

PATH = Path(__file__).parent.parent / "data" / "policies.yaml"
NAMED = 4  # indicators named as the reason


@dataclass(frozen=True)
class Rule:
    """One policy of the file; ``losing`` (): it fits whatever the answers are."""

    title: str
    offers: str
    source: str
    place: str
    starts: date
    until: date | None
    losing: tuple[str, ...]
    check: str


@cache
def rules() -> tuple[Rule, ...]:
    """All policies in the order of the file; DefinitionError names what is wrong."""
    return tuple(_rule(number, entry) for number, entry in enumerate(load_yaml(PATH), 1))


def _rule(number: int, entry: object) -> Rule:
    place = f"{PATH}: {number}"
    given = mapping(place, entry, ("title", "offers", "source", "place", "from"), _KEYS)
    if not all(isinstance(given[key], str) for key in ("title", "offers", "source", "place")):
        raise DefinitionError(f"{place}: title, offers, source and place are texts")
    losing = tuple(given.get("losing", ()))
    texts = (given["title"], given["offers"], given["source"], given["place"])
    return Rule(*texts, given["from"], given.get("until"), losing, given.get("check", ""))


_KEYS = ("title", "offers", "source", "place", "from", "until", "losing", "check")


def matched(place: str, day: date, held: Sequence[bottlenecks.Bottleneck]) -> tuple[Policy, ...]:
    """The policies for a firm in the division with this code, on a day, with these bottlenecks."""
    losing = {one.question.code: one.question.short for one in held}
    return tuple(_said(rule, day, losing) for rule in rules() if _fits(rule, place, day, losing))


def _fits(rule: Rule, place: str, day: date, losing: Collection[str]) -> bool:
    return place.startswith(rule.place) and rule.starts <= day and (not rule.losing or bool({*rule.losing} & {*losing}))


def _said(rule: Rule, day: date, losing: dict[str, str]) -> Policy:
    titles = [losing[code] for code in rule.losing if code in losing][:NAMED]
    why = say("doc_policy_losing", titles="、".join(titles)) if titles else say("doc_policy_always")
    return Policy(rule.title, rule.offers, why, rule.source, "；".join(_open(rule, day)))


def _open(rule: Rule, day: date) -> Iterator[str]:
    """What is still to be confirmed about a policy."""
    if rule.check:
        yield rule.check
    if rule.until and rule.until < day:
        yield say("doc_policy_over", day=wording.day(rule.until))
