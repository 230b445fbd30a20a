"""Answer sheets of firms diagnosed on paper: one row a firm, one column a fact; stated as 批量导入 and judged."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Division, Enterprise, EnterpriseDivision, Statement
from diagnose.models.assessment import SUBMITTED
from diagnose.models.enterprise import MERGED, OPEN
from diagnose.services import intake_cells
from diagnose.services.answers import batch_answers
from diagnose.services.diagnose import columns, judge_again
from diagnose.services.facts import known, merge, plain, statements_of
from diagnose.services.intake_fields import answer_fields, facts_asked
from diagnose.services.intake_rows import Options, Problem, Read, Reader
from diagnose.services.sheets import Table
from diagnose.texts import say
from questionnaires.parse import Reading, read, refuse_all_cut
from questionnaires.schema import NOT_APPLICABLE, Fact, Form, Indicator
from scoring.encode import AnswerError, Row, encode_one, pack
from scoring.ruleset import Ruleset
from scoring.verdict import verdicts

CHUNK = 5000
SOURCE = "import"
PARTS = "；;、,，|\n"
YES_NO = {"是": "true", "有": "true", "√": "true", "否": "false", "无": "false", "没有": "false", "×": "false"}
MARKED = {"不适用": NOT_APPLICABLE, "NA": NOT_APPLICABLE, "N/A": NOT_APPLICABLE}


@dataclass(frozen=True)
class Sheet:
    """One firm's answers, all there and right: facts by code, and the day they were true."""

    row: int
    code: str
    as_of: date
    answers: dict[str, Any]


@dataclass(frozen=True)
class Target:
    """The firm that a sheet is of."""

    id: int
    public_id: str
    name: str
    profile: dict[str, Any]


