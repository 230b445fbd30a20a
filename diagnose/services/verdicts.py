"""All verdicts of one file with what they stand on, read in three queries; each is judged again at most once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Statement, Visit
from diagnose.models.visit import CANCELLED, ENDED
from diagnose.services.answers import batch_answers
from diagnose.services.facts import DatedFact, merge, plain
from scoring.ruleset import Ruleset
from scoring.verdict import Verdict, verdict

KINDS = ("self", "onsite")


@dataclass(frozen=True)
class Sight:
    """Facts as one ruler sees them."""

    catalog: Catalog
    rules: Ruleset
    dated: Mapping[str, DatedFact]

    @cached_property
    def facts(self) -> dict[str, Any]:
        return plain(self.dated)

    @cached_property
    def answers(self) -> dict[str, object]:
        return batch_answers(self.rules, self.catalog.dictionary, self.facts)

    @cached_property
    def verdict(self) -> Verdict:
        """Raises AnswerError when facts stated at different times contradict each other."""
        return verdict(self.rules, self.answers)


@dataclass(frozen=True)
class Judged(Sight):
    """One stored verdict, the facts it read, and the same verdict in full."""

    diagnosis: Diagnosis


class Verdicts:
    """``every`` verdict of a file, oldest first, of both kinds; ``statements`` as later facts replace earlier ones."""

    def __init__(self, session: Session, catalog: Catalog, enterprise_id: int) -> None:
        self.catalog = catalog
        self.every = list(
            session.scalars(
                select(Diagnosis)
                .where(Diagnosis.enterprise_id == enterprise_id)
                .order_by(Diagnosis.as_of, Diagnosis.known_at, Diagnosis.id)
            )
        )
        self.statements = list(
            session.scalars(
                select(Statement)
                .where(Statement.enterprise_id == enterprise_id)
                .order_by(Statement.as_of, Statement.recorded_at, Statement.id)
            )
        )
        self.visits = list(
            session.scalars(
                select(Visit)
                .where(Visit.enterprise_id == enterprise_id, Visit.state != CANCELLED)
                .options(joinedload(Visit.advisor), joinedload(Visit.base), joinedload(Visit.assessment))
                .order_by(Visit.id)
            )
        )
        self._judged: dict[int, Judged] = {}

    def judged(self, shown: Diagnosis) -> Judged:
        """One of these verdicts in full."""
        if shown.id not in self._judged:
            read = [row for row in self.statements if row.kind == shown.kind and row.id in shown.statements]
            rules = self.catalog.rulesets[shown.ruleset]
            self._judged[shown.id] = Judged(self.catalog, rules, merge(read), shown)
        return self._judged[shown.id]

    def of_form(self, name: str, kind: str) -> list[Diagnosis]:
        """The verdicts of one kind that the rulers of a form gave, oldest first."""
        return [one for one in self.every if one.kind == kind and self.form_name(one) == name]

    def newest(self, name: str, kind: str) -> Diagnosis | None:
        """The last of them."""
        found = self.of_form(name, kind)
        return found[-1] if found else None

    def form_name(self, shown: Diagnosis) -> str:
        """The form that asks what a verdict's ruler reads."""
        return self.catalog.form_of(self.catalog.rulesets[shown.ruleset]).name

    def of_kind(self, kind: str) -> list[Statement]:
        """The statements of one kind."""
        return [row for row in self.statements if row.kind == kind]

    def visit_of(self, shown: Diagnosis) -> Visit | None:
        """The visit whose result an onsite verdict is: the last one it read that was made with its own form."""
        form = self.form_name(shown).partition("/")[0]
        read = {row.assessment_id for row in self.statements if row.id in shown.statements and row.form == form}
        return next((one for one in reversed(self.visits) if one.assessment_id in read), None)

    @property
    def under_way(self) -> list[Visit]:
        """The visits that have no result yet."""
        return [one for one in self.visits if one.state not in ENDED]
