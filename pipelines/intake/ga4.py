"""GA4 into raw: which days of a report are due, judged by what was read before, and taking them in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import duckdb

from pipelines.configuration.sources import Ga4
from pipelines.failures import SourceUnavailable
from pipelines.ga4 import Ga4Source
from pipelines.ga4_answers import answer_arrival
from pipelines.ga4_lookback import Window, default_start, windows
from pipelines.ga4_reports import REPORTS, Report
from pipelines.intake.outcomes import Night, Outcome, is_away, remember_outcome, take_in
from pipelines.loads import Arrival

SOURCE = "ga4"
# The flag of a load whose days a person named.
ASKED_FOR = "asked_for"


def due_window(
    connection: duckdb.DuckDBPyConnection, report: Report, config: Ga4, business_date: date
) -> Window | None:
    """First and last day of a report that this night has to read; None when nothing is due.

    Only nights count as earlier reads: days that a person asked for say nothing about those before them.
    """
    start = config.start_date or default_start(business_date)
    nights = [
        (first, last)
        for first, last, flags in connection.execute(
            "select window_from, window_to, flags from meta.load where object = ? and window_to is not null",
            [report.object],
        ).fetchall()
        if not json.loads(flags).get(ASKED_FOR)
    ]
    # a start that was set earlier since then has days before it that were never read
    is_complete = bool(nights) and min(first for first, _ in nights) <= start
    last_read = max(last for _, last in nights) if is_complete else None
    return windows(business_date, last_read, start, config.lookback_days, config.weekly_lookback_days).get(
        report.look_back
    )


def whole_months(report: Report, window: Window, business_date: date) -> Window:
    """The window as the report can take it: users of a month are counted over all of its days that are over."""
    if not report.is_monthly:
        return window
    following = (window[1].replace(day=1) + timedelta(days=32)).replace(day=1)
    return window[0].replace(day=1), min(following, business_date) - timedelta(days=1)


def first_day_due(connection: duckdb.DuckDBPyConnection, config: Ga4, business_date: date) -> date:
    """The first day that any daily report has to read: where the longest look-back of the night begins."""
    found = (due_window(connection, report, config, business_date) for report in REPORTS if not report.is_monthly)
    return min((window[0] for window in found if window), default=business_date)


def take_in_report(
    connection: duckdb.DuckDBPyConnection,
    source: Callable[[], Ga4Source],
    report: Report,
    window: Window,
    night: Night,
    *,
    is_asked_for: bool = False,
) -> Outcome:
    """Reads and stores one report with what GA4 said of it; not tried when GA4 already did not answer in this run.

    `source` opens the property, which may fail too; `is_asked_for` marks days that a person named.

    Raises:
        KpiError: the report failed and the company holds the night on failure.
    """
    if is_away(connection, SOURCE, night.run_id):
        why = "it was not asked for, because GA4 did not answer for another report"
        outcome = Outcome(SOURCE, (), SourceUnavailable(report.object, why, "run again later"))
        remember_outcome(connection, outcome, night)
        return outcome

    def read() -> list[Arrival]:
        arrival = source().read(report, *window)
        flags = {**arrival.flags, **({ASKED_FOR: True} if is_asked_for else {})}
        return [replace(arrival, flags=flags), answer_arrival(report, arrival)]

    return take_in(connection, SOURCE, night, read)
