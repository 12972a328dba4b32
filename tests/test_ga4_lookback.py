"""Which days of GA4 are due: common nights, Mondays, gaps, the first run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pipelines.ga4_lookback import default_start, windows

START = date(2026, 1, 15)
TUESDAY = date(2026, 6, 9)
MONDAY = date(2026, 6, 8)


def due(business_date: date, last_read: date | None, start: date = START) -> dict[Any, tuple[int, int]]:
    """The windows as distances from the business date."""
    return {
        name: tuple((business_date - day).days for day in window)
        for name, window in windows(business_date, last_read, start).items()
    }


def test_a_common_night_reads_four_days_again() -> None:
    assert due(TUESDAY, TUESDAY - timedelta(days=2)) == {"nightly": (4, 1), "weekly": (4, 1), "monthly": (8, 1)}


def test_a_monday_night_reads_five_weeks_again_where_money_is_in_it() -> None:
    assert due(MONDAY, MONDAY - timedelta(days=2)) == {"nightly": (4, 1), "weekly": (35, 1), "monthly": (7, 1)}


def test_a_second_run_on_a_day_reads_the_same_as_the_first() -> None:
    for morning in (MONDAY, TUESDAY):
        assert due(morning, morning - timedelta(days=1)) == due(morning, morning - timedelta(days=2))


def test_after_a_gap_everything_is_read_that_the_missed_runs_would_have_read() -> None:
    # the last run was on Friday; Saturday's would have begun four days before it
    friday = date(2026, 6, 5)
    sunday = date(2026, 6, 7)
    assert due(sunday, friday - timedelta(days=1))["weekly"] == (5, 1)


def test_a_missed_monday_is_made_up_on_the_next_morning() -> None:
    assert due(TUESDAY, MONDAY - timedelta(days=2))["weekly"] == (36, 1)


def test_the_first_run_reads_everything_since_the_start() -> None:
    assert windows(TUESDAY, None, START) == {
        "nightly": (START, MONDAY),
        "weekly": (START, MONDAY),
        "monthly": (date(2026, 1, 1), MONDAY),
    }


def test_nothing_before_the_start_is_read() -> None:
    assert windows(MONDAY, MONDAY - timedelta(days=2), MONDAY - timedelta(days=3))["weekly"][0] == date(2026, 6, 5)


def test_nothing_is_due_before_the_start_is_over() -> None:
    assert windows(START, None, START) == {}


def test_the_default_start_is_fourteen_months_before_the_first_runs_month() -> None:
    assert default_start(date(2026, 11, 6)) == date(2025, 9, 1)
