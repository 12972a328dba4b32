"""An export in one of the encodings and formats that systems deliver it in."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from export_writer import Export
from openpyxl import Workbook


@dataclass(frozen=True)
class Delivery:
    """A way to deliver a file: the ending of its name, and whether it is a text of old characters only."""

    ending: str
    pack: Callable[[Export], bytes]
    is_text: bool = True
    is_narrow: bool = False

    def takes(self, made: Export) -> bool:
        """Whether the text can be written at all."""
        try:
            "".join(cell for line in made.lines for cell in line.cells).encode("cp1252" if self.is_narrow else "utf-8")
        except UnicodeEncodeError:
            return False
        return True


def as_text(made: Export, encoding: str, delimiter: str, line_end: str, *, quotes_all: bool = False) -> bytes:
    written = io.StringIO(newline="")
    delimiter = made.dialect.said.get("delimiter") or delimiter
    quoting = csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    for line in made.lines:
        if line.sort == "above" and line.cells[:1] and line.cells[0].startswith("#"):
            # comments are no cells
            written.write(line.cells[0] + line_end)
        else:
            writer.writerow(line.cells)
    text = written.getvalue()
    return (text if quotes_all else text.removesuffix(line_end)).encode(encoding)


def as_workbook(made: Export) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row, line in enumerate(made.lines, start=1):
        for column, value in enumerate(line.values or line.cells, start=1):
            if value in ("", None):
                continue
            cell = sheet.cell(row, column)
            cell.value = value  # type: ignore[assignment]
            if isinstance(value, str):
                # never a formula, whatever it begins with
                cell.data_type = "s"
    workbook.create_sheet("About").append(["Made by", "an example"])
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def zipped(made: Export) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("example.com-export/Export of 2026.csv", as_text(made, "utf-8", ",", "\n"))
    return written.getvalue()


DELIVERIES = {
    "utf-8": Delivery(".csv", lambda made: as_text(made, "utf-8", ",", "\n")),
    "utf-8 with mark": Delivery(".csv", lambda made: as_text(made, "utf-8-sig", ",", "\r\n", quotes_all=True)),
    "utf-16 tabs": Delivery(".tsv", lambda made: as_text(made, "utf-16", "\t", "\n")),
    "cp1252": Delivery(".csv", lambda made: as_text(made, "cp1252", ";", "\r\n"), is_narrow=True),
    "zip": Delivery(".zip", zipped),
    "gz": Delivery(".csv.gz", lambda made: gzip.compress(as_text(made, "utf-8", ";", "\n"), mtime=0)),
    "xlsx": Delivery(".xlsx", as_workbook, is_text=False),
}
