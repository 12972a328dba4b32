"""The first rows of a query as a table in the UI, and how many there are besides: what a user acts on, not all there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dagster as dg
import duckdb

MOST_ROWS = 50


def first_rows(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, parameters: Sequence[object] = ()
) -> Mapping[str, dg.MetadataValue[object]]:
    """The metadata `name`, and one with the number of rows that are left out; nothing where the query has no row."""
    ((count,),) = connection.execute(f"select count(*) from ({query}) as counted", parameters).fetchall()
    if not count:
        return {}
    found = connection.execute(f"{query} limit {MOST_ROWS}", parameters)
    columns = [column[0] for column in found.description or ()]
    records = [
        dg.TableRecord({column: _cell(cell) for column, cell in zip(columns, row, strict=True)})
        for row in found.fetchall()
    ]
    schema = dg.TableSchema([dg.TableColumn(column) for column in columns])
    left = {f"{name}, not shown": dg.MetadataValue.int(count - MOST_ROWS)} if count > MOST_ROWS else {}
    return {name: dg.MetadataValue.table(records, schema), **left}


def _cell(cell: object) -> str | int | float | bool | None:
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)
