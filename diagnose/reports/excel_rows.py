"""The sheets of a document in Excel as rows of texts and numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from diagnose.services.document_parts import Answer, Dimension, Scheme
from diagnose.services.document_values import DocumentContent, Kind, Step
from diagnose.texts import say


@dataclass(frozen=True)
class Number:
    """A number as written, 1,234.50; anything else that stands there (已达到) stays a text."""

    text: str


Cell = str | int | Fraction | Number | None
Row = Sequence[Cell]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its key in the texts, column heads and widths in characters; ``title`` above the first one."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Row]
    widths: Sequence[int]
    title: str = ""


def sheets(kind: Kind, content: DocumentContent, mark: Mapping[str, str]) -> Iterator[Sheet]:
    """All sheets that have something to say."""
    yield Sheet("summary", (), list(_summary(content, mark)), (22, 70), f"{content.title}　{content.firm.name}")
    made = (_schemes(content), _dimensions(content), _answers(content), _bottlenecks(content), _way(content))
    rest = (_road(content), _history(content), _facts(content), _evidence(content))
    report = (_moments(content), _deviation(content), _policies(content)) if kind == "onsite" else ()
    yield from (sheet for sheet in (*made, *report, *rest) if sheet.rows)


def _sheet(name: str, columns: Mapping[str, int], rows: Sequence[Row]) -> Sheet:
    return Sheet(name, [say(f"doc_column_{key}") for key in columns], rows, list(columns.values()))


def _summary(content: DocumentContent, mark: Mapping[str, str]) -> Iterator[Row]:
    verdict = content.verdict
    scheme = verdict.scheme
    yield say("label_name"), content.firm.name
    yield from ((row.label, row.text) for row in content.firm.rows)
    yield say("doc_column_ruler"), f"{scheme.ruler}（{scheme.edition}）"
    yield say("doc_column_kind"), scheme.kind
    yield say("doc_column_as_of"), scheme.as_of
    yield say("doc_column_level"), scheme.level_name
    yield say("doc_column_score"), Number(scheme.score)
    yield say("doc_column_gap"), verdict.gap
    yield say("doc_column_number"), mark["number"] or mark["draft"]
    yield say("doc_column_issued"), mark["day"]
    if mark["address"]:
        yield say("doc_column_address"), mark["address"]
    yield from ((say("doc_column_check"), text) for text in (scheme.check, *content.firm.notes) if text)
    yield from ((say("doc_column_method"), text) for text in content.method)


def _schemes(content: DocumentContent) -> Sheet:
    columns = {"ruler": 34, "edition": 26, "kind": 12, "as_of": 16, "score": 10, "full": 10, "level": 16, "unmet": 60}
    columns |= {"check": 40}
    rows = [
        (one.ruler, one.edition, one.kind, one.as_of, Number(one.score), one.full, one.level_name, *_last(one))
        for one in content.schemes
    ]
    return _sheet("schemes", columns, rows)


def _last(one: Scheme) -> tuple[str, str]:
    return "；".join(one.unmet), one.check


def _dimensions(content: DocumentContent) -> Sheet:
    columns = {
        "ruler": 34,
        "dimension": 24,
        "points": 12,
        "most": 12,
        "percent": 10,
        "low": 10,
        "median": 10,
        "high": 10,
    }
    rows = [_dimension(scheme, one) for scheme in content.schemes for one in scheme.dimensions]
    return _sheet("dimensions", columns, rows)


def _dimension(scheme: Scheme, one: Dimension) -> Row:
    low, median, high = one.peer or (None, None, None)
    share = one.percent if one.share is None else one.share
    return (
        scheme.ruler,
        one.title,
        Number(one.points.rstrip("%")),
        Number(one.most.rstrip("%")),
        share,
        low,
        median,
        high,
    )


def _answers(content: DocumentContent) -> Sheet:
    columns = {"dimension": 20, "printed": 8, "indicator": 34, "answer": 46, "points": 10, "most": 10}
    columns |= {"own": 34, "difference": 16, "note": 40, "check": 30}
    rows: list[Row] = [
        (part.title, one.number, one.title, one.answer, Number(one.points), Number(one.most), *_said(one))
        for part in content.assessed
        for one in part.answers
    ]
    return _sheet("answers", columns, rows)


def _said(one: Answer) -> tuple[str, ...]:
    return one.own, one.difference, one.note, one.check


def _bottlenecks(content: DocumentContent) -> Sheet:
    columns = {"indicator": 34, "now": 40, "need": 34, "gap": 20, "lost": 16, "condition": 12}
    held = say("doc_condition")
    rows = [
        (one.title, one.now, one.need, one.gap, one.lost, held if one.condition else "") for one in content.bottlenecks
    ]
    return _sheet("bottlenecks", columns, rows)


def _way(content: DocumentContent) -> Sheet:
    columns = {"step": 6, "name": 30, "indicator": 24, "now": 24, "then": 24, "cost_low": 12, "cost_high": 12}
    columns |= {"months": 8, "service": 22, "do": 60, "needs": 40, "done": 40, "kpi": 24, "basis": 14}
    rows = [
        (
            one.number,
            one.name,
            one.indicator,
            one.now,
            one.then,
            _money(one.cost_low),
            _money(one.cost_high),
            *_how(one),
        )
        for one in (content.way.steps if content.way else ())
    ]
    return _sheet("way", columns, rows)


def _how(one: Step) -> Row:
    return one.months, one.service, one.do, one.needs, one.done, one.kpi, one.basis


def _money(units: int) -> Number:
    """百元 as a number of 万元."""
    return Number(f"{units // 100}.{units % 100:02d}")


def _road(content: DocumentContent) -> Sheet:
    columns = {"step": 6, "name": 40, "owner": 16, "start": 16, "due": 16, "budget": 12, "status": 10}
    rows = [
        (one.number, one.title, one.owner, one.start, one.due, _money(one.budget_units), one.status)
        for one in (content.roadmap.items if content.roadmap else ())
    ]
    return _sheet("road", columns, rows)


def _history(content: DocumentContent) -> Sheet:
    columns = {
        "as_of": 16,
        "kind": 12,
        "purpose": 24,
        "score": 10,
        "level": 16,
        "change": 10,
        "parts": 30,
        "edition": 26,
    }
    rows = [
        (one.day, one.kind, one.purpose, Number(one.score), one.level, Number(one.change), one.parts, one.ruler)
        for one in content.history
    ]
    return _sheet("history", columns, rows)


def _facts(content: DocumentContent) -> Sheet:
    rows = [
        (group.title, one.title, one.value, one.source, one.as_of)
        for group in (*content.facts, *content.known)
        for one in group.facts
    ]
    return _sheet("facts", {"group": 20, "indicator": 34, "fact": 60, "source": 14, "as_of": 24}, rows)


def _evidence(content: DocumentContent) -> Sheet:
    columns = {"step": 6, "indicator": 24, "title": 50, "media": 8, "effective": 16, "by": 16, "hash": 18}
    rows = [(one.number, one.question, one.title, one.media, one.day, one.by, one.mark) for one in content.evidence]
    return _sheet("evidence", columns, rows)


def _moments(content: DocumentContent) -> Sheet:
    moments = content.visit.moments if content.visit else ()
    rows = [(one.at, one.what, one.by, one.note) for one in moments]
    return _sheet("moments", {"at": 22, "what": 20, "by": 16, "note": 70}, rows)


def _deviation(content: DocumentContent) -> Sheet:
    lines = content.deviation.lines if content.deviation else ()
    rows = [(one.title, one.own, one.found, one.text) for one in lines]
    return _sheet("deviation", {"indicator": 30, "own": 44, "found": 44, "difference": 18}, rows)


def _policies(content: DocumentContent) -> Sheet:
    rows = [(one.title, one.offers, one.why, one.source, one.check) for one in content.policies]
    return _sheet("policies", {"policy": 36, "offers": 60, "why": 30, "origin": 44, "check": 34}, rows)
