"""Rows of Excel workbooks: the one sheet whose header fits, its cells as the text that typing expects.

Only stored values count: no formula is calculated, no macro run, no link followed. Hidden rows, columns and sheets are
read like others; of merged cells the first one holds the value and the others are empty.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from openpyxl.reader.excel import ExcelReader
from openpyxl.workbook import Workbook
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS

from pipelines import privacy
from pipelines.inbox.archives import DAMAGES, opened_zip
from pipelines.inbox.forms import Form
from pipelines.inbox.gathering import Gathered
from pipelines.inbox.layouts import HEADER_WITHIN_LINES, Layout, NoHeader, find_header, listed, must_name
from pipelines.inbox.numbers_as_text import number_text, whole_text
from pipelines.inbox.spreadsheet_errors import NOT_CALCULATED
from pipelines.inbox.text_tables import MOST_CHARACTERS, BrokenLine, TextTable
from pipelines.inbox.unreadable import Unreadable

MOST_CELLS = 5_000_000
LARGEST_WORKBOOK_BYTES = 512 << 20
# openpyxl goes through sheets row by row, and holds all of any other part
LARGEST_HELD_PART_BYTES = 64 << 20
SHEETS = "xl/worksheets/"
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
LONGEST_NAME = 60
FIRST_OWN_FORMAT = 164
SAVE_AS_CSV = "save it as CSV, or split it into smaller files"
SAVE_AGAIN = "open it in Excel and save it again as XLSX"
# what openpyxl raises for parts that are not what they should be
UNUSABLE = (*DAMAGES, ParseError, KeyError, TypeError, AttributeError, AssertionError, RecursionError)

_ZEROS = re.compile(r"0{2,}")
# how Excel writes the control characters that XML cannot hold
_ESCAPED_CONTROL = re.compile(r"_x00[01][0-9A-Fa-f]_")

Row = tuple[int, list[str]]


class _Reader(ExcelReader):
    """Opens the workbook `name`; a table of shared texts is refused when it is too large, wherever it lies."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        self.name = name

    def read_strings(self) -> None:
        package: Any = self.package
        found = package.find(SHARED_STRINGS)
        if found is not None:
            _refuse_held(self.archive.getinfo(found.PartName[1:]), self.name)
        super().read_strings()


