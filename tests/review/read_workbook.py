"""A workbook as openpyxl reads it back: sheets with their head and rows by column."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import duckdb
import openpyxl
from openpyxl.cell import Cell
from sample_snapshot import CHECKS, NEWEST, PACK

from pipelines.review.page import Masthead
from pipelines.review.reading import read_closed_month
from pipelines.review.wording import load_wording
from pipelines.review.workbook import workbook

HEAD_ROW = 4


@dataclass
class Read:
    """A sheet: what stands above its table, and each row as a cell per head."""

    page: Any
    above: list[str]
    rows: list[dict[str, Cell]]

    def row(self, **wanted: object) -> dict[str, Cell]:
        """The one row that has these values."""
        (found,) = [row for row in self.rows if all(row[head].value == value for head, value in wanted.items())]
        return found

    def values(self, head: str) -> list[Any]:
        return [row[head].value for row in self.rows]


def made(connection: duckdb.DuckDBPyConnection, language: str = "en", *, is_demo: bool = False, **more: Any) -> bytes:
    """The workbook of the newest month, or of another `snapshot`, of the `company` or with other `checks`."""
    masthead = Masthead(more.get("company", "Voorbeeld B.V."), is_demo, PACK)
    month = read_closed_month(connection, more.get("snapshot", NEWEST))
    return workbook(month, masthead, more.get("checks", CHECKS), load_wording(language))


def read(content: bytes) -> dict[str, Read]:
    book = openpyxl.load_workbook(BytesIO(content))
    return {page.title: _read(page) for page in book}


def _read(page: Any) -> Read:
    lines = list(page.iter_rows())
    heads = [cell.value for cell in lines[HEAD_ROW - 1]]
    rows = [dict(zip(heads, line, strict=True)) for line in lines[HEAD_ROW:]]
    return Read(page, [line[0].value for line in lines[: HEAD_ROW - 2]], rows)
