"""Many lines of a text file parsed at once, where nothing in them is out of the ordinary.

Ordinary are lines that each hold one row of exactly as many cells as the header, none of them blank, with quotes only
around whole cells: there every reader of such files finds the same cells. Whatever else may stand in a file is left to
`separated`, which reads cell by cell and alone says what is wrong.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv

from pipelines.inbox.csv_cells import rows_of
from pipelines.inbox.layouts import Layout
from pipelines.inbox.text_columns import joined, plain, trimmed

PARSED_AT_ONCE = 2 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
QUOTE, LINE_END, RETURN = b'"', b"\n", b"\r"

_SHARED = pa.dictionary(pa.int32(), pa.string())


class OrdinaryLines:
    """The lines of a text in UTF-8, of which the columns at some places of the header are wanted."""

    def __init__(self, text: bytes, layout: Layout, places: Iterable[int]) -> None:
        self._text, self._layout = text, layout
        # the columns in which rows share their texts, by what the lines so far held
        self._shared = {str(place): place for place in places}
        self._names = dict(self._shared)

    def columns(self, start: int, end: int) -> dict[int, pa.Array] | None:
        """The trimmed columns of the whole lines from one place of the text to another; None: not ordinary."""
        if not self._looks_ordinary(start, end):
            return None
        try:
            table = self._parsed(start, end)
        except pa.ArrowInvalid:
            return None
        # a line end inside a cell makes two lines one row
        if table.num_rows != self._count_lines(start, end):
            return None
        columns = {place: trimmed(joined(table[name].chunks)) for name, place in self._names.items()}
        if _any_blank(columns.values()):
            return None
        return {place: self._kept(str(place), column) for place, column in columns.items()}

    def cells(self, start: int, end: int) -> Iterator[list[str]]:
        """All cells of each of these lines."""
        lines = io.StringIO(str(memoryview(self._text)[start:end], "utf-8"), newline="")
        return rows_of(lines, self._layout.delimiter, strict=True)

    def _looks_ordinary(self, start: int, end: int) -> bool:
        """Lines all end with a line feed, quotes stand around cells, and nothing will be taken for a mark."""
        returns = self._text.count(RETURN, start, end)
        if returns and returns != self._text.count(RETURN + LINE_END, start, end):
            return False
        if self._text.startswith(BYTE_ORDER_MARK, start):
            return False
        return self._text.find(QUOTE, start, end) < 0 or _quotes_enclose_cells(
            np.frombuffer(self._text, np.uint8, end - start, start), self._layout.delimiter
        )

    def _parsed(self, start: int, end: int) -> pa.Table:
        types = {name: _SHARED if name in self._shared else pa.string() for name in self._names}
        return read_csv(
            pa.py_buffer(self._text).slice(start, end - start),
            ReadOptions(block_size=PARSED_AT_ONCE, column_names=[str(at) for at in range(len(self._layout.headers))]),
            ParseOptions(delimiter=self._layout.delimiter, ignore_empty_lines=False),
            ConvertOptions(check_utf8=False, column_types=types, include_columns=list(self._names)),
        )

    def _count_lines(self, start: int, end: int) -> int:
        return self._text.count(LINE_END, start, end) + (not self._text.endswith(LINE_END, start, end))

    def _kept(self, name: str, column: pa.Array) -> pa.Array:
        """The column; one in which rows hardly share a text is a plain one from now on."""
        if name in self._shared and 2 * len(column.dictionary) > len(column):
            del self._shared[name]
        return column if name in self._shared else plain(column)


def _quotes_enclose_cells(text: NDArray[np.uint8], delimiter: str) -> bool:
    """Whether every second quote ends the cell that the one before it began.

    Two in a row inside a cell are one of its characters, and look as if one cell ended and the next began.
    """
    quotes = np.flatnonzero(text == ord(QUOTE))
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    is_doubled = closing[:-1] + 1 == opening[1:]
    ends_cell = np.zeros(256, np.bool_)
    ends_cell[[ord(delimiter), ord(LINE_END), ord(RETURN)]] = True
    begins = (opening == 0) | ends_cell[text[opening - 1]]
    ends = (closing == len(text) - 1) | ends_cell[text[np.minimum(closing + 1, len(text) - 1)]]
    begins[1:] |= is_doubled
    ends[:-1] |= is_doubled
    return bool(begins.all() and ends.all())


def _any_blank(columns: Iterable[pa.Array]) -> bool:
    """Whether some row may hold nothing: it does not in these columns."""
    is_blank = None
    for column in columns:
        if not column.null_count:
            return False
        is_empty = pc.is_null(column)
        is_blank = is_empty if is_blank is None else pc.and_(is_blank, is_empty)
    return bool(pc.any(is_blank).as_py())
