"""Days and periods: which local day a moment falls on, what had happened by a morning, and where periods begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

GRAINS = ("day", "week", "month", "quarter", "year")
MORNING = time(6)


@dataclass(frozen=True)
class Clock:
    """The morning of `today`: systems know what happened before 06:00, numbers count the days before today."""

    today: date
    time_zone: str

    def day(self, moment: datetime) -> date:
        """The company's day of a moment."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def is_known(self, moment: datetime | None) -> bool:
        """Whether a system could have told of it this morning."""
        if moment is None:
            return False
        return moment < datetime.combine(self.today, MORNING, ZoneInfo(self.time_zone))

    def counted_day(self, moment: datetime | None) -> date | None:
        """The day of a moment, or None when it is not over yet."""
        if moment is None:
            return None
        day = self.day(moment)
        return day if day < self.today else None


def period_start(grain: str, day: date) -> date:
    """First day of the period that holds the day; weeks begin on Monday."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def started_periods(grain: str, first_day: date, today: date) -> list[date]:
    """Starts of the periods that hold a day from the first one up to yesterday."""
    starts = dict.fromkeys(period_start(grain, day) for day in days_between(first_day, today - timedelta(days=1)))
    return list(starts)


def month_end(month: date) -> date:
    """Last day of the month."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return following - timedelta(days=1)
