"""From the bytes of a file to a table of text: every cell of every row, the lines they stand in, the lines that broke.

Nothing is typed here; `typing_columns` does that. Columns that the form does not know are counted, never kept.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import privacy
from pipelines.inbox.decoding import Decoded, decode
from pipelines.inbox.forms import Form
from pipelines.inbox.layouts import DELIMITERS, Layout, find_layout
from pipelines.inbox.unreadable import Unreadable

ROWS_AT_A_TIME = 20_000
LONGEST_NAME = 60
MOST_NAMES = 50


@dataclass(frozen=True)
class BrokenLine:
    """A line that does not fit the header."""

    line: int
    reason: str
    remedy: str


@dataclass(frozen=True)
class TextTable:
    """Rows as trimmed text, NULL where empty. `wholes` tells lines apart by all their cells, known or not."""

    form: Form
    columns: dict[str, pa.Array]
    lines: pa.Array
    wholes: pa.Array
    broken: list[BrokenLine]
    flags: dict[str, object]

    @property
    def rows_in(self) -> int:
        """Rows the file holds, broken ones too."""
        return len(self.lines) + len(self.broken)


@dataclass
class _Gathered:
    """What the lines gave so far."""

    chunks: list[list[pa.Array]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    wholes: list[int] = field(default_factory=list)
    broken: list[BrokenLine] = field(default_factory=list)
    blank_lines: int = 0


def read_text(data: bytes, forms: Sequence[Form], name: str) -> TextTable:
    """The rows in the bytes of the file `name`, in whichever of the forms it has.

    Raises:
        Unreadable: it is no text, has no header that fits, or a quote in it is never closed.
    """
    decoded = decode(data, name)
    layout = find_layout(decoded.lines(), forms, name)
    gathered = _gather(decoded, layout, name)
    places = [place for place, header in enumerate(layout.headers) if layout.form.recognised([header])]
    texts = {
        layout.headers[place]: _trimmed([chunk[number] for chunk in gathered.chunks])
        for number, place in enumerate(places)
    }
    known = {layout.form.columns[header]: text for header, text in texts.items() if header in layout.form.columns}
    table = TextTable(
        layout.form,
        {name: _without_missing(text, layout.form) for name, text in known.items()},
        pa.array(gathered.lines, pa.int64()),
        pa.array(gathered.wholes, pa.int64()),
        gathered.broken,
        _flags(decoded, layout, gathered),
    )
    spread = {header: text for header, text in texts.items() if header not in layout.form.columns}
    return _days_in_iso(_spread_out(table, spread) if layout.form.spread else table)


def _gather(decoded: Decoded, layout: Layout, name: str) -> _Gathered:
    """All rows below the header, a batch at a time."""
    gathered = _Gathered()
    lines = decoded.lines()
    for _ in range(layout.header_line):
        next(lines)
    places = [place for place, header in enumerate(layout.headers) if layout.form.recognised([header])]
    records = _records(lines, layout, gathered, name)
    while batch := list(islice(records, ROWS_AT_A_TIME)):
        by_column = list(zip(*batch, strict=True))
        gathered.chunks.append([pa.array(by_column[place], pa.string()) for place in places])
    return gathered


def _records(lines: Iterator[str], layout: Layout, gathered: _Gathered, name: str) -> Iterator[tuple[str, ...]]:
    """Every row of as many cells as the header; the others are noted as broken, blank ones only counted."""
    width = len(layout.headers)
    # a cell may be as long as it likes here: it is the row that is rejected later, not the file
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=True, strict=True)
    while True:
        line = layout.header_line + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if str(error) == "unexpected end of data":
                why = f"the quote opened in line {line} is never closed"
                raise Unreadable(name, why, "close it, or copy the file again if it was cut off") from None
            remedy = "quote the whole cell and double the quotes inside it"
            gathered.broken.append(BrokenLine(line, "a quote stands in the middle of a quoted cell", remedy))
            continue
        if not any(cells) or not any(cell.strip() for cell in cells):
            gathered.blank_lines += 1
        elif len(cells) < width:
            why = f"{len(cells)} cells where the header has {width}"
            gathered.broken.append(BrokenLine(line, why, "write all cells of the line, or copy the file again, whole"))
        elif any(cell.strip() for cell in cells[width:]):
            why = f"{len(cells)} cells where the header has {width}"
            gathered.broken.append(BrokenLine(line, why, "quote cells that hold the delimiter"))
        else:
            gathered.lines.append(line)
            gathered.wholes.append(hash(tuple(cells)))
            yield tuple(cells[:width])


def _trimmed(chunks: list[pa.Array]) -> pa.Array:
    text = pc.utf8_trim_whitespace(pa.chunked_array(chunks, pa.string()).combine_chunks())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _without_missing(text: pa.Array, form: Form) -> pa.Array:
    means_nothing = pc.is_in(text, value_set=pa.array(sorted(form.missing), pa.string()))
    return pc.if_else(means_nothing, pa.scalar(None, pa.string()), text)


def _spread_out(table: TextTable, cells: dict[str, pa.Array]) -> TextTable:
    """One row per cell that holds something: the header of the cell becomes a value."""
    spread = table.form.spread
    assert spread is not None  # noqa: S101 - the caller has looked
    chosen = {
        header: pc.indices_nonzero(pc.is_valid(_without_missing(text, table.form))) for header, text in cells.items()
    }
    rows = pa.chunked_array(list(chosen.values()), pa.uint64()).combine_chunks()
    columns = {name: text.take(rows) for name, text in table.columns.items()}
    names = [pa.repeat(pa.scalar(header), len(rows_of)) for header, rows_of in chosen.items()]
    columns[spread.name_column] = pa.chunked_array(names, pa.string()).combine_chunks()
    values = [cells[header].take(rows_of) for header, rows_of in chosen.items()]
    columns[spread.value_column] = pa.chunked_array(values, pa.string()).combine_chunks()
    return TextTable(table.form, columns, table.lines.take(rows), table.wholes.take(rows), table.broken, table.flags)


def _days_in_iso(table: TextTable) -> TextTable:
    """Days in a further notation of the form, written as ISO; what does not fit stays and is rejected later."""
    if not table.form.day_formats or "date" not in table.columns:
        return table
    encoded = table.columns["date"].dictionary_encode()
    days = [_in_iso(day, table.form.day_formats) for day in encoded.dictionary.to_pylist()]
    table.columns["date"] = pa.array(days, pa.string()).take(encoded.indices)
    return table


def _in_iso(day: str, formats: Sequence[str]) -> str:
    for one in formats:
        try:
            return datetime.strptime(day, one).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return day


def _flags(decoded: Decoded, layout: Layout, gathered: _Gathered) -> dict[str, object]:
    """How the file was read, for the load row: published, so nothing that looks like an address and no cell."""
    unknown = [header for header in layout.headers if not layout.form.recognised([header])]
    shown = [(header or "(no name)")[:LONGEST_NAME] for header in unknown[:MOST_NAMES]]
    return {
        "dialect": layout.form.name,
        "encoding": decoded.encoding,
        "delimiter": DELIMITERS[layout.delimiter],
        "lines_before_header": layout.header_line - 1,
        "blank_lines": gathered.blank_lines,
        "ignored_columns": [privacy.printable(privacy.masked_text(header)) for header in shown],
    }
