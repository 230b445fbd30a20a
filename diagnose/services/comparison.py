"""比较: any two verdicts of a firm under the rulers of one form, side by side, the difference split exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Enterprise
from diagnose.services.change import Course, Unsplit, change, course
from diagnose.services.compare_ends import ConditionPair, DimensionPair, condition_pairs, dimension_pairs
from diagnose.services.compare_lines import QuestionLine, Total, difference, question_lines, totals
from diagnose.services.facts import DatedFact
from diagnose.services.history import purpose, purposes
from diagnose.services.onsite_draft import own_facts
from diagnose.services.standing import Standing, of_diagnosis
from diagnose.services.verdicts import KINDS, Judged, Verdicts
from diagnose.texts import say
from scoring.ruleset import Ruleset


class NotComparable(ValueError):
    """These two are not compared; the message says why, for people."""


@dataclass(frozen=True)
class End:
    """One of the two verdicts, in words too; ``purpose`` is of the firm's own."""

    diagnosis: Diagnosis
    rules: Ruleset
    standing: Standing
    purpose: str

    @property
    def name(self) -> str:
        """2026年3月1日 企业自评"""
        return f"{wording.day(self.diagnosis.as_of)} {wording.VERDICTS[self.diagnosis.kind]}"


@dataclass(frozen=True)
class Comparison:
    """Two verdicts, the one of the older day first; on one day the firm's own first, then the one known first.

    ``score``: the difference of the displayed scores; ``parts`` split it into (what, how much), exactly; () when it
    cannot be split, ``why_not`` then says why. ``groups``: what changed, by dimension, with sizes that add up to
    ``totals``; ``unchanged`` questions and ``kept`` conditions are only counted.
    """

    before: End
    after: End
    score: str
    parts: tuple[tuple[str, str], ...]
    why_not: str
    dimensions: list[DimensionPair]
    groups: list[tuple[str, list[QuestionLine]]]
    totals: list[Total]
    unchanged: int
    conditions: list[ConditionPair]
    kept: int

    @property
    def one_kind(self) -> bool:
        return self.before.diagnosis.kind == self.after.diagnosis.kind

    @property
    def turned(self) -> bool:
        """The one of the older day was made later: what had been learned in between is not in the newer one."""
        return self.one_kind and self.before.diagnosis.known_at > self.after.diagnosis.known_at

    @property
    def changed(self) -> int:
        """How many questions changed."""
        return sum(len(lines) for _, lines in self.groups)


def comparison(session: Session, catalog: Catalog, enterprise: Enterprise, a_id: int, b_id: int) -> Comparison:
    """Two verdicts of one file; raises NotComparable, and LookupError when the file has no such verdict."""
    return compare(session, Verdicts(session, catalog, enterprise.id), a_id, b_id)


def compare(session: Session, record: Verdicts, a_id: int, b_id: int) -> Comparison:
    """As `comparison`, of a record at hand."""
    before, after = pair(record, a_id, b_id)
    way = course(record, before, after, _own(session, record, before, after))
    parts, why_not = _split(way)
    lines = question_lines(way, split=not why_not)
    conditions, kept = condition_pairs(way.before, way.after)
    named = purposes(session, record)
    decimals = way.after.rules.decimals
    return Comparison(
        before=_end(record, way.before, named),
        after=_end(record, way.after, named),
        score=difference(after.score - before.score, decimals),
        parts=tuple((say(f"change_{step}"), difference(size, decimals)) for step, size in parts),
        why_not=why_not,
        dimensions=dimension_pairs(way.before, way.after),
        groups=_groups([line for line in lines if line.changed]),
        totals=totals(lines, way),
        unchanged=sum(not line.changed for line in lines),
        conditions=conditions,
        kept=kept,
    )


def pair(record: Verdicts, a_id: int, b_id: int) -> tuple[Diagnosis, Diagnosis]:
    """The two verdicts in order; raises NotComparable and LookupError."""
    by_id = {one.id: one for one in record.every}
    if a_id not in by_id or b_id not in by_id:
        raise LookupError(f"no verdict {a_id} or {b_id}")
    if a_id == b_id:
        raise NotComparable(say("compare_same"))
    before, after = sorted((by_id[a_id], by_id[b_id]), key=in_time)
    if record.form_name(before) != record.form_name(after):
        titles = [record.catalog.rulesets[one.ruleset].title for one in (before, after)]
        raise NotComparable(say("compare_schemes", one=titles[0], other=titles[1]))
    return before, after


def in_time(one: Diagnosis) -> tuple[object, ...]:
    """The key by which verdicts of both kinds stand in order."""
    return one.as_of, KINDS.index(one.kind), one.known_at, one.id


def _own(session: Session, record: Verdicts, before: Diagnosis, after: Diagnosis) -> Mapping[str, DatedFact] | None:
    """Between the two kinds: what the firm had said when the advisor came; without a visit, what it says here."""
    if before.kind == after.kind:
        return None
    own, onsite = (before, after) if before.kind == "self" else (after, before)
    visit = record.visit_of(onsite)
    return own_facts(session, visit) if visit else record.judged(own).dated


def _split(way: Course) -> tuple[Sequence[tuple[str, int]], str]:
    """The parts of the score's difference, or why there are none."""
    try:
        return change(way).parts, ""
    except Unsplit as refused:
        dictionary, scheme = way.before.catalog.dictionary, way.before.rules.scheme
        asked = "、".join(dictionary.question(scheme, code).short for code in refused.missing)
        return (), say(f"compare_unsplit_{refused.reason}", edition=way.before.rules.edition, asked=asked)


def _end(record: Verdicts, end: Judged, named: dict[int, str]) -> End:
    what = purpose(end.diagnosis, named) if end.diagnosis.kind == "self" else ""
    return End(end.diagnosis, end.rules, of_diagnosis(record, end.diagnosis), what)


def _groups(lines: Sequence[QuestionLine]) -> list[tuple[str, list[QuestionLine]]]:
    """The lines by dimension, in their order."""
    titles = list(dict.fromkeys(line.dimension for line in lines))
    ordered = sorted(lines, key=lambda line: titles.index(line.dimension))
    return [(title, list(group)) for title, group in groupby(ordered, attrgetter("dimension"))]
