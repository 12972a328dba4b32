"""Long tails are bounded by month: the largest members of all measures together, and the rest in one."""

from __future__ import annotations

from datetime import date

import duckdb

from pipelines.kpi_parts import measures_of
from pipelines.kpi_rollup import parts_query
from pipelines.slices import KEPT_MEMBERS, REST
from pipelines.tables import Table, read_table

CONTRIBUTIONS = """-- Contributions of {what} for this test.
-- source: ga4
create table measures.{name} (
  day      date    not null comment 'day of the row',
  row_key  varchar not null comment 'the row',
  load_id  bigint  not null comment 'the load',
  page     varchar not null comment 'slice: page',
  region   varchar not null comment 'slice: region',
  {what}   bigint  not null comment 'measure: {what}',
  primary key (row_key)
) as
select day, row_key, load_id, page, region, {what} from staging.{name}
"""
COUNTED = """-- Distinct readers for this test.
-- source: ga4
-- measures: readers
-- grains: month (page)
create table measures.reader (
  measure       varchar        not null comment 'name',
  grain         varchar        not null comment 'grain',
  period_start  date           not null comment 'first day',
  slice         varchar        not null comment 'slice',
  member        varchar        not null comment 'member',
  value         decimal(38, 6) not null comment 'readers',
  primary key (measure, grain, period_start, slice, member)
) as
select measure, grain, period_start, slice, member, value from staging.reader
"""


def tables() -> dict[str, Table]:
    texts = {
        "views": CONTRIBUTIONS.format(name="view", what="views"),
        "clicks": CONTRIBUTIONS.format(name="click", what="clicks"),
        "readers": COUNTED,
    }
    found = [read_table(text, f"assets/measures/{name}.sql") for name, text in texts.items()]
    return {table.name: table for table in found}


def rolled_up(pages: int) -> duckdb.DuckDBPyConnection:
    """Page n has n views on two days of March, one of them in its first week; the last page has all clicks."""
    connection = duckdb.connect()
    connection.execute(
        f"""create schema meta; create schema measures;
        create table meta.business_date as select date '2026-04-01' as business_date;
        create table measures.view as
            select d as day, 'v' || n || d as row_key, 1 as load_id, 'page ' || n as page, 'north' as region, n as views
            from range(1, {pages} + 1) as r(n) cross join (values (date '2026-03-02'), (date '2026-03-30')) as t(d);
        create table measures.click as
            select date '2026-03-02' as day, 'c' as row_key, 1 as load_id, 'page 1' as page, 'north' as region,
                7 as clicks;
        create table measures.reader as
            select 'readers' as measure, 'month' as grain, date '2026-03-01' as period_start, 'page' as slice,
                'page ' || n as member, n as value from range(1, {pages} + 1) as r(n)"""
    )
    connection.execute(f"create table part as {parts_query(tables())}")
    return connection


def test_only_the_largest_members_of_a_month_are_shown_and_the_rest_is_one_member() -> None:
    connection = rolled_up(KEPT_MEMBERS + 10)
    views = connection.execute(
        "select member, value from part where measure = 'views' and grain = 'month' and slice = 'page'"
    ).fetchall()
    total = connection.execute(
        "select value from part where measure = 'views' and grain = 'month' and slice = 'total'"
    ).fetchone()
    assert len(views) == KEPT_MEMBERS + 1
    assert total == (sum(value for _, value in views),)
    # page 1 is kept for its clicks, so eleven other pages make room: 2 to 11
    assert dict(views)[REST] == 2 * sum(range(2, 12))
    assert dict(views)["page 1"] == 2


def test_a_member_that_is_kept_for_one_measure_is_kept_for_all() -> None:
    connection = rolled_up(KEPT_MEMBERS + 10)
    members = {
        name: {
            member
            for (member,) in connection.execute(
                "select member from part where measure = ? and grain = 'month' and slice = 'page'", [name]
            ).fetchall()
        }
        for name in ("views", "clicks", "readers")
    }
    assert members["clicks"] == {"page 1"}
    assert members["views"] - {REST} == members["readers"]


