"""Explaining a number of 20 million GA4 rows costs little more than asking for its rows by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from nightly import new_warehouse, shipped_project

from pipelines.build import begin_build, end_build
from pipelines.engines.duckdb import KEPT, Warehouse, attached
from pipelines.loads.comparing import checksum, content_hash, quick_hash, row_hash
from pipelines.loads.cuts import counting_parts
from pipelines.loads.verifying import BESIDE_CONTENT
from pipelines.snapshots import BY_HAND, Cell, Certifier, Due, FrozenMonth, close_month, version_of
from pipelines.snapshots.homes import frozen_tables

FIRST_DAY, DAYS, ROWS_PER_DAY = date(2023, 12, 1), 1000, 20_000
MONTH, LAST_DAY = date(2026, 7, 1), date(2026, 7, 31)
TODAY = FIRST_DAY + timedelta(days=DAYS)
OBJECT, TABLE = "ga4.channel_day", "raw.ga4_channel_day"
MOST = 3.0


@pytest.mark.bench
def test_explaining_a_month_of_20_million_rows_costs_at_most_3_times_the_bare_query(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with closing(new_warehouse(path, threads=2)) as connection:
        load_sessions(connection)
        close_sessions(connection)
    warehouse = Warehouse(path, threads=2)
    (bare, (rows, sessions)), (explained, (listed, numerator)) = shortest_in_turn(
        lambda: asked_by_hand(warehouse), lambda: explain(warehouse)
    )
    print(f"\nbare query {bare:.2f} s, explain {explained:.2f} s: {explained / bare:.2f} times as much, {rows:,} rows")
    assert (listed, numerator) == (rows, sessions) == (31 * ROWS_PER_DAY, sessions)
    assert explained / bare <= MOST


def load_sessions(connection: duckdb.DuckDBPyConnection) -> None:
    """A load for every day, each with its rows and its part, as nights would have left them."""
    described = connection.execute(f"describe {TABLE}").fetchall()
    columns = sorted(name for name, *_ in described if name not in BESIDE_CONTENT)
    connection.execute(
        f"""insert into {TABLE} by name
        select d.range + 1 as load_id, true as is_new_key, '300000001' as property_id,
            strftime(date '{FIRST_DAY}' + cast(d.range as integer), '%Y%m%d') as date,
            strftime(date '{FIRST_DAY}' + cast(d.range as integer), '%Y-%m-%d') as part,
            'Channel ' || n.range // 5 as session_default_channel_group, 'device ' || n.range % 5 as device_category,
            (n.range + d.range) % 40 + 1 as sessions, n.range % 30 as engaged_sessions, n.range % 30 as total_users,
            n.range % 10 as new_users, cast(n.range % 900 as double)
            as user_engagement_duration, n.range % 90 as screen_page_views, cast(n.range % 4 as double) as key_events,
            n.range % 3 as ecommerce_purchases, n.range % 1000 / 10.0 as purchase_revenue
        from range({DAYS}) as d cross join range({ROWS_PER_DAY}) as n order by d.range"""
    )
    connection.execute(
        f"""insert into meta.load by name
        select range + 1 as load_id, 'ga4' as source, '{OBJECT}' as object, fetched_at, business_date,
            {columns} as columns, range + 1 as fetch_id
        from (
            select range, cast(date '{FIRST_DAY}' + cast(range + 1 as integer) as date) as business_date,
                cast(date '{FIRST_DAY}' + cast(range + 1 as integer) as timestamp) as fetched_at
            from range({DAYS})
        )"""
    )
    # only the month that is explained is looked at
    connection.execute(
        f"""insert into meta.load_part by name
        select load_id, '{OBJECT}' as object, part, {ROWS_PER_DAY} as rows, 'accepted' as state,
            {content_hash("hashed")} as content_hash, {checksum("quickly_hashed")} as checksum
        from (
            select load_id, part, {quick_hash(columns, "r")} as quickly_hashed,
                case when part between '{MONTH}' and '{LAST_DAY}' then {row_hash(columns, "r")} else '' end as hashed
            from {TABLE} as r
        ) group by load_id, part order by load_id"""
    )


def close_sessions(connection: duckdb.DuckDBPyConnection) -> None:
    """A version that holds one number, so that nobody has to wait for a build of 20 million rows."""
    project = shipped_project()
    cut = dict(connection.execute("select object, max(load_id) from meta.load group by object").fetchall())
    begin_build(connection, project, cut, run_id="bench", business_date=TODAY, is_demo=False)
    for table in frozen_tables(project.tables):
        connection.execute(f"create schema if not exists {table.schema}")
        declared = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
        is_listed = table.schema == "reference"
        connection.execute(table.statement() if is_listed else f"create table {table.name} ({declared})")
    connection.execute(
        f"""insert into marts.kpi_value by name
        select 'sessions' as kpi_id, 'month' as grain, date '{MONTH}' as period_start, 'total' as slice, '' as member,
            sum(sessions) as numerator, sum(sessions) as value, 'count' as unit, 'final' as status, 'ok' as trust,
            1 as definition_version
        from {TABLE} where part between '{MONTH}' and '{LAST_DAY}'"""
    )
    end_build(connection)
    close_month(connection, project.tables, Due(MONTH, BY_HAND), run_id="bench")


def asked_by_hand(warehouse: Warehouse) -> tuple[int, int]:
    """The rows of the month and their sum, straight from the raw table and the parts that count."""
    with duckdb.connect(config={"threads": "2"}) as connection, attached(connection, warehouse.path, "w", "read_only"):
        connection.execute("use w")
        connection.execute(
            f"""create or replace temp table listed as
            select r.part, r.session_default_channel_group, r.device_category, r.load_id, sum(r.sessions) as sessions
            from {TABLE} as r
            inner join ({counting_parts(f"p.object = '{OBJECT}'")}) as c on c.part = r.part and c.load_id = r.load_id
            where r.part between '{MONTH}' and '{LAST_DAY}'
            group by all"""
        )
        connection.execute("select * from temp.listed order by all limit 50").fetchall()
        ((rows, sessions),) = connection.execute("select count(*), sum(sessions) from temp.listed").fetchall()
        connection.execute("use memory")
    return rows, sessions


def explain(warehouse: Warehouse) -> tuple[int, int]:
    """What `kpi explain` does, up to the first page."""
    with warehouse.beside_scratch(purpose="bench") as scratch:
        version = version_of(scratch, MONTH, None, KEPT)
        contributions = Certifier(FrozenMonth(scratch, version)).certificate(Cell("sessions")).contributions
        assert len(list(contributions.rows(0, 50))) == 50
        return contributions.number, int(contributions.sums["numerator"].amount)


def shortest_in_turn(*works: Callable[[], tuple[int, int]]) -> list[tuple[float, tuple[int, int]]]:
    """Seconds of the fastest of three of each, and what it found; in turn, so that a busy moment meets all of them."""
    taken: list[list[tuple[float, tuple[int, int]]]] = [[] for _ in works]
    for _ in range(3):
        for work, of_work in zip(works, taken, strict=True):
            began = time.perf_counter()
            found = work()
            of_work.append((time.perf_counter() - began, found))
    return [min(of_work) for of_work in taken]
