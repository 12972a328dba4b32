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
    """Creates every raw table and column that is missing; safe to call at every start.

    Raises:
        DataFailed: a column of an earlier release has another type.
    """
    found = connection.execute(
        """select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()
        where database_name = current_database()"""
    ).fetchall()
    standing = set(found)
    for arrival in raw_tables():
        declared = connection.from_arrow(arrival.rows)
        columns = zip(declared.columns, map(str, declared.types), strict=True)
        if not standing.issuperset((arrival.table, name, kind) for name, kind in columns):
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