class _Cells(WorkSheetParser):
    """Reads cells one row at a time, and tells a formula that was never calculated from an empty cell."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None:
            cell["value"] = NOT_CALCULATED
        return cell


def read_workbook(data: bytes, forms: Sequence[Form], name: str) -> TextTable:
    """The rows in the bytes of the workbook `name`; lines are the row numbers of its sheet.

    Raises:
        Unreadable: it is damaged, beyond a limit, or not exactly one sheet has a header that fits.
    """
    _refuse_bomb(data, name)
    try:
        with warnings.catch_warnings():
            # what openpyxl cannot show is nothing that is read here
            warnings.simplefilter("ignore")
            reader = _Reader(data, name)
            reader.read()
            workbook = reader.wb
            place, layout = _sheet(workbook, forms, name)
            gathered = Gathered(layout)
            gathered.take(_records(_rows(workbook, place, name), gathered))
            title = _shown(workbook.worksheets[place].title)
    except UNUSABLE:
        raise Unreadable(name, "the workbook is damaged", SAVE_AGAIN) from None
    return gathered.table(sheet=title)


def _refuse_bomb(data: bytes, name: str) -> None:
    with opened_zip(io.BytesIO(data), name) as archive:
        if sum(info.file_size for info in archive.infolist()) > LARGEST_WORKBOOK_BYTES:
            why = f"it unpacks to more than {LARGEST_WORKBOOK_BYTES >> 20} MiB"
            raise Unreadable(name, why, SAVE_AS_CSV)
        for info in archive.infolist():
            if not info.filename.startswith(SHEETS):
                _refuse_held(info, name)


def _refuse_held(info: zipfile.ZipInfo, name: str) -> None:
    if info.file_size > LARGEST_HELD_PART_BYTES:
        why = f"its texts, or another part besides the sheets, unpack to more than {LARGEST_HELD_PART_BYTES >> 20} MiB"
        raise Unreadable(name, why, SAVE_AS_CSV)


def _sheet(workbook: Workbook, forms: Sequence[Form], name: str) -> tuple[int, Layout]:
    """The place and the header of the only sheet that fits."""
    titles = [_shown(sheet.title) for sheet in workbook.worksheets]
    fitting: list[tuple[int, Layout]] = []
    problems: list[Unreadable] = []
    for place in range(len(titles)):
        first_rows = islice(_rows(workbook, place, name), HEADER_WITHIN_LINES)
        title = workbook.worksheets[place].title.lower()
        meant = [form for form in forms if not form.sheets or title in form.sheets]
        try:
            fitting.append((place, find_header(((line, _filled(cells)) for line, cells in first_rows), meant, name)))
        except Unreadable as problem:
            problems.append(problem)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        why = f"the sheets {listed([titles[place] for place, _ in fitting])} all have a header that fits"
        raise Unreadable(name, why, "keep one of them, or save each as a file of its own")
    telling = [one for one in problems if not isinstance(one, NoHeader)]
    if len(telling) == 1 or len(problems) == 1:
        raise (telling or problems)[0]
    if not problems:
        raise Unreadable(name, "there is no sheet of cells in it", SAVE_AGAIN)
    raise Unreadable(name, f"none of the sheets {listed(titles)} has a header that fits", must_name(forms))


def _records(rows: Iterator[Row], gathered: Gathered) -> Iterator[Row]:
    """Every row below the header, as wide as it; one with more cells is noted as broken.

    A sheet holds no rows without cells: where that ends the table, a blank one stands for those that are left out.
    """
    width, form, next_line = len(gathered.layout.headers), gathered.layout.form, gathered.layout.header_line + 1
    for line, cells in rows:
        if line < next_line:
            continue
        if line > next_line and form.ends_at_blank_line:
            yield next_line, []
        next_line = line + 1
        if any(cell.strip() for cell in cells[width:]) and not form.totals.end(cells):
            why = "a cell to the right of the last header is filled"
            gathered.broken.append(BrokenLine(line, why, "give its column a header, or empty it"))
            continue
        yield line, cells[:width] + [""] * (width - len(cells))


def _rows(workbook: Workbook, place: int, name: str) -> Iterator[Row]:
    """The rows of a sheet that hold cells, with their numbers.

    openpyxl's own rows fill every gap with cells, as far as the sheet claims to reach: a sheet may claim anything.
    """
    sheet: Any = workbook.worksheets[place]
    padded = _padded_styles(workbook)
    count = characters = 0
    with sheet._get_source() as source:
        parser = _Cells(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=workbook.epoch,
            date_formats=sheet.parent._date_formats,
            timedelta_formats=sheet.parent._timedelta_formats,
        )
        for line, cells in parser.parse():
            count += len(cells)
            if count > MOST_CELLS:
                raise Unreadable(name, f"it holds more than {MOST_CELLS:,} cells", "save it as CSV")
            filled = {cell["column"]: _text(cell, padded) for cell in cells if cell["value"] is not None}
            characters += sum(map(len, filled.values()))
            if characters > MOST_CHARACTERS:
                raise Unreadable(name, f"it holds more than {MOST_CHARACTERS:,} characters", SAVE_AS_CSV)
            last = max(filled, default=0)
            if line > LAST_ROW or last > LAST_COLUMN:
                raise Unreadable(name, "it has cells outside the largest possible sheet", SAVE_AGAIN)
            yield line, [filled.get(column, "") for column in range(1, last + 1)]


def _padded_styles(workbook: Workbook) -> dict[int, int]:
    """The digits of the styles that fill numbers up with zeros, as ids and postcodes have them."""
    inside: Any = workbook
    numbers = {style: one.numFmtId - FIRST_OWN_FORMAT for style, one in enumerate(inside._cell_styles)}
    formats = {style: inside._number_formats[number] for style, number in numbers.items() if number >= 0}
    return {style: len(said) for style, said in formats.items() if _ZEROS.fullmatch(said)}


def _text(cell: dict[str, Any], padded: dict[int, int]) -> str:
    """One stored value as a CSV in canonical notation would write it."""
    value = cell["value"]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        text = whole_text(int(value))
        return text.zfill(padded.get(cell["style_id"], 0))
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        # Excel knows no days: a day is a moment at midnight
        return (value.date() if value.time() == time() else value).isoformat()
    return value.isoformat() if isinstance(value, date | time) else _ESCAPED_CONTROL.sub("\r", str(value))


def _filled(cells: list[str]) -> list[str]:
    """The cells up to the last one that holds something."""
    last = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:last]


def _shown(title: str) -> str:
    return privacy.printable(privacy.masked_text(str(title)))[:LONGEST_NAME]
