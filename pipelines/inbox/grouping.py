"""Lines of a file that are one row together: the lines of an order, the devices of a campaign's day.

Works on canonical text, before anything is typed. A row of which one line cannot be taken is not taken at all: without
that line its sum would be too low.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.forms import Group
from pipelines.inbox.shapes import Kind
from pipelines.inbox.text_columns import plain
from pipelines.inbox.text_tables import BrokenLine, TextTable

SUM = pa.decimal128(38, 12)
SUMMABLE = r"^[+-]?[0-9]{1,18}(\.[0-9]{1,12})?$"
PLACE = "(place)"


def grouped(table: TextTable, kind: Kind, group: Group) -> TextTable:
    """One row per key of the kind; its line is the first of its lines, the others are `merged`.

    A line that cannot be summed stays a row, and is rejected with what it says; the other lines of its row are broken.
    """
    table = replace(table, columns={name: plain(cells) for name, cells in table.columns.items()})
    keys = [column for column in kind.key if column in table.columns]
    cells = pa.table({**table.columns, PLACE: pa.array(range(len(table.lines)), pa.int64())})
    for place, key in enumerate(cells.column_names):
        if key in keys and key in kind.required:
            cells = cells.filter(pc.is_valid(cells[key]))
        elif key in keys:
            # an optional key column that is empty counts as the empty text
            cells = cells.set_column(place, key, pc.fill_null(cells[key], ""))
    summed = [column for column in group.summed if column in table.columns]
    alike = [column for column in table.columns if column not in {*keys, *summed, *group.first}]
    places = _lines_by_row(cells, keys)
    if all(len(of_row) == 1 for of_row in places):
        return table
    apart, broken, together = _told_apart(table, places, summed, alike, kind.required)
    counted = _without_repeated(table, together) if group.identical_once else together
    identical = sum(map(len, together)) - sum(map(len, counted))
    rows = _one_row_each(table, counted, together, apart, broken, summed)
    lines = {"merged_lines": sum(map(len, rows.merged.values())), "identical_lines": identical}
    return replace(rows, flags={**rows.flags, **{name: count for name, count in lines.items() if count}})


def _lines_by_row(cells: pa.Table, keys: Sequence[str]) -> list[list[int]]:
    """The places of the lines of each row, in the order of the file."""
    listed = cells.group_by(keys, use_threads=False).aggregate([(PLACE, "list")])
    return sorted(sorted(of_row) for of_row in listed[f"{PLACE}_list"].to_pylist())


def _told_apart(
    table: TextTable, rows: Sequence[list[int]], summed: Sequence[str], alike: Sequence[str], required: Sequence[str]
) -> tuple[list[int], list[BrokenLine], list[list[int]]]:
    """Places that stand for themselves to be rejected, lines that are broken with them, and the rows that are whole."""
    unsummable = {place for column in summed for place in _unsummable(table.columns[column], column in required)}
    said = {column: table.columns[column].to_pylist() for column in alike}
    lines = table.lines.to_pylist()
    apart, broken, whole = [], [], []
    for of_row in rows:
        spoiled = [place for place in of_row if place in unsummable]
        differing = next((one for one in alike if len({said[one][place] for place in of_row} - {None}) > 1), None)
        if spoiled:
            apart += spoiled
            why = f"the same row goes on in line {lines[spoiled[0]]}, which cannot be taken"
            remedy = "correct the other line: a row is taken with all its lines, or not at all"
            broken += [BrokenLine(lines[place], why, remedy) for place in of_row if place not in unsummable]
        elif differing:
            why = f"lines of the same row differ in {differing}"
            remedy = "correct the lines, or name the column under group in the dialect"
            broken += [BrokenLine(lines[place], why, remedy) for place in of_row]
        else:
            whole.append(of_row)
    without_key = set(range(len(table.lines))) - set(chain.from_iterable(rows))
    return sorted({*apart, *without_key}), broken, whole


def _unsummable(cells: pa.Array, is_required: bool) -> list[int]:
    is_summable = pc.fill_null(pc.match_substring_regex(cells, SUMMABLE), not is_required)
    found: list[int] = pc.indices_nonzero(pc.invert(is_summable)).to_pylist()
    return found


def _without_repeated(table: TextTable, rows: Sequence[list[int]]) -> list[list[int]]:
    """The lines of each row without those that say exactly what an earlier one of it said."""
    lines = table.lines.to_pylist()
    told = table.wholes.of(frozenset(lines[place] for places in rows if len(places) > 1 for place in places))
    first = ({told.get(lines[place], place): place for place in reversed(places)} for places in rows)
    return [sorted(of_row.values()) for of_row in first]


def _one_row_each(
    table: TextTable,
    counted: Sequence[list[int]],
    together: Sequence[list[int]],
    apart: Sequence[int],
    broken: list[BrokenLine],
    summed: Sequence[str],
) -> TextTable:
    first = [of_row[0] for of_row in together]
    order = pa.array([*first, *apart], pa.int64())
    columns = {}
    for column, cells in table.columns.items():
        if column in summed:
            sums = _sums(cells, counted)
            columns[column] = pa.concat_arrays([sums, cells.take(pa.array(apart, pa.int64()))])
        else:
            columns[column] = _first_said(cells, together, apart)
    lines = table.lines.to_pylist()
    merged = {lines[of_row[0]]: tuple(lines[place] for place in of_row[1:]) for of_row in together if of_row[1:]}
    return replace(
        table,
        columns=columns,
        lines=table.lines.take(order),
        broken=[*table.broken, *broken],
        merged=merged,
    )


def _sums(cells: pa.Array, rows: Sequence[list[int]]) -> pa.Array:
    """The sum of each row as text; NULL where all of its lines are."""
    numbers = pc.cast(cells.take(pa.array(list(chain.from_iterable(rows)), pa.int64())), SUM)
    of_row = pa.array([number for number, places in enumerate(rows) for _ in places], pa.int64())
    sums = pa.table({"row": of_row, "cell": numbers}).group_by("row", use_threads=False).aggregate([("cell", "sum")])
    in_order = sums.sort_by("row")["cell_sum"].to_pylist()
    return pa.array([None if one is None else f"{one:f}".rstrip("0").rstrip(".") for one in in_order], pa.string())


def _first_said(cells: pa.Array, rows: Sequence[list[int]], apart: Sequence[int]) -> pa.Array:
    """What the first line of each row that says something says."""
    said = cells.to_pylist()
    of_rows = [next((said[place] for place in places if said[place] is not None), None) for places in rows]
    return pa.array([*of_rows, *(said[place] for place in apart)], pa.string())
