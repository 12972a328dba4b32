"""Warehouses with closed months: of three small tables, and of a whole company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from made_once import made_once
from small_month import CHANNEL, COHORT, VALUE, Build
from two_months import WAREHOUSE, close_two_months

from pipelines.loads import create_meta_tables
from pipelines.stored_texts import Recipe, recipe_hash, remember_texts, texts_of
from pipelines.tables import Table, read_table


@pytest.fixture
def tables() -> dict[str, Table]:
    return {table.name: table for table in (read_table(text, "a test") for text in (VALUE, CHANNEL, COHORT))}


@pytest.fixture
def build_of() -> Iterator[Build]:
    """A complete build of the morning of a day; its figures grow with the day, as late data does."""
    connection = duckdb.connect(config={"threads": "1"})
    create_meta_tables(connection)
    connection.execute("create schema marts")
    read = [read_table(text, "a test") for text in (VALUE, CHANNEL, COHORT)]
    recipe = Recipe({table.name: table for table in read}, "select 1")
    remember_texts(connection, texts_of(recipe, (), recipe_hash("m", "c", "d")))
    connection.execute("insert into meta.load (load_id, object, business_date) values (1, 'lead', '2026-01-10')")

    def build(today: str) -> duckdb.DuckDBPyConnection:
        figure = date.fromisoformat(today).toordinal()
        connection.execute(
            f"""create or replace table marts.value as
            with day as (
                select cast(range as date) as day from range(date '2025-11-01', date '{today}', interval 1 day)
            )
            select 'day' as grain, day as period_start, 'total' as slice, '' as member, {figure} as figure from day
            union all select 'day', day, 'channel', 'Email', {figure} from day
            union all select grain, cast(date_trunc(grain, day) as date), 'total', '', {figure}
            from day cross join (values ('week'), ('month'), ('quarter'), ('year')) as g (grain) group by all"""
        )
        connection.execute(
            f"create or replace table marts.channel as select period_start as month, {figure} as figure "
            "from marts.value where grain = 'month'"
        )
        connection.execute(
            f"""create or replace table marts.cohort as
            select cast(range as date) as cohort_month, {figure} as figure
            from range(date '2023-01-01', date '{today}', interval 1 month)"""
        )
        connection.execute("delete from meta.build")
        connection.execute(
            """insert into meta.build
                (run_id, business_date, is_complete, cut, definitions_hash, config_hash, models_hash)
            values ('run', ?, true, '{"lead": 1}', 'd', 'c', 'm')""",
            [today],
        )
        return connection

    yield build
    connection.close()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which two months were closed, the older one twice, the second time under other rules."""
    return made_once(tmp_path_factory, "two_months", close_two_months) / WAREHOUSE
