"""Derived GA4 requests into raw: which of their periods are due, and taking them in a few requests at a time.

What is stored stays stored: a night that a spent quota cuts off goes on where it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import duckdb

from pipelines.configuration.sources import Ga4
from pipelines.ga4 import Ga4Source
from pipelines.ga4_answers import period_answers
from pipelines.ga4_forms import OBJECT, Period, PeriodReport
from pipelines.ga4_lookback import Window, default_start
from pipelines.ga4_period_reading import read_periods, said_together, whole_night
from pipelines.ga4_periods import Asked, Question, old_enough, periods_between, questions
from pipelines.intake.ga4 import SOURCE, not_asked
from pipelines.intake.ga4_quota import remember_quota
from pipelines.intake.ga4_readings import newest_flags, read_on, refuse_other_hours
from pipelines.intake.outcomes import Night, Outcome, is_away, take_in
from pipelines.loads import Arrival

ONE_DAY = timedelta(days=1)
# So many requests are stored in one transaction: what a broken night loses at most.
QUESTIONS_AT_A_TIME = 20


def due_questions(
    connection: duckdb.DuckDBPyConnection, reports: Sequence[PeriodReport], config: Ga4, business_date: date
) -> list[Question]:
    """What this night has to ask: periods never read, and those that were too young to be complete when last read."""
    start, yesterday = config.start_date or default_start(business_date), business_date - ONE_DAY
    last_readings, asked_as = read_on(connection, OBJECT), _asked_as(connection)

    def is_due(report: PeriodReport, period: Period) -> bool:
        last_read = last_readings.get(report.part(period))
        if last_read is None or asked_as.get(report.part(period)) != report.asked:
            return True
        # GA4 reference §9: a day is complete after three more; every night since then had the last days in reach
        next_night = min(business_date, last_read + ONE_DAY)
        return (next_night - report.counted_until(period)).days <= config.lookback_days

    known = old_enough(_between(reports, start, yesterday), yesterday)
    return list(questions(pair for pair in known if is_due(*pair)))


def asked_questions(reports: Sequence[PeriodReport], window: Window, business_date: date) -> list[Question]:
    """Every period that holds a day of a window that a person named, as far as it is over."""
    last_day = business_date - ONE_DAY
    touched = _between(reports, window[0], min(window[1], last_day))
    # a period is counted over all of its days, also over those behind the window
    whole = ((report, _whole(period, last_day)) for report, period in touched)
    return list(questions(old_enough(whole, last_day)))


def take_in_periods(
    connection: duckdb.DuckDBPyConnection,
    source: Callable[[], Ga4Source],
    asked: Sequence[Question],
    night: Night,
    *,
    time_zone: str | None = None,
    is_whole_night: bool = True,
) -> list[Outcome]:
    """Reads and stores the questions, a few at a time; the first failure ends it.

    `source` opens the property, which may fail too; `time_zone` is the zone that the property may have changed to.
    Only a night that came to its end, and was not told what to ask, has read all that may have changed.

    Raises:
        KpiError: a request failed and the company holds the night on failure.
    """
    if asked and is_away(connection, SOURCE, night.run_id):
        return [not_asked(connection, OBJECT, night)]
    outcomes: list[Outcome] = []
    checked = set(_asked_as(connection).values())
    for first in range(0, len(asked), QUESTIONS_AT_A_TIME):
        group = asked[first : first + QUESTIONS_AT_A_TIME]

        def read(group: Sequence[Question] = group) -> list[Arrival]:
            opened = source()
            try:
                _check_new_fields(opened, group, checked)
                arrival = read_periods(opened, group)
            finally:
                remember_quota(connection, opened.quota, night)
            said = said_together(arrival)
            refuse_other_hours(OBJECT, newest_flags(connection, OBJECT), said, time_zone)
            return [replace(arrival, flags=said), period_answers(arrival)]

        outcomes.append(take_in(connection, SOURCE, night, read))
        if outcomes[-1].failure:
            return outcomes
    if is_whole_night:
        outcomes.append(take_in(connection, SOURCE, night, lambda: [whole_night()]))
    return outcomes


def _check_new_fields(source: Ga4Source, group: Sequence[Question], checked: set[str]) -> None:
    """GA4 reference §7: each report as a whole, once before it is read for the first time."""
    for report in (question.report for question in group):
        if report.asked not in checked:
            source.check(report)
            checked.add(report.asked)


def _between(reports: Sequence[PeriodReport], first: date, last: date) -> Iterator[Asked]:
    for report in reports:
        yield from ((report, period) for period in periods_between(report.grain, first, last))


def _whole(period: Period, last_day: date) -> Period:
    return next(periods_between(period.grain, period.first_day, last_day))


def _asked_as(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """For every part the hash of what it was asked for last."""
    return dict(connection.execute("select part, arg_max(asked, load_id) from raw.ga4_answer group by part").fetchall())
