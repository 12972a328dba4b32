"""From text to typed rows: every cell by its column's type, every row by the kind's rules, every key once.

A row that cannot be taken is a finding with line, column, reason and remedy; nothing is dropped without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines import privacy
from pipelines.inbox.cells import CellType, ReadingRules, Wrong
from pipelines.inbox.erased import NOBODY, Erased
from pipelines.inbox.number_cells import looks_like_a_number
from pipelines.inbox.repeated_keys import rows_with_a_later_one
from pipelines.inbox.shapes import Column, Kind
from pipelines.inbox.spreadsheet_errors import refuse_spreadsheet_error
from pipelines.inbox.text_columns import is_shared
from pipelines.inbox.text_tables import BrokenLine, TextTable

LONGEST_CELL = 10_000
LONGEST_KEPT_VALUE = 200


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not taken; the fields are the columns of meta.rejected_row, `value` is never published."""

    path: str
    kind: str
    content_hash: str
    line: int
    column_name: str
    value: str | None
    reason: str
    remedy: str
    value_kind: str
    value_length: int
    is_of_erased: bool = False


@dataclass(frozen=True)
class Finding:
    """Why a row is not taken: the first column that is wrong, and whether what it says may be kept."""

    column: str
    reason: str
    remedy: str
    keeps_value: bool = True


@dataclass(frozen=True)
class TypedRows:
    """The rows that were taken and the refused ones, with every column of the kind; why; how many were said twice."""

    rows: pa.Table
    refused: pa.Table
    findings: dict[int, Finding]
    rows_repeated: int


def typed_rows(text: TextTable, kind: Kind, rules: ReadingRules, erased: Erased = NOBODY) -> TypedRows:
    """The rows of a text table as the kind types them; findings are by row number in the text table."""
    findings: dict[int, Finding] = {}
    columns = {column.name: _typed(text, column, rules, findings) for column in kind.columns}
    table = _keys_filled(kind.complete(pa.table(columns)), kind)
    for rule in kind.rules:
        broken = pc.indices_nonzero(pc.fill_null(rule.broken(table), False))
        for row in broken.to_pylist():
            findings.setdefault(row, Finding(rule.column, rule.reason, rule.remedy))
    # whatever else is wrong with such a row, what it says is not kept
    for row, column in erased.named_in(table, kind, rules.pepper).items():
        findings[row] = _names_an_erased_person(column)
    repeated = _find_repeated_keys(table, text, kind, findings)
    refused = table.take(pa.array(sorted(findings), pa.int64()))
    return TypedRows(_but(table, repeated | findings.keys()), refused, findings, len(repeated))


def _but(table: pa.Table, left_out: Set[int]) -> pa.Table:
    """The rows of a table except these."""
    if not left_out:
        return table
    is_kept = np.ones(len(table), np.bool_)
    is_kept[list(left_out)] = False
    return table.filter(pa.array(is_kept))


def rejected_rows(text: TextTable, findings: dict[int, Finding], path: str, content_hash: str) -> list[RejectedRow]:
    """The rows that were not taken, in the order of the file; kept values are masked and printable."""
    rejected = [
        RejectedRow(path, text.form.kind, content_hash, one.line, "", None, one.reason, one.remedy, "line", 0)
        for one in (*text.broken, *_rest_of_rows(text, findings))
    ]
    for row, finding in findings.items():
        cells = text.columns.get(finding.column)
        value = None if cells is None else cells[row].as_py()
        rejected.append(
            RejectedRow(
                path, text.form.kind, content_hash, text.lines[row].as_py(), finding.column,
                _kept(value) if finding.keeps_value else None, finding.reason, finding.remedy, _kind_of(value),
                len(value or ""), is_of_erased=not finding.keeps_value,
            )
        )  # fmt: skip
    return sorted(rejected, key=lambda one: (one.line, one.column_name))


def _rest_of_rows(text: TextTable, findings: Iterable[int]) -> Iterator[BrokenLine]:
    """The further lines of rows that were not taken."""
    if not text.merged:
        return
    for row in findings:
        first = text.lines[row].as_py()
        for line in text.merged.get(first, ()):
            yield BrokenLine(line, f"its row begins in line {first}, which cannot be taken", "correct that line")


def _typed(text: TextTable, column: Column, rules: ReadingRules, findings: dict[int, Finding]) -> pa.Array:
    """One column as values; a column that the file lacks is NULL throughout."""
    cells = text.columns.get(column.name)
    if cells is None:
        return pa.nulls(len(text.lines), column.type.arrow)
    if column.required and not column.may_be_empty and cells.null_count:
        for row in pc.indices_nonzero(pc.is_null(cells)).to_pylist():
            findings.setdefault(row, Finding(column.name, "it is empty", "every row needs it"))
    if column.type.at_once is None:
        cells = cells.dictionary_encode()
    values, wrong = _parsed(cells.dictionary if is_shared(cells) else cells, column.type, rules)
    if is_shared(cells):
        values, wrong = values.take(cells.indices), _by_row(wrong, cells.indices)
    for row, cause in wrong.items():
        findings.setdefault(row, Finding(column.name, cause.reason, cause.remedy))
    return values