@dataclass
class Plan:
    """What the sheets would do; ``same`` are rows that were imported before."""

    new: list[tuple[Sheet, Target]] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many rows bring a statement, and how many bring nothing new."""
        return {"added": len(self.new), "changed": 0, "same": len(self.same)}


def reader(form: Form, table: Table, options: Options, today: date) -> Reader:
    """What reads the rows of these sheets: a cell becomes what a person would have typed into the form."""
    readers: dict[str, Callable[[str], Any]] = {
        "credit_code": intake_cells.credit_code,
        "name": intake_cells.line(200),
        "as_of": intake_cells.day(today),
    }
    readers |= {f"answer:{fact.code}": typed(fact) for fact, _ in facts_asked(form)}
    return Reader(table, options, readers, {one.key: one for one in answer_fields(form)})


def typed(fact: Fact) -> Callable[[str], list[str]]:
    """A cell → the texts that the form would have sent: keys of options for their labels, several for a multi."""
    keys = {_key(label): key for key, label in fact.options.items()} if fact.options else {}
    if fact.kind == "yes_no":
        keys |= {_key(text): key for text, key in YES_NO.items()}

    def one(text: str) -> str:
        return text if fact.options and text in fact.options else keys.get(_key(text), text)

    def read_cell(text: str) -> list[str]:
        if fact.kind == "text":
            return [text]
        if not fact.options:
            return [intake_cells.as_number(text, fact)]
        if text in MARKED:
            return [MARKED[text]]
        if one(text) in fact.options:
            return [one(text)]
        if fact.kind not in ("multi", "ratings"):
            return [_start(text, fact)]
        return [_start(one(part.strip()), fact) for part in _parts(text)]

    return read_cell


def _key(text: str) -> str:
    return intake_cells.narrow(text).replace(" ", "").lower()


def _start(text: str, fact: Fact) -> str:
    """A. 全部自动 → A: the key of an option before its label, as the printed questionnaire has it."""
    head = intake_cells.narrow(text)
    for sign in (".", "、", ":", " ", ")"):
        if head.partition(sign)[0] in fact.options:
            return head.partition(sign)[0]
    return text


def _parts(text: str) -> list[str]:
    for sign in PARTS[1:]:
        text = text.replace(sign, PARTS[0])
    return [part for part in text.split(PARTS[0]) if part.strip()]


def sheets(found: Iterable[Read], by: Reader, form: Form) -> tuple[list[Sheet], list[Problem]]:
    """The rows that answer every question rightly, and what is missing or wrong in the others, cell by cell."""
    good: list[Sheet] = []
    wrong: list[Problem] = []
    questions = list(form.questions)
    for one in found:
        told = list(one.wrong)
        told += [by.at(one.row, key, say("intake_code_missing")) for key in ("credit_code",) if _missing(one, by, key)]
        reading = _reading(one, questions)
        told += _faults(one, by, questions, reading)
        wrong += told
        if not told:
            good.append(
                Sheet(
                    one.row,
                    one.values["credit_code"],
                    one.values.get("as_of", by.options.day),
                    _said(questions, reading),
                )
            )
    return good, wrong


def _missing(one: Read, by: Reader, key: str) -> bool:
    told = {by.options.columns.get(problem.column) for problem in one.wrong}
    return key not in one.values and key not in told


def _reading(one: Read, questions: Sequence[Indicator]) -> Reading:
    given = {key.removeprefix("answer:"): value for key, value in one.values.items() if key.startswith("answer:")}
    reading = read(questions, given)
    refuse_all_cut(questions, reading)
    return reading


def _faults(one: Read, by: Reader, questions: Sequence[Indicator], reading: Reading) -> list[Problem]:
    """Every question that needs something still, at the first of its cells that is blank or wrong."""
    cells = {by.options.columns.get(problem.column) for problem in one.wrong}
    found: list[Problem] = []
    for question in questions:
        if reading.answered(question) or any(f"answer:{fact.code}" in cells for fact in question.facts):
            continue
        fact, reason = _fault(question, reading)
        found.append(by.at(one.row, f"answer:{fact.code}", reason))
    return found


def _fault(question: Indicator, reading: Reading) -> tuple[Fact, str]:
    for fact in question.facts:
        if fact.code in reading.errors:
            return fact, reading.errors[fact.code]
    reason = reading.error_of(question)
    blank = next((fact for fact in question.facts if fact.code not in reading.values), question.fact)
    return (question.fact, reason) if reason else (blank, say("intake_answer_missing"))


def _said(questions: Sequence[Indicator], reading: Reading) -> dict[str, Any]:
    """The facts of the questions that apply."""
    codes = [fact.code for question in questions if reading.applies(question) for fact in question.facts]
    return {code: reading.values[code] for code in dict.fromkeys(codes) if code in reading.values}


def plan(session: Session, own_path: str, good: Sequence[Sheet], by: Reader, form: Form, lock: bool) -> Plan:
    """Find the firms of the sheets; ``lock``: they are about to get statements."""
    there = _firms(session, [one.code for one in good], lock)
    before = _stated(session, [one.id for one, _, _, _ in there.values()], form)
    made = Plan()
    for one in good:
        if one.code not in there:
            made.problems.append(by.at(one.row, "credit_code", say("intake_firm_unknown")))
            continue
        firm, path, status, process_type = there[one.code]
        reason = _refusal(own_path, path, status, process_type, form)
        if reason:
            made.problems.append(by.at(one.row, "credit_code", reason))
        elif (firm.id, one.as_of, _comparable(one.answers)) in before:
            made.same.append(one.row)
        else:
            made.new.append((one, firm))
    return made


def _refusal(own_path: str, path: str, status: str, process_type: str, form: Form) -> str:
    """Why a firm takes no answers of this form from here; a firm of another district is no firm here."""
    if not path.startswith(own_path):
        return say("intake_firm_unknown")
    if status != OPEN:
        return say("intake_closed")
    return say("intake_form_type", form=form.title) if form.process_type not in ("", process_type) else ""


def _firms(session: Session, codes: Sequence[str], lock: bool) -> dict[str, tuple[Target, str, str, str]]:
    firm = (Enterprise.credit_code, Enterprise.id, Enterprise.public_id, Enterprise.name, Enterprise.profile)
    query = (
        select(*firm, Division.path, Enterprise.status, Enterprise.process_type)
        .join(EnterpriseDivision, EnterpriseDivision.enterprise_id == Enterprise.id)
        .join(Division, Division.id == EnterpriseDivision.division_id)
        .where(Enterprise.verified, Enterprise.status != MERGED, EnterpriseDivision.valid_to.is_(None))
        .order_by(Enterprise.id)
    )
    query = query.with_for_update(of=Enterprise) if lock else query
    found: dict[str, tuple[Target, str, str, str]] = {}
    wanted = sorted(codes)
    for start in range(0, len(wanted), CHUNK):
        for code, *own, path, status, process_type in session.execute(
            query.where(Enterprise.credit_code.in_(wanted[start : start + CHUNK]))
        ):
            found[code] = Target(*own), path, status, process_type
    return found


def _stated(session: Session, ids: Sequence[int], form: Form) -> set[tuple[int, date, str]]:
    """What was imported before with this form, so that the same file again brings nothing."""
    found: set[tuple[int, date, str]] = set()
    query = select(Statement.enterprise_id, Statement.as_of, Statement.answers).where(
        Statement.source == SOURCE, Statement.form == form.form
    )
    asked = {fact.code for fact, _ in facts_asked(form)}
    for start in range(0, len(ids), CHUNK):
        for firm, as_of, answers in session.execute(
            query.where(Statement.enterprise_id.in_(ids[start : start + CHUNK]))
        ):
            found.add((firm, as_of, _comparable({code: answers[code] for code in answers.keys() & asked})))
    return found


def _comparable(answers: Mapping[str, Any]) -> str:
    return repr(sorted(answers.items()))


def write(session: Session, catalog: Catalog, form: Form, made: Plan, now: datetime, by: int) -> list[int]:
    """A submitted filling and a statement a sheet, and the verdicts; returns the firms' ids, for spans.settle."""
    if not made.new:
        return []
    ids = [firm.id for _, firm in made.new]
    before = _known_firms(session, ids, form)
    common = {"kind": "self", "form": form.form, "edition": form.edition}
    fillings = [
        {
            "enterprise_id": firm.id,
            "purpose": "again" if firm.id in before else "first",
            "as_of": sheet.as_of,
            "status": SUBMITTED,
            "started_at": now,
            "submitted_at": now,
            **common,
        }
        for sheet, firm in made.new
    ]
    numbers = session.scalars(insert(Assessment).returning(Assessment.id, sort_by_parameter_order=True), fillings)
    stated = [
        {
            "enterprise_id": firm.id,
            "assessment_id": number,
            "source": SOURCE,
            "as_of": sheet.as_of,
            "recorded_at": now,
            "answers": sheet.answers | firm.profile,
            "adopted": [],
            "by_id": by,
            **common,
        }
        for number, (sheet, firm) in zip(numbers.all(), made.new, strict=True)
    ]
    session.execute(insert(Statement), stated)
    _judge(session, catalog, form, made, now)
    return ids


