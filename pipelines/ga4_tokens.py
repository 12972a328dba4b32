"""What a request will probably cost in GA4 tokens: a rough price, interpolated from four recorded ones.

What requests really cost is told by GA4 with every answer; that is kept by the intake.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pipelines.ga4_forms import PeriodReport
from pipelines.ga4_lookback import DEFAULT_LOOKBACK_DAYS, Window
from pipelines.ga4_periods import Question, old_enough, periods_between, questions

LONGEST_MONTH = 31


def estimated_tokens(dimensions: int, metrics: int, days: int) -> int:
    """GA4 reference §6: 1 for a short narrow report, 2 for 1 x 10 fields, 4 for 9 x 10, 7 for 1 x 1 over 365 days."""
    fields = metrics / 10 + max(dimensions - 1, 0) * metrics / 40
    return round(1 + fields + days / 61)


def tokens_of(question: Question) -> int:
    """The probable price of one derived request."""
    report = question.report
    days = sum(_days(span) + report.followed_days for span in question.ranges)
    return estimated_tokens(len(report.dimensions), len(report.metrics), days)


def usual_night(
    reports: Sequence[PeriodReport], today: date, lookback_days: int = DEFAULT_LOOKBACK_DAYS
) -> list[Question]:
    """The derived requests of a night that follows a night, and those of cohorts, which few nights of a month ask."""
    last = today - timedelta(days=1)

    def first(report: PeriodReport) -> date:
        followed = report.followed_days + LONGEST_MONTH if report.followed_days else 0
        return today - timedelta(days=lookback_days + followed)

    pairs = ((report, period) for report in reports for period in periods_between(report.grain, first(report), last))
    return list(questions(old_enough(pairs, last)))


def _days(span: Window) -> int:
    return (span[1] - span[0]).days + 1
