"""Which means may be told: of enough firms, without one that outweighs the others, and not by subtraction either."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from diagnose.services.publish_gather import CNC, Gathered
from diagnose.services.publish_rules import Rules
from diagnose.services.publish_truth import SCOPE, Truth

POOLED = "pooled"
FEW, DOMINANCE, CHANGED, REST = "few", "dominance", "changed", "rest"


@dataclass(frozen=True)
class ToldMeans:
    """The means that one publication told."""

    truth: Truth
    means: Collection[str]


def firms(truth: Truth, mean: str) -> int:
    """How many firms stand behind a mean."""
    return truth.sums["cnc_n" if mean in (CNC, POOLED) else f"{mean}_n"]


def withheld(gathered: Gathered, earlier: Sequence[ToldMeans], rules: Rules) -> dict[str, str | None]:
    """Each mean → why it may not be told, None: it may.

    A mean told twice gives away the mean of those firms that make the difference: the firms that came, left or changed
    between two months, and those of a division that are in none of its parts. They must be none, or enough.
    """
    truth = gathered.truth
    means = [name for name in truth.sums if name.startswith("d") and name[1:].isdecimal()] + [CNC, POOLED]
    return {mean: _why(gathered, mean, [one for one in earlier if mean in one.means], rules) for mean in means}


def _why(gathered: Gathered, mean: str, earlier: Sequence[ToldMeans], rules: Rules) -> str | None:
    truth = gathered.truth
    if firms(truth, mean) < rules.minimum:
        return FEW
    parts = {CNC: ("cnc_sum",), POOLED: ("cnc_num", "cnc_den")}.get(mean, (mean,))
    if any(gathered.largest[part] > rules.dominance * truth.sums[part] for part in parts):
        return DOMINANCE
    before = [one.truth for one in earlier]
    own = [one for one in before if (one.division, one.ruler) == (truth.division, truth.ruler)]
    if any(_differs(truth, one) and changed(truth, one) < rules.minimum for one in own):
        return CHANGED
    return REST if _few_left(truth, before, mean, rules.minimum) else None


def _differs(new: Truth, old: Truth) -> bool:
    return new.rows != old.rows or new.sums != old.sums


def changed(new: Truth, old: Truth) -> int:
    """At least so many firms came, left, or stand elsewhere; from the counts alone."""
    found = [0]
    for now, then in zip(_places(new), _places(old), strict=False):
        found += [(now - then).total(), (then - now).total()]
    return max(found)


def _places(truth: Truth) -> list[Counter[tuple[int, str, int, str]]]:
    """For each breakdown: row and level → firms."""
    return [
        Counter(
            {
                (row.division, row.slice, row.value, what): count
                for row in rows
                for what, count in row.counts().items()
                if what not in (SCOPE, "n")
            }
        )
        for rows in truth.breakdowns
    ]


def _few_left(truth: Truth, earlier: Sequence[Truth], mean: str, minimum: int) -> bool:
    """Whether some division that told this mean has few firms outside its parts that told it too."""
    same = [one for one in earlier if (one.as_of, one.ruler, one.basis) == (truth.as_of, truth.ruler, truth.basis)]
    newest: Mapping[int, Truth] = {one.division: one for one in (*same, truth)}
    for whole in newest.values():
        below = [one for one in newest.values() if _inside(one, whole)]
        parts = [one for one in below if not any(_inside(one, up) for up in below)]
        if parts and 0 < firms(whole, mean) - sum(firms(part, mean) for part in parts) < minimum:
            return True
    return False


def _inside(part: Truth, whole: Truth) -> bool:
    return part.path.startswith(whole.path) and part.path != whole.path
