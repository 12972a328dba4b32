"""The tables of a last build as the operational page reads them: 35 days of an invented company up to 5 November 2026.

Every day has 100 sessions and 200 euros of ad spend; a lead a day, and from 30 October on three.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
from nightly import shipped_project
from sample_snapshot import CHANNELS, Channel, sample_connection

from pipelines.loads import create_meta_tables

TODAY = date(2026, 11, 6)
YESTERDAY = TODAY - timedelta(days=1)
TABLES = (
    *("marts.kpi_value", "marts.kpi_target_status", "marts.target_step", "marts.refused_load", "marts.rejection"),
    *("reference.target",),
)


def morning_connection(channels: Sequence[Channel] = CHANNELS) -> duckdb.DuckDBPyConnection:
    """The closed months of the sample, of these channels, and beside them the tables of the last build."""
    connection = sample_connection(channels)
    create_meta_tables(connection)
    connection.execute("create schema if not exists marts")
    for name in TABLES:
        listed = ", ".join(f"{column.name} {column.type}" for column in shipped_project().tables[name].columns)
        connection.execute(f"create table {name} ({listed})")
    connection.execute(
        """insert into meta.build by name
        select 'night' as run_id, timestamp '2026-11-06 05:34:00' as built_at, date '2026-11-06' as business_date,
            false as is_demo, true as is_complete"""
    )
    for back in range(35):
        day = YESTERDAY - timedelta(days=back)
        put_day(connection, "sessions", day, 100)
        put_day(connection, "new_leads", day, 3 if day >= date(2026, 10, 30) else 1)
        put_day(connection, "ad_spend", day, 200, unit="EUR")
    put(connection, "new_leads", "month", date(2026, 11, 1), 15, status="provisional", reason="the period is not over")
    return connection


def put_day(connection: duckdb.DuckDBPyConnection, kpi_id: str, day: date, value: int, unit: str = "count") -> None:
    put(connection, kpi_id, "day", day, value, unit=unit)


def put(
    connection: duckdb.DuckDBPyConnection,
    kpi_id: str,
    grain: str,
    start: date,
    value: int,
    *,
    unit: str = "count",
    status: str = "final",
    reason: str | None = None,
) -> None:
    connection.execute(
        """insert into marts.kpi_value (kpi_id, grain, period_start, slice, member, numerator, value, unit, status,
            status_reason, trust, definition_version)
        values ($kpi, $grain, $start, 'total', '', $value, $value, $unit, $status, $reason, 'ok', 1)""",
        {
            "kpi": kpi_id,
            "grain": grain,
            "start": start,
            "value": value,
            "unit": unit,
            "status": status,
            "reason": reason,
        },
    )
