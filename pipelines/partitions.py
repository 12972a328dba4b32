"""The days of the GA4 reports as Dagster partitions, and how a run is told which of them to read.

A night names the longest look-back as its range and each report narrows it to its own; a backfill reads exactly the
days it names. What is due is decided in `intake`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import dagster as dg

from pipelines.failures import SourceUnavailable, WrongUse
from pipelines.ga4_lookback import Window, default_start, usual_first_day
from pipelines.intake import first_day_due
from pipelines.runtime import Runtime, prepare_warehouse

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
ONE_DAY = "dagster/partition"
NIGHT = "kpi/night"
# The days of the range in words, because the UI hides the tags of Dagster itself.
DAYS = "kpi/days"
# The one month that a person asked to close.
ASKED_MONTH = "kpi/month"
YEARS_BACK = 2
LOOK_SECONDS = 1.0


def days(runtime: Runtime) -> dg.DailyPartitionsDefinition:
    """The days that can be read: up to yesterday, in the company's zone."""
    today = runtime.business_date
    # a whole number of years, so that the days of the UI do not shift every night
    first = runtime.config.sources.ga4.start_date or date(default_start(today).year - YEARS_BACK, 1, 1)
    is_fixed = runtime.settings.today is not None or runtime.is_demo
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(),
        end_date=today.isoformat() if is_fixed else None,
        timezone=runtime.config.company.time_zone,
    )


def night_tags(runtime: Runtime) -> dict[str, str]:
    """Tags of a nightly run: everything that is due, judged by what the warehouse has.

    While another run has the warehouse the usual night is named instead: what is read is decided by the run itself.
    """
    ga4 = runtime.config.sources.ga4
    if not ga4.enabled:
        return {NIGHT: "1"}
    try:
        with runtime.warehouse.opened(purpose="looking up what is due", wait_seconds=LOOK_SECONDS) as connection:
            prepare_warehouse(connection, runtime)
            first = first_day_due(connection, ga4, runtime.business_date)
    except SourceUnavailable:
        return usual_night_tags(runtime)
    return _night_since(first, runtime.business_date)


def usual_night_tags(runtime: Runtime) -> dict[str, str]:
    """Tags of a night that follows a night: the configured look-back, without opening the warehouse.

    For the schedule, whose tick must not be lost to a lock. After a gap the run reads more than its range says.
    """
    ga4, today = runtime.config.sources.ga4, runtime.business_date
    if not ga4.enabled:
        return {NIGHT: "1"}
    start = ga4.start_date or default_start(today)
    return _night_since(usual_first_day(today, start, ga4.lookback_days, ga4.weekly_lookback_days), today)


def backfill_tags(runtime: Runtime, first: date, last: date) -> dict[str, str]:
    """Tags of a run that reads exactly these days again.

    Raises:
        WrongUse: the days are no window, or lie outside what can be read.
    """
    known = days(runtime)
    earliest = date.fromisoformat(known.get_first_partition_key() or str(first))
    latest = runtime.business_date - timedelta(days=1)
    if not earliest <= first <= last <= latest:
        why = f"{first} to {last} is not within {earliest} to {latest}"
        raise WrongUse("--from and --to", why, "give two days in order that are over; ga4.start_date sets the first")
    return {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}


def _night_since(first: date, today: date) -> dict[str, str]:
    last = today - timedelta(days=1)
    return {NIGHT: "1", RANGE_START: min(first, last).isoformat(), RANGE_END: last.isoformat()}


def asked_window(tags: Mapping[str, str]) -> Window | None:
    """The days that a run was told to read; None when each report is to read what is due."""
    return None if NIGHT in tags else _named_window(tags)


def tag_with_days(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Says on a run which days it names, whoever started it: a night, the command line or a backfill of the UI."""
    window = _named_window(run.tags)
    if window:
        first, last = window
        instance.add_run_tags(run.run_id, {DAYS: f"{first}" if first == last else f"{first} to {last}"})


def _named_window(tags: Mapping[str, str]) -> Window | None:
    first, last = tags.get(RANGE_START, tags.get(ONE_DAY)), tags.get(RANGE_END, tags.get(ONE_DAY))
    return (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None
