"""Which days of GA4 a night reads: nights follow nights, whatever a person asked for in between."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from nightly import new_warehouse, running_company

from pipelines.configuration.sources import Ga4
from pipelines.failures import DataFailed, WrongUse
from pipelines.ga4_reports import REPORTS
from pipelines.intake import Night, due_window, failures_of, take_in_report, whole_months

BY_NAME = {report.name: report for report in REPORTS}
CHANNELS, COSTS, USERS = BY_NAME["channel_day"], BY_NAME["cost_day"], BY_NAME["users_month"]
START = date(2026, 5, 1)


def remember(connection: duckdb.DuckDBPyConnection, first: str, last: str, **flags: bool) -> None:
    connection.execute(
        "insert into meta.load (object, window_from, window_to, flags) values ('ga4.channel_day', ?, ?, ?)",
        [first, last, json.dumps(flags)],
    )


def due(connection: duckdb.DuckDBPyConnection, today: str, start: date = START) -> tuple[date, date] | None:
    return due_window(connection, CHANNELS, Ga4(start_date=start), date.fromisoformat(today))


def test_the_first_night_reads_everything_even_after_days_that_a_person_asked_for(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    remember(warehouse, "2026-06-10", "2026-06-19", asked_for=True)
    assert due(warehouse, "2026-06-20") == (START, date(2026, 6, 19))


def test_nights_that_were_missed_are_made_up_although_a_person_read_some_later_days(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    remember(warehouse, "2026-05-01", "2026-06-01")
    remember(warehouse, "2026-06-18", "2026-06-19", asked_for=True)
    first, last = due(warehouse, "2026-06-20") or (None, None)
    assert first is not None and first <= date(2026, 6, 2)
    assert last == date(2026, 6, 19)


def test_a_start_that_is_set_earlier_is_read_from_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    remember(warehouse, "2026-05-01", "2026-06-19")
    assert due(warehouse, "2026-06-20") == (date(2026, 6, 16), date(2026, 6, 19))
    assert due(warehouse, "2026-06-20", start=date(2026, 3, 1)) == (date(2026, 3, 1), date(2026, 6, 19))


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        (("2026-03-05", "2026-03-10"), ("2026-03-01", "2026-03-31")),
        (("2026-02-20", "2026-04-02"), ("2026-02-01", "2026-04-30")),
        (("2026-06-18", "2026-06-19"), ("2026-06-01", "2026-06-19")),
    ],
)
def test_users_of_a_month_are_asked_for_over_all_of_its_days_that_are_over(
    asked: tuple[str, str], read: tuple[str, str]
) -> None:
    window = (date.fromisoformat(asked[0]), date.fromisoformat(asked[1]))
    expected = (date.fromisoformat(read[0]), date.fromisoformat(read[1]))
    assert whole_months(USERS, window, date(2026, 6, 20)) == expected
    assert whole_months(COSTS, window, date(2026, 6, 20)) == window


def test_a_sign_in_that_fails_is_the_sources_failure_and_not_the_end_of_the_night(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    def refused() -> object:
        raise WrongUse("GOOGLE_APPLICATION_CREDENTIALS", "there is no key file", "set it")

    night = Night("run", date(2026, 6, 20), hold_on_failure=False)
    outcome = take_in_report(warehouse, refused, CHANNELS, (START, START), night)  # type: ignore[arg-type]
    assert outcome.state == "failed"
    assert failures_of(warehouse, "run") == [("ga4", "GOOGLE_APPLICATION_CREDENTIALS: there is no key file: set it")]


def test_a_column_that_changed_its_type_is_a_failure_of_the_source_and_nothing_of_it_is_stored(
    tmp_path: Path,
) -> None:
    connection = new_warehouse()
    connection.execute("alter table raw.ga4_channel_day alter sessions type varchar")
    with running_company(tmp_path) as company:
        night = Night("run", company.truth.today, hold_on_failure=False)
        day = date(2026, 9, 1)
        outcome = take_in_report(connection, lambda: company.ga4, CHANNELS, (day, day), night)
    assert isinstance(outcome.failure, DataFailed) and "sessions was VARCHAR and is now BIGINT" in outcome.message
    assert connection.execute("select count(*) from meta.load").fetchall() == [(0,)]


def test_a_report_is_not_asked_for_when_ga4_did_not_answer_before_in_the_run(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("insert into meta.source_outcome (run_id, source, state) values ('run', 'ga4', 'unavailable')")

    def asked() -> object:
        raise AssertionError("it was asked")

    night = Night("run", date(2026, 6, 20), hold_on_failure=False)
    outcome = take_in_report(warehouse, asked, CHANNELS, (START, START), night)  # type: ignore[arg-type]
    assert "was not asked for" in outcome.message


def test_what_ga4_says_of_its_answer_is_kept_by_day(tmp_path: Path) -> None:
    connection = new_warehouse()
    with running_company(tmp_path) as company:
        night = Night("run", company.truth.today, hold_on_failure=False)
        window = (date(2026, 9, 1), date(2026, 9, 3))
        take_in_report(connection, lambda: company.ga4, CHANNELS, window, night)
    assert connection.execute("select report, period, is_sampled from raw.ga4_answer order by period").fetchall() == [
        ("channel_day", "2026-09-01", False),
        ("channel_day", "2026-09-02", False),
        ("channel_day", "2026-09-03", False),
    ]
