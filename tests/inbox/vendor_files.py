"""A file of a vendor beside a dialect for it: what reading it gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.inbox import FileRead, Persons, ReadingRules, discover, read_dialects, read_file

PEPPER = b"a test pepper"


def read_with(folder: Path, dialect: str, content: str | bytes, name: str = "export.csv") -> FileRead:
    """A file dropped straight into the inbox, read with this dialect alone."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (found,) = (one for one in discover(folder, []) if one.path == path)
    rules = ReadingRules("Europe/Amsterdam", PEPPER, dialects=read_dialects({"exports/vendor_report.yaml": dialect}))
    return read_file(found, rules, Persons(PEPPER))


def said(read: FileRead, *names: str) -> list[tuple[Any, ...]]:
    """These columns of the rows that were taken, in their order."""
    return list(zip(*(read.arrivals[0].rows[name].to_pylist() for name in names), strict=True))
