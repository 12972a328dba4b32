"""Persons who were erased: a file that still names one of them does not bring the person back.

A row that names one is rejected, so that what is stored of it stays as it is: a new surrogate would make the person
another one, and change sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.persons import source_id_hmac
from pipelines.inbox.shapes import Column, Kind


@dataclass(frozen=True)
class Erased:
    """Who was erased, as source and HMAC of the id, and by object the parts that hold what is stored of them."""

    persons: frozenset[tuple[str, str]] = frozenset()
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def parts_of(self, kind: Kind) -> frozenset[str]:
        """The parts of a kind that a full export does not withdraw: it lacks them because the person was erased."""
        return frozenset[str]().union(*(self.parts.get(output.object, ()) for output in kind.outputs))

    def named_in(self, rows: pa.Table, kind: Kind, pepper: bytes) -> dict[int, Column]:
        """The rows that name one of the persons, each with the first column that does."""
        named: dict[int, Column] = {}
        for column in kind.columns:
            erased = {hashed for source, hashed in self.persons if source == column.person}
            if erased:
                encoded = rows[column.name].combine_chunks().dictionary_encode()
                is_erased = [source_id_hmac(one, pepper) in erased for one in encoded.dictionary.to_pylist()]
                found = pc.fill_null(pa.array(is_erased, pa.bool_()).take(encoded.indices), False)
                for row in pc.indices_nonzero(found).to_pylist():
                    named.setdefault(row, column)
        return named


NOBODY = Erased()
