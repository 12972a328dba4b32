"""Freezing one month: its rows, the checks of the build they come from, and the hash of it all.

Which rows belong to a month follows from the time columns of a table: `grain` with `period_start`, `month`, or
`cohort_month`; of a table that says `snapshot: whole` all rows are frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from pipelines.canonical import query_hash
from pipelines.engines.duckdb import all_or_nothing
from pipelines.failures import DataFailed, WrongUse
from pipelines.snapshots.due import Due, month_after
from pipelines.snapshots.homes import create_snapshot_tables, frozen_tables, home_of
from pipelines.tables import Table

MONTHS_OF_COHORTS = 24


@dataclass(frozen=True)
class Frozen:
    """One version that was added."""

    snapshot_id: str
    month: date
    version: int
    rows: int
    content_sha256: str


def close_month(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], due: Due, *, run_id: str) -> Frozen:
    """Freezes the next version of a month from the present build.

    Raises:
        WrongUse: the month is not over, or the build is older than the newest version of the month.
        DataFailed: the build is not complete, or says nothing of the month.
    """
    create_snapshot_tables(connection, tables)
    build = _complete_build(connection)
    _refuse_too_early(connection, due.month, build["business_date"])
    ((version,),) = connection.execute(
        "select coalesce(max(version), 0) + 1 from snapshots.snapshot where month = ?", [due.month]
    ).fetchall()
    snapshot_id = f"{due.month:%Y-%m}-v{version}"
    with all_or_nothing(connection):
        rows = sum(_freeze(connection, table, due.month, snapshot_id) for table in frozen_tables(tables))
        if not rows:
            raise DataFailed(f"{due.month:%Y-%m}", "the build holds no row of this month", "load its data first")
        content = content_hash(connection, tables, snapshot_id)
        connection.execute(
            """insert into snapshots.check_result by name
            select ? as snapshot_id, table_name, check_name, severity, passed, figure from meta.check_result""",
            [snapshot_id],
        )
        row = {
            **build, "snapshot_id": snapshot_id, "month": due.month, "version": version, "content_sha256": content,
            "note": due.note, "created_at": datetime.now(UTC).replace(tzinfo=None), "run_id": run_id,
        }  # fmt: skip
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        connection.execute(f"insert into snapshots.snapshot ({names}) values ({marks})", list(row.values()))
    return Frozen(snapshot_id, due.month, version, rows, content)


def content_hash(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], snapshot_id: str) -> str:
    """Sha256 over the canonical form of every row that a version froze, table by table."""
    digest = hashlib.sha256()
    for table in frozen_tables(tables):
        listed = ", ".join(f'"{column.name}"' for column in table.columns)
        query = f"select {listed} from {home_of(table)} where snapshot_id = ?"
        digest.update(f"{table.name} {query_hash(connection, query, table.key, [snapshot_id])}\n".encode())
    return digest.hexdigest()


def _complete_build(connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    found = connection.execute(
        """select is_complete, cut, business_date, definitions_hash, config_hash, models_hash from meta.build"""
    ).fetchall()
    if len(found) != 1 or found[0][0] is not True:
        raise DataFailed("month close", "the last build is not complete", "run `kpi nightly` until it ends well")
    names = ("cut", "business_date", "definitions_hash", "config_hash", "models_hash")
    return dict(zip(names, found[0][1:], strict=True))


def _refuse_too_early(connection: duckdb.DuckDBPyConnection, month: date, business_date: object) -> None:
    if not isinstance(business_date, date) or month_after(month) > business_date:
        remedy = f"close it from {month_after(month)} on, after a nightly run"
        raise WrongUse(f"month {month:%Y-%m}", f"it is not over on {business_date}, the day of the build", remedy)
    ((newest,),) = connection.execute(
        "select max(business_date) from snapshots.snapshot where month = ?", [month]
    ).fetchall()
    if newest is not None and newest > business_date:
        why = f"its newest version is of {newest}, and the build is of {business_date}"
        raise WrongUse(f"month {month:%Y-%m}", why, "set the clock right, or remove KPI_TODAY, and run `kpi nightly`")


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
