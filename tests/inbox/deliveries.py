"""The same rows as the file that one or the other system would deliver: text, workbook, Parquet, packed."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.worksheet import Worksheet

Rows = Sequence[Mapping[str, object]]


HEADER = ["deal_id", "created_at", "stage", "amount", "term_months", "is_test", "channel"]


def as_text(rows: Rows, delimiter: str = ",") -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(rows[0])
    writer.writerows([["" if row[name] is None else row[name] for name in rows[0]] for row in rows])
    return written.getvalue().encode()


def as_workbook(rows: Rows) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("export")
    sheet.append(list(rows[0]))
    for row in rows:
        cells = []
        for value in (row[name] for name in rows[0]):
            cell = WriteOnlyCell(sheet, value)
            if isinstance(value, str):
                # text that begins like a formula stays text
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    return saved(workbook)


def as_parquet(rows: Rows, schema: pa.Schema | None = None) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), written)
    return written.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def saved(workbook: Workbook) -> bytes:
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def workbook(*rows: list[object], header: list[str] | None = None) -> tuple[Workbook, Worksheet]:
    """A workbook of deals, row by row."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in [header or HEADER, *rows]:
        sheet.append(row)
    return book, sheet


def deal(key: object = "D1", amount: object = 1, **others: object) -> list[object]:
    """A row of that workbook."""
    values = {"deal_id": key, "created_at": date(2026, 1, 31), "stage": "Offer", "amount": amount, **others}
    return [values.get(name) for name in HEADER]


def repacked(content: bytes, changed: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """A workbook with parts changed by hand, as no library would write them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({name: changed.get(name, bytes)(part) for name, part in parts.items()})


def as_excel_saves_it(content: bytes) -> bytes:
    """A workbook with its texts in one table for all sheets, which openpyxl reads but does not write."""
    texts: list[bytes] = []

    def shared(sheet: bytes) -> bytes:
        def number_of(cell: re.Match[bytes]) -> bytes:
            texts.append(cell[1])
            return b't="s"><v>%d</v></c>' % (len(texts) - 1)

        return re.sub(rb't="inlineStr"><is>(.*?)</is></c>', number_of, sheet)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts = {name: shared(part) if name.startswith("xl/worksheets/sheet") else part for name, part in parts.items()}
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{namespace}">'.encode() + b"".join(b"<si>" + text + b"</si>" for text in texts) + b"</sst>"
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    declared = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", declared)
    return zipped(parts)


FORMATS: dict[str, Callable[[Rows], bytes]] = {
    "export.csv": as_text,
    "export.tsv": lambda rows: as_text(rows, "\t"),
    "export.csv.gz": lambda rows: gzip.compress(as_text(rows), mtime=0),
    "export.xlsx": as_workbook,
    "saved by Excel.xlsx": lambda rows: as_excel_saves_it(as_workbook(rows)),
    "export.xlsx.gz": lambda rows: gzip.compress(as_workbook(rows), mtime=0),
    "export.parquet": as_parquet,
}
