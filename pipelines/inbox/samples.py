"""The header and the first rows of a file that no form knows: where its table seems to begin, and what stands in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import load_workbook

from pipelines.inbox.archives import DAMAGES
from pipelines.inbox.calculations import NUMBER
from pipelines.inbox.decoding import decode, unzipped
from pipelines.inbox.formats import GZIP_ENDING, PARQUET_FILE, SAVE_AS, TEXT, WORKBOOK, name_for, what_it_is
from pipelines.inbox.layouts import DELIMITERS, HEADER_WITHIN_LINES
from pipelines.inbox.unreadable import Unreadable

SAMPLED_ROWS = 200


@dataclass(frozen=True)
class Sample:
    """The headers as the file writes them, and its first rows."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, header: str) -> list[str]:
        """What stands below a header, where something does."""
        place = self.headers.index(header)
        return [row[place].strip() for row in self.rows if place < len(row) and row[place].strip()]


def sample_of(data: bytes, name: str) -> Sample:
    """The beginning of the table in the bytes of the file `name`.

    Raises:
        Unreadable: it is no table that is read.
    """
    content = unzipped(data, name) if name.lower().endswith(GZIP_ENDING) else data
    what = what_it_is(content)
    try:
        if what == PARQUET_FILE:
            return _of_parquet(content)
        if what == WORKBOOK:
            sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
            rows = islice(sheet.iter_rows(values_only=True), SAMPLED_ROWS)
            return _table([["" if cell is None else str(cell) for cell in row] for row in rows], name)
    except (*DAMAGES, pa.ArrowException, KeyError, TypeError):
        raise Unreadable(name, "it is damaged", "copy or export it again") from None
    if what != TEXT:
        raise Unreadable(name, f"it is {what}", name_for(what) if what in ("a zip archive",) else SAVE_AS)
    lines = list(islice(decode(content, name).lines(), SAMPLED_ROWS))
    tables = [list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True)) for delimiter in DELIMITERS]
    return _table(max(tables, key=lambda rows: max(map(len, rows), default=0)), name)


def _of_parquet(content: bytes) -> Sample:
    file = pq.ParquetFile(pa.BufferReader(content))
    batch = next(file.iter_batches(SAMPLED_ROWS), None)
    columns = [] if batch is None else [column.to_pylist() for column in batch.columns]
    rows = zip(*columns, strict=True)
    return Sample(
        tuple(file.schema_arrow.names), tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    )


def _table(rows: Sequence[Sequence[str]], name: str) -> Sample:
    """The first of the widest rows of words is the header; what stands above it is a preamble."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[:HEADER_WITHIN_LINES]]
    widest = max(filled, default=0)
    for place, row in enumerate(rows[:HEADER_WITHIN_LINES]):
        if filled[place] == widest and widest and not any(NUMBER.fullmatch(cell.strip()) for cell in row):
            headers = tuple(cell.strip().strip("\ufeff") for cell in row)
            return Sample(headers, tuple(tuple(map(str, one)) for one in rows[place + 1 :]))
    raise Unreadable(name, "no line of it looks like a header", "put one above its rows")
