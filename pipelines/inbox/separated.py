"""Rows of text files whose cells are separated by commas, semicolons or tabs, with the lines that they stand in.

Lines are parsed at once as long as nothing is out of the ordinary in them (`ordinary_lines`), else cell by cell, which
tells what is wrong with which line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

import numpy as np
import pyarrow as pa

from pipelines.inbox.csv_cells import rows_of
from pipelines.inbox.decoding import Decoded, decode
from pipelines.inbox.forms import Form
from pipelines.inbox.gathering import Gathered
from pipelines.inbox.layouts import DELIMITERS, Layout, find_layout
from pipelines.inbox.ordinary_lines import OrdinaryLines
from pipelines.inbox.text_tables import BrokenLine, TextTable
from pipelines.inbox.unreadable import Unreadable

LARGEST_BLOCK, SMALLEST_BLOCK = 8 << 20, 16 << 10

_LINE_END = re.compile(rb"\r\n?|\n")


class Lines(Iterator[str]):
    """The physical lines of a text in UTF-8, and how far they were read: `place` in bytes, `number` of the next one."""

    def __init__(self, text: bytes, place: int, number: int) -> None:
        self.place, self.number = place, number
        self._lines = _physical_lines(text, place)

    def __next__(self) -> str:
        line = next(self._lines)
        self.place += len(line.encode())
        self.number += 1
        return line


def read_separated(data: bytes, forms: Sequence[Form], name: str) -> TextTable:
    """The rows in the bytes of the text file `name`, in whichever of the forms it has.

    Raises:
        Unreadable: it is no text, has no header that fits, or a quote in it is never closed.
    """
    decoded, layout = _laid_out(decode(data, name), forms, name)
    gathered = Gathered(layout)
    text, begin = decoded.in_utf8()
    lines = Lines(text, begin, 1)
    for _ in islice(lines, layout.header_line):
        pass
    ordinary = OrdinaryLines(text, layout, gathered.places_needed)
    size = LARGEST_BLOCK
    while lines.place < len(text) and not gathered.has_ended:
        start, end, number = lines.place, _end_of_block(text, lines.place, size), lines.number
        columns = ordinary.columns(start, end)
        if columns is not None:
            of_block = range(number, number + max(map(len, columns.values())))
            gathered.add(pa.array(np.arange(of_block.start, of_block.stop)), columns)
            gathered.wholes.note_block(of_block, partial(ordinary.cells, start, end))
            lines, size = Lines(text, end, of_block.stop), min(2 * size, LARGEST_BLOCK)
        elif size > SMALLEST_BLOCK:
            # an odd line is no reason to read those far around it one by one
            size = max(size // 8, SMALLEST_BLOCK)
        else:
            gathered.take(_records(lines, end, gathered, name))
    flags = {"lines_after_end": sum(1 for _ in lines)} if gathered.has_ended else {}
    delimiter = DELIMITERS.get(layout.delimiter, layout.delimiter)
    return gathered.table(encoding=decoded.encoding, delimiter=delimiter, **flags)


def _laid_out(decoded: Decoded, forms: Sequence[Form], name: str) -> tuple[Decoded, Layout]:
    """The text and its header; where no encoding can be told from the bytes, in the one that a form says."""
    if decoded.is_guessed:
        for encoding in sorted({form.encoding for form in forms if form.encoding}):
            told = Decoded(decoded.data, encoding)
            try:
                told.data.decode(encoding)
                return told, find_layout(told.lines(), [form for form in forms if form.encoding == encoding], name)
            except (Unreadable, UnicodeDecodeError):
                continue
    return decoded, find_layout(decoded.lines(), forms, name)


def _records(lines: Lines, end: int, gathered: Gathered, name: str) -> Iterator[tuple[int, list[str]]]:
    """Every row that begins before `end` and has as many cells as the header; the others are noted as broken."""
    width, form = len(gathered.layout.headers), gathered.layout.form
    # a cell may be as long as it likes here: it is the row that is rejected later, not the file
    reader = rows_of(lines, gathered.layout.delimiter, strict=True)
    while lines.place < end:
        line = lines.number
        try:
            cells = next(reader)
        except csv.Error as error:
            if str(error) == "unexpected end of data":
                why = f"the quote opened in line {line} is never closed"
                raise Unreadable(name, why, "close it, or copy the file again if it was cut off") from None
            remedy = "quote the whole cell and double the quotes inside it"
            gathered.broken.append(BrokenLine(line, "a quote stands in the middle of a quoted cell", remedy))
            continue
        if 0 < len(cells) < width and (form.notes.begin(cells) or form.totals.begin(cells)):
            yield line, cells + [""] * (width - len(cells))
        elif 0 < len(cells) < width and any(cell.strip() for cell in cells):
            why = f"only {len(cells)} cells where the header has {width}"
            gathered.broken.append(BrokenLine(line, why, "write all cells of the line, or copy the file again, whole"))
        elif any(cell.strip() for cell in cells[width:]) and not form.totals.end(cells):
            why = f"{len(cells)} cells where the header has {width}"
            gathered.broken.append(BrokenLine(line, why, "quote cells that hold the delimiter"))
        else:
            yield line, cells


def _physical_lines(text: bytes, place: int) -> Iterator[str]:
    """The lines from a place on with their ends as they are, decoded as they are needed."""
    while place < len(text):
        end = _end_of_block(text, place, SMALLEST_BLOCK)
        yield from io.StringIO(str(memoryview(text)[place:end], "utf-8"), newline="")
        place = end


def _end_of_block(text: bytes, start: int, size: int) -> int:
    """Where the line ends that lies so many bytes further, whichever characters end lines."""
    end = _LINE_END.search(text, start + size)
    return end.end() if end else len(text)
