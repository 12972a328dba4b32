"""Which days of GA4 a night reads, judged by what the warehouse says was read, by whoever asked for it."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from pipelines.configuration.sources import Ga4
from pipelines.ga4_reports import REPORTS
from pipelines.intake import due_windows, first_day_due

SHOP = next(report for report in REPORTS if report.name == "shop_day")
START = date(2026, 5, 1)


def remember(
    connection: duckdb.DuckDBPyConnection,
    read_on: str,
    first: str,
    last: str,
    state: str = "accepted",
    name: str = SHOP.object,
    source: str = "ga4",
) -> int:
    """A load of the days from `first` to `last`; its number."""
    ((load_id,),) = connection.execute("select coalesce(max(load_id), 0) + 1 from meta.load").fetchall()
    connection.execute(
        "insert into meta.load (load_id, source, object, business_date) values (?, ?, ?, ?)",
        [load_id, source, name, read_on],
    )
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        connection.execute(
            "insert into meta.load_part (load_id, object, part, state) values (?, ?, ?, ?)",
            [load_id, name, str(day), state],
        )
        day += timedelta(days=1)
    return int(load_id)


def due(connection: duckdb.DuckDBPyConnection, today: str, start: date = START) -> list[tuple[str, str]]:
    windows = due_windows(connection, SHOP, Ga4(start_date=start), date.fromisoformat(today))
    return [(str(first), str(last)) for first, last in windows]


def test_the_first_night_reads_everything_but_the_days_that_a_person_read_when_they_were_complete(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    remember(warehouse, "2026-06-20", "2026-05-10", "2026-05-19")
    assert due(warehouse, "2026-06-20") == [("2026-05-01", "2026-05-09"), ("2026-05-20", "2026-06-19")]


def test_nights_that_were_missed_are_made_up_although_a_person_read_some_later_days(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    remember(warehouse, "2026-06-02", "2026-05-01", "2026-06-01")
    remember(warehouse, "2026-06-20", "2026-06-18", "2026-06-19")
    # Mondays have passed meanwhile, and money of five weeks before the first of them may have changed
    assert due(warehouse, "2026-06-20") == [("2026-05-04", "2026-06-19")]


def test_a_start_that_is_set_earlier_is_read_from_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    remember(warehouse, "2026-06-20", "2026-05-01", "2026-06-19")
    assert due(warehouse, "2026-06-20") == [("2026-06-16", "2026-06-19")]
    assert due(warehouse, "2026-06-20", start=date(2026, 3, 1)) == [
        ("2026-03-01", "2026-04-30"),
        ("2026-06-16", "2026-06-19"),
    ]


def test_an_unchanged_day_was_read_and_one_that_waits_refused_is_asked_for_until_it_has_recovered(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    remember(warehouse, "2026-06-20", "2026-05-01", "2026-06-19", state="unchanged")
    remember(warehouse, "2026-06-20", "2026-05-10", "2026-05-10", state="refused")
    assert due(warehouse, "2026-06-20") == [("2026-05-10", "2026-05-10"), ("2026-06-16", "2026-06-19")]
    remember(warehouse, "2026-06-21", "2026-05-10", "2026-05-10", state="unchanged")
    assert due(warehouse, "2026-06-20") == [("2026-06-16", "2026-06-19")]


def test_days_of_a_load_that_was_taken_back_are_read_as_if_it_had_never_come(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    remember(warehouse, "2026-06-20", "2026-05-01", "2026-05-31")
    taken_back = remember(warehouse, "2026-06-20", "2026-06-01", "2026-06-19")
    warehouse.execute("insert into meta.ruling (action, load_id) values ('retract', ?)", [taken_back])
    remember(warehouse, "2026-06-20", "2026-06-01", "2026-06-19", state="retracted", source="ruling")
    assert due(warehouse, "2026-06-20") == [("2026-06-01", "2026-06-19")]


def test_accepting_a_day_is_no_reading_of_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    remember(warehouse, "2026-06-20", "2026-05-01", "2026-06-19")
    owed = due(warehouse, "2026-06-24")
    remember(warehouse, "2026-06-24", "2026-06-19", "2026-06-19", source="ruling")
    assert due(warehouse, "2026-06-24") == owed == [("2026-05-18", "2026-06-23")]


def test_another_report_and_parts_that_are_no_days_say_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    remember(warehouse, "2026-06-20", "2026-05-01", "2026-06-19", name="ga4.day_total")
    warehouse.execute(
        "insert into meta.load (load_id, source, object, business_date) values (2, 'ga4', ?, '2026-06-20')",
        [SHOP.object],
    )
    warehouse.execute("insert into meta.load_part (load_id, object, part) values (2, ?, '(other)')", [SHOP.object])
    assert due(warehouse, "2026-06-20") == [("2026-05-01", "2026-06-19")]


def test_a_night_begins_with_the_earliest_day_that_any_report_lacks(warehouse: duckdb.DuckDBPyConnection) -> None:
    today, config = date(2026, 6, 20), Ga4(start_date=START)
    for report in REPORTS:
        remember(warehouse, "2026-06-20", "2026-05-01", "2026-06-19", name=report.object)
    assert first_day_due(warehouse, config, today) == date(2026, 6, 16)
    warehouse.execute("delete from meta.load_part where object = 'ga4.cost_day' and part = '2026-05-30'")
    assert first_day_due(warehouse, config, today) == date(2026, 5, 30)
