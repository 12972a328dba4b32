"""Which days of which look-back class are due on a business date: pure arithmetic on dates.

What was read before is the caller's knowledge; what a class contains is said by `ga4_reports`.
"""

from __future__ import annotations

from datetime import date, timedelta

from pipelines.ga4_reports import LookBack

MONDAY = 0
DEFAULT_LOOKBACK_DAYS = 4
DEFAULT_WEEKLY_LOOKBACK_DAYS = 35
MONTHS_BEFORE_FIRST_RUN = 14

Window = tuple[date, date]


def windows(
    business_date: date,
    last_read: date | None,
    start: date,
    lookback_days: int = DEFAULT_LOOKBACK_DAYS,
    weekly_lookback_days: int = DEFAULT_WEEKLY_LOOKBACK_DAYS,
) -> dict[LookBack, Window]:
    """First and last day due per look-back class; empty when nothing before the business date may be read.

    `last_read` is the last day that any earlier run read (None: there was none), `start` the first day to load at all.
    Every night goes `lookback_days` back; on a Monday, or when the runs of a Monday were missed, the weekly class goes
    `weekly_lookback_days` back. After a gap all days since the last one read are due, and what could still change then.
    The monthly class begins with a whole month: users of a month are counted over all of its days.
    """
    yesterday = business_date - timedelta(days=1)
    if start > yesterday:
        return {}
    if last_read is None:
        return {
            "nightly": (start, yesterday),
            "weekly": (start, yesterday),
            "monthly": (start.replace(day=1), yesterday),
        }
    # the morning after the last run: this run does what every run since then would have done
    due_since = min(business_date, last_read + timedelta(days=2))
    nightly = max(start, due_since - timedelta(days=lookback_days))
    reach = weekly_lookback_days if _has_monday(due_since, business_date) else lookback_days
    weekly = max(start, due_since - timedelta(days=max(reach, lookback_days)))
    return {
        "nightly": (nightly, yesterday),
        "weekly": (weekly, yesterday),
        "monthly": (nightly.replace(day=1), yesterday),
    }


def default_start(business_date: date) -> date:
    """The first day to load when nothing is configured: 14 months before the month of the first run."""
    months = business_date.year * 12 + business_date.month - 1 - MONTHS_BEFORE_FIRST_RUN
    return date(months // 12, months % 12 + 1, 1)


def _has_monday(first: date, last: date) -> bool:
    return (last - first).days >= (MONDAY - first.weekday()) % 7
