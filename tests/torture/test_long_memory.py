"""What a warehouse remembers over years: closed months that come out as they were, and no row stored twice."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from nightly import Company, new_warehouse, running_company, shipped_project

from pipelines.build import Project
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.engines.duckdb import Warehouse
from pipelines.sandbox.demo_company import TINY, demo_company
from pipelines.sandbox.demo_size import Size
from pipelines.snapshots import BY_HAND, Due, close_month, month_after, replay, version_of
from pipelines.tables import read_table

pytestmark = pytest.mark.torture

FIRST_DAY = date(2025, 1, 1)
EIGHTEEN_MONTHS = replace(TINY, first_day=FIRST_DAY, today=date(2026, 7, 8), sessions_per_day=10)
OVER_400_NIGHTS = replace(TINY, first_day=FIRST_DAY, today=FIRST_DAY + timedelta(days=430), sessions_per_day=10)
NIGHTS = 400


def project_of(size: Size, *changes: tuple[str, str, str]) -> Project:
    """The shipped project for a company that began on its first day, with passages of its files replaced."""
    texts = dict(shipped_project().config.texts)
    began = ("sources.yaml", f"start_date: {TINY.first_day} ", f"start_date: {size.first_day} ")
    for file, before, after in (began, *changes):
        assert before in texts[file], before
        texts[file] = texts[file].replace(before, after, 1)
    return load_project(config_from_texts(texts))


def moved_on(size: Size) -> Project:
    """Another window, another channel rule, another formula and another model."""
    rules = "source,medium,campaign,platform,channel\n"
    project = project_of(
        size,
        ("company.yaml", "conversion_window_days: 90", "conversion_window_days: 45"),
        ("channels.csv", rules, f"{rules}partner,,,,Affiliates\n"),
        ("kpis/lead_gen.yaml", "numerator: cost_full_eur", "numerator: cost_direct_eur"),
    )
    table = project.tables["facts.lead"]
    changed = read_table(table.text.replace("'(unknown)') as segment", "'none') as segment"), "assets/facts/lead.sql")
    assert changed.version != table.version
    return replace(project, tables={**project.tables, table.name: changed})


def months_of(first: date, count: int) -> list[date]:
    months = [first]
    while len(months) < count:
        months.append(month_after(months[-1]))
    return months


def test_twelve_closed_months_replay_to_their_hash_after_all_moved_on_and_half_a_year_came_late(tmp_path: Path) -> None:
    size, path = EIGHTEEN_MONTHS, tmp_path / "warehouse.duckdb"
    project, closed = project_of(size), months_of(FIRST_DAY, 12)
    with running_company(tmp_path / "inbox", demo_company(size)) as company, closing(new_warehouse(path)) as connection:
        company.night(connection, date(2026, 1, 6), project)
        for month in closed:
            close_month(connection, project.tables, Due(month, BY_HAND), run_id="close")
        for month in months_of(date(2026, 2, 1), 6):
            company.night(connection, month.replace(day=6), moved_on(size))
    warehouse = Warehouse(path)
    for month in closed:
        with warehouse.looked_into(purpose="test") as connection:
            version = version_of(connection, month, 1)
        with warehouse.beside_scratch(purpose="test") as scratch:
            assert replay(scratch, version).is_equal, month


def test_over_400_nights_raw_rows_grow_by_no_more_than_the_rows_of_day_parts_that_changed(tmp_path: Path) -> None:
    size = OVER_400_NIGHTS
    project, last = project_of(size), size.today
    with running_company(tmp_path / "inbox", demo_company(size)) as company, closing(new_warehouse()) as connection:
        for ago in range(NIGHTS - 1, -1, -1):
            company.night(connection, last - timedelta(days=ago), project)
            forget_delivered(company)
        tables = [name for (name,) in connection.execute(RAW_TABLES).fetchall()]
        told_twice = {name: stored_twice(connection, name) for name in tables}
        ((stored, current),) = connection.execute(
            "select sum(rows), sum(case when is_current then rows end) from ("
            + " union all ".join(map(_sizes, tables))
            + ")"
        ).fetchall()
    print(f"\n{NIGHTS} nights: {stored:,} raw rows for {current:,} that count")
    assert {name: rows for name, rows in told_twice.items() if rows} == {}


RAW_TABLES = """select table_name from duckdb_columns()
where schema_name = 'raw' and column_name = 'part' order by table_name"""


def forget_delivered(company: Company) -> None:
    """The exports of a night are taken away, so that the next night need not look at all of them."""
    for file in company.inbox.rglob("*.csv"):
        file.unlink()


def stored_twice(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Versions of a part that say what the version before them said."""
    ((found,),) = connection.execute(
        f"""with row_version as (
            select part, load_id, hash(*columns(* exclude (load_id, is_new_key))) as content from raw.{name}
        ),
        version as (
            select part, load_id, list(content order by content) as content from row_version group by part, load_id
        )
        select count(*) from (
            select content = lag(content) over (partition by part order by load_id) as is_same from version
        ) where is_same"""
    ).fetchall()
    return int(found)


def _sizes(name: str) -> str:
    return f"""select r.rows, p.load_id is not null as is_current
        from (select part, load_id, count(*) as rows from raw.{name} group by all) as r
        left join meta.current_part as p
            on replace(p.object, '.', '_') = '{name}' and p.part = r.part and p.load_id = r.load_id"""
