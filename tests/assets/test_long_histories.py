"""A history of sixteen years is no heavier a month than one of one year, and no day of it is left out."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from worked_cases import Bench, Case

from pipelines.build import make_table
from pipelines.failures import DataFailed
from pipelines.inbox.cells import FIRST_YEAR

KPIS, DAYS = 40, 5_840
MEMORY = "600MB"


@pytest.fixture
def sixteen_years() -> Bench:
    """Every day of forty KPIs: compared with each other they would be more than a billion pairs."""
    bench = Bench(
        Case(
            "marts.kpi_comparison",
            "sixteen years",
            today="2026-11-27",
            given={"marts.kpi_value": [], "reference.kpi": []},
        )
    )
    table = bench.project.tables["marts.kpi_comparison"]
    bench.need(table)
    connection = bench.connection
    connection.execute(
        f"""insert into reference.kpi by name
        select 'kpi_' || n as kpi_id, 'measure_' || n as numerator_measure, 'additive' as additivity, 'sum' as made_as,
            1 as definition_version
        from range({KPIS}) as r(n)"""
    )
    connection.execute(
        f"""insert into marts.kpi_value by name
        select k.kpi_id, 'day' as grain, cast(date '2026-11-27' - cast(d.n as integer) - 1 as date) as period_start,
            'total' as slice, '' as member, 1e0 as value, 1 as numerator, 1 as definition_version, 'final' as status
        from reference.kpi as k cross join range({DAYS}) as d(n)"""
    )
    return bench


def test_days_of_sixteen_years_are_compared_within_little_memory(sixteen_years: Bench) -> None:
    sixteen_years.connection.execute(f"set memory_limit = '{MEMORY}'")
    made = make_table(sixteen_years.connection, sixteen_years.project.tables["marts.kpi_comparison"])
    # each day but the first with the day before, and each but the first 364 with that of a year ago
    assert made.rows == KPIS * (2 * DAYS - 1 - 364)


def test_a_table_that_needs_more_memory_than_there_is_says_so_in_one_line(sixteen_years: Bench) -> None:
    sixteen_years.connection.execute("set memory_limit = '40MB'; set temp_directory = ''")
    with pytest.raises(DataFailed) as caught:
        make_table(sixteen_years.connection, sixteen_years.project.tables["marts.kpi_comparison"])
    assert str(caught.value).startswith("marts.kpi_comparison: it needs more than the 38.1 MiB of memory that this run")
    with pytest.raises(duckdb.CatalogException):
        sixteen_years.connection.execute("select * from marts.kpi_comparison")


def test_the_calendar_begins_with_the_first_year_that_files_may_tell() -> None:
    bench = Bench(Case("reference.calendar", "the first day", given={}))
    bench.make("reference.calendar")
    assert bench.connection.execute("select min(day) from reference.calendar").fetchone() == (date(FIRST_YEAR, 1, 1),)
