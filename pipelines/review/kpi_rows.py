"""Rows of a table of KPI values, frozen or of the last build, as plain data."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from pipelines.review.month import KpiValue

COLUMNS = """kpi_id, numerator, denominator, value, unit, ci_low, ci_high, status, coalesce(status_reason, ''),
  trust, coalesce(trust_reason, ''), definition_version"""


def frozen_values(
    connection: duckdb.DuckDBPyConnection, snapshot_id: str, chosen: Mapping[str, object]
) -> list[tuple[str, KpiValue]]:  # fmt: skip
    """The members and values of a version, of the rows in which these columns have these values."""
    return _values(connection, "snapshots.kpi_value", {"snapshot_id": snapshot_id, **chosen})


def built_values(
    connection: duckdb.DuckDBPyConnection, chosen: Mapping[str, object]
) -> list[tuple[str, KpiValue]]:  # fmt: skip
    """The members and values of the last build, of the rows in which these columns have these values."""
    return _values(connection, "marts.kpi_value", chosen)


def _values(
    connection: duckdb.DuckDBPyConnection, table: str, chosen: Mapping[str, object]
) -> list[tuple[str, KpiValue]]:  # fmt: skip
    rows = connection.execute(
        f"""select member, {COLUMNS} from {table}
            where {" and ".join(f"{column} = ?" for column in chosen)}
            order by kpi_id, member""",
        list(chosen.values()),
    ).fetchall()
    return [(member, KpiValue(*row)) for member, *row in rows]
