"""What leaves the warehouse: tables that say so, all snapshots, and the bookkeeping that concerns readers.

How it leaves is in `publishing`; nothing here knows a table by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from pipelines.failures import DataFailed
from pipelines.loads.schema import PUBLISHED_META
from pipelines.snapshots.homes import frozen_tables, home_of
from pipelines.tables import Table


@dataclass(frozen=True)
class PublishedTable:
    """One table as readers see it: column -> (type, comment); without a key its rows go by all columns."""

    name: str
    comment: str
    columns: Mapping[str, tuple[str, str]]
    key: tuple[str, ...]


def published_tables(
    connection: duckdb.DuckDBPyConnection, project_tables: Mapping[str, Table]
) -> tuple[PublishedTable, ...]:
    """What leaves the warehouse: tables that say so, all snapshots, and the bookkeeping that concerns readers.

    Raises:
        DataFailed: one of them is missing, or has a column that nobody described.
    """
    keys = {table.name: table.key for table in project_tables.values() if table.words.get("publish") == "yes"}
    snapshots = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() and schema_name = 'snapshots'"
    )
    frozen = {home_of(table): ("snapshot_id", *table.key) for table in frozen_tables(project_tables)}
    keys |= {name: frozen.get(name, ()) for name in (f"snapshots.{name}" for (name,) in snapshots.fetchall())}
    keys |= dict.fromkeys(PUBLISHED_META, ())
    return tuple(_described(connection, name, keys[name]) for name in sorted(keys))


def _described(connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]) -> PublishedTable:
    """A table with its types and comments, as the warehouse has them."""
    here = "database_name = current_database() and schema_name || '.' || table_name = ?"
    found = connection.execute(f"select comment from duckdb_tables() where {here}", [name]).fetchall()
    if not found:
        raise DataFailed(name, "it is to be published and the warehouse lacks it", "make it with `kpi nightly`")
    listed = connection.execute(
        f"select column_name, data_type, comment from duckdb_columns() where {here} order by column_index", [name]
    ).fetchall()
    kept = [row for row in listed if row[0] not in PUBLISHED_META.get(name, ())]
    table = PublishedTable(name, found[0][0], {column: (kind, comment) for column, kind, comment in kept}, key)
    undescribed = [column for column, (_, comment) in table.columns.items() if not comment]
    if undescribed or not table.comment:
        raise DataFailed(name, f"no comment on {', '.join(undescribed) or 'the table'}", "comment it where it is made")
    return table
