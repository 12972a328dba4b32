"""Rows of a table told apart by some of their columns, as numbers: equal where all of these columns are, NULL or not.

What a group of rows stands for, a key or a part, is for the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

# products of two numbers of rows are below this
LARGEST_NUMBER = 2**62


@dataclass(frozen=True)
class RowGroups:
    """Groups of equal rows: of each row the place of its group, and of each group the first row."""

    of_row: pa.Array
    first_row: pa.Array


def numbers_of(columns: Sequence[pa.ChunkedArray], rows: int) -> NDArray[np.int64]:
    """One number per row, the same for two rows exactly when all of the columns are."""
    numbers, most = np.zeros(rows, np.int64), 1
    for column in columns:
        encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
        size = len(encoded.dictionary)
        if most * size > LARGEST_NUMBER:
            # as few numbers as there are, so that the next column finds room
            again = pa.array(numbers).dictionary_encode()
            numbers, most = again.indices.to_numpy().astype(np.int64), len(again.dictionary)
        numbers *= size
        numbers += encoded.indices.to_numpy()
        most *= size
    return numbers


def groups_of(columns: Sequence[pa.ChunkedArray], rows: int) -> RowGroups:
    """The rows in groups that are equal in all of the columns."""
    encoded = pa.array(numbers_of(columns, rows)).dictionary_encode()
    first = np.zeros(len(encoded.dictionary), np.int64)
    # of several rows the one written last stays
    first[encoded.indices.to_numpy()[::-1]] = np.arange(rows)[::-1]
    return RowGroups(encoded.indices, pa.array(first))
