"""The few figures of the last seven days that the UI plots from night to night, so that a broken one is seen at once.

They are sums of days, a ratio that of two sums; what is unknown on one of the days has no point in its plot.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

DAYS = 7
FIGURES = {
    "sessions": "sessions of 7 days",
    "new_leads": "leads of 7 days",
    "ad_spend": "ad spend of 7 days in EUR",
    "cpl": "cost per lead of 7 days in EUR",
}


def figures_of_week(connection: duckdb.DuckDBPyConnection, business_date: date) -> dict[str, float]:
    """By label the figures of the days before the business date, as far as they are known of each day."""
    rows = connection.execute(
        """select kpi_id, sum(numerator), sum(denominator)
        from marts.kpi_value
        where grain = 'day' and slice = 'total' and list_contains(?, kpi_id) and period_start >= ? and period_start < ?
        group by kpi_id
        having count(numerator) = ?""",
        [list(FIGURES), business_date - timedelta(days=DAYS), business_date, DAYS],
    ).fetchall()
    known = {kpi_id: (numerator, denominator) for kpi_id, numerator, denominator in rows if denominator != 0}
    return {
        label: float(known[kpi_id][0] if known[kpi_id][1] is None else known[kpi_id][0] / known[kpi_id][1])
        for kpi_id, label in FIGURES.items()
        if kpi_id in known
    }
