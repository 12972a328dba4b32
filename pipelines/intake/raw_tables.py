"""Raw tables before their first load, so that a source that was never read is an empty table and not a missing one."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipelines.ga4_answers import empty_answers
from pipelines.ga4_period_reading import no_periods
from pipelines.ga4_reports import REPORTS
from pipelines.inbox import KINDS, empty_arrivals
from pipelines.loads import Arrival, ensure_raw_table
from pipelines.mailchimp_objects import OBJECTS


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates every raw table and column that is missing; safe to call at every start."""
    found = connection.execute(
        """select schema_name || '.' || table_name, list(column_name) from duckdb_columns()
        where database_name = current_database() group by all"""
    ).fetchall()
    standing = {name: set(columns) for name, columns in found}
    for arrival in raw_tables():
        if not standing.get(arrival.table, set()).issuperset(arrival.rows.column_names):
            ensure_raw_table(connection, arrival)


def raw_tables() -> Iterator[Arrival]:
    """Every raw table as an arrival without a row."""
    for report in REPORTS:
        yield report.empty_arrival()
    yield no_periods()
    yield empty_answers()
    for wanted in OBJECTS:
        yield wanted.arrival([], {})
    for kind in KINDS.values():
        yield from empty_arrivals(kind)