def test_without_a_tail_there_is_no_rest() -> None:
    members = rolled_up(3).execute("select distinct member from part where slice = 'page'").fetchall()
    assert sorted(members) == [("page 1",), ("page 2",), ("page 3",)]


def test_long_tails_stand_at_months_only_and_other_slices_not_at_days() -> None:
    found = rolled_up(3).execute("select distinct slice, grain from part where measure = 'views'").fetchall()
    by_slice = {name: {grain for one, grain in found if one == name} for name in ("total", "region", "page")}
    assert by_slice == {
        "total": {"day", "week", "month", "quarter", "year"},
        "region": {"week", "month", "quarter", "year"},
        "page": {"month"},
    }


def test_days_that_are_not_over_do_not_count() -> None:
    latest = rolled_up(3).execute("select max(period_start) from part where grain = 'day'").fetchone()
    assert latest == (date(2026, 3, 30),)


FURTHER = """-- The views by another slice for this test.
-- source: ga4
-- further slices: yes
create table measures.{name} (
  day      date    not null comment 'day of the row',
  row_key  varchar not null comment 'the row',
  load_id  bigint           comment 'the load',
  device   varchar          comment 'slice: device',
  city     varchar          comment 'slice: city',
  views    bigint           comment 'measure: views',
  taps     bigint           comment 'measure: what no other table counts',
  primary key (row_key)
) as
select day, row_key, load_id, device, city, views, taps from staging.{name}
"""


def test_further_slices_add_nothing_to_the_total_and_count_for_the_slices_that_a_row_names() -> None:
    texts = (CONTRIBUTIONS.format(name="view", what="views"), FURTHER.format(name="also_view"))
    found = {table.name: table for table in (read_table(text, "assets/measures/a.sql") for text in texts)}
    connection = duckdb.connect()
    connection.execute(
        """create schema meta; create schema measures;
        create table meta.business_date as select date '2026-04-01' as business_date;
        create table measures.view as select date '2026-03-02' as day, 'a' as row_key, 1 as load_id, '/' as page,
            'north' as region, 5 as views;
        create table measures.also_view as
            select date '2026-03-02' as day, 'b' as row_key, 1 as load_id, 'mobile' as device, null as city, 3 as views,
                1 as taps
            union all select date '2026-03-02', 'c', 1, null, 'Ghent', 2, null"""
    )
    parts = connection.execute(
        f"""select measure, slice, member, value from ({parts_query(found)})
        where grain = 'month' and slice not in ('page', 'region') order by all"""
    ).fetchall()
    assert parts == [
        ("taps", "device", "mobile", 1),
        ("views", "city", "Ghent", 2),
        ("views", "device", "mobile", 3),
        ("views", "total", "", 5),
    ]


def test_a_measure_is_found_in_the_table_that_divides_it_by_the_slice() -> None:
    texts = (FURTHER.format(name="also_view"), CONTRIBUTIONS.format(name="view", what="views"))
    measures = measures_of({table.name: table for table in (read_table(text, "a.sql") for text in texts)})
    assert [measures["views"].of_slice(one).table for one in ("total", "page", "device", "city")] == [
        "measures.view",
        "measures.view",
        "measures.also_view",
        "measures.also_view",
    ]
    assert "total" not in measures["taps"].slices_by_grain["month"]


SEARCHES = """-- Searches for this test.
-- source: seo_site
create table measures.search (
  day       date    not null comment 'day of the row',
  row_key   varchar not null comment 'the row',
  load_id   bigint  not null comment 'the load',
  is_total  boolean not null comment 'total: the row makes the total',
  query     varchar          comment 'slice: query',
  clicks    bigint  not null comment 'measure: clicks',
  primary key (row_key)
) as
select day, row_key, load_id, is_total, query, clicks from staging.search
"""
SUPPLIED = COUNTED.replace("-- measures: readers", "-- measures: readers, writers\n-- kept: by every measure")


