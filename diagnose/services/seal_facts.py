"""Of an issued JSON: whether its verdict follows from its facts, worked out again without the scorer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from diagnose.catalog import Catalog
from diagnose.services.answers import batch_answers
from diagnose.texts import say
from scoring import verify
from scoring.explain import shown_answer


def problems(catalog: Catalog, content: bytes, claim: Mapping[str, Any]) -> Iterator[str]:
    """What does not fit, in sentences; nothing when the trace follows from the facts, and the claim from the trace."""
    try:
        found = json.loads(content)
        trace, facts = found["trace"], found["facts_read"]
        yield from verify.differences(trace, *verify.read_rules(trace["ruleset"]))
        yield from _facts(catalog, trace, facts)
        yield from _claim(trace, claim)
    except verify.WRONG as error:
        yield say("seal_no_trace", reason=type(error).__name__)


def _facts(catalog: Catalog, trace: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[str]:
    """The answers of the trace that the facts do not give."""
    answers = batch_answers(catalog.rulesets[trace["ruleset"]], catalog.dictionary, facts)
    for each in trace["indicators"]:
        if shown_answer(answers.get(each["code"])) != each["answer"]:
            yield say("seal_fact_differs", code=each["code"])


def _claim(trace: Mapping[str, Any], claim: Mapping[str, Any]) -> Iterator[str]:
    """What the seal says otherwise than the trace."""
    said, score = claim["verdict"], trace["score"]
    if (claim["edition"], claim["ruleset_sha256"]) != (trace["ruleset"], trace["sha256"]):
        yield say("seal_other_ruler")
    if said["level"] != trace["level"] or verify.exact(said["score"]) != verify.exact(score["score"]):
        yield say("seal_other_verdict")
