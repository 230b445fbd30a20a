"""Several whole numbers a row as one that sorts like them: how large they are does not matter, only their order."""

import numpy as np

from diagnose.services.int_columns import IntArray

ROOM = 1 << 63


def packed(keys: IntArray) -> IntArray:
    """Each column of keys (k, n) as one number that sorts like it; among the columns of one call only.

    Numbers that would not fit together are replaced by their ranks, of which there are at most n.
    """
    found, room = np.zeros(keys.shape[1], np.int64), 1
    if not keys.shape[1]:
        return found
    for row in keys:
        low = int(row.min())
        digits, reach = row - low, int(row.max()) - low + 1
        if room * reach >= ROOM:
            found, room = _ranks(found)
            digits, reach = _ranks(digits)
        found, room = found * reach + digits, room * reach
    return found


def _ranks(values: IntArray) -> tuple[IntArray, int]:
    """(the place of each among the different values, how many of these there are)."""
    different, place = np.unique(values, return_inverse=True)
    return place.ravel().astype(np.int64), len(different)
