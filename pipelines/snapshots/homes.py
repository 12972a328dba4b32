"""The tables that closed months live in: those of their own, and one for every table that a month freezes."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from pipelines.loads.schema import ensure_tables
from pipelines.tables import Table

# table -> (comment, ((column, type, comment), ...))
OWN_TABLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "snapshots.snapshot": (
        "Every version of every closed month, and what it was made from.",
        (
            ("snapshot_id", "varchar", "month and version"),
            ("month", "date", "first day of the month"),
            ("version", "integer", "number of the version, from 1"),
            ("cut", "varchar", "object -> last load that counted, as JSON"),
            ("created_at", "timestamp", "wall time of the freezing, UTC"),
            ("definitions_hash", "varchar", "sha256 over the KPI catalogue"),
            ("config_hash", "varchar", "sha256 over the other configuration"),
            ("models_hash", "varchar", "sha256 over the table texts and macros"),
            ("content_sha256", "varchar", "sha256 over the canonical form of all frozen rows"),
            ("note", "varchar", "why it was frozen: the close day, backfilled, or by hand"),
            ("business_date", "date", "business date of the build that was frozen"),
            ("run_id", "varchar", "the run that froze it"),
            ("duckdb_version", "varchar", "the engine that built it"),
            ("link", "integer", "place in the chain of all versions of all months, from 1"),
            ("chain_sha256", "varchar", "sha256 over the link before and everything this row says"),
            ("besides_sha256", "varchar", "sha256 over the checks and restatements that were kept with it"),
        ),
    ),
    "snapshots.approval": (
        "Who approved which version; rows are only ever added.",
        (
            ("snapshot_id", "varchar", "month and version"),
            ("content_sha256", "varchar", "sha256 over the frozen rows of the version, as it was approved"),
            ("approved_by", "varchar", "who approved it, as the person wrote it"),
            ("approved_at", "timestamp", "when, UTC"),
            ("note", "varchar", "what the person noted"),
            ("link", "integer", "place in the chain of all approvals, from 1"),
            ("chain_sha256", "varchar", "sha256 over the link before and everything this row says"),
        ),
    ),
    "snapshots.restatement": (
        "Why a month differs between two of its versions: an amount for every cause; rows are only ever added.",
        (
            ("snapshot_id", "varchar", "month and version of the newer one"),
            ("month", "date", "first day of the month"),
            ("from_version", "integer", "the older version"),
            ("to_version", "integer", "the newer version"),
            ("kpi_id", "varchar", "id of the KPI"),
            ("slice", "varchar", "what the members divide: total, channel, device, campaign and so on"),
            ("member", "varchar", "value of the slice; empty for total"),
            (
                "cause",
                "varchar",
                "exchange_rate, merge, refund, late_data, source_correction, attribution, cost_allocation, "
                "configuration or definition",
            ),
            ("part", "varchar", "numerator, denominator or value"),
            ("amount", "decimal(38, 12)", "what the cause adds to the part; all causes sum to the difference"),
        ),
    ),
    "snapshots.check_result": (
        "The checks of the build that was frozen.",
        (
            ("snapshot_id", "varchar", "month and version"),
            ("table_name", "varchar", "the table that was checked"),
            ("check_name", "varchar", "what must hold"),
            ("severity", "varchar", "blocking, error or warning"),
            ("passed", "boolean", "whether it held"),
            ("figure", "bigint", "number of rows that broke it"),
        ),
    ),
}


def create_snapshot_tables(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> None:
    """Creates what is missing and adds columns that are new; what is frozen stays as it is."""
    frozen = {
        home_of(table): (
            f"{table.description} As frozen at the month's close.",
            [
                ("snapshot_id", "varchar", "month and version"),
                *((column.name, column.type, column.comment) for column in table.columns),
            ],
        )
        for table in frozen_tables(tables)
    }
    ensure_tables(connection, {**OWN_TABLES, **frozen})


def has_snapshot_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the tables of closed months are there yet."""
    ((there,),) = connection.execute(
        """select count(*) from duckdb_tables()
        where database_name = current_database() and schema_name = 'snapshots' and table_name = 'snapshot'"""
    ).fetchall()
    return bool(there)


def frozen_tables(tables: Mapping[str, Table]) -> list[Table]:
    """The tables whose header says that a month freezes them: its own rows, or all as they stand then."""
    return [table for _, table in sorted(tables.items()) if table.words.get("snapshot") in ("month", "whole")]


def home_of(table: Table) -> str:
    """The snapshot table of a table that a month freezes."""
    return f"snapshots.{table.name.partition('.')[2]}"
