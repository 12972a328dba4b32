"""Rows of one file that have the same key: of them the last one counts.

What becomes of the others is decided in `typing_columns`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa

from pipelines.inbox.row_groups import numbers_of


def rows_with_a_later_one(table: pa.Table, key: Sequence[str], left_out: Collection[int]) -> dict[int, int]:
    """Each row of which a later one has the key, with the last one that has it; rows left out have none."""
    numbers = numbers_of([table[name] for name in key], len(table))
    rows = np.delete(np.arange(len(table)), list(left_out)) if left_out else np.arange(len(table))
    ordered = np.sort(numbers[rows])
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(several):
        return {}
    of_several = rows[np.isin(numbers[rows], several)].tolist()
    last = {numbers[row]: row for row in of_several}
    return {row: last[numbers[row]] for row in of_several if last[numbers[row]] != row}
