"""The KPI table costs little more than the plain statements that its largest part comes from."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from nightly import new_warehouse, running_company, shipped_project

from pipelines.build import begin_build
from pipelines.loads import current_cut
from pipelines.sandbox.demo_company import DEMO, demo_company
from pipelines.tables import Table, in_order

FIRST_DAY, DAYS, ROWS_PER_DAY = date(2025, 9, 1), 431, 46_400
TODAY = FIRST_DAY + timedelta(days=DAYS)
# what the project does besides: ten further tables on the way, all KPIs, bounds, spine, status and trust
MOST = 4.0
FLOOR = """
with page_day as (
  select cast(strptime(r.part, '%Y-%m-%d') as date) as day, r.landing_page, sum(r.sessions) as sessions,
    sum(r.engaged_sessions) as engaged_sessions, sum(cast(r.purchase_revenue as decimal(18, 6))) as revenue
  from raw.ga4_landing_day as r
  inner join meta.current_part as p on p.object = 'ga4.landing_day' and p.part = r.part and p.load_id = r.load_id
  group by r.part, r.landing_page
),
page_month as (
  select date_trunc('month', day) as month, landing_page, sum(sessions) as sessions,
    sum(engaged_sessions) as engaged_sessions, sum(revenue) as revenue
  from page_day group by all
),
placed as (
  select *, row_number() over (partition by month order by sessions desc, landing_page) as place from page_month
)
select month, case when place <= 200 then landing_page end as page, sum(sessions) as sessions,
  sum(engaged_sessions) as engaged_sessions, sum(revenue) as revenue
from placed group by all
"""


def behind_kpi_value() -> list[Table]:
    """The tables that marts.kpi_value is made from, and itself, in their order."""
    tables = shipped_project().tables
    found, waiting = set[str](), ["marts.kpi_value"]
    while waiting:
        name = waiting.pop()
        if name in tables and name not in found:
            found.add(name)
            waiting += tables[name].dependencies
    return [table for table in in_order(tables) if table.name in found]


def seconds(connection: duckdb.DuckDBPyConnection, statements: list[str]) -> float:
    began = time.perf_counter()
    for statement in statements:
        connection.execute(statement)
    return time.perf_counter() - began


@pytest.mark.bench
def test_20_million_rows_of_landing_pages_become_kpis_in_a_few_times_their_plain_sums() -> None:
    with closing(new_warehouse(threads=2)) as connection:
        load_landing_pages(connection)
        project = shipped_project()
        begin_build(connection, project, current_cut(connection), run_id="bench", business_date=TODAY, is_demo=False)
        statements = [table.statement() for table in behind_kpi_value()]
        made = min(seconds(connection, statements) for _ in range(2))
        floor = min(seconds(connection, [f"create or replace temp table it as {FLOOR}"]) for _ in range(2))
        ((rows,),) = connection.execute("select count(*) from raw.ga4_landing_day").fetchall()
        ((kpis,),) = connection.execute("select count(value) from marts.kpi_value").fetchall()
    times = made / floor
    print(f"\n{rows:,} rows: plain sums {floor:.1f} s, {kpis:,} rows of KPIs {made:.1f} s: {times:.1f} times")
    assert times <= MOST


@pytest.mark.bench
def test_the_kpis_of_the_demo_company_cost_no_more_than_what_they_are_made_from(tmp_path: Path) -> None:
    with (
        running_company(tmp_path / "inbox", demo_company(DEMO)) as company,
        closing(new_warehouse(threads=2)) as connection,
    ):
        company.night(connection, DEMO.today)
        last = [table for table in behind_kpi_value() if table.schema == "marts"]
        earlier = [table for table in behind_kpi_value() if table.schema in ("staging", "facts", "measures")]
        of_kpis = min(seconds(connection, [table.statement() for table in last]) for _ in range(2))
        of_facts = min(seconds(connection, [table.statement() for table in earlier]) for _ in range(2))
        ((kpis,),) = connection.execute("select count(*) from marts.kpi_value").fetchall()
    times = of_kpis / of_facts
    print(f"\ndemo: to measures {of_facts:.1f} s, {kpis:,} rows of KPIs {of_kpis:.1f} s: {times:.1f} times as much")
    assert times <= MOST


def load_landing_pages(connection: duckdb.DuckDBPyConnection) -> None:
    """A load and a part for every day, as nights would have left them."""
    connection.execute(
        f"""insert into raw.ga4_landing_day by name
        select d.range + 1 as load_id, true as is_new_key, '300000001' as property_id,
            strftime(date '{FIRST_DAY}' + cast(d.range as integer), '%Y%m%d') as date,
            strftime(date '{FIRST_DAY}' + cast(d.range as integer), '%Y-%m-%d') as part,
            '/page/' || (n.range * 7919 + d.range) % 40000 as landing_page, 'Channel ' || n.range % 9
            as session_default_channel_group, 'device ' || n.range % 3 as device_category,
            1 + (n.range + d.range) % 7 as sessions, 1 as engaged_sessions, 1 as total_users, 1 as new_users,
            cast(n.range % 900 as double) as user_engagement_duration, 0.0 as key_events,
            n.range % 50 / 10.0 as purchase_revenue
        from range({DAYS}) as d cross join range({ROWS_PER_DAY}) as n"""
    )
    # the same sessions by channel, which say from when to when the property was read
    connection.execute(
        f"""insert into raw.ga4_channel_day by name
        select {DAYS} + load_id as load_id, true as is_new_key, property_id, date, part, session_default_channel_group,
            device_category, sum(sessions) as sessions, count(*) as engaged_sessions, count(*) as total_users,
            count(*) as new_users, 0.0 as user_engagement_duration, 0 as screen_page_views, 0.0 as key_events,
            0 as ecommerce_purchases, 0.0 as purchase_revenue
        from raw.ga4_landing_day
        group by load_id, property_id, date, part, session_default_channel_group, device_category"""
    )
    loads = f"""from (
            select '{FIRST_DAY}'::date + cast(d.range as integer) as day, o.name as object,
                d.range + 1 + o.place * {DAYS} as load_id
            from range({DAYS}) as d
            cross join (values ('ga4.landing_day', 0), ('ga4.channel_day', 1)) as o (name, place)
        )"""
    connection.execute(
        f"""insert into meta.load by name
        select load_id, 'ga4' as source, object, load_id as fetch_id, cast(day + 1 as timestamp) as fetched_at,
            cast(day + 1 as date) as business_date {loads}"""
    )
    connection.execute(
        f"""insert into meta.load_part by name
        select load_id, object, 'accepted' as state, {ROWS_PER_DAY} as rows, strftime(day, '%Y-%m-%d') as part,
            'bench' as content_hash {loads}"""
    )
