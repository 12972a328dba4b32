"""A mart of few rows to publish: three months of every KPI, in total and of two channels, and what dashboards need."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
from nightly import shipped_project

from pipelines.engines.duckdb import quoted
from pipelines.loads import create_meta_tables
from pipelines.publishing import Publication, publish
from pipelines.tables import Table

MONTHS = (date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1))
MEMBERS = (("total", ""), ("channel", "Email"), ("channel", "Paid Search"))
SHOWN = ("marts.kpi_value", "marts.funnel_period", "marts.email_campaign", "marts.kpi_target_status")


def small_tables() -> dict[str, Table]:
    return {name: shipped_project().tables[name] for name in SHOWN}


def small_warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": "1"})
    create_meta_tables(connection)
    connection.execute("create schema marts")
    for table in small_tables().values():
        listed = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"create table {table.name} ({listed})")
        connection.execute(f"comment on table {table.name} is {quoted(table.description)}")
        for column in table.columns:
            connection.execute(f"comment on column {table.name}.{column.name} is {quoted(column.comment)}")
    _fill(connection)
    return connection


def publish_night(connection: duckdb.DuckDBPyConnection, published: Path, night: int) -> Publication:
    """The mart of a night: its number is the leads of every month, in total, and the seconds at which it was built."""
    connection.execute("delete from meta.build")
    connection.execute(
        """insert into meta.build (run_id, built_at, business_date, is_demo, is_complete)
        values (?, timestamp '2026-09-08 05:30:00' + ? * interval 1 second, date '2026-09-08', true, true)""",
        [f"night {night}", night],
    )
    connection.execute(
        "update marts.kpi_value set numerator = $1, value = $1 where kpi_id = 'new_leads' and slice = 'total'", [night]
    )
    return publish(connection, small_tables(), published_dir=published, run_id=f"{night:08d}")


def _fill(connection: duckdb.DuckDBPyConnection) -> None:
    rows = []
    for place, kpi in enumerate(shipped_project().config.kpis, 1):
        below = 7 if kpi.additivity == "ratio" else None
        value = place if below is None else place / below
        for month, (slice_, member) in ((month, one) for month in MONTHS for one in MEMBERS):
            rows.append((kpi.id, month, slice_, member, place, below, value, kpi.unit))
    columns = ("kpi_id", "period_start", "slice", "member", "numerator", "denominator", "value", "unit")
    connection.register("few_rows", pd.DataFrame(rows, columns=columns))
    connection.execute(
        """insert into marts.kpi_value by name
        select *, 'month' as grain, 'final' as status, 'ok' as trust, 1 as definition_version from few_rows"""
    )
    connection.unregister("few_rows")
    for month in MONTHS:
        connection.execute("insert into marts.funnel_period values (?, 'total', '', 'lead', 1, 40, null)", [month])
        connection.execute("insert into marts.funnel_period values (?, 'total', '', 'mql', 2, 16, 0.4)", [month])
    connection.execute(
        """insert into marts.email_campaign (tool, campaign_id, type, title, send_day, list_id, emails_sent, delivered)
        values ('mailchimp', 'c1', 'regular', 'Summer', date '2026-07-02', 'list', 100, 97)"""
    )
    connection.execute(
        """insert into marts.kpi_target_status (target_id, kpi_id, grain, period_start, slice, member, as_of, version,
            target_period, target_value, expected_by_now, actual, pace, status)
        values ('leads', 'new_leads', 'month', date '2026-08-01', 'total', '', date '2026-08-31', 1, 'month', 60, 50,
            55, 1.1, 'on_track')"""
    )
