"""The bookkeeping tables of the warehouse. Columns are only ever added."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.engines.duckdb import quoted
from pipelines.loads.erasure_tables import ERASURE_TABLES
from pipelines.loads.load_tables import LOAD_TABLES
from pipelines.loads.run_tables import RUN_TABLES

META_TABLES = {**LOAD_TABLES, **ERASURE_TABLES, **RUN_TABLES}

# bookkeeping that readers of the published mart see -> the columns that never leave the warehouse
PUBLISHED_META: dict[str, frozenset[str]] = {
    "meta.load": frozenset({"judged_by", "columns"}),
    "meta.load_part": frozenset({"checksum"}),
    "meta.file": frozenset({"dialects_hash"}),
    "meta.rejected_row": frozenset({"value"}),
    "meta.file_total": frozenset(),
    "meta.check_result": frozenset(),
    "meta.build": frozenset(),
}


def create_meta_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates what is missing, adds columns that are new, and comments all; safe to call at every start."""
    for name, (comment, columns) in META_TABLES.items():
        connection.execute(f"create schema if not exists {name.partition('.')[0]}")
        ensure_table(connection, name, comment, columns)
    _name_loads_of_rejected_rows(connection)


def _name_loads_of_rejected_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Those of an earlier release say no load: they belong to the first that read the content under this name."""
    connection.execute(
        """update meta.rejected_row set load_id = f.load_id
        from (select path, content_hash, min(load_id) as load_id from meta.file group by path, content_hash) as f
        where rejected_row.load_id is null and f.path = rejected_row.path
            and f.content_hash = rejected_row.content_hash"""
    )


def create_bare_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The same tables in a database that is thrown away: nobody reads their comments there."""
    schemas = {name.partition(".")[0] for name in META_TABLES}
    statements = [f"create schema if not exists {schema}" for schema in sorted(schemas)]
    statements += [f"create table {name} ({_listed(columns)})" for name, (_, columns) in META_TABLES.items()]
    connection.execute(";\n".join(statements))


def ensure_table(
    connection: duckdb.DuckDBPyConnection, name: str, comment: str, columns: Sequence[tuple[str, str, str]]
) -> None:
    """Creates a table of (column, type, comment), or adds the columns it lacks; comments all."""
    connection.execute(f"create table if not exists {name} ({_listed(columns)})")
    for column, kind, _ in columns:
        connection.execute(f'alter table {name} add column if not exists "{column}" {kind}')
    connection.execute(f"comment on table {name} is {quoted(comment)}")
    for column, _, text in columns:
        connection.execute(f'comment on column {name}."{column}" is {quoted(text)}')


def _listed(columns: Sequence[tuple[str, str, str]]) -> str:
    return ", ".join(f'"{column}" {kind}' for column, kind, _ in columns)
