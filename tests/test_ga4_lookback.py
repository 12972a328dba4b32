"""Which days of GA4 are due: common nights, Mondays, gaps, the first run, runs that broke off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from pipelines.ga4_lookback import Window, default_start, usual_first_day, windows_due
from pipelines.ga4_reports import LookBack

START = date(2026, 1, 15)
TUESDAY = date(2026, 6, 9)
MONDAY = date(2026, 6, 8)
FRIDAY, SUNDAY = MONDAY - timedelta(days=3), MONDAY - timedelta(days=1)


def nights_until(last_night: date, look_back: LookBack, start: date = START) -> dict[date, date]:
    """When each day was read last after one night a day, up to and including `last_night`."""
    read_on: dict[date, date] = {}
    night = start + timedelta(days=1)
    while night <= last_night:
        for first, last in windows_due(read_on, night, start, look_back):
            read_on |= {first + timedelta(days=number): night for number in range((last - first).days + 1)}
        night += timedelta(days=1)
    return read_on


def due(
    business_date: date, read_on: Mapping[date, date], look_back: LookBack, start: date = START
) -> list[tuple[int, int]]:
    """The windows as distances from the business date."""
    windows = windows_due(read_on, business_date, start, look_back)
    return [((business_date - first).days, (business_date - last).days) for first, last in windows]


@pytest.mark.parametrize(
    ("business_date", "nightly", "weekly"), [(TUESDAY, [(4, 1)], [(4, 1)]), (MONDAY, [(4, 1)], [(35, 1)])]
)
def test_a_night_after_a_night_reads_four_days_again_and_on_a_monday_five_weeks_where_money_is_in_it(
    business_date: date, nightly: list[tuple[int, int]], weekly: list[tuple[int, int]]
) -> None:
    yesterday = business_date - timedelta(days=1)
    assert due(business_date, nights_until(yesterday, "nightly"), "nightly") == nightly
    assert due(business_date, nights_until(yesterday, "weekly"), "weekly") == weekly


def test_a_second_run_on_a_day_reads_what_may_have_grown_since_the_first() -> None:
    for morning in (MONDAY, TUESDAY):
        assert due(morning, nights_until(morning, "nightly"), "nightly") == [(4, 1)]
        # the weeks that were read this morning are not read again
        assert due(morning, nights_until(morning, "weekly"), "weekly") == [(4, 1)]


def test_after_a_gap_everything_is_read_that_the_missed_nights_would_have_read() -> None:
    # Saturday's night would have begun four days before it
    assert due(SUNDAY, nights_until(FRIDAY, "nightly"), "nightly") == [(5, 1)]
    assert due(SUNDAY, nights_until(FRIDAY, "weekly"), "weekly") == [(5, 1)]


def test_a_missed_monday_is_made_up_on_the_next_morning() -> None:
    assert due(TUESDAY, nights_until(SUNDAY, "weekly"), "weekly") == [(36, 1)]


def test_the_first_run_reads_everything_since_the_start() -> None:
    assert windows_due({}, TUESDAY, START, "nightly") == [(START, MONDAY)]


def test_a_run_that_broke_off_goes_on_with_the_days_that_it_had_not_stored() -> None:
    half = {START + timedelta(days=number): MONDAY for number in range(60)}

    assert windows_due(half, MONDAY, START, "weekly") == [(START + timedelta(days=60), SUNDAY)]
    assert windows_due(half, TUESDAY, START, "weekly") == [(START + timedelta(days=60), MONDAY)]


def test_days_that_somebody_read_in_between_split_what_is_due() -> None:
    asked = {date(2026, 3, number): TUESDAY for number in range(1, 11)}

    assert windows_due(asked, TUESDAY, START, "nightly") == [
        (START, date(2026, 2, 28)),
        (date(2026, 3, 11), MONDAY),
    ]


def test_a_day_that_was_read_while_it_was_young_is_read_again_however_old_it_is_by_now() -> None:
    read_on = nights_until(MONDAY, "nightly") | {MONDAY - timedelta(days=30): MONDAY - timedelta(days=28)}

    assert due(TUESDAY, read_on, "nightly") == [(31, 31), (4, 1)]


def test_nothing_before_the_start_is_read() -> None:
    start = MONDAY - timedelta(days=3)
    assert due(MONDAY, nights_until(SUNDAY, "weekly", start), "weekly", start) == [(3, 1)]


def test_nothing_is_due_before_the_start_is_over() -> None:
    assert windows_due({}, START, START, "nightly") == []


@pytest.mark.parametrize("night", [MONDAY, TUESDAY])
def test_the_usual_first_day_is_where_a_night_after_a_night_begins(night: date) -> None:
    read_on = nights_until(night - timedelta(days=1), "weekly")
    windows: list[Window] = windows_due(read_on, night, START, "weekly")

    assert usual_first_day(night, START, 4, 35) == windows[0][0]
    assert usual_first_day(night, night - timedelta(days=2), 4, 35) == night - timedelta(days=2)


def test_the_default_start_is_fourteen_months_before_the_first_runs_month() -> None:
    assert default_start(date(2026, 11, 6)) == date(2025, 9, 1)
