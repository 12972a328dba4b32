"""Rows of Excel workbooks: the one sheet whose header fits, its cells as the text that typing expects.

Only stored values count: no formula is calculated, no macro run, no link followed. Hidden rows, columns and sheets are
read like others; of merged cells the first one holds the value and the others are empty.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, ParseError

from openpyxl.chartsheet import Chartsheet
from openpyxl.reader.excel import ExcelReader
from openpyxl.workbook import Workbook
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS

from pipelines.inbox.archives import DAMAGES, opened_zip
from pipelines.inbox.forms import Form
from pipelines.inbox.numbers_as_text import number_text, whole_text
from pipelines.inbox.sheets import SAVE_AGAIN, Row, Sheet, table_of
from pipelines.inbox.spreadsheet_errors import NOT_CALCULATED
from pipelines.inbox.text_tables import MOST_CHARACTERS, TextTable
from pipelines.inbox.unreadable import Unreadable

Made = TypeVar("Made")

MOST_CELLS = 5_000_000
LARGEST_WORKBOOK_BYTES = 512 << 20
# openpyxl goes through sheets row by row, and holds all of any other part
LARGEST_HELD_PART_BYTES = 64 << 20
SHEETS = "xl/worksheets/"
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
FIRST_OWN_FORMAT = 164
SAVE_AS_CSV = "save it as CSV, or split it into smaller files"
# what openpyxl raises for parts that are not what they should be
UNUSABLE = (*DAMAGES, ParseError, KeyError, TypeError, AttributeError, AssertionError, RecursionError)

_ZEROS = re.compile(r"0{2,}")
# how Excel writes the control characters that XML cannot hold
_ESCAPED_CONTROL = re.compile(r"_x00[01][0-9A-Fa-f]_")


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

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        """Keeps its place among the sheets: openpyxl would read its charts, and fail where there is none."""
        place: Any = Chartsheet()
        book: Any = self.wb
        place._parent, place.title = book, sheet.name
        book._add_sheet(place)


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
    return of_sheets(data, name, lambda sheets: table_of(sheets, forms, name))


def of_sheets(data: bytes, name: str, make: Callable[[Sequence[Sheet]], Made]) -> Made:
    """What `make` makes of the sheets of cells in the bytes of the workbook `name`.

    Raises:
        Unreadable: it is damaged or beyond a limit.
    """
    _refuse_bomb(data, name)
    try:
        with warnings.catch_warnings():
            # what openpyxl cannot show is nothing that is read here
            warnings.simplefilter("ignore")
            reader = _Reader(data, name)
            reader.read()
            workbook = reader.wb
            return make(
                [
                    Sheet(sheet.title, partial(_rows, workbook, place, name))
                    for place, sheet in enumerate(workbook.worksheets)
                ]
            )
    except UNUSABLE:
        raise Unreadable(name, "the workbook is damaged", SAVE_AGAIN) from None


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
