"""What the UI plots from night to night: sums of seven days, and nothing where one of the days is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.night_figures import figures_of_week

TODAY = date(2026, 3, 9)


@pytest.fixture
def values() -> Iterator[duckdb.DuckDBPyConnection]:
    """Ten days of one session, one lead, two euros of spend and six euros of cost each."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        """create table marts.kpi_value as
        select k.kpi_id, 'day' as grain, 'total' as slice, cast(d.day as date) as period_start,
            k.numerator, k.denominator
        from (values ('sessions', 1.00, null), ('new_leads', 1.00, null), ('ad_spend', 2.00, null), ('cpl', 6.00, 2.00))
            as k (kpi_id, numerator, denominator)
        cross join range(date '2026-02-27', date '2026-03-10', interval 1 day) as d (day)"""
    )
    yield connection
    connection.close()


def test_the_seven_days_before_the_business_date_are_summed_and_a_ratio_is_that_of_the_sums(
    values: duckdb.DuckDBPyConnection,
) -> None:
    assert figures_of_week(values, TODAY) == {
        "sessions of 7 days": 7.0,
        "leads of 7 days": 7.0,
        "ad spend of 7 days in EUR": 14.0,
        "cost per lead of 7 days in EUR": 3.0,
    }


def test_a_figure_of_which_a_day_is_unknown_has_no_point(values: duckdb.DuckDBPyConnection) -> None:
    values.execute("update marts.kpi_value set numerator = null where kpi_id = 'sessions' and day(period_start) = 5")
    values.execute("delete from marts.kpi_value where kpi_id = 'ad_spend' and day(period_start) = 5")
    assert list(figures_of_week(values, TODAY)) == ["leads of 7 days", "cost per lead of 7 days in EUR"]


def test_no_lead_in_a_week_has_no_cost_per_lead(values: duckdb.DuckDBPyConnection) -> None:
    values.execute("update marts.kpi_value set denominator = 0 where kpi_id = 'cpl'")
    assert "cost per lead of 7 days in EUR" not in figures_of_week(values, TODAY)
