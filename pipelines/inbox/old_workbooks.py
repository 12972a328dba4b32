"""Rows of Excel workbooks of before 2007 (.xls): stored values only, as the text that typing expects."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Sequence
from datetime import time
from functools import partial
from typing import TypeVar

import xlrd
from xlrd.biffh import error_text_from_code
from xlrd.compdoc import CompDocError
from xlrd.sheet import Cell
from xlrd.sheet import Sheet as Cells
from xlrd.xldate import XLDateError

from pipelines.inbox.forms import Form
from pipelines.inbox.numbers_as_text import number_text, whole_text
from pipelines.inbox.sheets import SAVE_AGAIN, Row, Sheet, table_of
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.unreadable import Unreadable

Made = TypeVar("Made")

# xlrd holds all cells at once, as Python objects
LARGEST_BYTES = 64 << 20
# what xlrd raises for bytes that are not what they say
UNUSABLE = (
    xlrd.XLRDError, CompDocError, XLDateError, struct.error, ArithmeticError, AssertionError, AttributeError,
    LookupError, TypeError, ValueError, MemoryError, RecursionError, NotImplementedError, OSError,
)  # fmt: skip


def read_old_workbook(data: bytes, forms: Sequence[Form], name: str) -> TextTable:
    """The rows in the bytes of the old workbook `name`; lines are the row numbers of its sheet.

    Raises:
        Unreadable: it has a password, is damaged or too large, or not exactly one sheet has a header that fits.
    """
    return of_sheets(data, name, lambda sheets: table_of(sheets, forms, name))


def of_sheets(data: bytes, name: str, make: Callable[[Sequence[Sheet]], Made]) -> Made:
    """What `make` makes of the sheets in the bytes of the old workbook `name`.

    Raises:
        Unreadable: it has a password, is damaged or too large.
    """
    if len(data) > LARGEST_BYTES:
        raise Unreadable(name, f"it is larger than {LARGEST_BYTES >> 20} MiB", "save it as XLSX or CSV")
    try:
        # what xlrd has to say of a file goes nowhere: the file is told of as a whole
        with xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True) as workbook:
            return make(
                [Sheet(title, partial(_rows, workbook, place)) for place, title in enumerate(workbook.sheet_names())]
            )
    except UNUSABLE as problem:
        if "encrypted" in str(problem).lower():
            raise Unreadable(name, "it has a password", "save it without one") from None
        raise Unreadable(name, "the old Excel file is damaged, or is none", SAVE_AGAIN) from None


def _rows(workbook: xlrd.book.Book, place: int) -> Iterator[Row]:
    sheet: Cells = workbook.sheet_by_index(place)
    for number in range(sheet.nrows):
        cells = [_text(cell, workbook.datemode) for cell in sheet.row(number)]
        if any(cells):
            yield number + 1, cells


def _text(cell: Cell, datemode: int) -> str:
    """One stored value as a CSV in canonical notation would write it."""
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "true" if cell.value else "false"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(error_text_from_code.get(cell.value, "#VALUE!"))
    if cell.ctype == xlrd.XL_CELL_DATE:
        moment = xlrd.xldate.xldate_as_datetime(cell.value, datemode)
        # Excel knows no days: a day is a moment at midnight
        return str((moment.date() if moment.time() == time() else moment).isoformat())
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        value = float(cell.value)
        return whole_text(int(value)) if value.is_integer() else number_text(value)
    return str(cell.value)
