"""When a month is frozen: on its close days, once when it was over before anything was loaded, never twice a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb
import pytest
from small_month import Build

from pipelines.failures import WrongUse
from pipelines.snapshots import close_month, month_of, months_due
from pipelines.tables import Table

CLOSE_DAYS = (5, 35)


def run(build_of: Build, tables: Mapping[str, Table], today: str) -> list[tuple[str, str]]:
    """Closes what is due on a morning; answers with the versions and their notes."""
    connection = build_of(today)
    due = months_due(connection, tables, CLOSE_DAYS, date.fromisoformat(today))
    return [(close_month(connection, tables, one, run_id=today).snapshot_id, one.note) for one in due]


def test_months_that_were_over_before_the_first_load_are_frozen_once_and_noted(
    build_of: Build, tables: Mapping[str, Table]
) -> None:
    assert run(build_of, tables, "2026-01-10") == [("2025-11-v1", "backfilled"), ("2025-12-v1", "backfilled")]
    assert run(build_of, tables, "2026-02-04") == []


def test_a_month_is_frozen_on_day_5_and_again_on_day_35(build_of: Build, tables: Mapping[str, Table]) -> None:
    run(build_of, tables, "2026-01-10")
    days = ("2026-02-04", "2026-02-05", "2026-02-05", "2026-02-06", "2026-03-04", "2026-03-05", "2026-03-07")
    assert [run(build_of, tables, day) for day in days] == [
        [],
        [("2026-01-v1", "day 5")],
        [],
        [],
        [],
        [("2026-02-v1", "day 5")],
        [("2026-01-v2", "day 35")],
    ]


def test_a_missed_close_is_made_up_by_the_next_run(build_of: Build, tables: Mapping[str, Table]) -> None:
    run(build_of, tables, "2026-01-10")
    assert run(build_of, tables, "2026-02-20") == [("2026-01-v1", "day 5")]


def test_two_missed_closes_make_one_version_because_there_is_one_build(
    build_of: Build, tables: Mapping[str, Table]
) -> None:
    run(build_of, tables, "2026-01-10")
    assert run(build_of, tables, "2026-03-20") == [("2026-01-v1", "day 35"), ("2026-02-v1", "day 5")]
    assert run(build_of, tables, "2026-03-21") == []


def test_the_close_days_of_a_month_that_ends_a_year_fall_in_the_next(
    build_of: Build, tables: Mapping[str, Table]
) -> None:
    assert run(build_of, tables, "2026-01-04") == [("2025-11-v1", "backfilled")]
    assert run(build_of, tables, "2026-01-05") == [("2025-12-v1", "backfilled")]


def test_nothing_is_due_while_nothing_was_built(tables: Mapping[str, Table], build_of: Build) -> None:
    connection: duckdb.DuckDBPyConnection = build_of("2026-01-10")
    connection.execute("delete from marts.channel")
    assert months_due(connection, tables, CLOSE_DAYS, date(2026, 1, 10)) == []


@pytest.mark.parametrize("text", ["2026-13", "2026", "march", "2026-1-1", ""])
def test_a_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WrongUse, match="write year and month"):
        month_of(text)


def test_a_build_that_is_older_than_the_close_day_is_not_frozen_again_and_again(
    build_of: Build, tables: Mapping[str, Table]
) -> None:
    run(build_of, tables, "2026-01-10")
    connection = build_of("2026-02-04")
    for today in (date(2026, 2, 5), date(2026, 2, 6), date(2026, 2, 7)):
        assert months_due(connection, tables, CLOSE_DAYS, today) == []


def test_a_month_without_any_row_is_passed_over(build_of: Build, tables: Mapping[str, Table]) -> None:
    connection = build_of("2026-01-10")
    connection.execute("insert into marts.channel values ('2000-01-01', 1)")
    due = [one.month for one in months_due(connection, tables, CLOSE_DAYS, date(2026, 1, 10))]
    assert due == [date(2000, 1, 1), date(2025, 11, 1), date(2025, 12, 1)]


def test_months_that_were_over_before_wait_until_every_source_could_be_read(
    build_of: Build, tables: Mapping[str, Table]
) -> None:
    connection = build_of("2026-01-10")
    connection.execute("insert into meta.source_outcome (run_id, source, state) values ('run', 'ga4', 'unavailable')")
    assert months_due(connection, tables, CLOSE_DAYS, date(2026, 1, 10)) == []
    connection.execute("update meta.source_outcome set state = 'read'")
    assert len(months_due(connection, tables, CLOSE_DAYS, date(2026, 1, 10))) == 2
