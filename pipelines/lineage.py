"""Which columns of which tables each column of a table is made of, read from the query by sqlglot."""

from __future__ import annotations

import json
from collections.abc import Mapping

import dagster as dg
import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from pipelines.tables import Table

# A query as long as the roll-up of all parts takes longer to trace than to run, and its lineage is every measure.
LONGEST_TRACED_QUERY = 20_000


def column_lineage(
    connection: duckdb.DuckDBPyConnection, table: Table, tables: Mapping[str, Table]
) -> dg.TableColumnLineage:
    """The columns that each column depends on; traced once per query, then remembered in the warehouse."""
    known = connection.execute("select lineage from meta.column_lineage where version = ?", [table.version]).fetchall()
    if known:
        traced: dict[str, list[list[str]]] = json.loads(known[0][0])
    else:
        traced = _trace(table, tables)
        connection.execute("insert into meta.column_lineage values (?, ?)", [table.version, json.dumps(traced)])
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(asset_key=dg.AssetKey(name.split(".")), column_name=source) for name, source in found
            ]
            for column, found in traced.items()
        }
    )


def _trace(table: Table, tables: Mapping[str, Table]) -> dict[str, list[list[str]]]:
    if not table.dependencies or len(table.query) > LONGEST_TRACED_QUERY:
        return {}
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name in table.dependencies:
        if name in tables:
            folder, _, bare = name.partition(".")
            schema.setdefault(folder, {})[bare] = {column.name: column.type for column in tables[name].columns}
    try:
        # all columns at once, so that what they share is traced once
        roots = lineage(None, table.query, schema=schema, dialect="duckdb", trim_selects=False)
    except SqlglotError:
        return {}
    found = {column.name: _sources(roots[column.name]) for column in table.columns if column.name in roots}
    return {column: sources for column, sources in found.items() if sources}


def _sources(root: Node) -> list[list[str]]:
    """Table and column of every leaf that is a stored table."""
    found = set()
    for node in root.walk():
        if not node.downstream and isinstance(node.expression, exp.Table) and node.expression.db:
            found.add((f"{node.expression.db}.{node.expression.name}", node.name.rpartition(".")[2].strip('"')))
    return [list(pair) for pair in sorted(found)]
