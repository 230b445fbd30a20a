"""Where one firm stands among the firms of its kind, for its 一企一档."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Diagnosis, Enterprise, PeerGroup, Term
from diagnose.services.classify import SizeClass
from diagnose.services.peers import ALL, PEERS, district_at
from diagnose.services.sizes import size_of
from diagnose.services.verdicts import Verdicts
from diagnose.texts import say
from scoring.ruleset import Ruleset

SHOWN = ("low", "middle", "high")
Band = tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True)
class PeerLine:
    """A measure of the firm beside its group, as texts; shares 0 … 1 for the radar, None for the score.

    ``own`` is "" where the dimension is 不适用; ``low`` and ``high`` are P25 and P75.
    """

    title: str
    own: str
    low: str
    median: str
    high: str
    band: Band | None = None


@dataclass(frozen=True)
class Peers:
    """The group in words, its size and date, the share of it with a lower score, and the lines of the table."""

    sentence: str
    day: date
    lines: list[PeerLine]
    least: int = PEERS["least"]

    @property
    def bands(self) -> dict[str, Band]:
        """(P25, median, P75) of the dimensions by title."""
        return {line.title: line.band for line in self.lines if line.band}


def peers(session: Session, record: Verdicts, enterprise: Enterprise, shown: Diagnosis) -> Peers | None:
    """The firm's newest self-assessment of a ruler among its closest group; None for others, or without a group."""
    judged, catalog = record.judged(shown), record.catalog
    newest = record.newest(record.form_name(shown), "self")
    if shown is not newest or judged.rules.family != "points":
        return None
    size, _ = size_of(catalog, enterprise.industry, judged.facts)
    group = _closest(session, enterprise, judged.rules, size)
    if group is None:
        return None
    below = sum(value < shown.score for value in group.measures["score"][1:])
    sentence = say("peers_sentence", group=_named(group), count=wording.thousands(group.n), below=below)
    return Peers(sentence, date.fromordinal(group.day), list(_lines(judged.rules, shown, group.measures)))


def _closest(session: Session, enterprise: Enterprise, rules: Ruleset, size: SizeClass) -> PeerGroup | None:
    district = district_at(session, enterprise.places[-1].division)
    own = {"industry": int(enterprise.industry), "size": list(SizeClass).index(size)}
    tries = [tuple(own[name] if name in shared else ALL for name in ("industry", "size")) for shared in PEERS["groups"]]
    here = (PeerGroup.division_id == district, Term.kind == "ruler", Term.name == rules.name)
    found = {(one.industry, one.size): one for one in session.scalars(_among(here, tries))}
    return next((found[each] for each in tries if each in found), None)


def _among(here: Any, tries: list[tuple[int, ...]]) -> Any:
    industries, sizes = {each[0] for each in tries}, {each[1] for each in tries}
    ruled = select(PeerGroup).join(Term, Term.id == PeerGroup.ruler_id)
    return ruled.where(*here, PeerGroup.industry.in_(industries), PeerGroup.size.in_(sizes))


def _named(group: PeerGroup) -> str:
    """本区县同行业、同规模"""
    same = [say(f"peers_same_{name}") for name in ("industry", "size") if getattr(group, name) != ALL]
    return say("peers_here") + "、".join(same)


def _lines(rules: Ruleset, shown: Diagnosis, measures: dict[str, list[int]]) -> Iterator[PeerLine]:
    low_score, median_score, high_score = (_tenths(measures["score"][PEERS[name]], rules.decimals) for name in SHOWN)
    own_score = wording.number(shown.score, rules.decimals)
    yield PeerLine(say("peers_score"), own_score, low_score, median_score, high_score)
    for place, dimension in enumerate(rules.dimensions, 1):
        values = measures.get(f"d{place}")
        points, most = shown.result["dimensions"][dimension.code]
        own = wording.percent(Fraction(points, most)) if most else ""
        if values:
            # Whole percents only, on the radar too: a finer figure could be one firm's own.
            low, median, high = ((values[PEERS[name]] + 5) // 10 for name in SHOWN)
            band = (Fraction(low, 100), Fraction(median, 100), Fraction(high, 100))
            yield PeerLine(dimension.title, own, f"{low}%", f"{median}%", f"{high}%", band)


def _tenths(score: int, decimals: int) -> str:
    """A score with one decimal at most, rounded half-up."""
    shown = min(decimals, 1)
    step = 10 ** (decimals - shown)
    return wording.number((score + step // 2) // step, shown)
