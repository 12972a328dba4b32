"""Rows of text files whose cells are separated by commas, semicolons or tabs, with the lines that they stand in."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence

from pipelines.inbox.decoding import decode
from pipelines.inbox.forms import Form
from pipelines.inbox.layouts import DELIMITERS, find_layout
from pipelines.inbox.text_tables import BrokenLine, Gathered, TextTable
from pipelines.inbox.unreadable import Unreadable


def read_separated(data: bytes, forms: Sequence[Form], name: str) -> TextTable:
    """The rows in the bytes of the text file `name`, in whichever of the forms it has.

    Raises:
        Unreadable: it is no text, has no header that fits, or a quote in it is never closed.
    """
    decoded = decode(data, name)
    layout = find_layout(decoded.lines(), forms, name)
    gathered = Gathered(layout)
    lines = decoded.lines()
    for _ in range(layout.header_line):
        next(lines)
    gathered.take(_records(lines, gathered, name))
    return gathered.table(encoding=decoded.encoding, delimiter=DELIMITERS[layout.delimiter])


def _records(lines: Iterator[str], gathered: Gathered, name: str) -> Iterator[list[str]]:
    """Every row of as many cells as the header; the others are noted as broken, blank ones only counted."""
    layout = gathered.layout
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
        if 0 < len(cells) < width and any(cell.strip() for cell in cells):
            why = f"{len(cells)} cells where the header has {width}"
            gathered.broken.append(BrokenLine(line, why, "write all cells of the line, or copy the file again, whole"))
        elif any(cell.strip() for cell in cells[width:]):
            why = f"{len(cells)} cells where the header has {width}"
            gathered.broken.append(BrokenLine(line, why, "quote cells that hold the delimiter"))
        elif gathered.counts(line, cells):
            yield cells