def _known_firms(session: Session, ids: Sequence[int], form: Form) -> set[int]:
    """Those of these firms that have stated something with this form."""
    found: set[int] = set()
    query = select(Statement.enterprise_id).where(Statement.form == form.form).distinct()
    for start in range(0, len(ids), CHUNK):
        found |= set(session.scalars(query.where(Statement.enterprise_id.in_(ids[start : start + CHUNK]))))
    return found


def _judge(session: Session, catalog: Catalog, form: Form, made: Plan, now: datetime) -> None:
    """One verdict a sheet and ruler as of its day; verdicts of later days are made again where they become others."""
    for start in range(0, len(made.new), CHUNK):
        few = made.new[start : start + CHUNK]
        ids = [firm.id for _, firm in few]
        stated = {
            firm: list(rows) for firm, rows in groupby(statements_of(session, ids, "self"), attrgetter("enterprise_id"))
        }
        later = _later(session, ids)
        for name in form.schemes:
            _verdicts(session, catalog, catalog.rulesets[name], few, stated, now)
        for sheet, firm in few:
            for one in later.get(firm.id, ()):
                if one.as_of > sheet.as_of or (one.as_of == sheet.as_of and one.ruleset not in form.schemes):
                    judge_again(session, catalog.rulesets[one.ruleset], catalog.dictionary, one, now)


def _later(session: Session, ids: Sequence[int]) -> dict[int, list[Diagnosis]]:
    """The newest verdict of each ruler of these firms, made before this import."""
    query = select(Diagnosis).where(Diagnosis.enterprise_id.in_(ids), Diagnosis.kind == "self")
    newest: dict[tuple[int, str], Diagnosis] = {}
    for one in session.scalars(query.order_by(Diagnosis.as_of, Diagnosis.known_at)):
        newest[one.enterprise_id, one.scheme] = one
    found: dict[int, list[Diagnosis]] = defaultdict(list)
    for one in newest.values():
        found[one.enterprise_id].append(one)
    return found


def _verdicts(
    session: Session,
    catalog: Catalog,
    rules: Ruleset,
    few: Sequence[tuple[Sheet, Target]],
    stated: Mapping[int, list[Statement]],
    now: datetime,
) -> None:
    judged: list[tuple[int, date, list[Statement], dict[str, Any], Row]] = []
    for sheet, firm in few:
        read_from = known(stated[firm.id], sheet.as_of, now)
        answers = batch_answers(rules, catalog.dictionary, plain(merge(read_from)))
        try:
            judged.append((firm.id, sheet.as_of, read_from, answers, encode_one(rules, answers)))
        except AnswerError:
            continue
    if not judged:
        return
    found = verdicts(rules, pack(rules, [one[4] for one in judged]), [one[3] for one in judged])
    rows = [
        {"enterprise_id": firm, "kind": "self", "as_of": as_of, "known_at": now}
        | columns(rules, catalog.dictionary, verdict, answers, read_from)
        for (firm, as_of, read_from, answers, _), verdict in zip(judged, found, strict=True)
        if not verdict.missing
    ]
    if rows:
        session.execute(insert(Diagnosis), rows)
