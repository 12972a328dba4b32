"""Which days of a report are due on a business date: pure arithmetic on dates, day by day.

What was read before is the caller's knowledge; what a look-back class contains is said by `ga4_reports`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from pipelines.ga4_reports import LookBack

MONDAY = 0
DEFAULT_LOOKBACK_DAYS = 4
DEFAULT_WEEKLY_LOOKBACK_DAYS = 35
MONTHS_BEFORE_FIRST_RUN = 14
ONE_DAY = timedelta(days=1)

Window = tuple[date, date]


def windows_due(
    read_on: Mapping[date, date],
    business_date: date,
    start: date,
    look_back: LookBack,
    lookback_days: int = DEFAULT_LOOKBACK_DAYS,
    weekly_lookback_days: int = DEFAULT_WEEKLY_LOOKBACK_DAYS,
) -> list[Window]:
    """The days since `start` that this night has to read, as first and last days of unbroken stretches, oldest first.

    `read_on` names the business date of the last reading of each day. Whatever a night, an interrupted backfill or a
    person read, a day is due when it was never read, or could still change after its last reading.
    """
    days = [
        day
        for day in _days_between(start, business_date - ONE_DAY)
        if day not in read_on
        or _changes_since(read_on[day], day, business_date, look_back, lookback_days, weekly_lookback_days)
    ]
    return _stretches(days)


def _changes_since(
    read_on: date, day: date, business_date: date, look_back: LookBack, lookback_days: int, weekly_lookback_days: int
) -> bool:
    """Whether a night since the last reading, this one among them, has the day within its reach.

    GA4 reference §9: every night reaches the last days; for key events, revenue and cost that of a Monday goes further.
    """
    next_night = min(business_date, read_on + ONE_DAY)
    if (next_night - day).days <= lookback_days:
        return True
    monday = read_on + timedelta(days=7 - (read_on.weekday() - MONDAY) % 7)
    return look_back == "weekly" and monday <= business_date and (monday - day).days <= weekly_lookback_days


def usual_first_day(business_date: date, start: date, lookback_days: int, weekly_lookback_days: int) -> date:
    """Where the longest look-back begins on a night that follows a night."""
    is_monday = business_date.weekday() == MONDAY
    reach = max(lookback_days, weekly_lookback_days if is_monday else lookback_days)
    return max(start, business_date - timedelta(days=reach))


def default_start(business_date: date) -> date:
    """The first day to load when nothing is configured: 14 months before the month of the first run."""
    months = business_date.year * 12 + business_date.month - 1 - MONTHS_BEFORE_FIRST_RUN
    return date(months // 12, months % 12 + 1, 1)


def _days_between(first: date, last: date) -> Iterable[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _stretches(days: Iterable[date]) -> list[Window]:
    found: list[Window] = []
    for day in days:
        if found and found[-1][1] + ONE_DAY == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
