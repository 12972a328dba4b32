"""Rows as a CSV file that a spreadsheet may open: no cell of it acts as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.failures import WrongUse
from pipelines.privacy import printable

# what makes a spreadsheet compute a cell, in its wide forms too
BEGINS_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes rows under the names of their columns.

    Raises:
        WrongUse: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_safe(row[name]) for name in columns] for row in rows)
    except OSError as error:
        raise WrongUse(
            f"--csv {path}", error.strerror or str(error), "name a file in a folder that is there"
        ) from error


def _safe(value: object) -> object:
    """Texts only stand there: what begins like a formula gets an apostrophe; numbers and days are what they are."""
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(BEGINS_FORMULA) else text
