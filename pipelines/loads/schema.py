"""The bookkeeping tables of the warehouse. Columns are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from pipelines.engines.duckdb import quoted
from pipelines.loads.erasure_tables import ERASURE_TABLES
from pipelines.loads.load_tables import LOAD_TABLES
from pipelines.loads.run_tables import RUN_TABLES

# what a table holds -> (column, type, what it holds)
Described = tuple[str, Sequence[tuple[str, str, str]]]

META_TABLES: dict[str, Described] = {**LOAD_TABLES, **ERASURE_TABLES, **RUN_TABLES}

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
    ensure_tables(connection, META_TABLES)
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


def ensure_tables(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Described]) -> None:
    """Creates the tables and columns that are missing, and comments what is not commented like this yet."""
    standing = _comments(connection)
    for schema in sorted({name.partition(".")[0] for name in tables}):
        connection.execute(f"create schema if not exists {schema}")
    for name, (comment, columns) in tables.items():
        if (name, "") not in standing:
            connection.execute(f"create table {name} ({_listed(columns)})")
        else:
            for column, kind, _ in columns:
                if (name, column) not in standing:
                    connection.execute(f'alter table {name} add column "{column}" {kind}')
        if standing.get((name, "")) != comment:
            connection.execute(f"comment on table {name} is {quoted(comment)}")
        for column, _, text in columns:
            if standing.get((name, column)) != text:
                connection.execute(f'comment on column {name}."{column}" is {quoted(text)}')


def _comments(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str | None]:
    """What each table and column is commented with, by table and column; the column of a table itself is empty."""
    found = connection.execute(
        """select schema_name || '.' || table_name as name, '' as column_name, comment from duckdb_tables()
        where database_name = current_database()
        union all
        select schema_name || '.' || table_name, column_name, comment from duckdb_columns()
        where database_name = current_database() and not internal"""
    ).fetchall()
    return {(name, column): comment for name, column, comment in found}


def _listed(columns: Sequence[tuple[str, str, str]]) -> str:
    return ", ".join(f'"{column}" {kind}' for column, kind, _ in columns)
