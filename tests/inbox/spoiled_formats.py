"""A text as the files of other formats: workbooks, Parquet, archives, compressed ones."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

# what is spoiled of it are its bytes: nothing here writes such files
OLD_WORKBOOK = Path(__file__).parent / "exports" / "linkedin_page_followers.xls"


def delimiter_of(text: str) -> str:
    return max(",;\t", key=text.count)


def _grid(text: str) -> list[list[str]]:
    return [line.split(delimiter_of(text)) for line in text.splitlines()]


def _typed(cell: str) -> object:
    is_number = re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", cell)
    return (float(cell) if "." in cell else int(cell)) if is_number else cell[:32_000]


def as_workbook(text: str) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("export")
    for row in _grid(text):
        sheet.append([_typed(ILLEGAL_CHARACTERS_RE.sub("?", cell)) for cell in row])
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def as_parquet(text: str) -> bytes:
    grid = _grid(text) or [[""]]
    header, rows = grid[0], [(row + [""] * len(grid[0]))[: len(grid[0])] for row in grid[1:]]
    columns = [[row[place] or None for row in rows] for place in range(len(header))]
    table = pa.Table.from_arrays([pa.array(one, pa.string()) for one in columns], names=header)
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()


def as_zip(text: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one.csv", text.encode("utf-8", "surrogatepass"))
        archive.writestr("two.xlsx", as_workbook(text))
    return written.getvalue()


FORMATS: dict[str, Callable[[str], bytes]] = {
    ".csv": lambda text: text.encode("utf-8", "surrogatepass"),
    ".tsv": lambda text: text.encode("utf-8", "surrogatepass"),
    ".csv.gz": lambda text: gzip.compress(text.encode("utf-8", "surrogatepass"), 1, mtime=0),
    ".xlsx": as_workbook,
    ".xls": lambda text: OLD_WORKBOOK.read_bytes(),
    ".parquet": as_parquet,
    ".zip": as_zip,
}
