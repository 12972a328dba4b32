"""Rows of Parquet files: columns by name, their values as the text that typing expects, without loss.

Nested columns, and numbers too short for money, are refused by name where the form knows the column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.inbox.forms import Form
from pipelines.inbox.gathering import Gathered
from pipelines.inbox.layouts import Layout, find_header
from pipelines.inbox.numbers_as_text import number_text
from pipelines.inbox.text_tables import MOST_CHARACTERS, TextTable
from pipelines.inbox.typing_columns import LONGEST_CELL
from pipelines.inbox.unreadable import Unreadable

LARGEST_UNPACKED_BYTES = 512 << 20
MOST_CELLS = 20_000_000
ROWS_AT_A_TIME = 4_000
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
        metadata = pq.read_metadata(pa.BufferReader(data))
        # as dictionaries, so that a text that a million rows share is there once, and looked at before it is copied
        shared = [one.path for one in metadata.schema if one.physical_type == "BYTE_ARRAY"]
        file = pq.ParquetFile(pa.BufferReader(data), metadata=metadata, read_dictionary=shared)
        layout = find_header([(1, file.schema_arrow.names)], forms, name)
        _refuse_no_text(file.schema_arrow, layout, name)
        gathered = Gathered(layout)
        known = {file.schema_arrow.names[place]: layout.headers[place] for place in gathered.places}
        refuse_bomb(metadata, len(known), name)
        _gather(file.iter_batches(ROWS_AT_A_TIME, columns=[*known]), known, gathered, name)
    except DAMAGES:
        raise Unreadable(name, "the Parquet data are damaged, or in a form that is not read", EXPORT_AGAIN) from None
    return gathered.table()


def refuse_bomb(metadata: pq.FileMetaData, columns: int, name: str) -> None:
    """What the file says of its rows, before anything of them is unpacked; `columns` are read.

    Of a whole group of rows: what pyarrow tells of one column of a spoiled file can end the process.
    """
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    if sum(group.total_byte_size for group in groups) > LARGEST_UNPACKED_BYTES:
        raise Unreadable(name, "it unpacks to more than 512 MiB", SPLIT)
    if metadata.num_rows * columns > MOST_CELLS:
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


def _gather(batches: Iterable[pa.RecordBatch], known: Mapping[str, str], gathered: Gathered, name: str) -> None:
    """Takes in the known columns of all rows, every cell as text; `known` maps a name in the file to its header.

    Raises:
        Unreadable: a cell, or all of them, are too long, or are no text.
    """
    has_unread = len(known) < len(gathered.layout.headers)
    line, characters = gathered.layout.header_line + 1, 0
    for batch in batches:
        columns = [_texts(batch.column(one), header, name) for one, header in known.items()]
        characters += sum(len(cell) for cells in columns for cell in cells if cell)
        if characters > MOST_CHARACTERS:
            raise Unreadable(name, f"it holds more than {MOST_CHARACTERS:,} characters", SPLIT)
        rows = enumerate(zip(*columns, strict=True), start=line)
        # what is not read may differ, and may be all that a row holds
        told = ((number, (*cells, str(number)) if has_unread else cells) for number, cells in rows)
        gathered.take(told, gathered.places)
        line += batch.num_rows


def _texts(column: pa.Array, header: str, name: str) -> Sequence[str | None]:
    """The values of a column as text; equal ones of a dictionary share theirs."""
    is_shared = pa.types.is_dictionary(column.type)
    try:
        column.validate(full=True)
        text = _written(column.dictionary if is_shared else column)
    except DAMAGES:
        why = f"the column {header!r} holds values that are no text"
        raise Unreadable(name, why, "write it as text in UTF-8") from None
    if (pc.max(pc.utf8_length(text)).as_py() or 0) > LONGEST_CELL:
        why = f"the column {header!r} holds a cell of more than {LONGEST_CELL:,} characters"
        raise Unreadable(name, why, "shorten it")
    texts: list[str | None] = text.to_pylist()
    return [None if at is None else texts[at] for at in column.indices.to_pylist()] if is_shared else texts


def _written(column: pa.Array) -> pa.Array:
    write = _writer(column.type)
    if write is None:
        raise ValueError(column.type)
    return write(column)


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
