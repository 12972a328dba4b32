"""What a file says its rows sum to, held against what was taken of them.

Rows of totals are no rows and never counted; which of them the rows have to sum to is said by the dialect.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import privacy
from pipelines.inbox.gathering import LABEL
from pipelines.inbox.number_cells import NUMBER, is_number
from pipelines.inbox.text_tables import TextTable

SUM = pa.decimal128(38, 6)
LONGEST_LABEL = 60


@dataclass(frozen=True)
class FileTotal:
    """One figure of a file's own total; the fields are the columns of meta.file_total. `taken`: what was stored."""

    path: str
    kind: str
    content_hash: str
    line: int
    label: str
    column_name: str
    told: Decimal
    taken: Decimal


def file_totals(text: TextTable, taken: pa.Table, path: str, content_hash: str) -> list[FileTotal]:
    """The figures of the total that the rows have to sum to; none where the file has no such total.

    A total that is no number is none. `taken` are the typed rows that were taken.
    """
    place = _control(text)
    if place is None:
        return []
    line, label = text.total_lines[place].as_py(), ""
    if text.form.totals.starts_with and LABEL in text.totals:
        # its beginning is known to be no name of anybody; what is told by an empty column may begin with anything
        label = privacy.printable(privacy.masked_text(text.totals[LABEL][place].as_py() or ""))[:LONGEST_LABEL]
    found = []
    for column in taken.column_names:
        of = taken.schema.field(column).type
        told = text.totals[column][place].as_py() if column in text.totals else None
        if told and NUMBER.fullmatch(told) and is_number(of):
            total = pc.sum(taken[column].cast(SUM)).as_py() or Decimal(0)
            found.append(FileTotal(path, text.form.kind, content_hash, line, label, column, Decimal(told), total))
    return found


def _control(text: TextTable) -> int | None:
    """Which row of totals the rows have to sum to: the first that the dialect names, or the only one there is."""
    if not text.form.totals.control:
        return 0 if len(text.total_lines) == 1 and not text.form.totals.starts_with else None
    labels = [(label or "").lower() for label in text.totals[LABEL].to_pylist()] if LABEL in text.totals else []
    # a total of a day or another segment is not the one of all rows
    days = text.totals["date"].to_pylist() if "date" in text.totals else [None] * len(labels)
    named = (
        place
        for beginning in text.form.totals.control
        for place, (label, day) in enumerate(zip(labels, days, strict=True))
        if label.startswith(beginning) and (day is None or day.lower() == label)
    )
    return next(named, None)
