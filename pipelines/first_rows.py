"""The first rows of a query as a table in the UI, and how many there are besides: what people act on, not all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dagster as dg
import duckdb

MOST_ROWS = 50


def first_rows(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, parameters: Sequence[object] = ()
) -> Mapping[str, dg.TableMetadataValue | dg.IntMetadataValue]:
    """The metadata `name`, and one with the number of rows that are left out; nothing where the query has no row."""
    found = connection.execute(query, parameters)
    columns = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    records = [
        dg.TableRecord({column: _cell(cell) for column, cell in zip(columns, row, strict=True)})
        for row in rows[:MOST_ROWS]
    ]
    schema = dg.TableSchema([dg.TableColumn(column) for column in columns])
    left = len(rows) - len(records)
    counted = {f"{name}, not shown": dg.MetadataValue.int(left)} if left else {}
    return {name: dg.MetadataValue.table(records, schema), **counted} if rows else {}


def _cell(cell: object) -> str | int | float | bool | None:
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)
