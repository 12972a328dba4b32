"""What a version holds, and that nothing changes it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb
import pytest
from small_month import WHOLE, Build

from pipelines.failures import DataFailed, WrongUse
from pipelines.snapshots import BY_HAND, Due, breaks, close_month, content_hash
from pipelines.stored_texts import Recipe, recipe_hash, remember_texts, texts_of
from pipelines.tables import Table, read_table

JANUARY, DECEMBER = Due(date(2026, 1, 1), BY_HAND), Due(date(2025, 12, 1), BY_HAND)


def frozen(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> list[tuple[str, date, int]]:
    return connection.execute(
        """select grain, min(period_start), count(*) from snapshots.value
        where snapshot_id = ? group by grain order by grain""",
        [snapshot_id],
    ).fetchall()


def test_a_month_freezes_its_days_in_total_and_the_periods_that_end_in_it(
    build_of: Build, tables: Mapping[str, Table]
) -> None:
    connection = build_of("2026-02-05")
    close_month(connection, tables, JANUARY, run_id="run")
    assert frozen(connection, "2026-01-v1") == [("day", date(2026, 1, 1), 31), ("month", date(2026, 1, 1), 1)]


def test_december_freezes_its_quarter_and_its_year_too(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-02-05")
    close_month(connection, tables, DECEMBER, run_id="run")
    assert frozen(connection, "2025-12-v1") == [
        ("day", date(2025, 12, 1), 31),
        ("month", date(2025, 12, 1), 1),
        ("quarter", date(2025, 10, 1), 1),
        ("year", date(2025, 1, 1), 1),
    ]


def test_cohorts_reach_24_months_back(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-02-05")
    close_month(connection, tables, JANUARY, run_id="run")
    reach = connection.execute("select min(cohort_month), max(cohort_month) from snapshots.cohort").fetchall()
    assert reach == [(date(2024, 1, 1), date(2026, 1, 1))]


def test_a_later_version_leaves_the_earlier_one_as_it_was(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-02-05")
    first = close_month(connection, tables, JANUARY, run_id="run")
    second = close_month(build_of("2026-03-07"), tables, JANUARY, run_id="run")
    assert (first.version, second.version) == (1, 2)
    assert first.content_sha256 != second.content_sha256
    stored = dict(connection.execute("select snapshot_id, content_sha256 from snapshots.snapshot").fetchall())
    for snapshot_id, sha256 in stored.items():
        assert content_hash(connection, tables, snapshot_id) == sha256


def test_a_frozen_row_that_is_changed_by_other_hands_no_longer_has_its_hash(
    build_of: Build, tables: Mapping[str, Table]
) -> None:
    connection = build_of("2026-02-05")
    made = close_month(connection, tables, JANUARY, run_id="run")
    connection.execute("update snapshots.value set figure = figure + 1 where period_start = '2026-01-17'")
    assert content_hash(connection, tables, made.snapshot_id) != made.content_sha256


def test_a_month_that_is_not_over_is_refused(build_of: Build, tables: Mapping[str, Table]) -> None:
    with pytest.raises(WrongUse, match="it is not over on 2026-01-31"):
        close_month(build_of("2026-01-31"), tables, JANUARY, run_id="run")


def test_a_clock_that_was_set_back_is_refused(build_of: Build, tables: Mapping[str, Table]) -> None:
    close_month(build_of("2026-02-10"), tables, JANUARY, run_id="run")
    with pytest.raises(WrongUse, match="its newest version is of 2026-02-10"):
        close_month(build_of("2026-02-09"), tables, JANUARY, run_id="run")


def test_an_incomplete_build_freezes_nothing(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-02-05")
    connection.execute("update meta.build set is_complete = false")
    with pytest.raises(DataFailed, match="the last build is not complete"):
        close_month(connection, tables, JANUARY, run_id="run")
    assert connection.execute("select count(*) from snapshots.snapshot").fetchall() == [(0,)]


def test_a_month_without_a_row_freezes_nothing(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-02-05")
    with pytest.raises(DataFailed, match="holds no row"):
        close_month(connection, tables, Due(date(2020, 1, 1), BY_HAND), run_id="run")
    assert connection.execute("select count(*) from snapshots.value").fetchall() == [(0,)]


def with_words(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> dict[str, Table]:
    """A build of a newer release, in which a table of words goes with every month."""
    word = read_table(WHOLE, "a test")
    grown = {**tables, word.name: word}
    remember_texts(connection, texts_of(Recipe(grown, "select 1"), (), recipe_hash("m2", "c", "d")))
    connection.execute("create schema reference")
    connection.execute(word.statement())
    connection.execute("update meta.build set models_hash = 'm2'")
    return grown


def test_a_table_that_goes_with_every_month_is_frozen_as_it_stands(
    build_of: Build, tables: Mapping[str, Table]
) -> None:
    connection = build_of("2026-02-05")
    close_month(connection, with_words(connection, tables), JANUARY, run_id="run")
    connection.execute("update reference.word set word = 'prospect'")
    assert connection.execute("select * from snapshots.word").fetchall() == [("2026-01-v1", "lead")]


def test_a_table_that_goes_with_every_month_does_not_make_a_month(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-02-05")
    with pytest.raises(DataFailed, match="holds no row"):
        close_month(connection, with_words(connection, tables), Due(date(2020, 1, 1), BY_HAND), run_id="run")


def test_a_build_of_an_earlier_release_is_frozen_by_its_own_texts(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-02-05")
    grown = with_words(connection, tables)
    connection.execute("update meta.build set models_hash = 'm'")
    close_month(connection, grown, JANUARY, run_id="run")
    assert list(breaks(connection)) == []
    assert connection.execute("select * from snapshots.word").fetchall() == []


def test_the_checks_of_the_build_are_frozen_with_it(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-02-05")
    connection.execute(
        """insert into meta.check_result (table_name, check_name, severity, passed, figure)
        values ('marts.value', 'sums', 'warning', false, 3)"""
    )
    close_month(connection, tables, JANUARY, run_id="run")
    connection.execute("delete from meta.check_result")
    assert connection.execute("select snapshot_id, check_name, figure from snapshots.check_result").fetchall() == [
        ("2026-01-v1", "sums", 3)
    ]
