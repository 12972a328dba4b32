"""CSV configuration as rows that remember their lines.

Comma or semicolon (spreadsheets differ by country), one header line, `#` starts a comment line. What the columns mean
is said by the models.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.configuration.problems import Place, Problems

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class CsvRow:
    """One row: its line, counted from 1, and its trimmed cells by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class _LocatedRow:
    """A row as a document of its own, for the translation of a model's errors."""

    file: str
    line: int

    def line_of(self, place: Sequence[str | int]) -> int:
        """Every place of a row is on its line."""
        return self.line

    def path_of(self, place: Sequence[str | int]) -> Place:
        """A row has every column."""
        return tuple(place)


def read_csv(text: str, file: str, columns: Sequence[str]) -> list[CsvRow]:
    """The rows of a text with exactly these columns, in any order.

    Raises:
        WrongUse: a column or a cell too many or too few; all of them are named with their lines.
    """
    problems = Problems(file)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if _holds_data(line)]
    if not lines:
        problems.add(0, "the header line is missing", f"write {','.join(columns)} as the first line")
        problems.raise_if_any()
    delimiter = ";" if ";" in lines[0][1] else ","
    cells = [(number, _cells(line, delimiter)) for number, line in lines]
    header_line, header = cells[0]
    for name in header:
        if name not in columns:
            problems.add_unknown(header_line, "column", name, columns)
    for name in columns:
        if name not in header:
            problems.add(header_line, f"the column {name!r} is missing", f"write {','.join(columns)} as the header")
        elif header.count(name) > 1:
            problems.add(header_line, f"the column {name!r} stands twice", "keep one of the two")
    problems.raise_if_any()
    for number, row in cells[1:]:
        if len(row) != len(header):
            problems.add(number, f"{len(row)} cells under {len(header)} columns", "quote a cell that holds a comma")
    problems.raise_if_any()
    return [CsvRow(number, dict(zip(header, row, strict=True))) for number, row in cells[1:]]


def read_rows(text: str, file: str, model: type[M], columns: Sequence[str]) -> dict[int, M]:
    """The rows of a text as models, by line, in their order.

    Raises:
        WrongUse: a wrong column or cell; all of them are named with their lines.
    """
    problems = Problems(file)
    rows: dict[int, M] = {}
    for row in read_csv(text, file, columns):
        try:
            rows[row.line] = model.model_validate(row.cells)
        except ValidationError as error:
            problems.add_invalid(error, _LocatedRow(file, row.line), model)
    problems.raise_if_any()
    return rows


def _holds_data(line: str) -> bool:
    return bool(line.strip(" ,;\t")) and not line.lstrip().startswith("#")


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=delimiter))]
