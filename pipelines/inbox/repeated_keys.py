"""Rows of one file that have the same key: of them the last one counts.

What becomes of the others is decided in `typing_columns`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.row_groups import numbers_of


def rows_with_a_later_one(table: pa.Table, key: Sequence[str], left_out: Collection[int]) -> dict[int, int]:
    """Each row of which a later one has the key, with the last one that has it; rows left out have none."""
    numbers = numbers_of([table[name] for name in key], len(table))
    rows = pa.array(np.arange(len(table)))
    if left_out:
        is_left_out = pc.is_in(rows, value_set=pa.array(list(left_out), pa.int64()))
        rows, numbers = rows.filter(pc.invert(is_left_out)), numbers.filter(pc.invert(is_left_out))
    if pc.count_distinct(numbers).as_py() == len(numbers):
        return {}
    counted = pc.value_counts(numbers)
    is_several = pc.is_in(numbers, value_set=counted.field("values").filter(pc.greater(counted.field("counts"), 1)))
    of_several = list(zip(rows.filter(is_several).to_pylist(), numbers.filter(is_several).to_pylist(), strict=True))
    last = {number: row for row, number in of_several}
    return {row: last[number] for row, number in of_several if last[number] != row}
