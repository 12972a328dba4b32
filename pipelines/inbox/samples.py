"""The header and the first rows of a file that no form knows: where its table seems to begin, and what stands in it.

What is taken for the header is shown to people and written into the configuration, so it may not be a row of data.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.inbox import old_workbooks, workbooks
from pipelines.inbox.csv_cells import rows_of
from pipelines.inbox.decoding import decode, unzipped
from pipelines.inbox.formats import (
    ARCHIVE,
    GZIP_ENDING,
    OLD_WORKBOOK,
    PARQUET_FILE,
    SAVE_AS,
    TEXT,
    WORKBOOK,
    name_for,
    what_it_is,
)
from pipelines.inbox.layouts import DELIMITERS, HEADER_WITHIN_LINES
from pipelines.inbox.parquet_files import DAMAGES, EXPORT_AGAIN, refuse_bomb
from pipelines.inbox.sheets import SAVE_AGAIN, Sheet
from pipelines.inbox.unreadable import Unreadable

SAMPLED_ROWS = 200
LONGEST_HEADER_CELL = 100

# digits and no letter: a number, an amount, a day, a telephone number
_FIGURE = re.compile(r"[^\w]*[0-9][\W0-9_]*")
# a day that a letter follows, or whose month is a word
_DAY = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}\b|[0-9]{1,2}[. -]+[^\W\d_]{3,9}[. -]+[0-9]{2,4}\b"
    r"|[^\W\d_]{3,9}\.? [0-9]{1,2}, [0-9]{4}\b|[0-9]{4}-[0-9]{2}-[0-9]{2}T"
)


@dataclass(frozen=True)
class Sample:
    """The headers as the file writes them, and its first rows."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, header: str) -> list[str]:
        """What stands below a header, where something does."""
        place = self.headers.index(header)
        return [row[place].strip() for row in self.rows if place < len(row) and row[place].strip()]


class _NoHeader(Unreadable):
    """No line of a table can be its header."""


def sample_of(data: bytes, name: str) -> Sample:
    """The beginning of the table in the bytes of the file `name`.

    Raises:
        Unreadable: it is no table that is read, or has no header.
    """
    content = unzipped(data, name) if name.lower().endswith(GZIP_ENDING) else data
    what = what_it_is(content)
    if what == PARQUET_FILE:
        return _of_parquet(content, name)
    if what == WORKBOOK:
        return workbooks.of_sheets(content, name, partial(_of_sheets, name=name))
    if what == OLD_WORKBOOK:
        return old_workbooks.of_sheets(content, name, partial(_of_sheets, name=name))
    if what != TEXT:
        raise Unreadable(name, f"it is {what}", name_for(what) if what == ARCHIVE else SAVE_AS)
    lines = list(islice(decode(content, name).lines(), SAMPLED_ROWS))
    tables = [list(rows_of(lines, delimiter)) for delimiter in DELIMITERS]
    return _table(max(tables, key=lambda rows: max(map(len, rows), default=0)), name)


def _of_parquet(content: bytes, name: str) -> Sample:
    try:
        metadata = pq.read_metadata(pa.BufferReader(content))
        refuse_bomb(metadata, metadata.num_columns, name)
        file = pq.ParquetFile(pa.BufferReader(content), metadata=metadata)
        batch = next(file.iter_batches(SAMPLED_ROWS), None)
        columns = [] if batch is None else [column.to_pylist() for column in batch.columns]
    except DAMAGES:
        raise Unreadable(name, "it is damaged", EXPORT_AGAIN) from None
    rows = [["" if cell is None else str(cell) for cell in row] for row in zip(*columns, strict=True)]
    return _below(file.schema_arrow.names, rows, name)


def _of_sheets(sheets: Sequence[Sheet], name: str) -> Sample:
    """The first sheet that has a header of several columns, else the first that has one: many begin with a title."""
    if not sheets:
        raise Unreadable(name, "there is no sheet of cells in it", SAVE_AGAIN)
    found: list[Sample] = []
    problems: list[_NoHeader] = []
    for sheet in sheets:
        try:
            found.append(_table([cells for _, cells in islice(sheet.rows(), SAMPLED_ROWS)], name))
        except _NoHeader as problem:
            problems.append(problem)
    if not found:
        raise problems[0]
    return next((one for one in found if sum(map(bool, one.headers)) > 1), found[0])


def _table(rows: Sequence[Sequence[str]], name: str) -> Sample:
    """The first of the widest rows is the header; what stands above it is a preamble."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[:HEADER_WITHIN_LINES]]
    widest = max(filled, default=0)
    if not widest:
        raise _NoHeader(name, "no line of it looks like a header", "put one above its rows")
    place = filled.index(widest)
    return _below(rows[place], rows[place + 1 :], name)


def _below(header: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> Sample:
    """The rows below a header.

    Raises:
        Unreadable: the header looks like one of the rows.
    """
    headers = [cell.strip().strip("\ufeff").strip() for cell in header]
    others = [row for row in rows if list(row) != list(header)]
    if any(
        _looks_like_data(cell, [row[at].strip() for row in others if at < len(row)]) for at, cell in enumerate(headers)
    ):
        raise _NoHeader(
            name, "the line that should be its header looks like a row of data", "put a header above its rows"
        )
    return Sample(tuple(headers), tuple(map(tuple, rows)))


def _looks_like_data(cell: str, below: Sequence[str]) -> bool:
    """Whether a cell is none of a header: a figure, a day, an address, a long text, or what a row says below it too."""
    is_value = _FIGURE.fullmatch(cell) or _DAY.match(cell) or "@" in cell or len(cell) > LONGEST_HEADER_CELL
    return bool(is_value) or (bool(cell) and cell in below)
