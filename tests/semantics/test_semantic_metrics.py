"""The exported definitions: in DuckDB they say what the mart says, and nothing where putting rows together is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from nightly import shipped_project
from small_mart import small_warehouse

from pipelines.kpi_parts import measures_of
from pipelines.semantics import Metric, Rule, expression, metricflow_document, metrics_of


def exported() -> dict[str, Metric]:
    project = shipped_project()
    return {metric.id: metric for metric in metrics_of(project.config, measures_of(project.tables))}


@pytest.fixture
def small() -> Iterator[duckdb.DuckDBPyConnection]:
    with small_warehouse() as connection:
        yield connection


def figures(connection: duckdb.DuckDBPyConnection, kpi_id: str, by: str = "", where: str = "true") -> list[object]:
    grouped = f" group by {by} order by {by}" if by else ""
    sql = f"select {expression(exported()[kpi_id])} from marts.kpi_value where {where}{grouped}"
    return [value for (value,) in connection.execute(sql).fetchall()]


def test_every_kpi_with_figures_is_exported() -> None:
    assert set(exported()) == {kpi.id for kpi in shipped_project().config.kpis if kpi.made_as != "not_built"}


def test_the_exported_sql_of_every_kpi_is_the_value_of_every_cell(mart: duckdb.DuckDBPyConnection) -> None:
    differing, seen = [], 0
    for metric in exported().values():
        ((cells, wrong),) = mart.execute(
            f"""with said as (
                select grain, period_start, slice, member, {expression(metric)} as figure
                from marts.kpi_value where kpi_id = '{metric.id}' group by all
            )
            select count(*), count(*) filter (where said.figure is distinct from v.value)
            from marts.kpi_value as v left join said using (grain, period_start, slice, member)
            where v.kpi_id = '{metric.id}'"""
        ).fetchall()
        seen += cells
        differing += [metric.id] if wrong else []
    assert seen > 10_000
    assert differing == []


def test_months_put_together_are_the_quarter_or_nothing(mart: duckdb.DuckDBPyConnection) -> None:
    differing, compared = [], 0
    for metric in exported().values():
        if metric.rule is Rule.ALONE:
            continue
        ((cells, wrong),) = mart.execute(
            f"""with said as (
                select cast(date_trunc('quarter', period_start) as date) as period_start, {expression(metric)} as figure
                from marts.kpi_value where grain = 'month' and slice = 'total' group by all
            )
            select count(*), count(*) filter (where abs(said.figure - v.value) > 1e-9 * abs(v.value))
            from marts.kpi_value as v inner join said using (period_start)
            where v.kpi_id = '{metric.id}' and v.grain = 'quarter' and v.slice = 'total' and said.figure is not null"""
        ).fetchall()
        compared += cells
        differing += [metric.id] if wrong else []
    assert compared > 50
    assert differing == []


def test_a_ratio_of_several_months_is_a_ratio_of_sums(small: duckdb.DuckDBPyConnection) -> None:
    small.execute("delete from marts.kpi_value where kpi_id = 'cpl'")
    small.execute(
        """insert into marts.kpi_value (kpi_id, grain, period_start, slice, member, numerator, denominator, value, unit,
            status, trust, definition_version)
        values ('cpl', 'month', date '2026-06-01', 'total', '', 100, 1, 100, 'EUR', 'final', 'ok', 1),
            ('cpl', 'month', date '2026-07-01', 'total', '', 100, 9, 100.0 / 9, 'EUR', 'final', 'ok', 1)"""
    )
    assert figures(small, "cpl") == [20]


def test_a_kpi_that_is_never_summed_is_empty_over_two_months(small: duckdb.DuckDBPyConnection) -> None:
    assert exported()["users"].rule is Rule.ALONE
    assert figures(small, "users", where="slice = 'total'") == [None]
    assert None not in figures(small, "users", by="period_start", where="slice = 'total'")


def test_rows_of_two_slices_are_never_added(small: duckdb.DuckDBPyConnection) -> None:
    assert figures(small, "revenue") == [None]
    assert figures(small, "revenue", where="slice = 'channel'") != [None]


def test_what_is_unknown_in_one_month_is_unknown_over_all(small: duckdb.DuckDBPyConnection) -> None:
    small.execute(
        """update marts.kpi_value set numerator = null, value = null
        where kpi_id = 'revenue' and period_start = date '2026-07-01'"""
    )
    assert figures(small, "revenue", where="slice = 'total'") == [None]


def test_months_before_and_after_a_redefinition_are_not_added(small: duckdb.DuckDBPyConnection) -> None:
    small.execute("update marts.kpi_value set definition_version = 2 where period_start = date '2026-08-01'")
    assert figures(small, "revenue", where="slice = 'total'") == [None]
    assert None not in figures(small, "revenue", by="period_start", where="slice = 'total'")


def test_shares_of_a_total_are_not_added_up_from_their_members(small: duckdb.DuckDBPyConnection) -> None:
    assert exported()["channel_traffic_share"].rule is Rule.ALONE


def test_metricflow_divides_the_same_sums(mart: duckdb.DuckDBPyConnection) -> None:
    document = metricflow_document(exported().values(), "month")
    (model,) = [one for one in document["semantic_models"] if one["name"] == "kpi_month"]
    measures = {one["name"]: f"{one['agg']}({one['expr']})" for one in model["measures"]}
    differing = []
    for metric in exported().values():
        if metric.rule is not Rule.RATIO_OF_SUMS:
            continue
        above, below = measures[f"{metric.id}_numerator"], measures[f"{metric.id}_denominator"]
        ((wrong,),) = mart.execute(
            f"""with said as (
                select period_start, cast({above} as double) / cast(nullif({below}, 0) as double) as figure
                from marts.kpi_value group by all
            )
            select count(*) from marts.kpi_value as v inner join said using (period_start)
            where v.kpi_id = '{metric.id}' and v.grain = 'month' and v.slice = 'total'
                and said.figure is distinct from v.value"""
        ).fetchall()
        differing += [metric.id] if wrong else []
    assert differing == []