def test_only_rows_that_say_so_make_the_total_and_what_is_withheld_never_falls_under_the_rest() -> None:
    connection = duckdb.connect()
    connection.execute(
        f"""create schema meta; create schema measures;
        create table meta.business_date as select date '2026-04-01' as business_date;
        create table measures.search as
            select date '2026-03-02' as day, 's' as row_key, 1 as load_id, true as is_total, null as query,
                900 as clicks
            union all
            select date '2026-03-02', 'q' || n, 1, false, 'query ' || n, 2 from range(1, {KEPT_MEMBERS} + 4) as r(n)
            union all
            select date '2026-03-02', 'w', 1, false, '(withheld)', 1"""
    )
    table = read_table(SEARCHES, "assets/measures/search.sql")
    connection.execute(f"create table part as {parts_query({table.name: table})}")
    found = dict(
        connection.execute("select member, value from part where grain = 'month' and slice = 'query'").fetchall()
    )
    assert connection.execute("select value from part where grain = 'month' and slice = 'total'").fetchall() == [(900,)]
    assert (found["(withheld)"], found[REST], len(found)) == (1, 6, KEPT_MEMBERS + 2)


def test_where_measures_have_nothing_in_common_members_are_kept_by_each_of_them() -> None:
    connection = duckdb.connect()
    connection.execute(
        f"""create schema meta; create schema measures;
        create table meta.business_date as select date '2026-04-01' as business_date;
        create table measures.reader as
            select 'readers' as measure, 'month' as grain, date '2026-03-01' as period_start, 'page' as slice,
                'page ' || n as member, n as value from range(1, {KEPT_MEMBERS} + 10) as r(n)
            union all
            select 'writers', 'month', date '2026-03-01', 'page', 'desk', 1"""
    )
    table = read_table(SUPPLIED, "assets/measures/reader.sql")
    # the long table always has contributions
    view = read_table(CONTRIBUTIONS.format(name="view", what="views"), "assets/measures/views.sql")
    connection.execute(
        "create table measures.view (day date, row_key text, load_id int, page text, region text, views int)"
    )
    connection.execute(f"create table part as {parts_query({table.name: table, view.name: view})}")
    assert connection.execute("select value from part where measure = 'writers'").fetchall() == [(1,)]
    assert connection.execute("select count(*) from part where measure = 'readers'").fetchone() == (KEPT_MEMBERS - 1,)


def test_where_a_table_says_that_nulls_are_unknown_a_day_without_any_figure_is_unknown() -> None:
    texts = [CONTRIBUTIONS.format(name=name, what=name) for name in ("told", "untold")]
    texts[1] = texts[1].replace("-- source: ga4", "-- source: ga4\n-- nulls: unknown")
    found = [
        read_table(text, f"assets/measures/{name}.sql") for name, text in zip(("told", "untold"), texts, strict=True)
    ]
    connection = duckdb.connect()
    connection.execute(
        """create schema meta; create schema measures;
        create table meta.business_date as select date '2026-04-01' as business_date;
        create table measures.told as select * from (values
            (date '2026-03-02', 'a', 1, 'p', 'north', null), (date '2026-03-03', 'b', 1, 'p', 'north', 7)
        ) as t(day, row_key, load_id, page, region, told);
        create table measures.untold as select * rename (told as untold) from measures.told"""
    )
    connection.execute(f"create table part as {parts_query({table.name: table for table in found})}")
    rows = (
        "select grain, value from part where measure = ? and slice = 'total' and grain in ('day', 'month') order by all"
    )
    assert connection.execute(rows, ["told"]).fetchall() == [("day", 7), ("month", 7)]
    assert connection.execute(rows, ["untold"]).fetchall() == [("day", 7), ("day", None), ("month", 7)]
