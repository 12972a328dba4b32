"""From the bytes of a file to a table of text: unpacked, checked against its name, read by the module of its format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pyarrow.compute as pc

from pipelines.inbox.decoding import unzipped
from pipelines.inbox.formats import (
    GZIP_ENDING,
    OLD_WORKBOOK,
    OLD_WORKBOOK_ENDING,
    PARQUET_ENDING,
    PARQUET_FILE,
    SAVE_AS,
    TEXT,
    TEXT_ENDINGS,
    WORKBOOK,
    WORKBOOK_ENDING,
    ending_of,
    name_for,
    what_it_is,
)
from pipelines.inbox.forms import Form
from pipelines.inbox.old_workbooks import read_old_workbook
from pipelines.inbox.parquet_files import read_parquet
from pipelines.inbox.separated import read_separated
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.unreadable import NOTHING_IS_MADE, Ignored, Unreadable
from pipelines.inbox.workbooks import read_workbook

# the last row of an Excel sheet
LAST_ROW = 1_048_576

Reader = Callable[[bytes, Sequence[Form], str], TextTable]
# what a file with this ending must hold, how the reason calls it, and who reads it
READERS: dict[str, tuple[str, str, Reader]] = {
    **{ending: (TEXT, ending.removeprefix(".").upper(), read_separated) for ending in TEXT_ENDINGS},
    WORKBOOK_ENDING: (WORKBOOK, WORKBOOK, read_workbook),
    OLD_WORKBOOK_ENDING: (OLD_WORKBOOK, "an old Excel file", read_old_workbook),
    PARQUET_ENDING: (PARQUET_FILE, PARQUET_FILE, read_parquet),
}


def read_table(data: bytes, forms: Sequence[Form], name: str, file_name: str) -> TextTable:
    """The rows in the bytes of a file, in whichever of the forms it has.

    `name` is how errors call it; the ending of `file_name` tells the format.

    Raises:
        Unreadable: its content is not what its name says, is damaged or cut off, or has no header that fits.
    """
    content = unzipped(data, name) if file_name.lower().endswith(GZIP_ENDING) else data
    what = what_it_is(content)
    ending = ending_of(file_name)
    expected, called, read = READERS[ending]
    if what != expected:
        if what == TEXT and b"\x00" in content:
            raise Unreadable(name, f"it is nothing that is known, not {called}", SAVE_AS)
        raise Unreadable(name, f"it is {what}, not {called}", name_for(what))
    table = read(content, forms, name)
    if ending != PARQUET_ENDING and _last_line(table) == LAST_ROW:
        why = f"it ends at row {LAST_ROW:,}, where a spreadsheet cuts a file off"
        raise Unreadable(name, why, "export it again in parts, and do not save it in a spreadsheet")
    return table


def tables_of(data: bytes, forms: Sequence[Form], name: str, file_name: str) -> tuple[TextTable, ...]:
    """What a file is in whichever of the forms it has, and then everything that its lines are besides.

    Raises:
        Unreadable: it cannot be read.
        Ignored: nothing is made of files like this one.
    """
    found = read_table(data, forms, name, file_name)
    if found.form.ignored:
        raise Ignored(name, f"{NOTHING_IS_MADE} ({found.form.name})", found.form.ignored)
    lacking = [(form, form.lacking(found.headers)) for form in found.form.also]
    told = "; ".join(f"{form.kind}: no header is {' or '.join(names)}" for form, names in lacking if names)
    if told:
        found = replace(found, flags={**found.flags, "not_made": told})
    return found, *(read_table(data, (form,), name, file_name) for form, names in lacking if not names)


def _last_line(table: TextTable) -> int:
    """The last line that is a row of some kind; 0 when there is none."""
    lines: list[int] = [pc.max(one).as_py() for one in (table.lines, table.total_lines) if len(one)]
    return max([0, *lines, *(one.line for one in table.broken)])
