"""Python's reader of separated text, without the longest cell that is one setting of the whole process.

How long a cell may be is decided by who reads it, the same whatever was read before.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator


def rows_of(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
    """The cells of each row; raises csv.Error for a quote in the wrong place when it is strict."""
    csv.field_size_limit(sys.maxsize)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)
