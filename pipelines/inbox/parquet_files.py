"""Rows of Parquet files: columns by name, their values as the text that typing expects, without loss.

Nested columns, and numbers too short for money, are refused by name where the form knows the column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.inbox.forms import Form
from pipelines.inbox.layouts import Layout, find_header
from pipelines.inbox.numbers_as_text import number_text
from pipelines.inbox.text_tables import ROWS_AT_A_TIME, Gathered, TextTable
from pipelines.inbox.unreadable import Unreadable

LARGEST_UNPACKED_BYTES = 1 << 30
MOST_CELLS = 100_000_000
SPLIT = "split it into smaller files"
EXPORT_AGAIN = "copy or export it again"
DAMAGES = (pa.ArrowException, OSError, ValueError, OverflowError)

_MIDNIGHT = r" 00:00:00(\.0+)?$"


def read_parquet(data: bytes, forms: Sequence[Form], name: str) -> TextTable:
    """The rows in the bytes of the Parquet file `name`; the first row counts as line 2, as below a header.

    Raises:
        Unreadable: it is damaged, encrypted, beyond a limit, lacks a column, or has one that is no column of cells.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        _refuse_bomb(file.metadata, name)
        layout = find_header([(1, file.schema_arrow.names)], forms, name)
        _refuse_no_text(file.schema_arrow, layout, name)
        gathered = Gathered(layout)
        line = layout.header_line + 1
        for batch in file.iter_batches(batch_size=ROWS_AT_A_TIME):
            gathered.take(_records(batch, gathered, line, name))
            line += batch.num_rows
    except DAMAGES:
        raise Unreadable(name, "the Parquet data are damaged, or in a form that is not read", EXPORT_AGAIN) from None
    return gathered.table()


def _refuse_bomb(metadata: pq.FileMetaData, name: str) -> None:
    """What the file says of itself, before anything of it is unpacked."""
    unpacked = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise Unreadable(name, "it unpacks to more than 1 GiB", SPLIT)
    if metadata.num_rows * metadata.num_columns > MOST_CELLS:
        raise Unreadable(name, f"it holds more than {MOST_CELLS:,} cells", SPLIT)


def _refuse_no_text(schema: pa.Schema, layout: Layout, name: str) -> None:
    """Columns that the form knows and that cannot be written as one exact cell per row."""
    for place, header in enumerate(layout.headers):
        of = schema.field(place).type
        if not layout.form.recognised([header]):
            continue
        if pa.types.is_float16(of) or pa.types.is_float32(of):
            why = f"the column {header!r} holds numbers of {of.bit_width} bits, which are not exact to the cent"
            raise Unreadable(name, why, "write it as decimal or double")
        if _writer(of) is None:
            kind = "nested values" if pa.types.is_nested(of) else f"values of the type {of}"
            raise Unreadable(name, f"the column {header!r} holds {kind}, which are not read", "write it as text")


def _records(batch: pa.RecordBatch, gathered: Gathered, line: int, name: str) -> list[tuple[str | None, ...]]:
    """The rows of a batch that hold something, every cell as text; `line` is the line of the first one."""
    known = set(gathered.places)
    columns = []
    for place, header in enumerate(gathered.layout.headers):
        texts = _texts(batch.column(place))
        if texts is None and place in known:
            why = f"the column {header!r} holds values that are no text"
            raise Unreadable(name, why, "write it as text in UTF-8")
        columns.append([str(cell) for cell in batch.column(place)] if texts is None else texts)
    rows = zip(*columns, strict=True)
    return [cells for number, cells in enumerate(rows, start=line) if gathered.counts(number, cells)]


def _texts(column: pa.Array) -> list[str | None] | None:
    """The values of a column as text; None when one of them is none."""
    write = _writer(column.type)
    try:
        texts: list[str | None] | None = None if write is None else write(column).to_pylist()
    except DAMAGES:
        return None
    return texts


def _writer(of: pa.DataType) -> Callable[[pa.Array], pa.Array] | None:
    """How values of a type become text; None when they are not one cell each."""
    is_type = pa.types
    if is_type.is_dictionary(of):
        inner = _writer(of.value_type)
        return None if inner is None else lambda column: inner(column.cast(of.value_type))
    if is_type.is_timestamp(of):
        return _moments
    if is_type.is_decimal(of):
        return lambda column: _each(column, _decimal_text)
    if is_type.is_float64(of):
        return lambda column: _each(column, number_text)
    casts = (
        is_type.is_string, is_type.is_large_string, is_type.is_string_view, is_type.is_binary, is_type.is_large_binary,
        is_type.is_binary_view, is_type.is_integer, is_type.is_floating, is_type.is_boolean, is_type.is_date,
        is_type.is_time, is_type.is_null,
    )  # fmt: skip
    return _cast if any(is_one(of) for is_one in casts) else None


def _cast(column: pa.Array) -> pa.Array:
    text = column.cast(pa.string())
    # Parquet promises UTF-8, and nobody has looked
    text.validate(full=True)
    return text


def _moments(column: pa.Array) -> pa.Array:
    """Moments with a zone in UTC, the others as they are; one at midnight without a zone is a day."""
    text = column.cast(pa.timestamp(column.type.unit)).cast(pa.string())
    if column.type.tz is None:
        return pc.replace_substring_regex(text, _MIDNIGHT, "")
    return pc.binary_join_element_wise(text, "Z", "")


def _each(column: pa.Array, write: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if value is None else write(value) for value in column.to_pylist()], pa.string())


def _decimal_text(value: Decimal) -> str:
    """Without the zeros that only the scale of the column adds."""
    whole, _, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals}".rstrip("0").rstrip(".")
