"""Which two verdicts to compare: all that can be chosen, and those shown when nothing was."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Diagnosis
from diagnose.services.comparison import in_time
from diagnose.services.history import purpose, purposes
from diagnose.services.verdicts import KINDS, Verdicts
from diagnose.texts import say


@dataclass(frozen=True)
class Choices:
    """Verdicts to choose from, by the title of their ruler, oldest first: (id, words)."""

    groups: dict[str, list[tuple[int, str]]]

    @property
    def enough(self) -> bool:
        """Whether any ruler has two."""
        return any(len(group) > 1 for group in self.groups.values())


def choices(session: Session, record: Verdicts) -> Choices:
    """All verdicts of a file."""
    named, groups = purposes(session, record), {}
    for form in record.catalog.forms.values():
        found = [one for one in record.every if record.form_name(one) == form.name]
        title = record.catalog.rulesets[form.schemes[0]].title
        editions = len({one.edition for one in found}) > 1
        if found:
            groups[title] = [(one.id, _words(record, one, named, editions)) for one in sorted(found, key=in_time)]
    return Choices(groups)


def first_and_last(record: Verdicts, scheme: str = "", kind: str = "") -> tuple[int, int] | None:
    """The first and the newest verdict of the scheme asked for, of one kind if it has two; None when there are none."""
    for one in (scheme, *(name.partition("/")[0] for name in record.catalog.rulesets)):
        ordered = sorted((each for each in record.every if each.scheme == one), key=in_time)
        # Rulers of one scheme that have forms of their own (流程型, 离散型) are not compared.
        ordered = [each for each in ordered if record.form_name(each) == record.form_name(ordered[-1])]
        if len(ordered) > 1:
            first, last = _of_one_kind(ordered, kind)
            return first.id, last.id
    return None


def _of_one_kind(ordered: list[Diagnosis], kind: str) -> tuple[Diagnosis, Diagnosis]:
    for wanted in (kind, *KINDS):
        found = [one for one in ordered if one.kind == wanted]
        if len(found) > 1:
            return found[0], found[-1]
    return ordered[0], ordered[-1]


def _words(record: Verdicts, one: Diagnosis, named: dict[int, str], editions: bool) -> str:
    """2026年3月1日 重新自评 63.45，2025版: short enough for a phone; ``editions``: there are several to tell apart."""
    rules = record.catalog.rulesets[one.ruleset]
    kind = wording.VERDICTS[one.kind]
    return say(
        "compare_choice",
        day=wording.day(one.as_of),
        kind=purpose(one, named) or kind if one.kind == "self" else kind,
        score=wording.number(one.score, rules.decimals),
        edition=say("compare_edition", edition=one.edition) if editions else "",
    )
