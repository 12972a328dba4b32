"""Which kinds of content are read, told by the ending of a name, and what bytes are when the ending is wrong.

Only names, first bytes and the directory of a zip are looked at; reading the content belongs to each format's module.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

TEXT_ENDINGS = (".csv", ".tsv")
WORKBOOK_ENDING = ".xlsx"
OLD_WORKBOOK_ENDING = ".xls"
PARQUET_ENDING = ".parquet"
ARCHIVE_ENDING = ".zip"
GZIP_ENDING = ".gz"
TABLE_ENDINGS = (*TEXT_ENDINGS, WORKBOOK_ENDING, OLD_WORKBOOK_ENDING, PARQUET_ENDING)

GZIP, ZIP, EMPTY_ZIP, ZIP_END = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"PK\x05\x06"
PARQUET, ENCRYPTED_PARQUET = b"PAR1", b"PARE"
# the record at the end of a zip is followed by a comment of at most 65,535 bytes
ZIP_END_BYTES = 22
LONGEST_ZIP_END = ZIP_END_BYTES + 65_535

TEXT = "text"
WORKBOOK = "an Excel workbook"
OLD_WORKBOOK = "an old Excel file, or one with a password"
PARQUET_FILE = "a Parquet file"
ARCHIVE = "a zip archive"
COMPRESSED = "compressed with gzip"
WEB_PAGE = "a web page (HTML)"
XML = "XML"
SAVE_AS = "save it as XLSX or CSV"
SAVE_AS_TEXT = "save it as CSV in UTF-8"

_BEGINNINGS = (
    (b"\xd0\xcf\x11\xe0", OLD_WORKBOOK),
    (PARQUET, PARQUET_FILE),
    (ENCRYPTED_PARQUET, "an encrypted Parquet file"),
    (b"%PDF", "a PDF file"),
    (GZIP, COMPRESSED),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
# parts that tell one format made of a zip from another
_ZIP_PARTS = (
    ("xl/workbook.xml", WORKBOOK),
    ("xl/workbook.bin", "a binary Excel workbook (XLSB)"),
    ("content.xml", "an OpenDocument file"),
    ("word/document.xml", "a Word document"),
)
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|meta|table|style|script)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b", re.IGNORECASE)
_REMEDIES = {
    WORKBOOK: "name it .xlsx",
    PARQUET_FILE: "name it .parquet",
    ARCHIVE: "name it .zip",
    TEXT: "name it .csv or .tsv",
    COMPRESSED: "add .gz to its name",
    WEB_PAGE: f"open it in Excel and {SAVE_AS}",
    XML: f"open it in Excel and {SAVE_AS}",
}


def ending_of(name: str) -> str:
    """The ending that says how the content is to be read, in lower case and without .gz."""
    plain = name.lower().removesuffix(GZIP_ENDING)
    return Path(plain).suffix


def wrong_ending(name: str) -> tuple[str, str] | None:
    """Why a file of this name is not read, and what to do; None when it is."""
    if name.lower().endswith(ARCHIVE_ENDING) or ending_of(name) in TABLE_ENDINGS:
        return None
    if ending_of(name) == ARCHIVE_ENDING:
        return "an archive is compressed already", "drop it as .zip"
    listed = f"{', '.join(TABLE_ENDINGS)} (each also with {GZIP_ENDING}) or {ARCHIVE_ENDING}"
    return "its ending is none that is read", f"{SAVE_AS}; read are {listed}"


def what_it_is(data: bytes) -> str:
    """What the bytes are, as a reason can say it: one of the formats of this module, or `text` when none is known."""
    if data.startswith((ZIP, EMPTY_ZIP)):
        return _kind_of_zip(data)
    known = (what for beginning, what in _BEGINNINGS if data.startswith(beginning))
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\x00", b"")
    markup = WEB_PAGE if _WEB_PAGE.match(start) else XML if _XML.match(start) else TEXT
    return next(known, markup)


def name_for(what: str) -> str:
    """What to do with a file whose content is read under another ending, or not at all."""
    return _REMEDIES.get(what, SAVE_AS)


def lacks_its_end(path: Path) -> bool:
    """Whether a file that is complete only with its last bytes begins as such a file and has no end.

    Raises:
        OSError: the system does not give it out.
    """
    ending = path.suffix.lower()
    if ending not in {WORKBOOK_ENDING, ARCHIVE_ENDING, PARQUET_ENDING}:
        return False
    with path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(0, io.SEEK_END)
        stream.seek(-min(stream.tell(), LONGEST_ZIP_END), io.SEEK_END)
        tail = stream.read()
    if ending == PARQUET_ENDING:
        return start in {PARQUET, ENCRYPTED_PARQUET} and not (len(tail) >= 12 and tail.endswith(start))
    return start == ZIP and not _ends_a_zip(tail)


def _ends_a_zip(tail: bytes) -> bool:
    record = tail[tail.rfind(ZIP_END) :] if ZIP_END in tail else b""
    comment_bytes = int.from_bytes(record[20:22], "little")
    return len(record) >= ZIP_END_BYTES + comment_bytes


def _kind_of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "a damaged zip or Excel file"
    return next((what for part, what in _ZIP_PARTS if part in parts), ARCHIVE)
