"""Reading tables that came with a later release: in a warehouse that lacks them they say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb


def rows_if_there(
    connection: duckdb.DuckDBPyConnection, table_name: str, query: str, parameters: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """The rows of a query on a table; none where the table is not there."""
    ((there,),) = connection.execute(
        """select count(*) from duckdb_tables()
        where database_name = current_database() and schema_name || '.' || table_name = ?""",
        [table_name],
    ).fetchall()
    return connection.execute(query, parameters).fetchall() if there else []
