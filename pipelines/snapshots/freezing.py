"""Which rows of a build a month freezes, and the hash of them.

They follow from the time columns of a table: `grain` with `period_start`, `month`, or `cohort_month`; of a table that
says `snapshot: whole` all rows are frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

import duckdb

from pipelines.canonical import query_hash
from pipelines.failures import WrongUse
from pipelines.snapshots.due import month_after
from pipelines.snapshots.homes import frozen_tables, home_of
from pipelines.tables import Table

MONTHS_OF_COHORTS = 24


def freeze(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], month: date, snapshot_id: str) -> int:
    """Appends the rows of the month to their homes, and the tables that go with it; answers with the number of rows.

    The tables that go with every month do not count: they make no month.
    """
    rows = {table.name: _freeze(connection, table, month, snapshot_id) for table in frozen_tables(tables)}
    return sum(number for name, number in rows.items() if tables[name].words["snapshot"] == "month")


def content_hash(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], snapshot_id: str, database: str = ""
) -> str:
    """Sha256 over the canonical form of every row that a version froze, table by table, in this or another database."""
    digest = hashlib.sha256()
    for table in frozen_tables(tables):
        listed = ", ".join(f'"{column.name}"' for column in table.columns)
        query = f"select {listed} from {database and f'{database}.'}{home_of(table)} where snapshot_id = ?"
        digest.update(f"{table.name} {query_hash(connection, query, table.key, [snapshot_id])}\n".encode())
    return digest.hexdigest()


def _freeze(connection: duckdb.DuckDBPyConnection, table: Table, month: date, snapshot_id: str) -> int:
    """Appends the rows of the month; answers with their number."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    condition, parameters = _rows_of_month(table, month)
    ((rows,),) = connection.execute(
        f"""insert into {home_of(table)} (snapshot_id, {columns})
        select ?, {columns} from {table.name} where {condition} order by {", ".join(table.key)}""",
        [snapshot_id, *parameters],
    ).fetchall()
    return int(rows)


def _rows_of_month(table: Table, month: date) -> tuple[str, list[object]]:
    """Periods that end in the month, its days in total, its own rows, the cohorts of the 24 months before, or all."""
    if table.words["snapshot"] == "whole":
        return "true", []
    names = {column.name for column in table.columns}
    if {"grain", "period_start", "slice"} <= names:
        ended = [("month", month)]
        if month.month % 3 == 0:
            ended.append(("quarter", month.replace(month=month.month - 2)))
        if month.month == 12:
            ended.append(("year", month.replace(month=1)))
        periods = " or ".join("(grain = ? and period_start = ?)" for _ in ended)
        days = "(grain = 'day' and slice = 'total' and period_start >= ? and period_start < ?)"
        return f"{periods} or {days}", [*(part for pair in ended for part in pair), month, month_after(month)]
    if "month" in names:
        return "month = ?", [month]
    if "cohort_month" in names:
        months = month.year * 12 + month.month - 1 - MONTHS_OF_COHORTS
        return "cohort_month between ? and ?", [date(months // 12, months % 12 + 1, 1), month]
    raise WrongUse(table.name, "`snapshot: month` needs a column that says which month a row is of", "add one")
