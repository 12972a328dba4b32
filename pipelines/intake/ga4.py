"""GA4 into raw: which days of a report are due, judged by what was read before, and taking them in."""

from __future__ import annotations

from datetime import date

import duckdb

from pipelines.configuration.sources import Ga4
from pipelines.failures import SourceUnavailable
from pipelines.ga4 import Ga4Source
from pipelines.ga4_lookback import Window, default_start, windows
from pipelines.ga4_reports import REPORTS, Report
from pipelines.intake.outcomes import Night, Outcome, is_away, remember_outcome, take_in

SOURCE = "ga4"


def due_window(
    connection: duckdb.DuckDBPyConnection, report: Report, config: Ga4, business_date: date
) -> Window | None:
    """First and last day of a report that this night has to read; None when nothing is due."""
    ((last_read,),) = connection.execute(
        "select max(window_to) from meta.load where object = ?", [report.object]
    ).fetchall()
    start = config.start_date or default_start(business_date)
    return windows(business_date, last_read, start, config.lookback_days, config.weekly_lookback_days).get(
        report.look_back
    )


def first_day_due(connection: duckdb.DuckDBPyConnection, config: Ga4, business_date: date) -> date:
    """The first day that any daily report has to read: where the longest look-back of the night begins."""
    found = (due_window(connection, report, config, business_date) for report in REPORTS if not report.is_monthly)
    return min((window[0] for window in found if window), default=business_date)


def take_in_report(
    connection: duckdb.DuckDBPyConnection, source: Ga4Source, report: Report, window: Window, night: Night
) -> Outcome:
    """Reads and stores one report; not tried when GA4 already did not answer in this run.

    Raises:
        KpiError: the report failed and the company holds the night on failure.
    """
    if is_away(connection, SOURCE, night.run_id):
        why = "it was not asked for, because GA4 did not answer for another report"
        outcome = Outcome(SOURCE, (), SourceUnavailable(report.object, why, "run again later"))
        remember_outcome(connection, outcome, night)
        return outcome
    return take_in(connection, SOURCE, night, lambda: [source.read(report, *window)])
