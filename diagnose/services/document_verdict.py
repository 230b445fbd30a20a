"""The verdict, the rulers side by side, the bottlenecks and the course of the scores, worded for a document."""

from collections.abc import Sequence

from diagnose import wording
from diagnose.models import Diagnosis
from diagnose.services import bottlenecks
from diagnose.services.document_parts import Advice, Band, Bottleneck, Dimension, HistoryLine, Scheme, Verdict
from diagnose.services.dossier import Dossier
from diagnose.services.history import HistoryLine as Earlier
from diagnose.services.peers_shown import Peers
from diagnose.services.recommendation import Recommendation
from diagnose.services.service_kinds import service_kinds
from diagnose.services.standing import DimensionLine, Standing
from diagnose.texts import say
from scoring.ruleset import Ruleset

WHOLE = 1000  # of a ruler or a time axis
PER_HASH = 16


def verdict(found: Dossier) -> Verdict:
    """The verdict in front, with the ruler its score stands on."""
    shown, rules = found.diagnosis, found.rules
    following = found.next_level
    earlier = next((line for line in found.history if line.diagnosis.id == shown.id), None)
    return Verdict(
        id=shown.id,
        scheme=scheme(found.standing, found.peers),
        known_at=wording.moment(shown.known_at),
        purpose=earlier.purpose if earlier and shown.kind == "self" else "",
        bands=bands(rules),
        top=str(top(rules) // 10**rules.decimals),
        here=place(rules, shown),
        gap=_gap(found),
        next_level=wording.level_name(following.level, following.title) if following else "",
        not_applicable=_not_applicable(found),
        formula=_formula(found),
        peers=_peers(found.peers),
        beside=_beside(found.beside) if found.beside else "",
        changed=_changed(shown, rules),
    )


def scheme(standing: Standing, peers: Peers | None = None) -> Scheme:
    """What one ruler says."""
    rules, shown = standing.rules, standing.diagnosis
    level = shown.level if shown else _level_of(standing)
    title, numeral = wording.level_parts(level, rules.level_title(level))
    return Scheme(
        ruler=rules.title,
        edition=rules.name,
        document=rules.document or say("doc_ruler_own"),
        sha256=shown.ruleset_sha256 if shown else rules.sha256,
        check=rules.check or "",
        kind=wording.VERDICTS[shown.kind] if shown else say("doc_trial"),
        trial=shown is None,
        level=level,
        title=title,
        numeral=numeral,
        level_name=standing.level,
        score=standing.score,
        unit=unit(rules),
        full=standing.full,
        as_of=wording.day(standing.as_of),
        unmet=tuple(standing.unmet),
        dimensions=tuple(_dimension(line, peers) for line in standing.dimensions),
        advisor=standing.advisor,
        adopted=standing.adopted,
    )


def unit(rules: Ruleset) -> str:
    """分, or "" in the ratings family."""
    return say("doc_points") if rules.family == "points" else ""


def _level_of(standing: Standing) -> int:
    """The number of a trial's level, which carries only its name."""
    names = [wording.level_name(one.level, one.title) for one in standing.rules.levels]
    return names.index(standing.level) + 1 if standing.level in names else 0


def _dimension(line: DimensionLine, peers: Peers | None) -> Dimension:
    beside = next((one for one in peers.lines if one.title == line.title and one.band), None) if peers else None
    percent = say("doc_none") if line.share is None else wording.percent(line.share)
    shares = (line.title, line.points, line.most, percent, line.share, line.share is not None)
    return Dimension(*shares, beside.low, beside.median, beside.high, beside.band) if beside else Dimension(*shares)


def top(rules: Ruleset) -> int:
    """The highest score there is, in units of 10**-decimals."""
    whole: int = (100 if rules.family == "points" else len(rules.levels)) * 10**rules.decimals
    return whole


def bands(rules: Ruleset) -> tuple[Band, ...]:
    """The levels on a ruler: even by score, in the ratings family all equally wide."""
    count = len(rules.levels) + 1
    floors = [0, *(level.min_score for level in rules.levels)]
    if rules.family == "points":
        edges = [*(floor * WHOLE // top(rules) for floor in floors), WHOLE]
    else:
        edges = [number * WHOLE // count for number in range(count + 1)]
    names = [wording.level_parts(level, rules.level_title(level))[0] for level in range(count)]
    shown = ["0", *(wording.number(floor, rules.decimals).rstrip("0").rstrip(".") for floor in floors[1:])]
    return tuple(Band(level, names[level], shown[level], edges[level], edges[level + 1]) for level in range(count))


def place(rules: Ruleset, shown: Diagnosis) -> int:
    """Where a score stands on its ruler."""
    if rules.family == "points":
        return shown.score * WHOLE // top(rules)
    floors = [0, *(level.min_score for level in rules.levels), top(rules)]
    low, high = floors[shown.level], floors[shown.level + 1]
    inside = (shown.score - low) * WHOLE // (high - low) if high > low else WHOLE
    return (shown.level * WHOLE + min(max(inside, 0), WHOLE)) // (len(rules.levels) + 1)


def _gap(found: Dossier) -> str:
    if found.next_level is None:
        return say("doc_gap_top")
    level = wording.level_name(found.next_level.level, found.next_level.title)
    if found.rules.family == "ratings" or found.rules.unscored:
        return say("doc_gap_list", level=level, what="；".join(found.standing.unmet))
    parts = []
    if found.score_gap:
        parts.append(say("doc_gap_score", gap=wording.number(found.score_gap, found.rules.decimals)))
    if found.unmet:
        parts.append(say("doc_gap_conditions", count=len(found.unmet)))
    return _passed(found) + say("doc_gap", level=level, what=say("doc_gap_and").join(parts))


def _passed(found: Dossier) -> str:
    passed = found.score_level
    if passed is None:
        return ""
    return say("doc_gap_passed", passed=wording.level_name(passed.level, passed.title), level=found.level)


def _not_applicable(found: Dossier) -> str:
    if not found.not_applicable:
        return ""
    titles = "、".join(question.title for question in found.not_applicable)
    if found.rules.family == "ratings":
        return say("doc_na_ratings", titles=titles)
    return say("doc_na", titles=titles, rest=wording.plain_points(found.points[1]))


def _formula(found: Dossier) -> str:
    rules = found.rules
    if rules.family == "ratings":
        following = found.next_level
        level = wording.level_name(following.level, following.title) if following else say("doc_top")
        scores = [wording.number(each, rules.decimals) for each in found.diagnosis.result["level_scores"]]
        return say("doc_formula_ratings", level=level, scores="、".join(scores))
    points, most = found.points
    said = say("doc_formula", points=wording.points(points), most=wording.plain_points(most), score=found.score)
    return said + (say("doc_formula_scenes", title=rules.unscored[0].title) if rules.unscored else "")


def _peers(peers: Peers | None) -> str:
    return say("doc_peers", sentence=peers.sentence, day=wording.day(peers.day), least=peers.least) if peers else ""


def _beside(other: Standing) -> str:
    kind = wording.VERDICTS[other.diagnosis.kind] if other.diagnosis else say("doc_trial")
    said = {"level": other.level, "score": other.score, "unit": f" {unit(other.rules)}".rstrip()}
    return say("doc_beside", kind=kind, day=wording.day(other.as_of), **said)


def _changed(shown: Diagnosis, rules: Ruleset) -> str:
    same = shown.ruleset_sha256 == rules.sha256
    return "" if same else say("doc_changed", old=shown.ruleset_sha256[:PER_HASH])


def held(rows: Sequence[bottlenecks.Bottleneck]) -> tuple[Bottleneck, ...]:
    """The bottlenecks with what to do next."""
    return tuple(
        Bottleneck(one.question.title, one.now, one.need, one.gap, one.lost, one.condition, _advice(one))
        for one in rows
    )


def _advice(one: bottlenecks.Bottleneck) -> tuple[Advice, ...]:
    named = one.question.kind == "multi"
    labels = [wording.option_label(one.question.fact, step.step) if named else "" for step in one.recommendations]
    pairs = zip(labels, one.recommendations, strict=True)
    return tuple(_one_advice(label, step) for label, step in pairs)


def _one_advice(label: str, step: Recommendation) -> Advice:
    kind = service_kinds().get(step.service)
    cost = wording.wan_range(step.cost_low, step.cost_high)
    texts = (label, step.name, step.do, step.needs, step.done, cost, step.months)
    return Advice(*texts, step.kpi, kind.title if kind else "", step.basis)


def history(found: Dossier) -> tuple[HistoryLine, ...]:
    """All verdicts of the form, newest first."""
    days = [line.diagnosis.as_of.toordinal() for line in found.history]
    first, span = min(days), max(max(days) - min(days), 1)
    return tuple(
        _earlier(found, line, (line.diagnosis.as_of.toordinal() - first) * WHOLE // span) for line in found.history
    )


def _earlier(found: Dossier, line: Earlier, where: int) -> HistoryLine:
    shown, rules = line.diagnosis, line.rules
    return HistoryLine(
        day=wording.day(shown.as_of),
        kind=wording.VERDICTS[shown.kind],
        onsite=shown.kind == "onsite",
        purpose=line.purpose if shown.kind == "self" else line.adopted,
        score=wording.number(shown.score, rules.decimals),
        level=wording.level_name(shown.level, rules.level_title(shown.level)),
        change=line.change,
        parts="，".join(f"{what} {part}" for what, part in line.parts),
        ruler=rules.name,
        current=shown.id == found.diagnosis.id,
        place=where,
        height=shown.score * WHOLE // top(rules),
    )
