"""GA4 into raw: which days of a report are due, judged by what was read before, and taking them in answer by answer.

What the sources' failures do to a night belongs to `outcomes`; what is kept of GA4's quotas to `ga4_quota`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import duckdb

from pipelines.configuration.sources import Ga4
from pipelines.failures import KpiError, SourceUnavailable
from pipelines.ga4 import Ga4Source
from pipelines.ga4_answers import answer_arrival
from pipelines.ga4_arrivals import put_together
from pipelines.ga4_lookback import Window, default_start, windows_due
from pipelines.ga4_replies import UNDATED_PART
from pipelines.ga4_reports import REPORTS, Report
from pipelines.intake.ga4_quota import remember_quota
from pipelines.intake.ga4_readings import newest_flags, read_on, refuse_other_hours
from pipelines.intake.outcomes import Night, Outcome, is_away, remember_outcome, store_together
from pipelines.loads import Arrival, Stored

SOURCE = "ga4"
# Four months of a report at most are lost when the process is killed; a load costs as much as an answer.
ANSWERS_PER_LOAD = 4
# The flag of a load that says with which fields the report was asked for.
FIELDS = "fields_hash"


def due_windows(
    connection: duckdb.DuckDBPyConnection, report: Report, config: Ga4, business_date: date
) -> list[Window]:
    """The stretches of days of a report that this night has to read, oldest first."""
    return windows_due(
        _days_read(connection, report),
        business_date,
        config.start_date or default_start(business_date),
        report.look_back,
        config.lookback_days,
        config.weekly_lookback_days,
    )


def first_day_due(connection: duckdb.DuckDBPyConnection, config: Ga4, business_date: date) -> date:
    """The first day that any daily report has to read."""
    due = (due_windows(connection, report, config, business_date) for report in REPORTS)
    return min((windows[0][0] for windows in due if windows), default=business_date)


def take_in_report(
    connection: duckdb.DuckDBPyConnection,
    source: Callable[[], Ga4Source],
    report: Report,
    windows: Sequence[Window],
    night: Night,
    *,
    time_zone: str | None = None,
) -> Outcome:
    """Reads and stores one report with what GA4 said of it; not tried when GA4 already did not answer in this run.

    A few answers are a load in a transaction of its own: what came before a failure is stored and not read again, and a
    kill loses the answers of one load. `source` opens the property, which may fail too; `time_zone` is the zone that
    the property may have changed to.

    Raises:
        KpiError: the report failed and the company holds the night on failure.
    """
    if is_away(connection, SOURCE, night.run_id):
        return not_asked(connection, report.object, night)
    stored: list[Stored] = []
    try:
        opened = source()
        try:
            for arrival in _arrivals(connection, opened, report, windows, time_zone):
                stored += store_together(connection, SOURCE, night, [arrival, answer_arrival(report, arrival)])
        finally:
            remember_quota(connection, opened.quota, night)
    except KpiError as failure:
        outcome = Outcome(SOURCE, tuple(stored), failure)
        remember_outcome(connection, outcome, night)
        if night.hold_on_failure:
            raise
        return outcome
    outcome = Outcome(SOURCE, tuple(stored), None, _summary(report, stored))
    remember_outcome(connection, outcome, night)
    return outcome


def not_asked(connection: duckdb.DuckDBPyConnection, what: str, night: Night) -> Outcome:
    """Keeps that a report was left alone, because GA4 was away already."""
    why = "it was not asked for, because GA4 did not answer for another report"
    outcome = Outcome(SOURCE, (), SourceUnavailable(what, why, "run again later"))
    remember_outcome(connection, outcome, night)
    return outcome


def _arrivals(
    connection: duckdb.DuckDBPyConnection,
    source: Ga4Source,
    report: Report,
    windows: Sequence[Window],
    time_zone: str | None,
) -> Iterator[Arrival]:
    """The answers of GA4, a few at a time; the fields are checked when they are new."""
    said_before = newest_flags(connection, report.object)
    fields = report.asked
    if said_before.get(FIELDS) != fields:
        # GA4 reference §7: each report as a whole, never field by field
        source.check(report)

    def answers(window: Window) -> Iterator[Arrival]:
        nonlocal said_before
        for arrival in source.read(report, *window):
            refuse_other_hours(report.object, said_before, arrival.flags, time_zone)
            said_before = arrival.flags
            yield arrival

    for window in windows:
        for group in _groups(answers(window)):
            arrival = put_together(report, group)
            yield replace(arrival, flags={**arrival.flags, FIELDS: fields})


def _groups(answers: Iterator[Arrival]) -> Iterator[list[Arrival]]:
    """The answers a few at a time; when one fails, those before it come first."""
    failure = None
    group: list[Arrival] = []
    try:
        for answer in answers:
            group.append(answer)
            if len(group) == ANSWERS_PER_LOAD:
                yield group
                group = []
    except KpiError as error:
        failure = error
    if group:
        yield group
    if failure:
        raise failure


def _days_read(connection: duckdb.DuckDBPyConnection, report: Report) -> dict[date, date]:
    """The business date of the newest reading of each day; rows without a day say nothing of one."""
    parts = read_on(connection, report.object).items()
    return {date.fromisoformat(part): day for part, day in parts if part != UNDATED_PART}


def _summary(report: Report, stored: Sequence[Stored]) -> str:
    of_report = [one for one in stored if one.object == report.object]
    changed = sum(one.rows_new + one.rows_changed for one in of_report)
    refused = sum(one.parts_refused for one in of_report)
    return f"{report.object}: {changed} new or changed rows" + (f", {refused} parts refused" if refused else "")
