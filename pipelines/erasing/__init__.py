"""Erasing persons from the warehouse: their rows go, what no table reads of them is blanked, and the act is kept.

Sums, closed months and replays stay as they are, because tables hold surrogates and no surrogate changes. Part names
stay too: they are pseudonyms with the company's secret as key, every cut and ruling goes by them, and without that
secret nobody can tell whom one stands for.
"""

from pipelines.erasing.acts import Erasure, erase
from pipelines.erasing.copies import Copies, copies_left
from pipelines.erasing.naming import read_ids, source_named
from pipelines.erasing.reading import Read, columns_read, read_by_any
from pipelines.erasing.restored import carry_over_acts, erase_again

__all__ = [
    "Copies",
    "Erasure",
    "Read",
    "carry_over_acts",
    "columns_read",
    "copies_left",
    "erase",
    "erase_again",
    "read_by_any",
    "read_ids",
    "source_named",
]
