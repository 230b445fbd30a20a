"""The onsite form as its page shows it: the questions in the order in which they matter, own and found side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Evidence, Finding
from diagnose.models.visit import VERIFIED
from diagnose.services.onsite_draft import GROUPS, OnsiteDraft
from diagnose.services.onsite_words import settled, state_of
from diagnose.services.review import Guarantee
from diagnose.texts import say
from diagnose.web.fixed import FixedField, fixed
from diagnose.web.questions import FieldView, QuestionView, is_wrong, proposed_text
from questionnaires.schema import Indicator

TITLES = {group: say(f"onsite_group_{group}") for group in GROUPS}


@dataclass(frozen=True)
class OnsiteItem:
    """One question: what the firm said (``own``, as of ``own_day``), what was found, and what lies beside both."""

    view: QuestionView
    own: str
    own_day: str
    why_not_own: str | None
    found: str
    finding: Finding | None
    evidence: Sequence[Evidence]
    own_evidence: int
    done: bool

    @property
    def question(self) -> Indicator:
        return self.view.question

    @property
    def checked(self) -> str:
        """The choice that is ticked: the verified value, unless a complete one was left open on purpose."""
        complete = any(any(field.typed) for field in self.view.fields) and not self.view.state["error"]
        return str(self.view.state["choice"]) or ("" if self.finding and complete else VERIFIED)


@dataclass(frozen=True)
class OnsiteView:
    """The whole form: its groups of questions in order, without empty ones, and what is guaranteed so far."""

    draft: OnsiteDraft
    groups: Mapping[str, list[OnsiteItem]]
    guarantees: list[Guarantee]

    @cached_property
    def settled(self) -> bool:
        return settled(self.guarantees)

    @property
    def next(self) -> Indicator | None:
        """The first open question in the order of the page."""
        return next((item.question for items in self.groups.values() for item in items if not item.done), None)


def onsite_view(catalog: Catalog, draft: OnsiteDraft) -> OnsiteView:
    """The form of one visit."""
    guarantees = draft.guarantees(catalog)
    movable = frozenset[str]().union(*(one.movable for one in guarantees))
    groups: dict[str, list[OnsiteItem]] = {group: [] for group in GROUPS}
    for question in draft.form.questions:
        groups[draft.group(question, movable)].append(_item(draft, question))
    return OnsiteView(draft, {TITLES[group]: items for group, items in groups.items() if items}, guarantees)


def _item(draft: OnsiteDraft, question: Indicator) -> OnsiteItem:
    known = [draft.own[fact.code] for fact in question.facts if fact.code in draft.own]
    return OnsiteItem(
        view=_question_view(draft, question),
        own=draft.own_text(question),
        own_day=wording.day(max(fact.as_of for fact in known)) if known else "",
        why_not_own=draft.why_not_own(question),
        found=draft.text(question),
        finding=draft.finding(question),
        evidence=draft.evidence.get(question.code, ()),
        own_evidence=draft.own_evidence.get(question.code, 0),
        done=draft.done(question),
    )


def _question_view(draft: OnsiteDraft, question: Indicator) -> QuestionView:
    parts = fixed(draft.form, question)
    fields = tuple(
        FieldView(fact, tuple(draft.typed.get(fact.code, ())), is_wrong(fact, question, draft.reading), _here(field))
        for fact, field in zip(question.facts, parts.fields, strict=True)
    )
    state = state_of(draft, question) | {"proposed": proposed_text(question, draft.reading)}
    return QuestionView(question, parts, fields, state, None)


def _here(field: FixedField) -> FixedField:
    """A shared fact is asked on the same page."""
    return replace(field, owner=(field.owner[0], "")) if field.owner else field
