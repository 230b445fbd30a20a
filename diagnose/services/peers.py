"""同类企业: how the firms of one district, industry and size stood at a month's end, as percentiles of large groups.

Only 企业自评 is compared, and only with 企业自评: miit-sme does not mix them with 现场核验 in one statistic. A group
has at least ``least`` firms (data/peers.yaml). Of a measure only its percentiles are kept, and none at all when fewer
firms have it or all have the same value; pages show them rounded, so that no value of one firm can be told.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Division, PeerGroup, VerdictSpan
from diagnose.models.span import SELF
from diagnose.services import jobs, spans
from diagnose.services.classify import SizeClass
from diagnose.texts import say
from questionnaires.strict import load_yaml

PEERS: Final[dict[str, Any]] = load_yaml(Path(__file__).parent.parent / "data" / "peers.yaml")
MEASURES = ("score", "d1", "d2", "d3", "d4", "d5", "d6")
ALL = -1  # as industry or size of a group: firms of every one
PENDING = list(SizeClass).index(SizeClass.PENDING)
HUNDRED = np.arange(101)
BITS = 32  # of a key these hold the value, the others the group

Ints = NDArray[np.int64]


def refresh(engine: Engine, today: date) -> int:
    """Make all groups anew as of the last month's end; the older ones go. Returns how many there are now."""
    day = last_month_end(today)
    with jobs.running(engine, "peers", quiet=True) as run:
        with reading(engine) as session:
            rows = list(_rows(session, day))
        with writing(engine) as session:
            session.execute(delete(PeerGroup))
            if rows:
                session.execute(insert(PeerGroup), rows)
        run.message = say("peers_done", day=wording.day(day), count=wording.thousands(len(rows)))
    return len(rows)


def refresh_monthly(engine: Engine, today: date) -> None:
    """The same, unless it went well in this month already."""
    before = jobs.last_done(engine, "peers")
    if before is None or last_month_end(before.astimezone(wording.SHANGHAI).date()) < last_month_end(today):
        refresh(engine, today)


def last_month_end(today: date) -> date:
    """The last day of the month before."""
    return today.replace(day=1) - timedelta(days=1)


def district_of(session: Session) -> dict[int, int]:
    """Division id → the district it lies in (a park or street counts in its district), or itself above districts."""
    rows = session.execute(select(Division.id, Division.path, Division.kind)).all()
    districts = {id_ for id_, _, kind in rows if kind == "district"}
    above = {id_: [int(part) for part in path.strip("/").split("/")] for id_, path, _ in rows}
    return {id_: next((each for each in line if each in districts), id_) for id_, line in above.items()}


def district_at(session: Session, division: Division) -> int:
    """The same of one division, read from its own line alone."""
    line = [int(part) for part in division.path.strip("/").split("/")]
    districts = set(session.scalars(select(Division.id).where(Division.id.in_(line), Division.kind == "district")))
    return next((each for each in line if each in districts), division.id)


def _rows(session: Session, day: date) -> Iterator[dict[str, Any]]:
    ordinal, span = day.toordinal(), VerdictSpan
    wanted = [span.division_id, span.ruler_id, span.industry, span.size, *(getattr(span, name) for name in MEASURES)]
    held = (span.kind == SELF, span.from_day <= ordinal, span.to_day > ordinal)
    columns = spans.columns(session, select(*wanted).where(*held))
    if not len(columns["score"]):
        return
    columns["division_id"] = _districts(session, columns["division_id"])
    for shared in PEERS["groups"]:
        yield from _grouped(columns, shared, ordinal)


def _districts(session: Session, divisions: Ints) -> Ints:
    known = district_of(session)
    ids, place = np.unique(divisions, return_inverse=True)
    return np.array([known[id_] for id_ in ids.tolist()], dtype=np.int64)[place]


def _grouped(columns: dict[str, Ints], shared: Sequence[str], day: int) -> Iterator[dict[str, Any]]:
    """The groups of firms that share the district and these; firms whose size is not known are in none by size."""
    keys = ("division_id", "ruler_id", *shared)
    some = columns["size"] != PENDING if "size" in shared else np.ones(len(columns["size"]), dtype=np.bool_)
    if not some.any():
        return
    kinds, group, counts = np.unique(
        np.stack([columns[key][some] for key in keys]), axis=1, return_inverse=True, return_counts=True
    )
    found: dict[int, dict[str, list[int]]] = {}
    for name in MEASURES:
        for place, values in _percentiles(group.ravel(), columns[name][some], len(counts)):
            found.setdefault(place, {})[name] = values
    for place, measures in found.items():
        if "score" in measures:
            named = dict(zip(keys, kinds[:, place].tolist(), strict=True))
            yield {"industry": ALL, "size": ALL} | named | {"day": day, "n": int(counts[place]), "measures": measures}


def _percentiles(group: Ints, values: Ints, groups: int) -> Iterator[tuple[int, list[int]]]:
    """The nearest-rank percentiles 0 … 100 of the groups large enough that differ; unknown (-1) counts nowhere."""
    known = values >= 0
    keys = np.sort(group[known] << BITS | values[known])
    edges = np.searchsorted(keys, np.arange(groups + 1) << BITS)
    starts, counts = edges[:-1], np.diff(edges)
    rank = np.maximum(-(-HUNDRED * counts[:, None] // 100), 1) - 1
    large = np.flatnonzero(counts >= PEERS["least"])
    found = keys[starts[large, None] + rank[large]] & ((1 << BITS) - 1)
    for place, row in zip(large.tolist(), found.tolist(), strict=True):
        if row[0] < row[-1]:
            yield place, row