def _parsed(texts: pa.Array, of: CellType, rules: ReadingRules) -> tuple[pa.Array, dict[int, Wrong]]:
    """The values of some texts of a column, and what is wrong with which of them: all at once where that is sure."""
    values = of.at_once(texts) if of.at_once else pa.nulls(len(texts), of.arrow)
    is_open = pc.and_(pc.is_valid(texts), pc.is_null(values))
    places = pc.indices_nonzero(is_open)
    wrong: dict[int, Wrong] = {}
    if len(places):
        encoded = texts.take(places).dictionary_encode()
        one_by_one, wrong = _parsed_one_by_one(encoded.dictionary.to_pylist(), of, rules)
        values = pc.replace_with_mask(values, is_open, one_by_one.take(encoded.indices))
        wrong = {places[at].as_py(): cause for at, cause in _by_row(wrong, encoded.indices).items()}
    return (of.afterwards(values) if of.afterwards else values), wrong


def _by_row(wrong: dict[int, Wrong], place_of_row: pa.Array) -> dict[int, Wrong]:
    """What is wrong with texts of a dictionary, told of the rows that say them."""
    if not wrong:
        return {}
    is_wrong = pc.is_in(place_of_row, value_set=pa.array(list(wrong), place_of_row.type))
    rows, places = pc.indices_nonzero(is_wrong), place_of_row.filter(is_wrong)
    return {row: wrong[place] for row, place in zip(rows.to_pylist(), places.to_pylist(), strict=True)}


def _parsed_one_by_one(distinct: list[str], of: CellType, rules: ReadingRules) -> tuple[pa.Array, dict[int, Wrong]]:
    """The values of distinct texts of a column, and what is wrong with which of them."""
    unclear = of.unclear(distinct)
    values: list[object] = []
    wrong: dict[int, Wrong] = {}
    for place, cell in enumerate(distinct):
        try:
            if len(cell) > LONGEST_CELL:
                raise Wrong(
                    f"more than {LONGEST_CELL} characters", "shorten it, or look for a quote that is not closed"
                )
            refuse_spreadsheet_error(cell)
            if cell in unclear:
                raise Wrong(
                    "a dot that may separate thousands or decimals",
                    "write every number of the column as 1234.56: a dot before the decimals, nothing else",
                )
            values.append(of.parse(cell, rules))
        except Wrong as cause:
            values.append(None)
            wrong[place] = cause
    return pa.array(values, of.arrow), wrong


def _keys_filled(table: pa.Table, kind: Kind) -> pa.Table:
    """An optional key column that is empty counts as the empty text."""
    for column in kind.columns:
        may_be_empty = column.may_be_empty or not column.required
        if column.name in kind.key and may_be_empty and pa.types.is_string(column.type.arrow):
            place = table.column_names.index(column.name)
            table = table.set_column(place, column.name, pc.fill_null(table[column.name], ""))
    return table


def _find_repeated_keys(table: pa.Table, text: TextTable, kind: Kind, findings: dict[int, Finding]) -> set[int]:
    """Of rows with the same key the last one counts. Returns the earlier ones that say exactly the same.

    The others become findings. Rows are the same when every cell of their lines is, also in columns that are not read:
    two lines that differ only there may well be two amounts. Where all columns are key, nothing else can differ.
    """
    later = rows_with_a_later_one(table, kind.key, findings)
    if not later:
        return set()
    lines = {row: text.lines[row].as_py() for row in {*later, *later.values()}}
    only_key = len(kind.key) == len(kind.columns)
    wholes = {} if only_key else text.wholes.of(frozenset(lines.values()))
    repeated: set[int] = set()
    for row, last in later.items():
        if only_key or wholes[lines[row]] == wholes[lines[last]]:
            repeated.add(row)
        else:
            why = f"same key again in line {lines[last]}"
            if text.form.notation is None:
                findings[row] = Finding(kind.key[0], why, "keep one row per key; the last one counts")
                continue
            # a vendor's file that says a key twice divides it by what nobody reads: no part of it is the whole
            remedy = "export it without the column that divides the row"
            findings[row] = Finding(kind.key[0], why, remedy)
            findings[last] = Finding(kind.key[0], f"same key before in line {lines[row]}", remedy)
    return repeated


def _names_an_erased_person(column: Column) -> Finding:
    """A row of the person, or one that only names the person; either way what is stored of it stays as it is."""
    if column.required:
        return Finding(column.name, "the person was erased", "take the person out of the export", keeps_value=False)
    remedy = "take the row out of the export, or leave the cell empty in a row that is new"
    return Finding(column.name, "it names a person who was erased", remedy, keeps_value=False)


def _kept(value: str | None) -> str | None:
    if value is None:
        return None
    # the beginning is looked at as a whole, so that no part of an address is left at its end
    return privacy.printable(privacy.masked_text(value[:LONGEST_CELL]))[:LONGEST_KEPT_VALUE]


def _kind_of(cell: str | None) -> str:
    """What a rejected cell looks like: empty, number, date or text; the one thing published about it."""
    if not cell:
        return "empty"
    if looks_like_a_number(cell):
        return "number"
    return "date" if re.match(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}", cell) else "text"
