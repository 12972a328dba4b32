"""Reading and typing as they are defined: line by line, cell by cell, key by key. What is fast has to find the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from pipelines.inbox.decoding import decode
from pipelines.inbox.forms import Form
from pipelines.inbox.layouts import find_layout
from pipelines.inbox.shapes import Kind
from pipelines.inbox.unreadable import Unreadable

Cells = list[str]


@dataclass
class Said:
    """What a text file says: the rows and the totals with their lines, the lines that are neither."""

    rows: list[tuple[int, Cells]] = field(default_factory=list)
    totals: list[tuple[int, Cells]] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    blank: int = 0
    headers: Sequence[str] = ()

    def column(self, header: str, of: Sequence[tuple[int, Cells]]) -> list[str | None]:
        place = self.headers.index(header)
        return [cells[place].strip() or None for _, cells in of]


def said_by(data: bytes, form: Form, name: str) -> Said:
    """What Python's own reader finds in the bytes, a record at a time."""
    decoded = decode(data, name)
    layout = find_layout(decoded.lines(), [form], name)
    lines = iter(io.TextIOWrapper(io.BytesIO(data), encoding=decoded.encoding, newline=""))
    for _ in range(layout.header_line):
        next(lines)
    reader = csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=True, strict=True)
    said, width = Said(headers=layout.headers), len(layout.headers)
    while True:
        line = layout.header_line + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return said
        except csv.Error as error:
            if str(error) == "unexpected end of data":
                why = f"the quote opened in line {line} is never closed"
                raise Unreadable(name, why, "close it, or copy the file again if it was cut off") from None
            said.broken.append(line)
            continue
        if 0 < len(cells) < width and begins_a_total(cells, form):
            cells = [*cells, *[""] * (width - len(cells))]
        if (0 < len(cells) < width and any(map(str.strip, cells))) or any(map(str.strip, cells[width:])):
            said.broken.append(line)
        elif not any(map(str.strip, cells)):
            said.blank += 1
        elif is_total(cells, form, layout.headers):
            said.totals.append((line, cells))
        else:
            said.rows.append((line, cells))


def begins_a_total(cells: Cells, form: Form) -> bool:
    return bool(cells[0].strip()) and cells[0].strip().lower().startswith(form.totals.starts_with)


def is_total(cells: Cells, form: Form, headers: Sequence[str]) -> bool:
    totals = form.totals
    begins = begins_a_total(cells, form) or not totals.starts_with
    stands_first = bool(totals.starts_with) and headers[0] == totals.empty
    is_empty = totals.empty is None or stands_first or not cells[headers.index(totals.empty)].strip()
    return bool(totals.starts_with or totals.empty) and begins and is_empty


def one_by_one(kind: Kind) -> Kind:
    """The kind with every text parsed on its own."""
    columns = [replace(column, type=replace(column.type, at_once=None)) for column in kind.columns]
    return replace(kind, columns=tuple(columns))


def later_rows(table: pa.Table, key: Sequence[str], left_out: frozenset[int]) -> dict[int, int]:
    """The rows of which a later one has the same key, with the last that has it."""
    keys = list(zip(*(table[name].to_pylist() for name in key), strict=True))
    last: dict[tuple[Any, ...], int] = {of: row for row, of in enumerate(keys) if row not in left_out}
    return {row: last[of] for row, of in enumerate(keys) if row not in left_out and last[of] != row}
